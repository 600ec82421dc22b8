// A page in the order of one key, read along the index of that key, so that its cost is that of the page and not that of the
// type. Three things stand in the way of one plain `order by key limit n`, and each becomes a part of its own:
//
// - rows without a value, which come last in both directions: a part that is only asked when the others do not fill the page;
// - dates that span more than two days, and numbers that are ranges, which may reach into a searched range from far before
//   it: a part for those alone, found by their mark, while the others are bounded on both sides;
// - rare tokens. PostgreSQL keeps no statistics of them and would walk the whole index for a code that nobody uses (0.5 s for
//   300,000 rows). So up to FEW matches are looked for first, by the index of tokens; when that is all, they are sorted.
import { LONG_DATE_DAYS } from '../hash.ts';
import type { Cursor, SearchPlan } from '../types.ts';
import { uuidFrom, uuidUpTo } from '../uuid-order.ts';
import { allOf, longs } from './clauses.ts';
import { afterCursor, direction, idAfter, idSign, type Key, type Order, orderBy, type Side, ways } from './order.ts';
import { longDate, reachedInstants, reachedNumber, rowSpan } from './ranges.ts';
import { common, type Scope } from './scope.ts';

interface Part {
  /** The sort key as seen by this part, and the id that breaks ties. */
  readonly key: string;
  readonly id: 'r.id' | 'v.id';
  readonly from: string;
  readonly where: readonly string[];
  /** What it is ordered by, where that is not the key itself. */
  readonly by?: string;
  /** Holds the rows without a value: only asked when the part before does not fill the page. */
  readonly valueless?: boolean;
}

/**
 * The statement of a page along its first key, or by id alone; where that is the same, the other keys decide. Rows have
 * `columns`, the sort values as texts (`sort_values`), and what they are ordered by: `k0`, `k1` … and `uuid`.
 * @param few how many matches of the tokens to look for first; 0 = not at all
 * @param near how many rows along the order to look at before that; 0 = none
 */
export function walk(plan: SearchPlan, order: Order, columns: string, scope: Scope, few: number, near: number): string {
  const byId: Key = { sql: 'r.id', type: 'uuid', nullable: false, descending: order.idDescending };
  const key = order.keys[0] ?? byId;
  const limit = plan.limit + 1;
  const rest = order.keys.slice(1);
  const select = (part: Part, gates: readonly string[], by: string) => {
    const keys = [part.key, ...rest.map((k) => k.sql)];
    const texts = key === byId ? [] : keys.map((k) => `(${k})::text`);
    return [
      `select ${columns}, array[${texts.join(', ')}]::text[] as sort_values, ${keys.map((k, i) => `${k} as k${i}`).join(', ')}, r.id as uuid`,
      `from ${part.from}`,
      `where ${[...part.where, ...gates].join('\n  and ')}`,
      `order by ${by}`,
      `limit ${limit}`,
    ].join('\n');
  };
  const tables: [name: string, text: string][] = [];
  const start = few > 0 && near > 0 ? startOf(plan, key, order, scope, near) : undefined;
  if (start !== undefined) {
    const by = `${start.key}${direction(key.descending)}, r.id${direction(order.idDescending)}`;
    tables.push(['near', select(start, [], by)]);
  }
  const isNear = `(select count(*) from near) >= ${limit}`;
  const afar = start === undefined ? [] : [`not (${isNear})`];
  let enough = '';
  if (few > 0) {
    const gates: string[] = [];
    const where = [...common(scope), ...allOf(plan.where, { ...scope, gates })].join('\n  and ');
    tables.push(['few', `select r.id\nfrom resource r\nwhere ${where}\nlimit ${few + 1}`]);
    enough = [`(select count(*) from few) <= ${few}`, ...gates].join(' and ');
    // Looked up one by one, as they are few: PostgreSQL takes them for more, and would walk along the order to meet them.
    const found = [...common(scope), 'r.id = f.id'].join(' and ');
    const after = plan.after === undefined ? [] : [afterCursor(order, plan.after, scope)];
    const from = `few f\ncross join lateral (select r.* from resource r where ${found} limit 1) r`;
    tables.push(['found', select({ key: key.sql, id: 'r.id', from, where: after }, [...afar, enough], orderBy(order))]);
  }
  for (const [i, part] of partsOf(plan, key, order, scope).entries()) {
    const gates = few > 0 ? [...afar, `not (${enough})`] : [];
    if (part.valueless && i > 0) gates.push(`(select count(*) from part${i - 1}) < ${limit}`);
    const first = part.valueless || key === byId ? [] : [`${part.by ?? part.key}${direction(key.descending)}`];
    const by = [...first, ...ways(rest), `${part.id}${direction(order.idDescending)}`].join(', ');
    tables.push([`part${i}`, select(part, gates, by)]);
  }
  const names = tables.map(([name]) => name).filter((name) => name !== 'few');
  return [
    `with ${tables.map(([name, text]) => `${name} as materialized (\n${text}\n)`).join(',\n')}`,
    `select * from (${names.map((name) => `select * from ${name}${name === 'near' ? ` where ${isNear}` : ''}`).join(' union all ')}) u`,
    `order by ${[...[key, ...rest].map((k, i) => `k${i}${direction(k.descending)} nulls last`), `uuid${direction(order.idDescending)}`].join(', ')}`,
    `limit ${limit}`,
  ].join('\n');
}

/**
 * The first rows along the order, whatever they are, of which those count that match: where matches are frequent, a page is full
 * of them. Only along what stands on the row itself, alone.
 */
function startOf(plan: SearchPlan, key: Key, order: Order, scope: Scope, near: number): Part | undefined {
  if (key.side !== undefined || key.isIdText || order.keys.length !== 1 || isPast(plan, key)) return undefined;
  const dates = plan.where.filter((c) => c.kind === 'date');
  // A search for ends has a part of its own for long dates: there is no one start.
  if (isDate(key) && dates.some(({ test }) => LOOK_AT_ENDS.has(test.prefix))) return undefined;
  const [part] = withValue({ ...plan, where: dates }, key, order, scope);
  const by = `${key.sql}${direction(key.descending)}, r.id${direction(order.idDescending)}`;
  const rows = `select r.* from resource r\nwhere ${part!.where.join(' and ')}\norder by ${by}\nlimit ${near}`;
  const others = plan.where.filter((c) => c.kind !== 'date');
  return { key: key.sql, id: 'r.id', from: `(${rows}) r`, where: allOf(others, scope) };
}

const LOOK_AT_ENDS: ReadonlySet<string> = new Set(['gt', 'ge', 'ap', 'contains']);

/** Whether only rows without a value are left. */
function isPast({ after }: SearchPlan, { nullable }: Key): boolean {
  return nullable && after !== undefined && (after.values[0] ?? null) === null;
}

/** The date on the resource row. */
function isDate(key: Key): boolean {
  return key.side === undefined && key.sql === 'r.date_lo';
}

function partsOf(plan: SearchPlan, key: Key, order: Order, scope: Scope): Part[] {
  const { after } = plan;
  const past = isPast(plan, key);
  const parts: Part[] = past ? [] : withValue(plan, key, order, scope);
  const dated = plan.where.some((c) => c.kind === 'date') && isDate(key);
  if (key.nullable && (past || !dated)) {
    const where = [...conditions(plan, key, scope), `${key.sql} is null`];
    if (past) where.push(restAfter(order, after!, scope, 'r.id'));
    parts.push({ key: `null::${key.type}`, id: 'r.id', from: 'resource r', where, valueless: true });
  }
  return parts;
}

/** What a part asks of its rows, without the clause along whose index it goes. */
function conditions(plan: SearchPlan, key: Key, scope: Scope): string[] {
  const where = plan.where.filter((c) => !key.side?.clauses.some((own) => own === c));
  return [...common(scope), ...allOf(where, scope, isDate(key))];
}

function withValue(plan: SearchPlan, key: Key, order: Order, scope: Scope): Part[] {
  if (key.side !== undefined) return sideParts(plan, key, key.side, order, scope);
  if (key.isIdText) return idParts(plan, key, scope);
  const where = conditions(plan, key, scope);
  if (order.keys.length === 0) {
    if (plan.after !== undefined) where.push(idAfter(order.idDescending, plan.after, scope));
    return [{ key: key.sql, id: 'r.id', from: 'resource r', where }];
  }
  if (key.nullable) where.push(`${key.sql} is not null`);
  if (plan.after !== undefined) where.push(...beyond(key.sql, key, order, plan.after, scope));
  const part: Part = { key: key.sql, id: 'r.id', from: 'resource r', where };
  const instants = isDate(key) ? reachedInstants(plan.where, scope.values) : [];
  if (instants.length === 0) return [part];
  const reached = `greatest(${instants.join(', ')})`;
  const short = `${reached} - interval '1 second'`;
  const long = `${reached} - interval '${LONG_DATE_DAYS} days'`;
  // What begins long before must be long to reach so far. Without the part in the middle, each search would read two days of
  // instants that are over: 3,000 rows for a page of 20 where a hospital makes 1,500 a day.
  return [
    { ...part, where: [...part.where, `${key.sql} > ${short}`] },
    { ...part, where: [...part.where, `${key.sql} <= ${short}`, `${key.sql} > ${long}`, rowSpan('r')] },
    { ...part, where: [...part.where, `${key.sql} <= ${long}`, longs(scope)] },
  ];
}

/** Ids that the server gave are uuids, which have an index in the order of their texts; those of clients have one of texts. */
function idParts(plan: SearchPlan, key: Key, scope: Scope): Part[] {
  const where = conditions(plan, key, scope);
  const { values } = scope;
  const last = plan.after?.values[0] ?? undefined;
  const sign = idSign(key.descending, plan.after, scope);
  const text = 'r.id::text collate "C"';
  const given: Part = {
    key: 'r.assigned',
    id: 'r.id',
    from: 'resource r',
    where: [...where, 'r.assigned is not null'],
  };
  const own: Part = { key: text, by: 'r.id', id: 'r.id', from: 'resource r', where: [...where, 'r.assigned is null'] };
  if (last === undefined) return [given, own];
  const place = values.put(last, 'text');
  const assigned: Part = { ...given, where: [...given.where, `r.assigned ${sign} ${place}`] };
  const bound = key.descending ? uuidUpTo(last) : uuidFrom(last);
  if (bound === undefined) return [assigned];
  const beyondLast = [`r.id ${key.descending ? '<' : '>'}= ${values.put(bound, 'uuid')}`, `(${text}) ${sign} ${place}`];
  return [assigned, { ...own, where: [...own.where, ...beyondLast] }];
}

/**
 * Along a side table: of several values of a resource the first in the order counts, once. PostgreSQL takes a join on type
 * and id, and a `not exists`, for conditions that leave next to nothing, and would sort all there is; so the resource is
 * looked up for each row (`limit 1` keeps that from becoming a join), and what comes before is asked as a value.
 */
function sideParts(plan: SearchPlan, key: Key, side: Side, order: Order, scope: Scope): Part[] {
  const value = `v.${side.column}`;
  const earlier = `w.${side.column} ${key.descending ? '>' : '<'} ${value}`;
  const better = `${earlier} or (w.${side.column} = ${value} and w.ctid < v.ctid)`;
  return spansApart(side, scope).map(({ bound, fenced }) => {
    const own = [side.test('v'), ...bound];
    const rows = fenced
      ? `(select v.*, v.ctid from ${side.table} v where ${own.join(' and ')} offset 0) v`
      : `${side.table} v`;
    const before = `select false from ${side.table} w where w.type = v.type and w.id = v.id and ${side.test('w')} and (${better}) limit 1`;
    const where = [...(fenced ? [] : own), `coalesce((${before}), true)`];
    if (plan.after !== undefined) where.push(...beyond(value, key, order, plan.after, scope, 'v.id'));
    const asked = [...conditions(plan, key, scope), 'r.id = v.id'].join(' and ');
    const from = `${rows}\ncross join lateral (select r.* from resource r where ${asked} limit 1) r`;
    return { key: value, id: 'v.id', from, where };
  });
}

interface Stretch {
  readonly bound: readonly string[];
  /** To be found first and sorted then: PostgreSQL does not know how few they are, and would walk along the order. */
  readonly fenced: boolean;
}

/**
 * What reaches above an edge begins above it, or is a range that begins before: two parts, each with its index. The walk is
 * along `lo` here; along `hi` the edge is a bound by itself.
 */
function spansApart({ clauses, column }: Side, { values }: Scope): readonly Stretch[] {
  for (const clause of column === 'lo' ? clauses : []) {
    if (clause.kind === 'number') {
      const edge = reachedNumber(clause, values);
      if (edge === undefined) continue;
      const [over, under] = clause.test.prefix === 'gt' ? ['>', '<='] : ['>=', '<'];
      return [
        { bound: [`v.lo ${over} ${edge}`], fenced: false },
        { bound: [`v.lo ${under} ${edge}`, 'v.hi - v.lo > 0', `v.hi >= ${edge}`], fenced: true },
      ];
    }
    if (clause.kind === 'other-date') {
      const [edge] = reachedInstants([clause], values);
      if (edge === undefined) continue;
      const begin = `${edge} - interval '${LONG_DATE_DAYS} days'`;
      return [
        { bound: [`v.lo > ${begin}`], fenced: false },
        { bound: [`v.lo <= ${begin}`, longDate('v'), `v.hi > ${edge}`], fenced: true },
      ];
    }
  }
  return [{ bound: [], fenced: false }];
}

/** After the cursor in the order of a present key: the first bound is implied by the second, and is what an index understands. */
function beyond(sql: string, key: Key, order: Order, cursor: Cursor, scope: Scope, id: Part['id'] = 'r.id'): string[] {
  const place = scope.values.put(cursor.values[0], key.type);
  const sign = key.descending ? '<' : '>';
  return [`${sql} ${sign}= ${place}`, `(${sql} ${sign} ${place} or ${restAfter(order, cursor, scope, id)})`];
}

/** After the cursor among rows whose first key is the same. */
function restAfter({ keys, idDescending }: Order, cursor: Cursor, scope: Scope, id: Part['id']): string {
  return afterCursor({ keys: keys.slice(1), idDescending }, { ...cursor, values: cursor.values.slice(1) }, scope, id);
}
