// Transactions whose patients are not all known before they begin.
import { hash32 } from '../../storage/hash.ts';
import type { PatientKey, Tx, WriteStore } from '../../storage/types.ts';

/**
 * Stands for one resource (`Type/id`) or one condition (`Type?query`) among the keys of patients: works on the same one wait
 * for each other here instead of failing in the database. Two that share a key by chance wait for nothing, no more.
 */
export function keyOf(text: string): PatientKey {
  return -1 - (hash32(text) >>> 1);
}

/** Says that a work is about to touch a patient. @throws to begin again, with the patient held, when it was not */
export type Need = (patient: PatientKey) => void;

class NotHeld extends Error {
  readonly patient: PatientKey;

  constructor(patient: PatientKey) {
    super(`patient ${patient} is not held`);
    this.patient = patient;
  }
}

/**
 * Runs a work in a transaction that holds every patient it touches (0 is none): two works on one patient never overlap, which the day
 * ledger relies on. `keys` are the patients known beforehand; what the work itself finds (a resource that belongs to somebody
 * else than its id says) it names by `need`, before it writes.
 */
export async function touching<T>(
  store: WriteStore,
  keys: Iterable<PatientKey>,
  work: (tx: Tx, need: Need) => Promise<T>,
): Promise<T> {
  const held = new Set(keys);
  // Nobody's resources are in no ledger, and would all wait for each other.
  held.delete(0);
  const need: Need = (patient) => {
    if (patient !== 0 && !held.has(patient)) throw new NotHeld(patient);
  };
  for (;;) {
    try {
      return await store.transaction([...held], (tx) => work(tx, need));
    } catch (e) {
      if (!(e instanceof NotHeld)) throw e;
      held.add(e.patient);
    }
  }
}
