// Keys of patients: new ones, never given twice; and those of the ids that are known.
import { fault } from '../kernel/fault.ts';
import type { Reader } from './lanes.ts';
import type { PatientKey } from './types.ts';

/** Equal to the increment of the sequence patient_key: one nextval reserves as many keys. */
const BLOCK = 16_384;
const REMEMBERED = 500_000;

/** Gives keys without waiting: from a block that the database's sequence reserved, with the next block fetched in time. */
export class KeySource {
  readonly #reserve: () => Promise<number>;
  #next = 0;
  #end = 0;
  #spare: number | undefined;
  #fetching: Promise<void> | undefined;

  /** @param reserve takes a value from the sequence: the first key of a block */
  constructor(reserve: () => Promise<number>) {
    this.#reserve = reserve;
  }

  async start(): Promise<void> {
    this.#next = await this.#reserve();
    this.#end = this.#next + BLOCK;
  }

  /** @throws FaultError 503 when a whole block was used up before the database gave the next */
  take(): PatientKey {
    if (this.#end - this.#next < BLOCK / 2 && this.#spare === undefined) this.#prefetch();
    if (this.#next === this.#end) {
      if (this.#spare === undefined) {
        throw fault(
          'unavailable',
          'storage-patient-keys',
          {
            en: 'Too many Patients are being created at once. Send the rest again in a second.',
            fr: 'Trop de Patients sont créés à la fois. Renvoyez le reste dans une seconde.',
          },
          { status: 503 },
        );
      }
      this.#next = this.#spare;
      this.#end = this.#next + BLOCK;
      this.#spare = undefined;
    }
    return this.#next++;
  }

  #prefetch(): void {
    this.#fetching ??= this.#reserve()
      .then(
        (first) => {
          this.#spare = first;
        },
        () => undefined,
      )
      .finally(() => {
        this.#fetching = undefined;
      });
  }
}

/** What the process remembers of Patient ids. Keys never change, so that only what is unknown is asked for. */
export class PatientCache {
  readonly #keys = new Map<string, PatientKey>();

  remember(id: string, key: PatientKey): void {
    if (this.#keys.size >= REMEMBERED) this.#keys.clear();
    this.#keys.set(id, key);
  }

  clear(): void {
    this.#keys.clear();
  }

  /**
   * Keys by id; ids without a Patient are left out.
   * @param keep false inside a transaction, where a Patient may be seen that is never committed
   */
  async keysOf(ids: readonly string[], reader: Reader, keep: boolean): Promise<ReadonlyMap<string, PatientKey>> {
    const found = new Map<string, PatientKey>();
    const unknown: string[] = [];
    for (const id of ids) {
      const key = this.#keys.get(id);
      if (key === undefined) unknown.push(id);
      else found.set(id, key);
    }
    if (unknown.length === 0) return found;
    const rows = await reader.rows({
      name: 'patient_keys',
      text: 'select id, key from patient where id = any($1::text[])',
      values: [unknown],
    });
    for (const row of rows as readonly { id: string; key: number }[]) {
      found.set(row.id, row.key);
      if (keep) this.remember(row.id, row.key);
    }
    return found;
  }
}
