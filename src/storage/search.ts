// A search plan → SQL. FHIR never sees a table, this file never sees a query string.
//
// Indexes it relies on: resource (type, id, patient) · (type, updated, id) · (patient, type, date_lo) · (type, date_lo) ·
// gin (token) · search_string (param, value, id), gin of trigrams · search_date (param, lo, id) and (param, hi, id) ·
// search_number (param, lo, id) and (param, hi) where hi - lo > 0 · (pair, …, id) and (type, id, param) on each of these three ·
// search_text gin (words).
import { allOf } from './search/clauses.ts';
import { afterCursor, direction, type Order, orderBy, orderOf, stretchOf } from './search/order.ts';
import { common, type Scope, scopeOf } from './search/scope.ts';
import { isSide } from './search/sides.ts';
import { type Statement, Values } from './search/statement.ts';
import { walk } from './search/walk.ts';
import type { Clause, Cursor, SearchPlan, SideClause } from './types.ts';

export { type HalfLookup, resolveHalves } from './search/resolve.ts';
export { reachCondition } from './search/scope.ts';
export type { Statement } from './search/statement.ts';

/** A row of a compiled search. */
export interface SearchRow {
  readonly type: number;
  /** The logical id. */
  readonly id: string;
  readonly patient: number;
  readonly version: number;
  /** ISO UTC, milliseconds. */
  readonly updated: string;
  readonly method: number;
  readonly content: string;
  /** Values of the sort keys, for the cursor. */
  readonly sort_values: readonly (string | null)[];
}

const NAMES = 'type, id, patient, version, updated, method, content, sort_values';
const COLUMNS = `r.type, coalesce(r.assigned, r.id::text) as id, r.patient, r.version,
  to_char(r.updated at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as updated, r.method, r.content`;

/** What is known of the data beside the plan. */
export interface Hints {
  /** Whether very many resources have one of the tokens. */
  frequent(tokens: readonly string[]): boolean;
  /** Rows of all types together; 0 = not known. */
  readonly rows: number;
}

const NO_HINTS: Hints = { frequent: () => false, rows: 0 };

/**
 * One page: at most `plan.limit` rows and one more, which tells that there is a next page ({@link nextCursor}).
 * The plan must be resolved (`resolveHalves`).
 */
export function compileSearch(plan: SearchPlan, hints: Hints = NO_HINTS): Statement {
  const scope = scopeOf(plan);
  const text = `select ${NAMES} from (\n${page(plan, scope, hints)}\n) page`;
  return { text, values: scope.values.list };
}

/** As {@link compileSearch}, over several types whose plans have the same order, limit and cursor. */
export function compileSearchAll(plans: readonly SearchPlan[], hints: Hints = NO_HINTS): Statement {
  const values = new Values();
  const { keys, idDescending } = orderOf(plans[0]!, scopeOf(plans[0]!));
  // Which columns a page has beside these depends on how it is looked for.
  const columns = [NAMES, ...keys.map((_, i) => `k${i}`), 'uuid'].join(', ');
  const pages = plans.map((plan) => `select ${columns} from (\n${page(plan, scopeOf(plan, values), hints)}\n) p`);
  const by = keys.map((k, i) => `k${i}${direction(k.descending)} nulls last`);
  const text = [
    `select ${NAMES} from (\n${pages.join('\nunion all\n')}\n) page`,
    `order by ${[...by, `uuid${direction(idDescending)}`, 'type'].join(', ')}`,
    `limit ${plans[0]!.limit + 1}`,
  ].join('\n');
  return { text, values: values.list };
}

/**
 * A part of a page in the order of codes: the steps in their order, each only asked when those before do not fill the page.
 * @param plans those of the steps, with the same keys after the code
 */
export function compileSteps(
  plans: readonly SearchPlan[],
  codes: readonly (string | null)[],
  hints: Hints = NO_HINTS,
): Statement {
  const values = new Values();
  const limit = plans[0]!.limit + 1;
  const { keys, idDescending } = orderOf(plans[0]!, scopeOf(plans[0]!));
  const names = keys.map((_, i) => `k${i}`);
  const columns = NAMES.replace('sort_values', '');
  const steps = plans.map((plan, i) => {
    const code = values.put(codes[i], 'text');
    const before = plans.slice(0, i).map((_, n) => `(select count(*) from step${n})`);
    const gate = before.length === 0 ? '' : `\nwhere ${before.join(' + ')} < ${limit}`;
    const selected = `${columns} array[${code}] || sort_values as sort_values, ${[...names, 'uuid'].join(', ')}`;
    return `step${i} as materialized (\nselect ${selected}\nfrom (\n${page(plan, scopeOf(plan, values), hints)}\n) p${gate}\n)`;
  });
  const parts = plans.map((_, i) => `select ${i} as step, * from step${i}`);
  const by = keys.map((k, i) => `k${i}${direction(k.descending)} nulls last`);
  const text = [
    `with ${steps.join(',\n')}`,
    `select ${NAMES} from (${parts.join(' union all ')}) u`,
    `order by ${['step', ...by, `uuid${direction(idDescending)}`].join(', ')}`,
    `limit ${limit}`,
  ].join('\n');
  return { text, values: values.list };
}

/** The rows of a page, with the columns that it is ordered by: `k0`, `k1` … and `uuid`. */
function page(plan: SearchPlan, scope: Scope, hints: Hints): string {
  const order = orderOf(plan, scope);
  if (isLookup(plan) || isOfFew(plan, order)) return sorted(plan, order, scope);
  const few = fewOf(plan, hints);
  if (order.keys.length === 0 && few === 0) return sorted(plan, order, scope);
  return walk(plan, order, COLUMNS, scope, few, isDense(plan, hints) ? NEAR : 0);
}

/** A search whose matches are few for sure, by an index that is not that of the order. */
function isLookup({ where }: SearchPlan): boolean {
  return where.some(
    (c) => (c.kind === 'token' && c.rare) || (c.kind === 'or' && c.anyOf.some((a) => a.kind === 'patient')),
  );
}

/** What a few patients have, in an order that is not kept with them: along it, everybody's would be passed. */
function isOfFew({ where }: SearchPlan, { keys }: Order): boolean {
  return keys[0]?.side !== undefined && where.some((c) => c.kind === 'patient' || c.kind === 'id');
}

const LEAST_FEW = 200;
const MOST_FEW = 5_000;

/**
 * How many matches to look for before a walk along the order; 0 where enough of them are sure to be met on it.
 *
 * Of N rows with m matches a walk reads N / m for each row of the page, a look-up m in all: the two meet at the root of N times
 * the page. Several tokens, each of them frequent, are hardly ever strangers to each other: a short look tells.
 */
function fewOf({ where, sort, limit }: SearchPlan, hints: Hints): number {
  if (where.some((c) => c.kind === 'patient' || c.kind === 'id')) return 0;
  const along: readonly Clause[] = stretchOf({ sort, where });
  if (where.some((c) => !along.includes(c) && narrows(c, hints))) {
    return Math.round(Math.min(Math.max(Math.sqrt(hints.rows * limit), LEAST_FEW), MOST_FEW));
  }
  return where.filter((c) => c.kind === 'token').length > 1 ? LEAST_FEW : 0;
}

/** Rows along the order that are looked at first, where a match in seven may be expected to fill a page. */
const NEAR = 500;

/** Whether only values decide how many match: they are seldom so rare as a token that the statistics do not name. */
function isDense({ where }: SearchPlan, hints: Hints): boolean {
  return where.filter((c) => narrows(c, hints)).every(isSide);
}

/** Whether a clause may leave little. Chains leave little where what they lead to is little. */
function narrows(clause: Clause, hints: Hints): boolean {
  switch (clause.kind) {
    case 'token':
      return !hints.frequent(clause.anyOf);
    case 'refers':
      return clause.to.where.some((c) => narrows(c, hints));
    case 'referred':
      return clause.from.where.some((c) => narrows(c, hints));
    case 'or':
      return clause.anyOf.every((c) => narrows(c, hints));
    case 'and':
      return clause.allOf.some((c) => narrows(c, hints));
    case 'patient':
    case 'id':
    case 'text':
      return true;
    default:
      return isSide(clause) && !isBroad(clause);
  }
}

/** What is unequal to one value is nearly everything. */
function isBroad(clause: SideClause): boolean {
  if (clause.kind === 'near') return false;
  return clause.kind === 'string' ? clause.match === 'differs' : clause.test.prefix === 'ne';
}

/**
 * All matches are found and sorted; by id without tokens, the index of ids may serve instead. The `offset 0` of a lookup
 * keeps PostgreSQL from walking along the order in the hope to meet a match: it knows nothing of rare tokens.
 */
function sorted(plan: SearchPlan, order: Order, scope: Scope): string {
  const where = [...common(scope), ...allOf(plan.where, scope)].join('\n  and ');
  const after = plan.after === undefined ? [] : [afterCursor(order, plan.after, scope)];
  const [from, conditions] = isLookup(plan)
    ? [`(select * from resource r\nwhere ${where}\noffset 0) r`, after]
    : ['resource r', [where, ...after]];
  return [
    `select ${COLUMNS}, ${sortValues(order)}, ${order.keys.map((k, i) => `${k.sql} as k${i}, `).join('')}r.id as uuid`,
    `from ${from}`,
    ...(conditions.length > 0 ? [`where ${conditions.join('\n  and ')}`] : []),
    `order by ${orderBy(order)}`,
    `limit ${plan.limit + 1}`,
  ].join('\n');
}

function sortValues({ keys }: Order): string {
  return `array[${keys.map((k) => `(${k.sql})::text`).join(', ')}]::text[] as sort_values`;
}

/** How many match, over all the plans: one row with `count`. */
export function compileCount(...plans: readonly SearchPlan[]): Statement {
  const values = new Values();
  const counts = plans.map((plan) => `select count(*)::int as count\n${matches(plan, values)}`);
  const text =
    counts.length === 1 ? counts[0]! : `select sum(count)::int as count from (\n${counts.join('\nunion all\n')}\n) c`;
  return { text, values: values.list };
}

/** How many match, up to `limit` of them. */
export function compileCountUpTo(limit: number, ...plans: readonly SearchPlan[]): Statement {
  const values = new Values();
  const parts = plans.map((plan) => `(select ${matches(plan, values)} limit ${limit})`);
  const text = `select count(*)::int as count from (select from (\n${parts.join('\nunion all\n')}\n) m limit ${limit}) c`;
  return { text, values: values.list };
}

/** Everything that matches, for PostgreSQL to guess its number. */
export function compileExplain(plan: SearchPlan): Statement {
  const values = new Values();
  return { text: `explain (format json) select ${matches(plan, values)}`, values: values.list };
}

function matches(plan: SearchPlan, values: Values): string {
  const scope = scopeOf(plan, values);
  const where = [...common(scope), ...allOf(plan.where, scope)];
  return `from resource r\nwhere ${where.join('\n  and ')}`;
}

/** Where the page ended, when the rows of {@link compileSearch} hold one more than asked. */
export function nextCursor({ limit }: Pick<SearchPlan, 'limit'>, rows: readonly SearchRow[]): Cursor | undefined {
  const last = rows[limit - 1];
  if (last === undefined || rows.length <= limit) return undefined;
  return { values: last.sort_values, id: last.id };
}
