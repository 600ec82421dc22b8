// The statements that make index rows and readings anew from stored contents: reindex.ts says when.
import type { Draft } from './drafts.ts';
import { flat, high, insertReadings, insertSideRows, low } from './insert.ts';
import { recountDays, recountPatients, rezone, type TouchedDay } from './ledger.ts';
import { notesOf } from './notes.ts';
import { isPatient, upsertPatients } from './patients.ts';
import { removeReadings } from './replace.ts';
import type { Session, Step } from './session.ts';
import { instantArray, int2Array, int8Array, uuidArray } from './wire.ts';

/** Takes away what is made anew row by row, all at once; what the rows of `resource` hold is replaced where it differs. */
export const FORGET: Step = {
  text: 'truncate search_date, search_string, search_number, search_text, coding, shape, wording',
  once: true,
};

// A row that is right already is not written again. Not by the patient too: PostgreSQL would look through all of his.
const REPLACE = `update resource r
set token = w.token, date_lo = w.lo, date_hi = w.hi
from (
  select u.type, u.id, u.lo, u.hi, ($5::int8[])[u.first:u.last] as token
  from unnest($1::smallint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $6::int[], $7::int[])
    as u (type, id, lo, hi, first, last)
) w
where r.type = w.type and r.id = w.id
  and (r.token <> w.token or r.date_lo is distinct from w.lo or r.date_hi is distinct from w.hi)`;

const self = <T>(value: T): T => value;

/** Index rows of current states; `FORGET` went before. */
export function renewRows(drafts: readonly Draft[]): readonly Step[] {
  const tokens = flat(drafts, ({ write }) => write.rows?.tokens ?? []);
  const replace: Step = {
    text: REPLACE,
    values: [
      int2Array(drafts, ({ type }) => type),
      uuidArray(drafts, ({ uuid }) => uuid),
      instantArray(drafts, ({ write }) => low(write.rows?.date)),
      instantArray(drafts, ({ write }) => high(write.rows?.date)),
      int8Array(tokens.all, self),
      tokens.from,
      tokens.to,
    ],
  };
  return [...(notesOf(drafts)?.insert() ?? []), replace, ...insertSideRows(drafts)];
}

/** Readings of Observations, zones of Patients, and the ledger of what that changes; inside an open transaction. */
export async function renewReadings(drafts: readonly Draft[], session: Session): Promise<void> {
  const patients = drafts.filter(isPatient);
  if (patients.length > 0) {
    const [moved] = await session.run([upsertPatients(patients)]);
    const keys = moved!.rows.map((row) => row.key as number);
    if (keys.length > 0) await session.run([rezone(keys), ...recountPatients(keys)]);
  }
  const observations = drafts.filter(({ write }) => write.type === 'Observation');
  if (observations.length === 0) return;
  const steps = [removeReadings(observations)];
  const readings = observations.flatMap(({ reading }) => (reading === undefined ? [] : [reading]));
  if (readings.length > 0) steps.push(insertReadings(readings, false));
  const answers = await session.run(steps);
  const touched = answers.flatMap(({ rows }) => rows as unknown as readonly TouchedDay[]).filter((t) => t.day !== null);
  if (touched.length > 0) await session.run([recountDays(touched)]);
}
