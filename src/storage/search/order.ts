// Order of a search and where a page goes on after its cursor (keyset paging): no page skips or repeats a row that stays.
import { storedId } from '../ids.ts';
import type { SearchPlan, SortKey } from '../types.ts';
import type { Scope } from './clauses.ts';

/** A sort key as SQL: its column, its type, and whether it may be absent. */
interface Key {
  readonly sql: string;
  readonly type: 'timestamptz' | 'text' | 'float8';
  readonly nullable: boolean;
  readonly descending: boolean;
}

export interface Order {
  /** Sort values of the row as texts that read back exactly. */
  readonly cursorValues: string;
  readonly orderBy: string;
  /** Condition on rows after the plan's cursor; undefined on the first page. */
  after(): string | undefined;
}

/** Keys before `_id` only: ids differ, so nothing sorts after them. */
export function keysBeforeId(sort: readonly SortKey[]): { keys: readonly SortKey[]; idDescending: boolean } {
  const at = sort.findIndex((s) => s.by === 'id');
  const keys = at < 0 ? sort : sort.slice(0, at);
  const last = at < 0 ? sort.at(-1) : sort[at];
  return { keys, idDescending: last?.descending ?? false };
}

/** The order of a plan. Rows without a value come last in both directions; ids break ties in the direction of the last key. */
export function orderOf(plan: SearchPlan, scope: Scope): Order {
  const { keys: sort, idDescending } = keysBeforeId(plan.sort);
  const keys = sort.map((s) => keyOf(s, scope));
  return {
    cursorValues: `array[${keys.map((k) => `(${k.sql})::text`).join(', ')}]::text[]`,
    orderBy: [
      ...keys.map((k) => `${k.sql}${k.descending ? ' desc' : ''}${k.nullable ? ' nulls last' : ''}`),
      `r.id${idDescending ? ' desc' : ''}`,
    ].join(', '),
    after: () => (plan.after === undefined ? undefined : `(${afterCursor(keys, idDescending, plan.after, scope)})`),
  };
}

function keyOf({ by, descending }: SortKey, scope: Scope): Key {
  if (by === 'updated') return { sql: 'r.updated', type: 'timestamptz', nullable: false, descending };
  if (by === 'date') return { sql: 'r.date_lo', type: 'timestamptz', nullable: true, descending };
  if (by === 'id') throw new Error('the id is no key before the id');
  const [table, column, type] = SIDE[by.kind];
  // Of several values the smallest counts going up, the largest going down.
  const pick = descending ? 'max' : 'min';
  const param = scope.values.put(by.param, 'int');
  const row = `s.type = r.type and s.id = r.id and s.param = ${param}`;
  return { sql: `(select ${pick}(s.${column}) from ${table} s where ${row})`, type, nullable: true, descending };
}

const SIDE = {
  date: ['search_date', 'lo', 'timestamptz'],
  string: ['search_string', 'value', 'text'],
  number: ['search_number', 'lo', 'float8'],
} as const;

function afterCursor(
  keys: readonly Key[],
  idDescending: boolean,
  cursor: { values: readonly (string | null)[]; id: string },
  { values }: Scope,
): string {
  const id = `r.id ${idDescending ? '<' : '>'} ${values.put(storedId(cursor.id), 'uuid')}`;
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
