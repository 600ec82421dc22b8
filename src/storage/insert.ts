// Drafts → statements that insert them, a few for any number of drafts.
import { bitOf, blockOf, NO_BASIS } from './blocks.ts';
import { CopyRows } from './copy.ts';
import { type Draft, METHODS, type ReadingDraft } from './drafts.ts';
import type { Step } from './session.ts';
import { cutText } from './text.ts';
import type { Range } from './types.ts';
import { boolArray, dateArray, instantArray, int2Array, int4Array, textArray, uuidArray } from './wire.ts';

const RESOURCE = `copy resource (patient, type, id, version, updated, date_lo, date_hi, method, assigned, content, token)
from stdin (format binary)`;
const RESOURCE_COLUMNS = 11;
const RESOURCE_BYTES = 160;

const DATE = 'copy search_date (patient, type, id, param, lo, hi, pair) from stdin (format binary)';
const STRING = 'copy search_string (patient, type, id, param, value, exact, rest, pair) from stdin (format binary)';
const NUMBER = 'copy search_number (patient, type, id, param, unit, lo, hi, pair) from stdin (format binary)';
const TEXT = `insert into search_text (patient, type, id, words)
select u.patient, u.type, u.id, array_to_tsvector(string_to_array(u.words, ' '))
from unnest($1::int[], $2::smallint[], $3::uuid[], $4::text[]) as u (patient, type, id, words)`;

const ASSIGNED = `insert into assigned_id (type, id) select * from unnest($1::smallint[], $2::text[])`;

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

// New readings can only add days, so that their own bits are enough: one statement, no second look at the days. A day that
// is there already, the usual case for a device that measures every five minutes, writes nothing.
// That it gives the same ledger as counting anew is a property test.
const READING_AND_LEDGER = `with fact as materialized (
  ${READING_ROWS}
), stored as (
  insert into reading ${READING_COLUMNS} select * from fact
), seen as (
  select f.patient, m.measure, b.basis, ${blockOf('f.day')} as block, bit_or(${bitOf('f.day')}) as days
  from fact f
  cross join lateral unnest(f.measures) as m (measure)
  cross join lateral unnest(coalesce(f.based_on, array['${NO_BASIS}'::uuid])) as b (basis)
  where f.final and f.valued and f.day is not null
  group by f.patient, m.measure, b.basis, block
)
insert into day_ledger as d (patient, measure, block, days, basis)
select s.patient, s.measure, s.block, s.days, s.basis
from seen s
where not exists (
  select from day_ledger o
  where o.patient = s.patient and o.measure = s.measure and o.basis = s.basis and o.block = s.block
    and o.days & s.days = s.days
)
order by s.patient, s.measure, s.basis, s.block
on conflict (patient, measure, basis, block) do update set days = d.days | excluded.days`;

/**
 * A list for each row (measures, prescriptions) as one flat array and, for each row, the first and last place of its part,
 * from 1. PostgreSQL cuts the part out by its place, without reading the rest.
 */
export function flat<T, V>(rows: readonly T[], list: (row: T) => readonly V[]): { all: V[]; from: Buffer; to: Buffer } {
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

/** The ends as PostgreSQL reads them; null = no date at all. */
export function low(range: Range | undefined): string | null {
  return range === undefined ? null : (range.lo ?? '-infinity');
}

export function high(range: Range | undefined): string | null {
  return range === undefined ? null : (range.hi ?? 'infinity');
}

/** The current states. Deletions have none. */
export function insertResources(drafts: readonly Draft[]): Step {
  let bytes = 64;
  for (const { write } of drafts) {
    bytes += RESOURCE_BYTES + (write.content?.length ?? 0) * 1.1 + (write.rows?.tokens.length ?? 0) * 12;
  }
  const rows = new CopyRows(RESOURCE_COLUMNS, Math.ceil(bytes));
  for (const { write, type, uuid, assigned } of drafts) {
    rows.row().int4(write.patient).int2(type).uuid(uuid).int4(write.version).instant(write.updated);
    rows.instant(low(write.rows?.date)).instant(high(write.rows?.date)).int2(METHODS[write.method]);
    rows
      .text(assigned)
      .text(write.content)
      .int8s(write.rows?.tokens ?? NOTHING);
  }
  return { text: RESOURCE, data: rows.finish() };
}

/** Ids that clients gave to new resources. */
export function insertAssigned(drafts: readonly Draft[]): Step {
  return { text: ASSIGNED, values: [int2Array(drafts, (d) => d.type), textArray(drafts, (d) => d.write.id)] };
}

/** Rows of the side tables, for those that have any. */
export function insertSideRows(drafts: readonly Draft[]): Step[] {
  const steps: Step[] = [];
  const dates = new SideRows(3, 36);
  const strings = new SideRows(4, 60);
  const numbers = new SideRows(4, 40);
  for (const draft of drafts) {
    const { rows } = draft.write;
    for (const date of rows?.dates ?? NOTHING) {
      dates
        .of(draft, date.param)
        .instant(low(date))
        .instant(high(date))
        .int8(date.pair ?? null);
    }
    for (const { param, value, part, exact = 0, rest, pair } of rows?.strings ?? NOTHING) {
      strings
        .of(draft, param)
        .text(cutText(value))
        .int4(part ? null : exact)
        .text(rest ?? null)
        .int8(pair ?? null);
    }
    for (const { param, unit, lo, hi, pair } of draft.numbers) {
      numbers.of(draft, param).int4(unit).float8(lo).float8(hi).int8(pair);
    }
  }
  dates.finish(DATE, steps);
  strings.finish(STRING, steps);
  numbers.finish(NUMBER, steps);
  const worded = drafts.filter((d) => (d.write.rows?.words?.length ?? 0) > 0);
  if (worded.length > 0) steps.push(insertText(worded));
  return steps;
}

function insertText(drafts: readonly Draft[]): Step {
  const values = [
    int4Array(drafts, (d) => d.write.patient),
    int2Array(drafts, (d) => d.type),
    uuidArray(drafts, (d) => d.uuid),
    textArray(drafts, (d) => d.write.rows?.words?.join(' ')),
  ];
  return { text: TEXT, values };
}

const OWNER_COLUMNS = 4;
const OWNER_BYTES = 44;

/** Rows of one side table; all begin with whose they are. */
class SideRows {
  readonly #columns: number;
  readonly #bytes: number;
  #rows: CopyRows | undefined;

  constructor(columns: number, bytes: number) {
    this.#columns = OWNER_COLUMNS + columns;
    this.#bytes = OWNER_BYTES + bytes;
  }

  of({ write, type, uuid }: Draft, param: number): CopyRows {
    this.#rows ??= new CopyRows(this.#columns, this.#bytes * 100);
    return this.#rows.row().int4(write.patient).int2(type).uuid(uuid).int4(param);
  }

  finish(text: string, steps: Step[]): void {
    if (this.#rows !== undefined) steps.push({ text, data: this.#rows.finish() });
  }
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
