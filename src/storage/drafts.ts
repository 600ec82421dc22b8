// A ResourceWrite made ready for the tables: ids as UUIDs, types, measures and units as keys.
import { type Dictionary, measureNames, Unknown } from './dictionary.ts';
import { assignedText, storedId } from './ids.ts';
import type { Notes } from './notes.ts';
import { knownTypeKey } from './type-keys.ts';
import type { ReadingFact, ResourceWrite } from './types.ts';

/** Numbers of the FHIR interactions in `method`. Frozen: they stand in the database. */
export const METHODS = { POST: 1, PUT: 2, PATCH: 3, DELETE: 4 } as const;

export interface Draft {
  readonly write: ResourceWrite;
  readonly type: number;
  readonly uuid: string;
  readonly assigned: string | null;
  /** undefined when the resource is no reading of a known patient. */
  readonly reading: ReadingDraft | undefined;
  readonly numbers: readonly NumberDraft[];
  /** What it brings that is not known to be stored; undefined when nothing. */
  readonly notes: Notes | undefined;
}

export interface ReadingDraft {
  readonly patient: number;
  readonly uuid: string;
  readonly assigned: string | null;
  readonly version: number;
  readonly fact: ReadingFact;
  readonly measures: readonly number[];
  readonly basedOn: readonly string[];
}

export interface NumberDraft {
  readonly param: number;
  readonly lo: number;
  readonly hi: number;
  readonly unit: number | null;
  readonly pair: string | null;
}

/** Makes drafts; what the dictionary does not know yet is written to it first. @throws FaultError */
export async function draftsOf(writes: readonly ResourceWrite[], dictionary: Dictionary): Promise<readonly Draft[]> {
  for (;;) {
    const unknown = new Unknown();
    const drafts = writes.map((write) => draftOf(write, dictionary, unknown));
    if (unknown.none) return drafts;
    await dictionary.learn(unknown);
  }
}

function draftOf(write: ResourceWrite, dictionary: Dictionary, unknown: Unknown): Draft {
  const uuid = storedId(write.id);
  const assigned = assignedText(write.id);
  const numbers = (write.rows?.numbers ?? []).map((row) => ({
    param: row.param,
    lo: Number(row.lo),
    hi: Number(row.hi),
    unit: dictionary.unit(row, unknown) ?? null,
    pair: row.pair ?? null,
  }));
  return {
    write,
    type: knownTypeKey(write.type),
    uuid,
    assigned,
    reading: readingOf(write, uuid, assigned, dictionary, unknown),
    numbers,
    notes: write.rows === null ? undefined : dictionary.notes.unknown(write.rows),
  };
}

function readingOf(
  { fact, patient, version, content }: ResourceWrite,
  uuid: string,
  assigned: string | null,
  dictionary: Dictionary,
  unknown: Unknown,
): ReadingDraft | undefined {
  // Without a patient there is no zone, no day, and nobody to count for.
  if (fact === null || content === null || patient === 0) return undefined;
  const measures: number[] = [];
  for (const name of measureNames(fact.codes, fact.categories)) measures.push(dictionary.measure(name, unknown) ?? 0);
  const basedOn = fact.basedOn.length === 0 ? fact.basedOn : [...new Set(fact.basedOn.map(storedId))];
  return { patient, uuid, assigned, version, fact, measures, basedOn };
}
