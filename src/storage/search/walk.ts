// A page in the order of one key, read along the index of that key, so that its cost is that of the page and not that of the
// type. Three things stand in the way of one plain `order by key limit n`, and each becomes a part of its own:
//
// - rows without a value, which come last in both directions: a part that is only asked when the others do not fill the page;
// - dates that span more than two days, which may reach into a searched range from far before it: a part for those alone,
//   found by their mark, while the others are bounded on both sides;
// - rare tokens. PostgreSQL keeps no statistics of them and would walk the whole index for a code that nobody uses (0.5 s for
//   300,000 rows). So up to FEW matches are looked for first, by the index of tokens; when that is all, they are sorted.
import { LONG_DATE_DAYS } from '../hash.ts';
import type { Cursor, SearchPlan } from '../types.ts';
import { allOf, longs, type Scope } from './clauses.ts';
import { afterCursor, direction, idAfter, type Key, type Order, orderBy } from './order.ts';
import { reachedInstants } from './ranges.ts';

/** Enough matches to expect a full page soon on the walk; few enough to be looked up in a millisecond. */
const FEW = 200;

interface Part {
  /** The sort key as seen by this part. */
  readonly key: string;
  readonly from: string;
  readonly where: readonly string[];
  /** Holds the rows without a value: only asked when the part before does not fill the page. */
  readonly valueless?: boolean;
}

/** The statement of a page by one key, or by id alone. `columns` are those of a SearchRow before its sort values. */
export function walk(plan: SearchPlan, order: Order, common: readonly string[], columns: string, scope: Scope): string {
  const byId: Key = { sql: 'r.id', type: 'uuid', nullable: false, descending: order.idDescending };
  const key = order.keys[0] ?? byId;
  const where = [...common, ...allOf(plan.where, scope, key.sql === DATE)];
  const limit = plan.limit + 1;
  const few = looksForFew(plan);
  const idWay = `r.id${direction(order.idDescending)}`;
  const select = (part: Part, gates: readonly string[], by: string) =>
    [
      `select ${columns}, array[${key === byId ? '' : `(${part.key})::text`}]::text[] as sort_values, ${part.key} as k, r.id as uuid`,
      `from ${part.from}`,
      `where ${[...part.where, ...gates].join('\n  and ')}`,
      `order by ${by}`,
      `limit ${limit}`,
    ].join('\n');
  const tables: [name: string, text: string][] = [];
  if (few) {
    const after = plan.after === undefined ? [] : [afterCursor(order, plan.after, scope.values)];
    const found = { key: key.sql, from: 'resource r', where: ['r.id in (select id from few)', ...where, ...after] };
    tables.push(['found', select(found, [`(select count(*) from few) <= ${FEW}`], orderBy(order))]);
  }
  for (const [i, part] of partsOf(plan, key, order, where, scope).entries()) {
    const gates = few ? [`(select count(*) from few) > ${FEW}`] : [];
    if (part.valueless && i > 0) gates.push(`(select count(*) from part${i - 1}) < ${limit}`);
    const by = part.valueless || key === byId ? idWay : `${part.key}${direction(key.descending)}, ${idWay}`;
    tables.push([`part${i}`, select(part, gates, by)]);
  }
  const names = tables.map(([name]) => name);
  if (few) tables.unshift(['few', `select r.id\nfrom resource r\nwhere ${where.join('\n  and ')}\nlimit ${FEW + 1}`]);
  return [
    `with ${tables.map(([name, text]) => `${name} as materialized (\n${text}\n)`).join(',\n')}`,
    `select id, patient, version, updated, method, content, sort_values`,
    `from (${names.map((name) => `select * from ${name}`).join(' union all ')}) u`,
    `order by k${direction(key.descending)} nulls last, uuid${direction(order.idDescending)}`,
    `limit ${limit}`,
  ].join('\n');
}

const DATE = 'r.date_lo';

/** Tokens without anything that narrows the search to a part that is small anyway. */
export function looksForFew({ where }: SearchPlan): boolean {
  return where.some((c) => c.kind === 'token') && !where.some((c) => c.kind === 'patient' || c.kind === 'id');
}

function partsOf(plan: SearchPlan, key: Key, order: Order, where: readonly string[], scope: Scope): Part[] {
  const { after } = plan;
  const past = key.nullable && after !== undefined && (after.values[0] ?? null) === null;
  const parts: Part[] = past ? [] : withValue(plan, key, order, where, scope);
  const dated = plan.where.some((c) => c.kind === 'date') && key.sql === DATE;
  if (key.nullable && (past || !dated)) {
    const absent = `${key.sql} is null`;
    const more = past ? [idAfter(order.idDescending, after, scope.values)] : [];
    parts.push({ key: `null::${key.type}`, from: 'resource r', where: [...where, absent, ...more], valueless: true });
  }
  return parts;
}

function withValue(plan: SearchPlan, key: Key, order: Order, where: readonly string[], scope: Scope): Part[] {
  if (key.side !== undefined) return [sidePart(plan, key, order, where, scope)];
  if (order.keys.length === 0) {
    const after = plan.after === undefined ? [] : [idAfter(order.idDescending, plan.after, scope.values)];
    return [{ key: key.sql, from: 'resource r', where: [...where, ...after] }];
  }
  const after = plan.after === undefined ? [] : beyond(key.sql, key, order, plan.after, scope);
  const present = key.nullable ? [`${key.sql} is not null`] : [];
  const part: Part = { key: key.sql, from: 'resource r', where: [...where, ...present, ...after] };
  const instants = key.sql === DATE ? reachedInstants(plan.where, scope.values) : [];
  if (instants.length === 0) return [part];
  const bound = `greatest(${instants.join(', ')}) - interval '${LONG_DATE_DAYS} days'`;
  return [
    { ...part, where: [...part.where, `${key.sql} > ${bound}`] },
    { ...part, where: [...part.where, `${key.sql} <= ${bound}`, longs(scope)] },
  ];
}

/** Along a side table: of several values of a resource the first in the order counts, once. */
function sidePart(plan: SearchPlan, key: Key, order: Order, where: readonly string[], scope: Scope): Part {
  const { table, column, param } = key.side!;
  const value = `v.${column}`;
  const earlier = `w.${column} ${key.descending ? '>' : '<'} ${value}`;
  const better = `${earlier} or (w.${column} = ${value} and w.ctid < v.ctid)`;
  const first = `not exists (select from ${table} w where w.type = r.type and w.id = v.id and w.param = ${param} and (${better}))`;
  const after = plan.after === undefined ? [] : beyond(value, key, order, plan.after, scope);
  return {
    key: value,
    from: `${table} v\njoin resource r on r.type = v.type and r.id = v.id`,
    where: [`v.param = ${param}`, ...where, first, ...after],
  };
}

/** After the cursor in the order of a present key: the first bound is implied by the second, and is what an index understands. */
function beyond(sql: string, key: Key, order: Order, cursor: Cursor, scope: Scope): string[] {
  const place = scope.values.put(cursor.values[0], key.type);
  const sign = key.descending ? '<' : '>';
  return [
    `${sql} ${sign}= ${place}`,
    `(${sql} ${sign} ${place} or ${idAfter(order.idDescending, cursor, scope.values)})`,
  ];
}
