// Transactions whose patients are not all known before they begin.
import type { PatientKey, Tx, WriteStore } from '../../storage/types.ts';

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
 * Runs a work in a transaction that holds every patient it touches: two works on one patient never overlap, which the day
 * ledger relies on. `keys` are the patients known beforehand; what the work itself finds (a resource that belongs to somebody
 * else than its id says) it names by `need`, before it writes.
 */
export async function touching<T>(
  store: WriteStore,
  keys: Iterable<PatientKey>,
  work: (tx: Tx, need: Need) => Promise<T>,
): Promise<T> {
  const held = new Set(keys);
  const need: Need = (patient) => {
    if (!held.has(patient)) throw new NotHeld(patient);
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
