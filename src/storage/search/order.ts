// The order of a search as SQL: sort keys, and where a page goes on after its cursor (keyset paging), so that no page skips
// or repeats a row that stays. Rows without a value come last in both directions; ids break ties in the direction of the
// last key, and types in their own order where a search is over several.
import { storedId } from '../ids.ts';
import { typeKey } from '../type-keys.ts';
import type { Cursor, SearchPlan, SideClause, SortKey } from '../types.ts';
import type { Scope } from './scope.ts';
import { isSide, SIDE_TABLES, sideTest } from './sides.ts';

/** A sort key: its expression on `r`, its type, and whether it may be absent. */
export interface Key {
  readonly sql: string;
  readonly type: 'timestamptz' | 'text' | 'float8' | 'uuid';
  readonly nullable: boolean;
  readonly descending: boolean;
  /** For a key in a side table: where its rows are. */
  readonly side?: Side;
  /** The text of the id. */
  readonly isIdText?: boolean;
}

export interface Side {
  readonly table: 'search_date' | 'search_string' | 'search_number';
  readonly column: 'lo' | 'hi' | 'value';
  /** Which rows of the table count, as a condition on one of this name. */
  readonly test: (row: string) => string;
  /** Clauses of the plan that are asked of these rows, and need not be asked of the resource again. */
  readonly clauses: readonly SideClause[];
}

export interface Order {
  readonly keys: readonly Key[];
  readonly idDescending: boolean;
}

/** The keys of a plan. Those after `_id` never decide, as ids differ. */
export function orderOf(plan: SearchPlan, scope: Scope): Order {
  const at = plan.sort.findIndex((s) => s.by === 'id');
  const before = at < 0 ? plan.sort : plan.sort.slice(0, at);
  const last = at < 0 ? plan.sort.at(-1) : plan.sort[at];
  const keys = before.map((s, i) => keyOf(s, i === 0 ? stretchOf(plan) : [], scope));
  return { keys, idDescending: last?.descending ?? false };
}

/** Clauses of a plan that say which stretch of its first key is asked for: a walk along the key goes through that alone. */
export function stretchOf({ sort, where }: Pick<SearchPlan, 'sort' | 'where'>): readonly SideClause[] {
  const by = sort[0]?.by;
  if (typeof by !== 'object') return [];
  if (by.kind === 'along') return isSide(by.clause) ? [by.clause] : [];
  const { kind, param, single } = by;
  if (!single || (kind !== 'date' && kind !== 'number')) return [];
  const bounds = (c: SideClause) => SIDE_KINDS[c.kind] === kind && c.param === param && c.pairs === undefined;
  return where.filter(isSide).filter((c) => bounds(c) && !isPair(c));
}

/** Whether a row of numbers holds two of them instead of a range. */
function isPair(clause: SideClause): boolean {
  return clause.kind === 'near' || (clause.kind === 'number' && clause.second !== undefined);
}

const SIDES = {
  date: { table: 'search_date', column: 'lo', type: 'timestamptz' },
  string: { table: 'search_string', column: 'value', type: 'text' },
  number: { table: 'search_number', column: 'lo', type: 'float8' },
} as const;

const SIDE_KINDS = { 'other-date': 'date', string: 'string', number: 'number', near: 'number' } as const;

const ID_TEXT = 'coalesce(r.assigned, r.id::text collate "C")';

function keyOf({ by, descending }: SortKey, stretch: readonly SideClause[], scope: Scope): Key {
  if (by === 'updated') return { sql: 'r.updated', type: 'timestamptz', nullable: false, descending };
  if (by === 'date') return { sql: 'r.date_lo', type: 'timestamptz', nullable: true, descending };
  if (by === 'id-text') return { sql: ID_TEXT, type: 'text', nullable: false, descending, isIdText: true };
  if (by === 'id') throw new Error('the id is no key before the id');
  // Of several values the smallest counts going up, the largest going down.
  const pick = descending ? 'max' : 'min';
  if (by.kind === 'along') {
    if (!isSide(by.clause)) throw new Error(`${by.clause.kind} must be resolved before a search is compiled`);
    return alongKey(by.clause, pick, descending, scope);
  }
  if (stretch.length > 0 && by.kind !== 'token') {
    const test = (row: string) => stretch.map((clause) => sideTest(clause, row, scope.values)).join(' and ');
    const { table, column, type } = SIDES[by.kind];
    return sideKey({ table, column, test, clauses: stretch }, type, pick, descending, false);
  }
  const param =
    typeof by.param === 'number' ? scope.values.put(by.param, 'int') : `any(${scope.values.put(by.param, 'int[]')})`;
  if (by.kind === 'token') {
    const sql = `(select ${pick}(c.code) from unnest(r.token) as k (hash) join coding c on c.hash = k.hash and c.param = ${param})`;
    return { sql, type: 'text', nullable: true, descending };
  }
  const { table, column, type } = SIDES[by.kind];
  const whole = (row: string) => (by.kind === 'string' ? ` and ${row}.exact is not null` : '');
  const test = (row: string) => `${row}.param = ${param}${whole(row)}`;
  return sideKey({ table, column, test, clauses: [] }, type, pick, descending);
}

/** Its expression is made when it is asked for: a walk along the table needs none, and a value without a place is an error. */
function sideKey(side: Side, type: Key['type'], pick: 'min' | 'max', descending: boolean, nullable = true): Key {
  let sql: string | undefined;
  return {
    get sql() {
      const { table, column, test } = side;
      sql ??= `(select ${pick}(s.${column}) from ${table} s where s.type = r.type and s.id = r.id and ${test('s')})`;
      return sql;
    },
    type,
    nullable,
    descending,
    side,
  };
}

/** What looks at the ends of dates goes along their ends. */
function alongKey(clause: SideClause, pick: 'min' | 'max', descending: boolean, scope: Scope): Key {
  const ends = clause.kind === 'other-date' && (clause.test.prefix === 'gt' || clause.test.prefix === 'ge');
  const { column, type } = SIDES[SIDE_KINDS[clause.kind]];
  const test = (row: string) => sideTest(clause, row, scope.values);
  const side: Side = { table: SIDE_TABLES[clause.kind], column: ends ? 'hi' : column, test, clauses: [clause] };
  return sideKey(side, type, pick, descending, false);
}

export function direction(descending: boolean): string {
  return descending ? ' desc' : '';
}

/** `r.updated desc, r.id desc` */
export function orderBy({ keys, idDescending }: Order): string {
  return [...ways(keys), `r.id${direction(idDescending)}`].join(', ');
}

/** Each key with its direction. */
export function ways(keys: readonly Key[]): string[] {
  return keys.map((k) => `${k.sql}${direction(k.descending)}${k.nullable ? ' nulls last' : ''}`);
}

/** Condition on the rows after a cursor. */
export function afterCursor({ keys, idDescending }: Order, cursor: Cursor, scope: Scope, column = 'r.id'): string {
  const id = idAfter(idDescending, cursor, scope, column);
  // From the last key backwards: after = beyond this key, or level with it and after on the keys that follow.
  return keys.reduceRight((rest, key, i) => {
    const value = cursor.values[i] ?? null;
    if (value === null) return `${key.sql} is null and (${rest})`;
    const place = scope.values.put(value, key.type);
    const beyond = `${key.sql} ${key.descending ? '<' : '>'} ${place}`;
    const absent = key.nullable ? ` or ${key.sql} is null` : '';
    return `(${beyond} or (${key.sql} = ${place} and (${rest}))${absent})`;
  }, id);
}

/** Condition on the ids after a cursor's. The same id of a type that comes after the cursor's is after it, too. */
export function idAfter(descending: boolean, cursor: Cursor, scope: Scope, column = 'r.id'): string {
  return `${column} ${idSign(descending, cursor, scope)} ${scope.values.put(storedId(cursor.id), 'uuid')}`;
}

/** How an id compares to that of a cursor when it is after it. */
export function idSign(descending: boolean, cursor: Cursor | undefined, { type }: Pick<Scope, 'type'>): string {
  const later = cursor?.type !== undefined && typeKey(type)! > typeKey(cursor.type)!;
  return `${descending ? '<' : '>'}${later ? '=' : ''}`;
}
