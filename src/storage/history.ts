// History over a type, or over everything, newest first: https://hl7.org/fhir/R4/http.html#history
// Current and past states are two tables, each with an index by type and time; a page takes the newest of both. What a page
// shows never moves when something is written meanwhile: a state that becomes a past one keeps its time and its place.
import { storedId } from './ids.ts';
import type { Question } from './lanes.ts';
import type { Row } from './session.ts';
import { knownTypeKey, typeKey, typeKeys, typeOfKey } from './type-keys.ts';
import type { HistoryPage, NamedState } from './types.ts';

/** Counting stops here: a total that walks through all of a large store would hold it up for one caller. */
export const HISTORY_COUNTED = 10_000;

const COLUMNS = 'r.patient, r.type, r.id, r.assigned, r.version, r.updated, r.method, r.content';

interface Bounds {
  readonly current: string;
  readonly past: string;
  readonly values: unknown[];
}

/** The conditions of a page on both tables. `$1` is the list of types. */
function boundsOf({ since, at }: HistoryPage): Bounds {
  const values: unknown[] = [];
  const current: string[] = [];
  const past: string[] = [];
  const value = (v: unknown) => `$${values.push(v) + 1}::timestamptz`;
  if (since !== undefined) {
    const from = value(since);
    current.push(`r.updated >= ${from}`);
    past.push(`r.updated >= ${from}`);
  }
  if (at !== undefined) {
    const [lo, hi] = [value(at.lo), value(at.hi)];
    current.push(`r.updated < ${hi}`);
    // A past state was current until the next one came; a deletion is told where it happened.
    past.push(`r.updated < ${hi}`);
    past.push(`case when r.content is null then r.updated >= ${lo} else ${NEXT} > ${lo} end`);
  }
  const join = (conditions: readonly string[]) => conditions.map((c) => ` and ${c}`).join('');
  return { current: join(current), past: join(past), values };
}

const NEXT = `coalesce(
  (select n.updated from resource n where n.type = r.type and n.id = r.id and n.version = r.version + 1),
  (select n.updated from resource_history n where n.type = r.type and n.id = r.id and n.version = r.version + 1),
  '-infinity')`;

/** A page of states of one type, or of all, with one state more when there is a page after it. */
export function historyQuestion(type: string | undefined, page: HistoryPage): Question {
  if (page.among !== undefined) return amongQuestion(type, page, page.among);
  const { current, past, values } = boundsOf(page);
  let after = '';
  if (page.after !== undefined) {
    const { updated, type: last, id, version } = page.after;
    const places = [updated, typeKey(last) ?? 0, id, version].map((v) => values.push(v) + 1);
    const [u, t, i, v] = places;
    // The first condition walks the index; the second settles what has the same time.
    after = ` and r.updated <= $${u}::timestamptz
    and (r.updated, r.type, r.id, r.version) < ($${u}::timestamptz, $${t}::smallint, $${i}::uuid, $${v}::int)`;
  }
  const limit = `$${values.push(page.limit + 1) + 1}::int`;
  const newest = (table: string, conditions: string) => `(
    select ${COLUMNS} from ${table} r
    where r.type = t.type${conditions}${after}
    order by r.updated desc, r.id desc${table === 'resource' ? '' : ', r.version desc'}
    limit ${limit}
  )`;
  const text = `select r.* from unnest($1::smallint[]) as t (type)
cross join lateral (
  ${newest('resource', current)}
  union all
  ${newest('resource_history', past)}
) r
order by r.updated desc, r.type desc, r.id desc, r.version desc
limit ${limit}`;
  return { text, values: [keysOf(type), ...values] };
}

/** As {@link historyQuestion}, among a few: each is looked up. */
function amongQuestion(type: string | undefined, page: HistoryPage, among: readonly NamedState[]): Question {
  const { current, past, values } = boundsOf(page);
  const named = namedStates(among, values);
  let after = '';
  if (page.after !== undefined) {
    const { updated, type: last, id, version } = page.after;
    const [u, t, i, v] = [updated, typeKey(last) ?? 0, id, version].map((one) => values.push(one) + 1);
    after = ` and (r.updated, r.type, r.id, r.version) < ($${u}::timestamptz, $${t}::smallint, $${i}::uuid, $${v}::int)`;
  }
  const limit = `$${values.push(page.limit + 1) + 1}::int`;
  const states = (table: string, conditions: string) => `select ${COLUMNS} from ${named(table)}${conditions}${after}`;
  const text = `select r.* from (
  ${states('resource', current)}
  union all
  ${states('resource_history', past)}
) r
order by r.updated desc, r.type desc, r.id desc, r.version desc
limit ${limit}`;
  return { text, values: [keysOf(type), ...values] };
}

/** The states of a table that are named, of the types of `$1`. */
function namedStates(among: readonly NamedState[], values: unknown[]): (table: string) => string {
  const list = among.map((s) => ({ type: knownTypeKey(s.type), id: storedId(s.id), version: s.version ?? null }));
  const [types, ids, versions] = [list.map((s) => s.type), list.map((s) => s.id), list.map((s) => s.version)].map(
    (column) => `$${values.push(column) + 1}`,
  );
  return (table) => `unnest(${types}::smallint[], ${ids}::uuid[], ${versions}::int[]) as l (type, id, version)
  join ${table} r on r.type = l.type and r.id = l.id and (l.version is null or r.version = l.version)
  where r.type = any($1::smallint[])`;
}

/** How many states there are, counted up to {@link HISTORY_COUNTED} and one. */
export function historyCount(type: string | undefined, page: HistoryPage): Question {
  const { current, past, values } = boundsOf(page);
  if (page.among !== undefined) {
    const named = namedStates(page.among, values);
    const text = `select count(*)::int as count from (
  select from ${named('resource')}${current} union all select from ${named('resource_history')}${past}
  limit ${HISTORY_COUNTED + 1}
) c`;
    return { text, values: [keysOf(type), ...values] };
  }
  const some = (table: string, conditions: string) =>
    `(select from ${table} r where r.type = t.type${conditions} limit ${HISTORY_COUNTED + 1})`;
  const text = `select count(*)::int as count from (
  select from unnest($1::smallint[]) as t (type)
  cross join lateral (${some('resource', current)} union all ${some('resource_history', past)}) r
  limit ${HISTORY_COUNTED + 1}
) c`;
  return { text, values: [keysOf(type), ...values] };
}

function keysOf(type: string | undefined): readonly number[] {
  return type === undefined ? typeKeys : [knownTypeKey(type)];
}

/** The place of a row in the order, for the page after it. */
export function placeInHistory(row: Row): NonNullable<HistoryPage['after']> {
  return {
    updated: row.updated as string,
    type: typeOfKey(row.type as number),
    id: row.id as string,
    version: row.version as number,
  };
}
