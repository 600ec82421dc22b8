// What a write would be answered, without its effect: it runs whole in its transaction, which is then undone.
import type { Store } from '../../storage/types.ts';
import type { FhirService } from '../service.ts';

class Undone extends Error {}

/**
 * Runs a write that needs a transaction (update, delete) up to its commit, and undoes it.
 * @throws FaultError as the write itself would
 */
export async function rehearse(service: FhirService, run: (service: FhirService) => Promise<unknown>): Promise<void> {
  const { store } = service;
  const transaction: Store['transaction'] = (patients, work) =>
    store.transaction(patients, async (tx) => {
      await work(tx);
      throw new Undone();
    });
  try {
    await run({ ...service, store: { ...store, transaction } });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
}
