// Texts that come back all the time have integer keys: measures and units. They are written before the resource that uses
// them, in a transaction of their own: one too many does no harm. What is only noted as seen: notes.ts.
import type { Keeper } from './keeper.ts';
import type { Reader } from './lanes.ts';
import { NoteBook } from './notes.ts';
import type { NumberRow } from './types.ts';
import { textArray } from './wire.ts';

/** All is forgotten when so many are kept: a client that sends ever new texts must not fill the memory. */
const REMEMBERED = 200_000;
/** Longer texts are no codes; an index could not hold them. Units are cut. */
const LONGEST = 500;

const LEARN_MEASURES = `insert into measure (name) select unnest($1::text[]) on conflict do nothing`;
const KNOW_MEASURES = `select key, name from measure where name = any($1::text[])`;
const LEARN_UNITS = `insert into unit (system, code, unit)
select * from unnest($1::text[], $2::text[], $3::text[])
on conflict do nothing`;
const KNOW_UNITS = `select u.key, u.system, u.code, u.unit
from unnest($1::text[], $2::text[], $3::text[]) as w (system, code, unit)
join unit u using (system, code, unit)`;
/**
 * Categories of which any Observation counts for some line (contract 2.2: questionnaires). The others are not kept with the
 * readings: they would double the ledger of vital signs for nothing. A line that counts another category needs a migration
 * that adds it to the readings there are.
 */
const COUNTED_CATEGORIES: ReadonlySet<string> = new Set(['survey']);

/** The measure of a category. They stand among the others under a system of ours. */
export function categoryMeasure(code: string): string {
  return `category|${code}`;
}

/** Names of the measures that are categories, not codes. */
export const CATEGORY_MEASURES: readonly string[] = [...COUNTED_CATEGORIES].map(categoryMeasure);

/** @throws RangeError for a category that the ledger does not hold: silence would be a wrong count */
export function refuseUncounted(categories: readonly string[]): void {
  const missing = categories.find((code) => !COUNTED_CATEGORIES.has(code));
  if (missing !== undefined) throw new RangeError(`readings are not counted by the category ${missing}`);
}

/** Names of the measures of a reading, each once, none too long for an index. */
export function measureNames(codes: readonly string[], categories: readonly string[]): readonly string[] {
  const counted = categories.filter((code) => COUNTED_CATEGORIES.has(code)).map(categoryMeasure);
  const names = [...codes, ...counted].filter((name) => name.length <= LONGEST);
  return names.length < 2 ? names : [...new Set(names)];
}

interface Unit {
  readonly system: string;
  readonly code: string;
  readonly unit: string;
}

function unitOf({ system, code, unit }: NumberRow): Unit | undefined {
  if (system === null && code === null && unit === null) return undefined;
  const cut = (text: string | null) => (text ?? '').slice(0, LONGEST);
  return { system: cut(system), code: cut(code), unit: cut(unit) };
}

function unitText({ system, code, unit }: Unit): string {
  return `${system}\n${code}\n${unit}`;
}

/** What one or several writes need to be known before they can be stored. */
export class Unknown {
  readonly measures = new Set<string>();
  readonly units = new Map<string, Unit>();

  get none(): boolean {
    return this.measures.size === 0 && this.units.size === 0;
  }
}

/** The in-process copy of the dictionary tables, exact because one server writes them. */
export class Dictionary {
  readonly #keeper: Keeper;
  readonly #measures = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #units = new Map<string, number>();
  readonly notes = new NoteBook();

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  clear(): void {
    this.#measures.clear();
    this.#names.clear();
    this.#units.clear();
    this.notes.clear();
  }

  /** The key of a measure, or undefined (then it is noted in `unknown`). */
  measure(name: string, unknown: Unknown): number | undefined {
    const key = this.#measures.get(name);
    if (key === undefined) unknown.measures.add(name);
    return key;
  }

  /** The key of a number's unit; null for a plain number, undefined when not known yet (then it is noted). */
  unit(row: NumberRow, unknown: Unknown): number | null | undefined {
    const unit = unitOf(row);
    if (unit === undefined) return null;
    const text = unitText(unit);
    const key = this.#units.get(text);
    if (key === undefined) unknown.units.set(text, unit);
    return key;
  }

  /** Writes what is unknown and remembers it. @throws FaultError */
  async learn(unknown: Unknown): Promise<void> {
    if (this.#measures.size + this.#units.size > REMEMBERED) this.clear();
    const names = [...unknown.measures].sort();
    const units = [...unknown.units.values()];
    const unitValues = [
      textArray(units, (u) => u.system),
      textArray(units, (u) => u.code),
      textArray(units, (u) => u.unit),
    ];
    const nameValues = [textArray(names, (n) => n)];
    const [, measures, , known] = await this.#keeper.run([
      { text: LEARN_MEASURES, values: nameValues },
      { text: KNOW_MEASURES, values: nameValues },
      { text: LEARN_UNITS, values: unitValues },
      { text: KNOW_UNITS, values: unitValues },
    ]);
    for (const row of measures!.rows as readonly { key: number; name: string }[]) this.#remember(row.key, row.name);
    for (const row of known!.rows as unknown as readonly (Unit & { key: number })[])
      this.#units.set(unitText(row), row.key);
  }

  /** Keys of measures that exist; the others were never seen. */
  async measureKeys(names: readonly string[], reader: Reader): Promise<ReadonlyMap<string, number>> {
    const keys = new Map<string, number>();
    for (const name of names) {
      const key = this.#measures.get(name);
      if (key !== undefined) keys.set(name, key);
    }
    const unknown = names.filter((name) => !keys.has(name));
    if (unknown.length > 0) {
      const rows = await reader.rows({ name: 'measure_keys', text: KNOW_MEASURES, values: [unknown] });
      for (const row of rows as readonly { key: number; name: string }[]) {
        keys.set(row.name, row.key);
        this.#remember(row.key, row.name);
      }
    }
    return keys;
  }

  /** Names of measures by key. */
  async measureNames(keys: readonly number[], reader: Reader): Promise<ReadonlyMap<number, string>> {
    const names = new Map<number, string>();
    for (const key of keys) {
      const name = this.#names.get(key);
      if (name !== undefined) names.set(key, name);
    }
    const unknown = keys.filter((key) => !names.has(key));
    if (unknown.length > 0) {
      const text = 'select key, name from measure where key = any($1::int[])';
      const rows = await reader.rows({ name: 'measure_names', text, values: [unknown] });
      for (const row of rows as readonly { key: number; name: string }[]) {
        names.set(row.key, row.name);
        this.#remember(row.key, row.name);
      }
    }
    return names;
  }

  #remember(key: number, name: string): void {
    this.#measures.set(name, key);
    this.#names.set(key, name);
  }
}
