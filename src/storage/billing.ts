// Windows in submitted claims. That a forfait is billed once for the same days is an exclusion constraint of the schema.
import type { Step } from './session.ts';
import type { BilledWindow } from './types.ts';
import { dateArray, int4Array, textArray } from './wire.ts';

const GIVEN = `unnest($1::int[], $2::text[], $3::text[], $4::date[], $5::date[], $6::text[])
  as w (patient, pathology, forfait, first_day, last_day, claim)`;

const CLASHING = `select w.patient, w.pathology, w.forfait, w.first_day, w.last_day, min(b.claim) as claim
from ${GIVEN}
join billed_window b on b.patient = w.patient and b.pathology = w.pathology and b.forfait = w.forfait
  and b.days && daterange(w.first_day, w.last_day, '[]')
group by w.patient, w.pathology, w.forfait, w.first_day, w.last_day
order by w.patient, w.first_day, w.forfait`;

const INSERT = `insert into billed_window (patient, pathology, forfait, days, claim)
select w.patient, w.pathology, w.forfait, daterange(w.first_day, w.last_day, '[]'), w.claim
from ${GIVEN}`;

/** All windows of patients. */
export const BILLED_WINDOWS = `select patient, pathology, forfait, lower(days) as first_day, upper(days) - 1 as last_day, claim
from billed_window
where patient = any($1::int[])
order by patient, first_day, forfait`;

/** A row of the questions above. */
export interface BillingRows {
  readonly patient: number;
  readonly pathology: string;
  readonly forfait: BilledWindow['forfait'];
  readonly first_day: string;
  readonly last_day: string;
  readonly claim: string;
}

/** The window of a row. */
export function windowOf({ patient, pathology, forfait, first_day, last_day, claim }: BillingRows): BilledWindow {
  return { patient, pathology, forfait, start: first_day, end: last_day, claim };
}

function valuesOf(rows: readonly BilledWindow[]): Step['values'] & object {
  return [
    int4Array(rows, (r) => r.patient),
    textArray(rows, (r) => r.pathology),
    textArray(rows, (r) => r.forfait),
    dateArray(rows, (r) => r.start),
    dateArray(rows, (r) => r.end),
    textArray(rows, (r) => r.claim),
  ];
}

/** Those of the rows whose days a submitted claim has already; `claim` in the answer is that claim. */
export function clashing(rows: readonly BilledWindow[]): Step {
  return { text: CLASHING, values: valuesOf(rows) };
}

export function insertWindows(rows: readonly BilledWindow[]): Step {
  return { text: INSERT, values: valuesOf(rows) };
}

export function releaseWindows(claim: string): Step {
  return { text: 'delete from billed_window where claim = $1::text', values: [claim] };
}
