// The latest Observations of each code, for $lastn. The codes of a patient's readings stand beside them as keys; those of
// other Observations, and texts, are read from the content.
import { CATEGORY_MEASURES, type Dictionary } from './dictionary.ts';
import type { Reader } from './lanes.ts';
import { CURRENT, stateOf } from './resources.ts';
import { allOf } from './search/clauses.ts';
import { reachCondition, scopeOf } from './search/scope.ts';
import { type Statement, Values } from './search/statement.ts';
import type { Row } from './session.ts';
import { knownTypeKey } from './type-keys.ts';
import type { Latest, LatestStore, PatientKey, SearchPlan } from './types.ts';

export class Latests implements LatestStore {
  readonly #reader: Reader;
  readonly #resolved: (plan: SearchPlan) => Promise<SearchPlan>;
  readonly #dictionary: Dictionary;

  constructor(reader: Reader, resolved: (plan: SearchPlan) => Promise<SearchPlan>, dictionary: Dictionary) {
    this.#reader = reader;
    this.#resolved = resolved;
    this.#dictionary = dictionary;
  }

  async latestOfCodes(
    { reach, where }: Pick<SearchPlan, 'reach' | 'where'>,
    max: number,
    limit: number,
  ): Promise<{ latest: Latest[]; together: { patient: PatientKey; codes: readonly string[] }[] }> {
    const plan = await this.#resolved({ reach, where, type: 'Observation', sort: [], limit });
    const categories = await this.#dictionary.measureKeys(CATEGORY_MEASURES, this.#reader);
    const rows = await this.#reader.rows(compileLatest(plan, max, [...categories.values()]));
    const found = Map.groupBy(rows, (row) => row.id === null);
    return { latest: (found.get(false) ?? []).map(latestOf), together: (found.get(true) ?? []).map(togetherOf) };
  }
}

function latestOf(row: Row): Latest {
  const { codes, age } = row as { codes: readonly string[]; age: number | null };
  return { ...stateOf(row), codes, age: age ?? undefined };
}

function togetherOf(row: Row): { patient: PatientKey; codes: readonly string[] } {
  return row as unknown as { patient: PatientKey; codes: readonly string[] };
}

// As json, not jsonb: a decimal may be larger than PostgreSQL's numeric.
const FROM_CONTENT = `coalesce(
      (select array_agg(distinct 'c:' || coalesce(c->>'system', '') || '|' || (c->>'code'))
        from json_array_elements(r.content::json->'code'->'coding') c where c->>'code' is not null),
      array['t:' || coalesce(r.content::json->'code'->>'text', '')])`;

/** @param categories keys of the measures that are no codes */
export function compileLatest(plan: SearchPlan, max: number, categories: readonly number[]): Statement {
  const values = new Values();
  const scope = scopeOf(plan, values);
  const type = values.put(knownTypeKey(plan.type), 'int2');
  const where = [`r.type = ${type}`, reachCondition(plan.reach), ...allOf(plan.where, scope)].filter(
    (c) => c !== undefined,
  );
  const text = `with hits as materialized (
  select r.id, r.patient, r.date_lo as at,
    case when cardinality(m.keys) > 0 then m.keys::text[] else ${FROM_CONTENT} end as codes
  from resource r
  left join lateral (
    select array(select k from unnest(g.measures) as k where k <> all(${values.put(categories, 'int[]')})) as keys
    from reading g
    where g.id = r.id and g.patient = r.patient
  ) m on true
  where ${where.join(' and ')}
), ranked as (
  select h.*, rank() over (
    partition by h.patient, c.code
    order by h.at desc nulls last, case when h.at is null then h.id end desc
  ) as place
  from hits h
  cross join lateral unnest(h.codes) as c (code)
), best as (
  select distinct id, patient, at, codes from ranked where place <= ${values.put(max, 'int')}
), latest as (
  select ${CURRENT}, b.codes, case when b.at is not null then dense_rank() over (order by b.at desc nulls last)::int end as age
  from best b
  join resource r on r.type = ${type} and r.id = b.id and r.patient = b.patient
  order by b.at desc nulls last, b.id desc
  limit ${values.put(plan.limit, 'int')}
)
select * from latest
union all
select distinct h.patient, null::int2, null::uuid, null, null::int, null::timestamptz, null::int2, null, h.codes, null::int
from hits h
where cardinality(h.codes) > 1`;
  return { text, values: values.list };
}
