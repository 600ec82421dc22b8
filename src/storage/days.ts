// Days and billing for the operations: SQL counts, core decides.
import { type Day, dayNumber } from '../kernel/day.ts';
import { BILLED_WINDOWS, type BillingRows, windowOf } from './billing.ts';
import { blockOfNumber, daysOf, NO_BASIS } from './blocks.ts';
import { categoryMeasure, type Dictionary, refuseUncounted } from './dictionary.ts';
import { publicId, storedId } from './ids.ts';
import type { Reader } from './lanes.ts';
import { within } from './resources.ts';
import { knownTypeKey, typeOfKey } from './type-keys.ts';
import type { BilledWindow, DayStore, PatientKey, Reach, StoredFact, WindowDays, WindowQuery } from './types.ts';
import { int4Array, uuidArray } from './wire.ts';

/** Bits of an int4 that are never the sign. */
const LONGEST_WINDOW = 31;

// Walks the primary key of the ledger once for each query, measure and basis.
const WINDOW_DAYS = `select q.place - 1 as place, d.block, bit_or(d.days) as days
from unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $8::int[], $9::int[])
  as q (place, patient, first_block, last_block, measure_from, measure_to, basis_from, basis_to)
join day_ledger d on d.patient = q.patient
  and d.measure = any(($7::int[])[q.measure_from:q.measure_to])
  and d.basis = any(($10::uuid[])[q.basis_from:q.basis_to])
  and d.block between q.first_block and q.last_block
group by q.place, d.block`;

const READINGS = `select r.id, r.assigned, r.version, r.day, r.at, r.final, r.valued, r.measures, r.device,
  lower(r.imprecise) as first_day, upper(r.imprecise) - 1 as last_day,
  (select array_agg(coalesce(s.assigned, b.id::text)) from unnest(r.based_on) as b (id)
    left join resource s on s.type = $4::smallint and s.id = b.id) as based_on
from reading r
where r.patient = $1::int
  and (r.day between $2::date and $3::date
    or (r.imprecise is not null and r.imprecise && daterange($2::date, $3::date, '[]')))
order by coalesce(r.day, lower(r.imprecise)), r.at nulls first, r.id`;

const CONTENTS = `select r.patient, r.type, r.id, r.assigned, r.content
from resource r
where r.type = any($1::smallint[]) and ($2::int[] is null or r.patient = any($2::int[]))
order by r.patient, r.id`;

const CATEGORY_PREFIX = categoryMeasure('');

/** Places of a list's part in a flat array, from 1. */
class Parts<T> {
  readonly all: T[] = [];
  readonly from: number[] = [];
  readonly to: number[] = [];

  add(list: readonly T[]): void {
    this.from.push(this.all.length + 1);
    for (const value of list) this.all.push(value);
    this.to.push(this.all.length);
  }
}

const self = <T>(value: T): T => value;

export class Days implements DayStore {
  readonly #reader: Reader;
  readonly #dictionary: Dictionary;

  constructor(reader: Reader, dictionary: Dictionary) {
    this.#reader = reader;
    this.#dictionary = dictionary;
  }

  /** @throws RangeError when a window is longer than 31 days: its days would not fit into the answer */
  async windowDays(queries: readonly WindowQuery[]): Promise<readonly WindowDays[]> {
    const namesOf = (q: WindowQuery): readonly string[] => [...q.codes, ...q.categories.map(categoryMeasure)];
    const keys = await this.#dictionary.measureKeys([...new Set(queries.flatMap(namesOf))], this.#reader);
    const measures = new Parts<number>();
    const bases = new Parts<string>();
    for (const query of queries) {
      if (query.windowDays < 1 || query.windowDays > LONGEST_WINDOW) {
        throw new RangeError(`a window of ${query.windowDays} days`);
      }
      refuseUncounted(query.categories);
      measures.add(namesOf(query).flatMap((name) => keys.get(name) ?? []));
      bases.add([NO_BASIS, ...query.prescriptions.map(storedId)]);
    }
    if (measures.all.length === 0) return [];
    const spans = queries.map(spanOf);
    const rows = await this.#reader.rows({
      name: 'window_days',
      text: WINDOW_DAYS,
      values: [
        int4Array([...queries.keys()], (i) => i + 1),
        int4Array(queries, (q) => q.patient),
        int4Array(spans, (s) => blockOfNumber(s.from)),
        int4Array(spans, (s) => blockOfNumber(s.to)),
        int4Array(measures.from, self),
        int4Array(measures.to, self),
        int4Array(measures.all, self),
        int4Array(bases.from, self),
        int4Array(bases.to, self),
        uuidArray(bases.all, self),
      ],
    });
    return windowsOf(queries, spans, rows as unknown as readonly BlockRow[]);
  }

  async readings(patient: PatientKey, from: string, to: string): Promise<readonly StoredFact[]> {
    const rows = (await this.#reader.rows({
      name: 'readings',
      text: READINGS,
      values: [patient, from, to, knownTypeKey('ServiceRequest')],
    })) as unknown as readonly FactRow[];
    const names = await this.#dictionary.measureNames([...new Set(rows.flatMap((r) => r.measures))], this.#reader);
    return rows.map((row) => factOf(row, names));
  }

  async billedWindows(patients: readonly PatientKey[]): Promise<readonly BilledWindow[]> {
    const rows = await this.#reader.rows({ name: 'billed_windows', text: BILLED_WINDOWS, values: [patients] });
    return (rows as unknown as readonly BillingRows[]).map(windowOf);
  }

  /** With key 0 among the patients, or all of them: also what belongs to nobody. */
  async contents(
    types: readonly string[],
    patients: readonly PatientKey[] | undefined,
    reach: Reach,
  ): Promise<readonly { patient: PatientKey; type: string; id: string; content: string }[]> {
    const values = [types.map(knownTypeKey), patients ?? null];
    const rows = await this.#reader.rows(within(reach, { text: CONTENTS, values }));
    return (rows as unknown as readonly ContentRow[]).map((r) => ({
      patient: r.patient,
      type: typeOfKey(r.type),
      id: publicId(r.id, r.assigned),
      content: r.content,
    }));
  }
}

/** A query's days as numbers since 1970-01-01. */
interface Span {
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

function spanOf(query: WindowQuery): Span {
  const start = dayNumber(query.start as Day);
  return { start, from: Math.max(start, dayNumber(query.from as Day)), to: dayNumber(query.to as Day) };
}

interface BlockRow {
  readonly place: number;
  readonly block: number;
  readonly days: number;
}

/** Blocks of 32 days → windows of a query's own length and start. */
function windowsOf(
  queries: readonly WindowQuery[],
  spans: readonly Span[],
  rows: readonly BlockRow[],
): readonly WindowDays[] {
  const windows = queries.map(() => new Map<number, number>());
  for (const { place, block, days } of rows) {
    const { start, from, to } = spans[place]!;
    const length = queries[place]!.windowDays;
    const bits = windows[place]!;
    for (const day of daysOf(block, days)) {
      if (day < from || day > to) continue;
      const index = Math.floor((day - start) / length);
      bits.set(index, (bits.get(index) ?? 0) | (1 << ((day - start) % length)));
    }
  }
  return windows.flatMap((bits, place) =>
    [...bits].sort(([a], [b]) => a - b).map(([index, days]) => ({ key: queries[place]!.key, index: index + 1, days })),
  );
}

interface ContentRow {
  readonly patient: number;
  readonly type: number;
  readonly id: string;
  readonly assigned: string | null;
  readonly content: string;
}

interface FactRow {
  readonly id: string;
  readonly assigned: string | null;
  readonly version: number;
  readonly day: string | null;
  readonly at: string | null;
  readonly final: boolean;
  readonly valued: boolean;
  readonly measures: readonly number[];
  readonly device: string | null;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly based_on: readonly string[] | null;
}

function factOf(row: FactRow, names: ReadonlyMap<number, string>): StoredFact {
  const measures = row.measures.flatMap((key) => names.get(key) ?? []);
  return {
    id: publicId(row.id, row.assigned),
    version: row.version,
    ...(row.day === null ? {} : { day: row.day }),
    ...(row.first_day === null || row.last_day === null
      ? {}
      : { imprecise: { start: row.first_day, end: row.last_day } }),
    ...(row.at === null ? {} : { at: row.at }),
    codes: measures.filter((name) => !name.startsWith(CATEGORY_PREFIX)),
    categories: measures
      .filter((name) => name.startsWith(CATEGORY_PREFIX))
      .map((name) => name.slice(CATEGORY_PREFIX.length)),
    final: row.final,
    valued: row.valued,
    basedOn: row.based_on ?? [],
    device: row.device,
  };
}
