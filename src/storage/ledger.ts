// The day ledger counted anew from the facts. Set-based, in key order, a statement of its own: no trigger, so that it can
// run on a distributed table too.
import { NO_BASIS } from './insert.ts';
import type { Step } from './session.ts';
import { dateArray, int4Array } from './wire.ts';

/** A local day of a patient. */
export interface TouchedDay {
  readonly patient: number;
  readonly day: string;
}

const COUNTED = `select r.patient, m.measure, r.day, count(*)::int as n, b.basis
  from touched t
  join reading r on r.patient = t.patient and r.day = t.day
  cross join lateral unnest(r.measures) as m (measure)
  cross join lateral unnest(coalesce(r.based_on, array['${NO_BASIS}'::uuid])) as b (basis)
  where r.final and r.valued
  group by r.patient, m.measure, b.basis, r.day`;

const RECOUNT_DAYS = `with touched as (
  select distinct t.patient, t.day from unnest($1::int[], $2::date[]) as t (patient, day)
), counted as (
  ${COUNTED}
), gone as (
  delete from reading_day d
  using touched t
  where d.patient = t.patient and d.day = t.day
    and not exists (
      select from counted c
      where c.patient = d.patient and c.measure = d.measure and c.basis = d.basis and c.day = d.day
    )
)
insert into reading_day as d (patient, measure, day, n, basis)
select patient, measure, day, n, basis from counted
order by patient, measure, basis, day
on conflict (patient, measure, basis, day) do update set n = excluded.n where d.n <> excluded.n`;

// The zone of these patients has changed: the days of what is known to the instant may have changed with it.
const REZONE = `update reading r
set day = x.day
from (
  select r.id, r.patient,
    ((r.at at time zone p.zone) - case when r.ends then interval '1 microsecond' else interval '0' end)::date as day
  from unnest($1::int[]) as w (patient)
  join patient p on p.key = w.patient
  join reading r on r.patient = w.patient
  where r.at is not null
) x
where r.id = x.id and r.patient = x.patient and r.day is distinct from x.day`;

const FORGET_PATIENTS = 'delete from reading_day where patient = any($1::int[])';

const RECOUNT_PATIENTS = `with touched as (
  select distinct r.patient, r.day from reading r where r.patient = any($1::int[]) and r.day is not null
)
insert into reading_day (patient, measure, day, n, basis)
select patient, measure, day, n, basis from (
  ${COUNTED}
) counted
order by patient, measure, basis, day`;

const self = <T>(value: T): T => value;

/** Counts the ledger of some days anew. */
export function recountDays(days: readonly TouchedDay[]): Step {
  return { text: RECOUNT_DAYS, values: [int4Array(days, (d) => d.patient), dateArray(days, (d) => d.day)] };
}

/** Makes the days of all readings of patients anew, after a change of zone. The ledger has to be counted after it. */
export function rezone(patients: readonly number[]): Step {
  return { text: REZONE, values: [int4Array(patients, self)] };
}

/** Counts the whole ledger of patients anew. */
export function recountPatients(patients: readonly number[]): readonly Step[] {
  const values = [int4Array(patients, self)];
  return [
    { text: FORGET_PATIENTS, values },
    { text: RECOUNT_PATIENTS, values },
  ];
}
