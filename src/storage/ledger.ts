// The day ledger counted anew from the facts. Set-based, in key order, a statement of its own: no trigger, so that it can
// run on a distributed table too.
import { bitOf, blockOf, NO_BASIS } from './blocks.ts';
import type { Step } from './session.ts';
import { dateArray, int4Array } from './wire.ts';

/** A local day of a patient. */
export interface TouchedDay {
  readonly patient: number;
  readonly day: string;
}

// Counted readings of the touched days, as bits of their blocks.
const COUNTED = `select r.patient, m.measure, b.basis, ${blockOf('r.day')} as block, bit_or(${bitOf('r.day')}) as days
  from touched t
  join reading r on r.patient = t.patient and r.day = t.day
  cross join lateral unnest(r.measures) as m (measure)
  cross join lateral unnest(coalesce(r.based_on, array['${NO_BASIS}'::uuid])) as b (basis)
  where r.final and r.valued
  group by r.patient, m.measure, b.basis, block`;

const RECOUNT_DAYS = `with touched as (
  select distinct t.patient, t.day from unnest($1::int[], $2::date[]) as t (patient, day)
), mask as (
  select t.patient, ${blockOf('t.day')} as block, bit_or(${bitOf('t.day')}) as days from touched t group by t.patient, block
), counted as (
  ${COUNTED}
), next as (
  select x.patient, x.measure, x.basis, x.block, bit_or(x.days) as days
  from (
    select d.patient, d.measure, d.basis, d.block, d.days & ~k.days as days
    from mask k
    join day_ledger d on d.patient = k.patient and d.block = k.block
    union all
    select c.patient, c.measure, c.basis, c.block, c.days from counted c
  ) x
  group by x.patient, x.measure, x.basis, x.block
), gone as (
  delete from day_ledger d
  using next n
  where n.days = 0 and d.patient = n.patient and d.measure = n.measure and d.basis = n.basis and d.block = n.block
)
insert into day_ledger as d (patient, measure, block, days, basis)
select n.patient, n.measure, n.block, n.days, n.basis
from next n
where n.days <> 0
order by n.patient, n.measure, n.basis, n.block
on conflict (patient, measure, basis, block) do update set days = excluded.days where d.days <> excluded.days`;

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

const FORGET_PATIENTS = 'delete from day_ledger where patient = any($1::int[])';

const RECOUNT_PATIENTS = `with touched as (
  select distinct r.patient, r.day from reading r where r.patient = any($1::int[]) and r.day is not null
)
insert into day_ledger (patient, measure, block, days, basis)
select c.patient, c.measure, c.block, c.days, c.basis
from (
  ${COUNTED}
) c
order by c.patient, c.measure, c.basis, c.block`;

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
