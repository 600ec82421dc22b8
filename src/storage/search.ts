// A search plan → SQL. FHIR never sees a table, this file never sees a query string.
//
// Indexes it relies on: resource (type, id, patient) · (type, updated, id) · (patient, type, date_lo) · (type, date_lo) ·
// gin (token) · search_string (param, value) · search_date (param, lo, hi) · search_number (param, lo, hi) and
// (param, hi) where hi > lo · (type, id, param) on each search_ table.
import { formHash } from './hash.ts';
import { allOf, reachCondition, type Scope } from './search/clauses.ts';
import { afterCursor, type Order, orderBy, orderOf } from './search/order.ts';
import { type Statement, Values } from './search/statement.ts';
import { looksForFew, walk } from './search/walk.ts';
import { knownTypeKey } from './type-keys.ts';
import type { Clause, Cursor, SearchPlan } from './types.ts';

export { reachCondition } from './search/clauses.ts';
export type { Statement } from './search/statement.ts';

/** A row of a compiled search. */
export interface SearchRow {
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

const COLUMNS = `coalesce(r.assigned, r.id::text) as id, r.patient, r.version,
  to_char(r.updated at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as updated, r.method, r.content`;

/**
 * One page: at most `plan.limit` rows and one more, which tells that there is a next page ({@link nextCursor}).
 * The plan must be resolved ({@link resolveCodings}).
 */
export function compileSearch(plan: SearchPlan): Statement {
  const scope: Scope = { type: plan.type, values: new Values() };
  const common = commonConditions(plan, scope);
  const order = orderOf(plan, scope.values);
  const text =
    order.keys.length > 1 || isLookup(plan) || (order.keys.length === 0 && !looksForFew(plan))
      ? sorted(plan, order, common, scope)
      : walk(plan, order, common, COLUMNS, scope);
  return { text, values: scope.values.list };
}

/** A search whose matches are few for sure, by an index that is not that of the order. */
function isLookup({ where }: SearchPlan): boolean {
  return where.some(
    (c) => (c.kind === 'token' && c.rare) || (c.kind === 'or' && c.anyOf.some((a) => a.kind === 'patient')),
  );
}

/**
 * All matches are found and sorted; by id without tokens, the index of ids may serve instead. The `offset 0` of a lookup
 * keeps PostgreSQL from walking along the order in the hope to meet a match: it knows nothing of rare tokens.
 */
function sorted(plan: SearchPlan, order: Order, common: readonly string[], scope: Scope): string {
  const where = [...common, ...allOf(plan.where, scope)].join('\n  and ');
  const after = plan.after === undefined ? [] : [afterCursor(order, plan.after, scope.values)];
  const [from, conditions] = isLookup(plan)
    ? [`(select * from resource r\nwhere ${where}\noffset 0) r`, after]
    : ['resource r', [where, ...after]];
  return [
    `select ${COLUMNS}, ${sortValues(order)}`,
    `from ${from}`,
    ...(conditions.length > 0 ? [`where ${conditions.join('\n  and ')}`] : []),
    `order by ${orderBy(order)}`,
    `limit ${plan.limit + 1}`,
  ].join('\n');
}

function sortValues({ keys }: Order): string {
  return `array[${keys.map((k) => `(${k.sql})::text`).join(', ')}]::text[] as sort_values`;
}

/** How many match: one row with `count`. */
export function compileCount(plan: SearchPlan): Statement {
  const scope: Scope = { type: plan.type, values: new Values() };
  const where = [...commonConditions(plan, scope), ...allOf(plan.where, scope)];
  const text = `select count(*)::int as count\nfrom resource r\nwhere ${where.join('\n  and ')}`;
  return { text, values: scope.values.list };
}

/** Where the page ended, when the rows of {@link compileSearch} hold one more than asked. */
export function nextCursor(plan: SearchPlan, rows: readonly SearchRow[]): Cursor | undefined {
  const last = rows[plan.limit - 1];
  if (last === undefined || rows.length <= plan.limit) return undefined;
  return { values: last.sort_values, id: last.id };
}

function commonConditions(plan: SearchPlan, scope: Scope): string[] {
  const reach = reachCondition(plan.reach);
  const type = `r.type = ${scope.values.put(knownTypeKey(plan.type), 'int2')}`;
  return reach === undefined ? [type] : [type, reach];
}

/** A coding that a plan asks for by half: every system of a code, or every code of a system, under a parameter. */
export type CodingQuestion =
  | { readonly param: number; readonly code: string }
  | { readonly param: number; readonly system: string };

/** Answers from the `coding` table, or from what the process remembers of it. One answer a question, in order. */
export type CodingLookup = (
  questions: readonly CodingQuestion[],
) => Promise<readonly (readonly { readonly system: string; readonly code: string }[])[]>;

/** The plan with every any-system and any-code clause turned into token hashes. Asks once, or not at all. */
export async function resolveCodings(plan: SearchPlan, lookup: CodingLookup): Promise<SearchPlan> {
  const questions: CodingQuestion[] = [];
  collect(plan.where, questions);
  if (questions.length === 0) return plan;
  const answers = await lookup(questions);
  let next = 0;
  const resolve = (clause: Clause): Clause => {
    if (clause.kind === 'or') return joined(clause.anyOf.map(resolve));
    if (clause.kind !== 'any-system' && clause.kind !== 'any-code') return clause;
    const seen = answers[next++] ?? [];
    if (seen.length === 0) return { kind: 'none' };
    return { kind: 'token', anyOf: seen.map((c) => formHash(clause.param, 'pair', c.system, c.code)) };
  };
  return { ...plan, where: plan.where.map(resolve) };
}

/** Alternatives that are all tokens are one clause. */
function joined(clauses: readonly Clause[]): Clause {
  const live = clauses.filter((c) => c.kind !== 'none');
  const tokens = live.flatMap((c) => (c.kind === 'token' ? c.anyOf : []));
  if (live.length === 0) return { kind: 'none' };
  return live.every((c) => c.kind === 'token') ? { kind: 'token', anyOf: tokens } : { kind: 'or', anyOf: live };
}

function collect(clauses: readonly Clause[], questions: CodingQuestion[]): void {
  for (const clause of clauses) {
    if (clause.kind === 'or') collect(clause.anyOf, questions);
    if (clause.kind === 'any-system') questions.push({ param: clause.param, code: clause.code });
    if (clause.kind === 'any-code') questions.push({ param: clause.param, system: clause.system });
  }
}
