// The first start's demonstration: loads the cohort, asks for billability, prints the table and three commands.
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../kernel/clock.ts';
import { localDay, METROPOLE } from '../kernel/zone.ts';
import type { Law } from '../law/law.ts';
import type { Store } from '../storage/types.ts';
import { everything } from '../storage/types.ts';
import { loadCohort, type Send } from './load.ts';
import type { Cohort } from './recipe.ts';
import { commands, rowsOf, table } from './table.ts';

const COHORT = new URL('../../fixtures/demo/cohort.json', import.meta.url);
const MEDIA = 'application/fhir+json';

export interface Demo {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly law: Law;
  readonly clock: Clock;
  /** Path of the FHIR base: `/fhir`. */
  readonly path: string;
  /** Absolute address of the base, as printed. */
  readonly base: string;
  readonly say: (line: string) => void;
}

/** A List that is stored last: without it, a demonstration that was begun is known to be cut short. */
const MARK = { type: 'List', id: 'vigie-demonstration' };

/**
 * Whether the demonstration should be loaded: `empty` when no patient was ever stored (the profiles of the house do not
 * count), `cut-short` when an earlier load did not come to its end, `data` otherwise.
 */
export async function demoState(store: Store): Promise<'empty' | 'cut-short' | 'data'> {
  const patients = await store.search({ reach: everything, type: 'Patient', where: [], sort: [], limit: 1 });
  const [first] = patients.rows;
  if (first === undefined) return 'empty';
  const ours = first.content?.includes(`"value":"${readCohort().patients[0]?.key}"`) === true;
  return ours && (await store.read(MARK.type, MARK.id, everything)) === undefined ? 'cut-short' : 'data';
}

function readCohort(): Cohort {
  return JSON.parse(readFileSync(COHORT, 'utf8')) as Cohort;
}

/** Loads the cohort through the server's own interface and returns what to print. */
export async function loadDemo(demo: Demo): Promise<string> {
  const send = sender(demo);
  const cohort = readCohort();
  demo.say(`The store is empty: loading ${cohort.patients.length} demonstration patients (--no-demo leaves this out)`);
  let shown = 0;
  const { readings, refs } = await loadCohort(cohort, {
    send,
    law: demo.law,
    today: localDay(demo.clock.now(), METROPOLE),
    seed: 1,
    progress: (sent, total) => {
      if (sent * 4 < total * (shown + 1)) return;
      shown = Math.floor((sent * 4) / total);
      demo.say(`… ${sent} of ${total} readings`);
    },
  });
  const names = new Map(cohort.patients.map((p) => [refs.get(`patient:${p.key}`), p.key]));
  const answer = await send('GET', 'ServiceRequest/$billability?_count=1000');
  await send('PUT', `${MARK.type}/${MARK.id}`, {
    resourceType: MARK.type,
    id: MARK.id,
    status: 'current',
    mode: 'snapshot',
    title: 'Cohorte de démonstration',
    entry: cohort.patients.map((p) => ({ item: { reference: refs.get(`patient:${p.key}`) } })),
  });
  const rows = rowsOf(answer, (reference) => names.get(reference) ?? reference);
  demo.say(`${readings} readings of ${cohort.patients.length} patients stored`);
  const first = refs.get(`prescription:${cohort.patients[0]?.key}:0`) ?? '';
  return `\n${table(rows)}\n\nTry:\n${commands(demo.base, first)}\n`;
}

function sender(demo: Demo): Send {
  return async (method, path, body) => {
    const response = await demo.app.inject({
      method,
      url: path === '' ? demo.path : `${demo.path}/${path}`,
      headers: { 'content-type': MEDIA, accept: MEDIA },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    if (response.statusCode >= 300) {
      throw new Error(
        `demonstration: ${method} ${path || '/'} was answered by ${response.statusCode}: ${response.body.slice(0, 600)}`,
      );
    }
    return JSON.parse(response.body) as Record<string, unknown>;
  };
}
