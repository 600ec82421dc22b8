// Transactions of which not everything is known before they begin: whom they touch, what they delete.
import { fault } from '../../kernel/fault.ts';
import { hash32 } from '../../storage/hash.ts';
import type { PatientKey, Tx, WriteStore } from '../../storage/types.ts';
import type { Query } from '../search/index.ts';
import type { FhirService } from '../service.ts';
import { deletionsOf, Overtaken, type Work } from './deletions.ts';
import { canonicalQuery, matchOf } from './matching.ts';

/**
 * Stands for one resource (`Type/id`) or one condition (`Type?query`) among the keys of patients: works on the same one wait
 * for each other here instead of failing in the database. Two that share a key by chance wait for nothing, no more.
 */
export function keyOf(text: string): PatientKey {
  return -1 - (hash32(text) >>> 1);
}

/**
 * The keys of a work on the one resource that matches now, and its reference; undefined when none matches. The work looks again:
 * this only spares it from beginning three times (11 statements of a conditional delete become 6).
 * @throws FaultError 400, 412 when several match
 */
export async function keysOfMatch(
  service: FhirService,
  type: string,
  query: Query,
  base: string,
): Promise<{ readonly keys: readonly PatientKey[]; readonly reference: string } | undefined> {
  const match = await matchOf(service, service.store, type, query, base);
  if (match === undefined) return undefined;
  const reference = `${type}/${match.id}`;
  return { keys: [match.patient, keyOf(reference), keyOf(`${type}?${canonicalQuery(query)}`)], reference };
}

/** What a work says of itself before it does it. Each throws to begin again, prepared, when it was not known. */
export interface Need {
  /** It touches a patient. */
  readonly patient: (patient: PatientKey) => void;
  /** It deletes resources (`Type/id`). */
  readonly deletion: (references: readonly string[]) => void;
  /** It knows better now: what it wrote is undone, and it begins again. */
  readonly again: () => never;
  /** For the check of what it refers to. */
  readonly work: Work;
}

/** Begins a work again with more prepared. */
class Again extends Error {
  readonly patient: PatientKey | undefined;
  readonly deletions: readonly string[];

  constructor(more: { patient?: PatientKey; deletions?: readonly string[] }) {
    super('to begin again');
    this.patient = more.patient;
    this.deletions = more.deletions ?? [];
  }
}

/**
 * Runs a work in a transaction that holds every patient it touches (0 is none): two works on one patient never overlap, which
 * the day ledger relies on. What it deletes nobody refers to meanwhile (deletions.ts).
 * @param keys the patients known beforehand, and {@link keyOf} what is written
 * @param deletes references known beforehand
 */
export async function touching<T>(
  store: WriteStore,
  keys: Iterable<PatientKey>,
  work: (tx: Tx, need: Need) => Promise<T>,
  deletes: readonly string[] = [],
): Promise<T> {
  const deletions = deletionsOf(store);
  const held = new Set(keys);
  // Nobody's resources are in no ledger, and would all wait for each other.
  held.delete(0);
  const announced = new Set(deletes);
  let release: (() => void) | undefined;
  try {
    if (announced.size > 0) release = await deletions.announce([...announced]);
    for (;;) {
      const own = deletions.begin(announced);
      const need: Need = {
        patient: (patient) => {
          if (patient !== 0 && !held.has(patient)) throw new Again({ patient });
        },
        deletion: (references) => {
          const more = references.filter((r) => !announced.has(r));
          if (more.length > 0) throw new Again({ deletions: more });
        },
        again: () => {
          throw new Again({});
        },
        work: own,
      };
      let again: Again | Overtaken;
      try {
        return await store.transaction([...held], (tx) => work(tx, need));
      } catch (e) {
        if (!(e instanceof Again || e instanceof Overtaken)) throw e;
        again = e;
      } finally {
        deletions.end(own);
      }
      if (again instanceof Overtaken) {
        // Who deletes himself does not wait for another who does: each might wait for the other.
        if (announced.size > 0) throw overtaken(again);
        await again.settled;
        continue;
      }
      if (again.patient !== undefined) held.add(again.patient);
      if (again.deletions.length > 0) {
        for (const reference of again.deletions) announced.add(reference);
        release?.();
        release = undefined;
        release = await deletions.announce([...announced]);
      }
    }
  } finally {
    release?.();
  }
}

function overtaken(cause: Overtaken): Error {
  const conflict = fault('conflict', 'reference-being-deleted', {
    en: `Another request deletes what this one refers to (${cause.message}). Send it again.`,
    fr: `Une autre requête supprime ce à quoi celle-ci fait référence (${cause.message}). Renvoyez-la.`,
  });
  conflict.cause = cause;
  return conflict;
}
