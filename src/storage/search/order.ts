// The order of a search as SQL: sort keys, and where a page goes on after its cursor (keyset paging), so that no page skips
// or repeats a row that stays. Rows without a value come last in both directions; ids break ties in the direction of the
// last key.
import { storedId } from '../ids.ts';
import type { Cursor, SearchPlan, SortKey } from '../types.ts';
import type { Values } from './statement.ts';

/** A sort key: its expression on `r`, its type, and whether it may be absent. */
export interface Key {
  readonly sql: string;
  readonly type: 'timestamptz' | 'text' | 'float8' | 'uuid';
  readonly nullable: boolean;
  readonly descending: boolean;
  /** For a key in a side table: where its rows are. */
  readonly side?: Side;
}

export interface Side {
  readonly table: 'search_date' | 'search_string' | 'search_number';
  readonly column: 'lo' | 'value';
  /** The parameter, as a place of the statement. */
  readonly param: string;
}

export interface Order {
  readonly keys: readonly Key[];
  readonly idDescending: boolean;
}

/** The keys of a plan. Those after `_id` never decide, as ids differ. */
export function orderOf(plan: SearchPlan, values: Values): Order {
  const at = plan.sort.findIndex((s) => s.by === 'id');
  const before = at < 0 ? plan.sort : plan.sort.slice(0, at);
  const last = at < 0 ? plan.sort.at(-1) : plan.sort[at];
  return { keys: before.map((s) => keyOf(s, values)), idDescending: last?.descending ?? false };
}

const SIDES = {
  date: { table: 'search_date', column: 'lo', type: 'timestamptz' },
  string: { table: 'search_string', column: 'value', type: 'text' },
  number: { table: 'search_number', column: 'lo', type: 'float8' },
} as const;

function keyOf({ by, descending }: SortKey, values: Values): Key {
  if (by === 'updated') return { sql: 'r.updated', type: 'timestamptz', nullable: false, descending };
  if (by === 'date') return { sql: 'r.date_lo', type: 'timestamptz', nullable: true, descending };
  if (by === 'id') throw new Error('the id is no key before the id');
  const { table, column, type } = SIDES[by.kind];
  const side: Side = { table, column, param: values.put(by.param, 'int') };
  // Of several values the smallest counts going up, the largest going down.
  const pick = `${descending ? 'max' : 'min'}(s.${column})`;
  const sql = `(select ${pick} from ${table} s where s.type = r.type and s.id = r.id and s.param = ${side.param})`;
  return { sql, type, nullable: true, descending, side };
}

export function direction(descending: boolean): string {
  return descending ? ' desc' : '';
}

/** `r.updated desc, r.id desc` */
export function orderBy({ keys, idDescending }: Order): string {
  const parts = keys.map((k) => `${k.sql}${direction(k.descending)}${k.nullable ? ' nulls last' : ''}`);
  return [...parts, `r.id${direction(idDescending)}`].join(', ');
}

/** Condition on the rows after a cursor. */
export function afterCursor({ keys, idDescending }: Order, cursor: Cursor, values: Values): string {
  const id = idAfter(idDescending, cursor, values);
  // From the last key backwards: after = beyond this key, or level with it and after on the keys that follow.
  return keys.reduceRight((rest, key, i) => {
    const value = cursor.values[i] ?? null;
    if (value === null) return `${key.sql} is null and (${rest})`;
    const place = values.put(value, key.type);
    const beyond = `${key.sql} ${key.descending ? '<' : '>'} ${place}`;
    const absent = key.nullable ? ` or ${key.sql} is null` : '';
    return `(${beyond} or (${key.sql} = ${place} and (${rest}))${absent})`;
  }, id);
}

/** Condition on the ids after a cursor's. */
export function idAfter(descending: boolean, cursor: Cursor, values: Values): string {
  return `r.id ${descending ? '<' : '>'} ${values.put(storedId(cursor.id), 'uuid')}`;
}
