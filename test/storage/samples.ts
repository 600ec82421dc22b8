// Writes for tests of storage: small, valid, one variation each.

import { fixedClock } from '../../src/kernel/clock.ts';
import { newId } from '../../src/storage/ids.ts';
import type { IndexRows, ReadingFact, ResourceWrite, StoredResource } from '../../src/storage/types.ts';
import type { TestContext } from './open.ts';

export const clock = fixedClock('2026-03-01T09:00:00Z');
export const noRows: IndexRows = { tokens: [], codings: [], dates: [], strings: [], numbers: [] };
export const WEIGHT = 'http://loinc.org|29463-7';
export const SURVEY = 'survey';

type Change = Partial<ResourceWrite>;

function contentOf(type: string, id: string, version: number): string {
  return `{"resourceType":"${type}","id":"${id}","meta":{"versionId":"${version}"}}`;
}

/** A new resource; `change` may set anything. */
export function created(type: string, change: Change = {}): ResourceWrite {
  const patient = change.patient ?? 0;
  const id = change.id ?? newId(patient, clock);
  return {
    type,
    id,
    patient,
    version: 1,
    updated: '2026-03-01T09:00:00.000Z',
    method: 'POST',
    content: contentOf(type, id, 1),
    rows: noRows,
    fact: null,
    ...change,
  };
}

/** The next state of what is stored. */
export function updated(before: ResourceWrite | StoredResource, change: Change = {}): ResourceWrite {
  const version = before.version + 1;
  return {
    type: before.type,
    id: before.id,
    patient: before.patient,
    version,
    updated: '2026-03-02T09:00:00.000Z',
    method: 'PUT',
    content: contentOf(before.type, before.id, version),
    rows: noRows,
    fact: null,
    ...change,
  };
}

/** The deletion of what is stored. */
export function deleted(before: ResourceWrite | StoredResource): ResourceWrite {
  return updated(before, { method: 'DELETE', content: null, rows: null });
}

/** A fact that counts: weight, final, valued, no prescription named. */
export function fact(when: ReadingFact['when'], change: Partial<ReadingFact> = {}): ReadingFact {
  return { codes: [WEIGHT], categories: [], when, final: true, valued: true, basedOn: [], device: null, ...change };
}

export function instant(at: string, end = false): ReadingFact['when'] {
  return { kind: 'instant', at, end };
}

export function onDay(day: string): ReadingFact['when'] {
  return { kind: 'day', day };
}

/** Stores a Patient; returns its write. */
export async function patient({ store }: TestContext, zone = 'Europe/Paris'): Promise<ResourceWrite> {
  const key = store.newPatientKey();
  const write = created('Patient', { patient: key, id: newId(key, clock), zone });
  await store.create([write]);
  return write;
}
