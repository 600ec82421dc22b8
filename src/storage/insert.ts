// Drafts → statements that insert them, a few for any number of drafts. Lists per row (tokens, measures) travel as one flat
// array with places in it: PostgreSQL cuts them out without reading the rest.
import { type Draft, keptString, METHODS, type NumberDraft, type ReadingDraft } from './drafts.ts';
import type { Step } from './session.ts';
import type { Range } from './types.ts';
import {
  boolArray,
  dateArray,
  float8Array,
  instantArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  uuidArray,
} from './wire.ts';

/** basis of a reading that names no prescription. */
export const NO_BASIS = '00000000-0000-0000-0000-000000000000';

const RESOURCE = `insert into resource (patient, type, id, version, updated, date_lo, date_hi, method, assigned, content, token)
select u.patient, u.type, u.id, u.version, u.updated, u.date_lo, u.date_hi, u.method, u.assigned, u.content,
  ($11::bigint[])[u.token_from:u.token_to]
from unnest($1::int[], $2::smallint[], $3::uuid[], $4::int[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
  $8::smallint[], $9::text[], $10::text[], $12::int[], $13::int[])
  as u (patient, type, id, version, updated, date_lo, date_hi, method, assigned, content, token_from, token_to)`;

const ASSIGNED = `insert into assigned_id (type, id) select * from unnest($1::smallint[], $2::text[])`;

const DATE = `insert into search_date (patient, type, id, param, lo, hi)
select * from unnest($1::int[], $2::smallint[], $3::uuid[], $4::int[], $5::timestamptz[], $6::timestamptz[])`;

const STRING = `insert into search_string (patient, type, id, param, value)
select * from unnest($1::int[], $2::smallint[], $3::uuid[], $4::int[], $5::text[])`;

const NUMBER = `insert into search_number (patient, type, id, param, unit, lo, hi)
select * from unnest($1::int[], $2::smallint[], $3::uuid[], $4::int[], $5::int[], $6::float8[], $7::float8[])`;

// The local day: the wall clock of the patient's zone. A period that ends at exactly 00:00 belongs to the day before.
const READING_ROWS = `select u.patient, u.id, u.version,
    case
      when u.at is null then u.day
      else ((u.at at time zone coalesce(p.zone, 'Europe/Paris')) - case when u.ends then interval '1 microsecond' else interval '0' end)::date
    end as day,
    u.at, u.ends, u.final, u.valued,
    ($9::int[])[u.measure_from:u.measure_to] as measures,
    case when u.basis_to >= u.basis_from then ($12::uuid[])[u.basis_from:u.basis_to] end as based_on,
    case when u.first_day is not null then daterange(u.first_day, u.last_day, '[]') end as imprecise,
    u.device, u.assigned
  from unnest($1::int[], $2::uuid[], $3::int[], $4::date[], $5::timestamptz[], $6::bool[], $7::bool[], $8::bool[],
    $10::int[], $11::int[], $13::int[], $14::int[], $15::date[], $16::date[], $17::text[], $18::text[])
    as u (patient, id, version, day, at, ends, final, valued, measure_from, measure_to, basis_from, basis_to, first_day,
      last_day, device, assigned)
  left join patient p on p.key = u.patient`;

const READING_COLUMNS =
  '(patient, id, version, day, at, ends, final, valued, measures, based_on, imprecise, device, assigned)';

/** Inserts readings and answers with the days touched. */
const READING = `insert into reading ${READING_COLUMNS}
${READING_ROWS}
returning patient, day`;

// New readings only: nothing of them was counted before, so what they add is their own count. One statement, no second look
// at the day. That it gives the same ledger as counting anew is a property test.
const READING_AND_LEDGER = `with fact as materialized (
  ${READING_ROWS}
), stored as (
  insert into reading ${READING_COLUMNS} select * from fact
)
insert into reading_day as d (patient, measure, day, n, basis)
select f.patient, m.measure, f.day, count(*)::int, b.basis
from fact f
cross join lateral unnest(f.measures) as m (measure)
cross join lateral unnest(coalesce(f.based_on, array['${NO_BASIS}'::uuid])) as b (basis)
where f.final and f.valued and f.day is not null
group by f.patient, m.measure, b.basis, f.day
order by f.patient, m.measure, b.basis, f.day
on conflict (patient, measure, basis, day) do update set n = d.n + excluded.n`;

/** A list for each row as one flat array and, for each row, the first and last place of its part, from 1. */
function flat<T, V>(rows: readonly T[], list: (row: T) => readonly V[]): { all: V[]; from: Buffer; to: Buffer } {
  const all: V[] = [];
  const ends: number[] = [];
  for (const row of rows) {
    for (const value of list(row)) all.push(value);
    ends.push(all.length);
  }
  const starts = ends.map((_, i) => (i === 0 ? 1 : ends[i - 1]! + 1));
  return { all, from: int4Array(starts, self), to: int4Array(ends, self) };
}

const self = <T>(value: T): T => value;
const NOTHING: readonly never[] = [];

function low(range: Range | undefined): string | null {
  return range === undefined ? null : (range.lo ?? '-infinity');
}

function high(range: Range | undefined): string | null {
  return range === undefined ? null : (range.hi ?? 'infinity');
}

/** The current states. Deletions have none. */
export function insertResources(drafts: readonly Draft[]): Step {
  const tokens = flat(drafts, (d) => d.write.rows?.tokens ?? NOTHING);
  return {
    text: RESOURCE,
    values: [
      int4Array(drafts, (d) => d.write.patient),
      int2Array(drafts, (d) => d.type),
      uuidArray(drafts, (d) => d.uuid),
      int4Array(drafts, (d) => d.write.version),
      instantArray(drafts, (d) => d.write.updated),
      instantArray(drafts, (d) => low(d.write.rows?.date)),
      instantArray(drafts, (d) => high(d.write.rows?.date)),
      int2Array(drafts, (d) => METHODS[d.write.method]),
      textArray(drafts, (d) => d.assigned),
      textArray(drafts, (d) => d.write.content),
      int8Array(tokens.all, self),
      tokens.from,
      tokens.to,
    ],
  };
}

/** Ids that clients gave to new resources. */
export function insertAssigned(drafts: readonly Draft[]): Step {
  return { text: ASSIGNED, values: [int2Array(drafts, (d) => d.type), textArray(drafts, (d) => d.write.id)] };
}

interface Owned<T> {
  readonly draft: Draft;
  readonly row: T;
}

function owned<T>(drafts: readonly Draft[], rows: (draft: Draft) => readonly T[]): Owned<T>[] {
  const all: Owned<T>[] = [];
  for (const draft of drafts) for (const row of rows(draft)) all.push({ draft, row });
  return all;
}

function owners<T extends { readonly param: number }>(rows: readonly Owned<T>[]): Buffer[] {
  return [
    int4Array(rows, (r) => r.draft.write.patient),
    int2Array(rows, (r) => r.draft.type),
    uuidArray(rows, (r) => r.draft.uuid),
    int4Array(rows, (r) => r.row.param),
  ];
}

/** Rows of the side tables, for those that have any. */
export function insertSideRows(drafts: readonly Draft[]): Step[] {
  const steps: Step[] = [];
  const dates = owned(drafts, (d) => d.write.rows?.dates ?? NOTHING);
  if (dates.length > 0) {
    const ranges = [instantArray(dates, (r) => low(r.row)), instantArray(dates, (r) => high(r.row))];
    steps.push({ text: DATE, values: [...owners(dates), ...ranges] });
  }
  const strings = owned(drafts, (d) => d.write.rows?.strings ?? NOTHING);
  if (strings.length > 0) {
    steps.push({ text: STRING, values: [...owners(strings), textArray(strings, (r) => keptString(r.row.value))] });
  }
  const numbers = owned<NumberDraft>(drafts, (d) => d.numbers);
  if (numbers.length > 0) {
    const values = [
      int4Array(numbers, (r) => r.row.unit),
      float8Array(numbers, (r) => r.row.lo),
      float8Array(numbers, (r) => r.row.hi),
    ];
    steps.push({ text: NUMBER, values: [...owners(numbers), ...values] });
  }
  return steps;
}

/**
 * Readings, with their local days.
 * @param ledger true for readings that are new: the ledger is kept by the same statement. False: the answer's rows are the
 * days (`patient`, `day`) whose ledger has to be counted anew.
 */
export function insertReadings(readings: readonly ReadingDraft[], ledger: boolean): Step {
  const measures = flat(readings, (r) => r.measures);
  const bases = flat(readings, (r) => r.basedOn);
  const when = readings.map((r) => r.fact.when);
  return {
    text: ledger ? READING_AND_LEDGER : READING,
    values: [
      int4Array(readings, (r) => r.patient),
      uuidArray(readings, (r) => r.uuid),
      int4Array(readings, (r) => r.version),
      dateArray(when, (w) => (w.kind === 'day' ? w.day : null)),
      instantArray(when, (w) => (w.kind === 'instant' ? w.at : null)),
      boolArray(when, (w) => w.kind === 'instant' && w.end),
      boolArray(readings, (r) => r.fact.final),
      boolArray(readings, (r) => r.fact.valued),
      int4Array(measures.all, self),
      measures.from,
      measures.to,
      uuidArray(bases.all, self),
      bases.from,
      bases.to,
      dateArray(when, (w) => (w.kind === 'imprecise' ? w.start : null)),
      dateArray(when, (w) => (w.kind === 'imprecise' ? w.end : null)),
      textArray(readings, (r) => r.fact.device),
      textArray(readings, (r) => r.assigned),
    ],
  };
}
