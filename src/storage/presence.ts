// Which resources are there: what a reference points to is asked at every write, and nearly always the same few.
import { storedId } from './ids.ts';
import type { Reader } from './lanes.ts';
import { typeKey } from './type-keys.ts';

const REMEMBERED = 500_000;

export interface Reference {
  readonly type: string;
  readonly id: string;
}

const PRESENT = `select w.place::int - 1 as place
from unnest($1::smallint[], $2::uuid[]) with ordinality as w (type, id, place)
where exists (select from resource r where r.type = w.type and r.id = w.id)`;

/** References of `wanted` that have no current state, by a question to the database. */
async function absent(wanted: readonly Reference[], reader: Reader): Promise<readonly Reference[]> {
  const keys = wanted.map(({ type }) => typeKey(type) ?? 0);
  const rows = await reader.rows({
    name: 'present',
    text: PRESENT,
    values: [keys, wanted.map(({ id }) => storedId(id))],
  });
  const present = new Set(rows.map((row) => row.place as number));
  return wanted.filter((_, place) => !present.has(place));
}

/** What the process remembers to be there. Exact, because every deletion of the one server passes here. */
export class Presence {
  readonly #there = new Set<string>();
  #deletions = 0;

  clear(): void {
    this.#there.clear();
    this.#deletions += 1;
  }

  /** Tells of a deletion, once it is committed, or may be. */
  forget({ type, id }: Reference): void {
    this.#there.delete(`${type}/${id}`);
    this.#deletions += 1;
  }

  /** References without a current state. */
  async missing(references: readonly Reference[], reader: Reader): Promise<readonly Reference[]> {
    const wanted = references.filter(({ type, id }) => !this.#there.has(`${type}/${id}`));
    if (wanted.length === 0) return [];
    const before = this.#deletions;
    const gone = new Set(await absent(wanted, reader));
    // An answer that a deletion overtook is an answer still, but not one to remember.
    if (this.#deletions === before) {
      if (this.#there.size > REMEMBERED) this.#there.clear();
      for (const reference of wanted) if (!gone.has(reference)) this.#there.add(`${reference.type}/${reference.id}`);
    }
    return [...gone];
  }

  /** As {@link missing} inside a transaction: nothing seen there is remembered, and what it deleted is gone. */
  async missingWithin(
    references: readonly Reference[],
    reader: Reader,
    deleted: ReadonlySet<string>,
  ): Promise<readonly Reference[]> {
    const wanted = references.filter((r) => !this.#there.has(`${r.type}/${r.id}`) || deleted.has(`${r.type}/${r.id}`));
    return wanted.length === 0 ? [] : absent(wanted, reader);
  }
}
