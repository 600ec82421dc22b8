// Who refers to a resource: what a deletion must ask before it leaves references to nothing.
import type { Step } from './session.ts';
import { knownTypeKey } from './type-keys.ts';
import type { PatientKey, TypedToken } from './types.ts';

const COLUMNS = 'r.patient, r.type, r.id, r.assigned, r.version, r.updated, r.method, r.content';

// Tokens of types of which there is no resource are left out first: the index compares every token with every entry that
// waits for it, and of 150 types a store has a dozen (54 ms became 4 with a full list of waiting entries; 1 ms without).
const REFERRERS = `with wanted as materialized (
  select coalesce(array_agg(w.token), '{}') as tokens
  from unnest($1::smallint[], $2::bigint[]) as w (type, token)
  join (
    select t.type from (select distinct type from unnest($1::smallint[]) as t (type)) t
    where exists (select from resource r where r.type = t.type)
  ) live using (type)
)
(select ${COLUMNS} from resource r where r.token && (select tokens from wanted) limit $4)
union all
(select ${COLUMNS} from resource r where r.patient = any($3::int[]) and r.type <> ${knownTypeKey('Patient')} limit $4)`;

/** Current resources with one of these tokens, and resources of these patients; `limit` of each at most. */
export function referrers(tokens: readonly TypedToken[], patients: readonly PatientKey[], limit: number): Step {
  const types = tokens.map(({ type }) => knownTypeKey(type));
  return { text: REFERRERS, values: [types, tokens.map(({ token }) => token), patients, limit] };
}
