// Figures over measurements, for $stats: what Observations carry as values, and what their components do. Computed from the
// content: the index keeps numbers as floats and does not know which component a code stands in.

import { storedId } from './ids.ts';
import type { Reader } from './lanes.ts';
import { CURRENT, stateOf } from './resources.ts';
import { allOf } from './search/clauses.ts';
import { reachCondition, scopeOf } from './search/scope.ts';
import { type Statement, Values } from './search/statement.ts';
import { knownTypeKey } from './type-keys.ts';
import type { Figures, SearchPlan, StatisticsPlan, StatisticsStore, StoredResource } from './types.ts';

export class Statistics implements StatisticsStore {
  readonly #reader: Reader;
  readonly #resolved: (plan: SearchPlan) => Promise<SearchPlan>;

  constructor(reader: Reader, resolved: (plan: SearchPlan) => Promise<SearchPlan>) {
    this.#reader = reader;
    this.#resolved = resolved;
  }

  async panelMembers(plan: StatisticsPlan): Promise<readonly string[]> {
    const rows = await this.#reader.rows(compileMembers(await this.#ready(plan)));
    return rows.map((row) => row.reference as string);
  }

  async figures(plan: StatisticsPlan): Promise<readonly Figures[]> {
    const rows = await this.#reader.rows(compileFigures(await this.#ready(plan)));
    return rows.map(({ system, code, unit, shown, ...figures }) => ({
      ...({ system, code, unit, shown } as Pick<Figures, 'system' | 'code' | 'unit' | 'shown'>),
      figures: figures as Figures['figures'],
    }));
  }

  async measured(plan: StatisticsPlan, limit: number): Promise<readonly StoredResource[]> {
    return (await this.#reader.rows(compileMeasured(await this.#ready(plan), limit))).map(stateOf);
  }

  async #ready(plan: StatisticsPlan): Promise<StatisticsPlan> {
    const { reach, where } = plan;
    return { ...plan, where: (await this.#resolved({ reach, where, type: 'Observation', sort: [], limit: 0 })).where };
  }
}

// As json, not jsonb: a decimal may be larger than PostgreSQL's numeric. `entered-in-error` never counts (R4).
function hits(plan: StatisticsPlan, values: Values): string {
  const scope = scopeOf({ type: 'Observation', reach: plan.reach }, values);
  const where = [
    `r.type = ${values.put(knownTypeKey('Observation'), 'int2')}`,
    reachCondition(plan.reach),
    ...allOf(plan.where, scope),
    plan.from === null ? undefined : `r.date_lo >= ${values.put(plan.from, 'timestamptz')}`,
    plan.to === null ? undefined : `r.date_lo < ${values.put(plan.to, 'timestamptz')}`,
    `r.content::json->>'status' <> 'entered-in-error'`,
  ].filter((c) => c !== undefined);
  return `hits as materialized (
  select r.id, r.patient, r.date_lo as at, r.content::json->'code' as code, r.content::json->'valueQuantity' as quantity,
    r.content::json->'component' as components, r.content::json->'hasMember' as members,
    r.content::json->'modifierExtension' is not null as modified
  from resource r
  where ${where.join(' and ')}
)`;
}

/** Members of the Observations that are themselves coded as asked. */
export function compileMembers(plan: StatisticsPlan): Statement {
  const values = new Values();
  const text = `with ${asked(plan, values)}, ${hits(plan, values)}
select distinct substring(m->>'reference' from 'Observation/([A-Za-z0-9.-]{1,64})') as reference
from hits h
cross join lateral json_array_elements(h.members) as m
where h.members is not null and ${isAsked('h.code')} and m->>'reference' ~ '^Observation/[A-Za-z0-9.-]{1,64}(/_history/.*)?$'`;
  return { text, values: values.list };
}

function asked({ codings }: StatisticsPlan, values: Values): string {
  const systems = values.put(
    codings.map((c) => c.system),
    'text[]',
  );
  return `asked as (select * from unnest(${systems}, ${values.put(
    codings.map((c) => c.code),
    'text[]',
  )}) as a (system, code))`;
}

function isAsked(concept: string): string {
  return `exists (
    select from json_array_elements(${concept}->'coding') c join asked a on a.code = c->>'code' and a.system = coalesce(c->>'system', '')
  )`;
}

// A number whose fourth power a float can hold.
const NUMBER = '^-?[0-9]{1,15}([.][0-9]{1,30})?([eE][-+]?[01]?[0-9])?$';

/**
 * One row for each measurement and coding that it counts under: codings asked for, or, inside a panel, the first one. An
 * Observation that is only the frame of components or members is no measurement. `value` is null when it does not count.
 */
function measures(plan: StatisticsPlan, values: Values): string {
  const members = values.put(plan.members.map(storedId), 'uuid[]');
  return `${asked(plan, values)}, ${hits(plan, values)}, measure as (
  select h.id, h.patient, h.at, h.modified, h.code, h.quantity, h.id = any(${members}) as below
  from hits h
  where h.quantity is not null or (h.components is null and h.members is null)
  union all
  select h.id, h.patient, h.at, h.modified or c->'modifierExtension' is not null, c->'code', c->'valueQuantity',
    h.id = any(${members}) or ${isAsked('h.code')}
  from hits h
  cross join lateral json_array_elements(h.components) as c
  where h.components is not null
), keyed as materialized (
  select m.id, m.patient, m.at, k.system, k.code, m.quantity->>'code' as unit, m.quantity->>'unit' as shown,
    case
      when not m.modified and m.quantity->>'system' = 'http://unitsofmeasure.org' and m.quantity->>'code' is not null
        and m.quantity->>'comparator' is null and m.quantity->>'value' ~ '${NUMBER}'
      then (m.quantity->>'value')::numeric
    end as value
  from measure m
  cross join lateral (
    select s.system, s.code from (
      select c.system, c.code, c.place, a.code is not null as asked, bool_or(a.code is not null) over () as any_asked
      from (
        select coalesce(x->>'system', '') as system, x->>'code' as code, place
        from json_array_elements(m.code->'coding') with ordinality as e (x, place)
        where x->>'code' is not null
      ) c
      left join asked a on a.code = c.code and a.system = c.system
    ) s
    where s.asked or (m.below and not s.any_asked and s.place = 1)
  ) k
)`;
}

const shortened = (sql: string): string => `trim_scale((${sql})::numeric)::text`;
const percentile = (fraction: number): string =>
  shortened(`percentile_cont(${fraction}) within group (order by v.value::float8)`);
const DAY_OF = `(extract(epoch from v.at) - v.first) / 86400`;

/** The codes of observation-statistics, as SQL over `v` (value, mean, at, first). Sample variance; moments of the population. */
const FIGURES: Readonly<Record<string, string>> = {
  average: shortened('avg(v.value)'),
  maximum: 'max(v.value)::text',
  minimum: 'min(v.value)::text',
  count: 'count(v.value)::text',
  'total-count': 'max(v.total)::text',
  median: percentile(0.5),
  'std-dev': shortened('stddev_samp(v.value)'),
  sum: 'sum(v.value)::text',
  variance: shortened('var_samp(v.value)'),
  '20-percent': percentile(0.2),
  '80-percent': percentile(0.8),
  '4-lower': percentile(0.25),
  '4-upper': percentile(0.75),
  '4-dev': shortened(
    '(percentile_cont(0.75) within group (order by v.value::float8) - percentile_cont(0.25) within group (order by v.value::float8)) / 2',
  ),
  '5-1': percentile(0.2),
  '5-2': percentile(0.4),
  '5-3': percentile(0.6),
  '5-4': percentile(0.8),
  skew: shortened('avg((v.value - v.mean)::float8 ^ 3) / nullif(var_pop(v.value)::float8 ^ 1.5, 0)'),
  kurtosis: shortened('avg((v.value - v.mean)::float8 ^ 4) / nullif(var_pop(v.value)::float8 ^ 2, 0)'),
  gradient: shortened(`regr_slope(v.value::float8, ${DAY_OF})`),
  intercept: shortened(`regr_intercept(v.value::float8, ${DAY_OF})`),
};

/** Codings without any measurement have no row; those without a value that counts have one, without a unit. */
export function compileFigures(plan: StatisticsPlan): Statement {
  const values = new Values();
  const first = plan.from === null ? 'null::timestamptz' : values.put(plan.from, 'timestamptz');
  const text = `with ${measures(plan, values)}, v as (
  select k.system, k.code, k.at, k.value, k.shown, case when k.value is not null then k.unit end as unit,
    count(*) over (partition by k.system, k.code) as total,
    count(k.value) over (partition by k.system, k.code) as counted,
    avg(k.value) over (partition by k.system, k.code, k.unit) as mean,
    extract(epoch from coalesce(${first}, min(k.at) over (partition by k.system, k.code))) as first
  from keyed k
)
select v.system, v.code, v.unit, (array_agg(v.shown order by v.at desc nulls last) filter (where v.value is not null))[1] as shown,
  ${Object.entries(FIGURES)
    .map(([name, sql]) => `${sql} as "${name}"`)
    .join(',\n  ')}
from v
where v.value is not null or v.counted = 0
group by v.system, v.code, v.unit
order by v.system, v.code, v.unit`;
  return { text, values: values.list };
}

export function compileMeasured(plan: StatisticsPlan, limit: number): Statement {
  const values = new Values();
  const text = `with ${measures(plan, values)}, sources as (
  select distinct k.id, k.patient, k.at from keyed k where k.value is not null
  order by k.at desc nulls last, k.id
  limit ${values.put(limit, 'int')}
)
select ${CURRENT}
from sources s
join resource r on r.type = ${values.put(knownTypeKey('Observation'), 'int2')} and r.id = s.id and r.patient = s.patient
order by s.at desc nulls last, s.id`;
  return { text, values: values.list };
}
