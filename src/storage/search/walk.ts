// A page in the order of one key, read along the index of that key, so that its cost is that of the page and not that of the
// type. Three things stand in the way of one plain `order by key limit n`, and each becomes a part of its own:
//
// - rows without a value, which come last in both directions: a part that is only asked when the others do not fill the page;
// - dates that span more than two days, and numbers that are ranges, which may reach into a searched range from far before
//   it: a part for those alone, found by their mark, while the others are bounded on both sides;
// - rare tokens. PostgreSQL keeps no statistics of them and would walk the whole index for a code that nobody uses (0.5 s for
//   300,000 rows). So up to FEW matches are looked for first, by the index of tokens; when that is all, they are sorted.
import { LONG_DATE_DAYS } from '../hash.ts';
import type { Cursor, SearchPlan, SideClause } from '../types.ts';
import { allOf, longs } from './clauses.ts';
import { afterCursor, direction, idAfter, type Key, type Order, orderBy, type Side } from './order.ts';
import { reachedInstants } from './ranges.ts';
import { common, type Scope } from './scope.ts';

interface Part {
  /** The sort key as seen by this part. */
  readonly key: string;
  readonly from: string;
  readonly where: readonly string[];
  /** Holds the rows without a value: only asked when the part before does not fill the page. */
  readonly valueless?: boolean;
}

/**
 * The statement of a page by one key, or by id alone. Rows have `columns`, the sort value as text (`sort_values`), and what
 * they are ordered by: `k0` (with a key) and `uuid`.
 * @param few how many matches of the tokens to look for first; 0 = not at all
 */
export function walk(plan: SearchPlan, order: Order, columns: string, scope: Scope, few: number): string {
  const byId: Key = { sql: 'r.id', type: 'uuid', nullable: false, descending: order.idDescending };
  const key = order.keys[0] ?? byId;
  const limit = plan.limit + 1;
  const idWay = `r.id${direction(order.idDescending)}`;
  const select = (part: Part, gates: readonly string[], by: string) =>
    [
      `select ${columns}, array[${key === byId ? '' : `(${part.key})::text`}]::text[] as sort_values, ${part.key} as k0, r.id as uuid`,
      `from ${part.from}`,
      `where ${[...part.where, ...gates].join('\n  and ')}`,
      `order by ${by}`,
      `limit ${limit}`,
    ].join('\n');
  const tables: [name: string, text: string][] = [];
  if (few > 0) {
    const where = [...common(scope), ...allOf(plan.where, scope)].join('\n  and ');
    tables.push(['few', `select r.id\nfrom resource r\nwhere ${where}\nlimit ${few + 1}`]);
    const after = plan.after === undefined ? [] : [afterCursor(order, plan.after, scope)];
    const found = [...common(scope), 'r.id in (select id from few)', ...after];
    const part = { key: key.sql, from: 'resource r', where: found };
    tables.push(['found', select(part, [`(select count(*) from few) <= ${few}`], orderBy(order))]);
  }
  for (const [i, part] of partsOf(plan, key, order, scope).entries()) {
    const gates = few > 0 ? [`(select count(*) from few) > ${few}`] : [];
    if (part.valueless && i > 0) gates.push(`(select count(*) from part${i - 1}) < ${limit}`);
    const by = part.valueless || key === byId ? idWay : `${part.key}${direction(key.descending)}, ${idWay}`;
    tables.push([`part${i}`, select(part, gates, by)]);
  }
  const names = tables.map(([name]) => name).filter((name) => name !== 'few');
  return [
    `with ${tables.map(([name, text]) => `${name} as materialized (\n${text}\n)`).join(',\n')}`,
    `select * from (${names.map((name) => `select * from ${name}`).join(' union all ')}) u`,
    `order by k0${direction(key.descending)} nulls last, uuid${direction(order.idDescending)}`,
    `limit ${limit}`,
  ].join('\n');
}

/** The date on the resource row. */
function isDate(key: Key): boolean {
  return key.side === undefined && key.sql === 'r.date_lo';
}

function partsOf(plan: SearchPlan, key: Key, order: Order, scope: Scope): Part[] {
  const { after } = plan;
  const past = key.nullable && after !== undefined && (after.values[0] ?? null) === null;
  const parts: Part[] = past ? [] : withValue(plan, key, order, scope);
  const dated = plan.where.some((c) => c.kind === 'date') && isDate(key);
  if (key.nullable && (past || !dated)) {
    const where = [...conditions(plan, key, scope), `${key.sql} is null`];
    if (past) where.push(idAfter(order.idDescending, after, scope));
    parts.push({ key: `null::${key.type}`, from: 'resource r', where, valueless: true });
  }
  return parts;
}

/** What a part asks of its rows, without the clause along whose index it goes. */
function conditions(plan: SearchPlan, key: Key, scope: Scope): string[] {
  const where = plan.where.filter((c) => c !== key.side?.clause);
  return [...common(scope), ...allOf(where, scope, isDate(key))];
}

function withValue(plan: SearchPlan, key: Key, order: Order, scope: Scope): Part[] {
  if (key.side !== undefined) return sideParts(plan, key, key.side, order, scope);
  const where = conditions(plan, key, scope);
  if (order.keys.length === 0) {
    if (plan.after !== undefined) where.push(idAfter(order.idDescending, plan.after, scope));
    return [{ key: key.sql, from: 'resource r', where }];
  }
  if (key.nullable) where.push(`${key.sql} is not null`);
  if (plan.after !== undefined) where.push(...beyond(key.sql, key, order, plan.after, scope));
  const part: Part = { key: key.sql, from: 'resource r', where };
  const instants = isDate(key) ? reachedInstants(plan.where, scope.values) : [];
  if (instants.length === 0) return [part];
  const bound = `greatest(${instants.join(', ')}) - interval '${LONG_DATE_DAYS} days'`;
  return [
    { ...part, where: [...part.where, `${key.sql} > ${bound}`] },
    { ...part, where: [...part.where, `${key.sql} <= ${bound}`, longs(scope)] },
  ];
}

/** Along a side table: of several values of a resource the first in the order counts, once. */
function sideParts(plan: SearchPlan, key: Key, side: Side, order: Order, scope: Scope): Part[] {
  const value = `v.${side.column}`;
  const earlier = `w.${side.column} ${key.descending ? '>' : '<'} ${value}`;
  const better = `${earlier} or (w.${side.column} = ${value} and w.ctid < v.ctid)`;
  const bounds = side.clause === undefined ? [[]] : spanBounds(side.clause, scope);
  return bounds.map((bound) => {
    const first = `not exists (select from ${side.table} w where w.type = r.type and w.id = v.id and ${side.test('w')} and (${better}))`;
    const where = [side.test('v'), ...bound, ...conditions(plan, key, scope), first];
    if (plan.after !== undefined) where.push(...beyond(value, key, order, plan.after, scope));
    return { key: value, from: `${side.table} v\njoin resource r on r.type = v.type and r.id = v.id`, where };
  });
}

/** Numbers that reach above a number are points above it, or ranges that begin before: two parts, each with its index. */
function spanBounds(clause: SideClause, { values }: Scope): readonly (readonly string[])[] {
  if (clause.kind !== 'number' || clause.second !== undefined) return [[]];
  const { prefix, lo, hi } = clause.test;
  const edge = prefix === 'gt' ? hi : prefix === 'ge' || prefix === 'ap' ? lo : undefined;
  if (edge === undefined) return [[]];
  const place = values.put(edge, 'float8');
  const [over, under] = prefix === 'gt' ? ['>', '<='] : ['>=', '<'];
  return [[`v.lo ${over} ${place}`], [`v.lo ${under} ${place}`, `v.hi > v.lo`, `v.hi >= ${place}`]];
}

/** After the cursor in the order of a present key: the first bound is implied by the second, and is what an index understands. */
function beyond(sql: string, key: Key, order: Order, cursor: Cursor, scope: Scope): string[] {
  const place = scope.values.put(cursor.values[0], key.type);
  const sign = key.descending ? '<' : '>';
  return [`${sql} ${sign}= ${place}`, `(${sql} ${sign} ${place} or ${idAfter(order.idDescending, cursor, scope)})`];
}
