// One clause of a search plan → one condition on `r`, the resource table.
import { longDateToken } from '../hash.ts';
import { storedId } from '../ids.ts';
import type { Clause, Reach } from '../types.ts';
import { dateTest, instantTest, numberTest } from './ranges.ts';
import type { Values } from './statement.ts';

export interface Scope {
  readonly type: string;
  readonly values: Values;
}

/** What the caller may see, as a condition on `r`; undefined = everything. The only place that writes it. */
export function reachCondition(reach: Reach): string | undefined {
  switch (reach.kind) {
    case 'everything':
      return undefined;
  }
}

type SideClause = Extract<Clause, { kind: 'other-date' | 'string' | 'number' }>;

function isSide(clause: Clause): clause is SideClause {
  return clause.kind === 'other-date' || clause.kind === 'string' || clause.kind === 'number';
}

/**
 * All clauses together, joined by `and`. Tokens that must all be there become one array: the index meets them at once.
 * @param bounded the caller bounds `date_lo` itself, so that date clauses need not
 */
export function allOf(clauses: readonly Clause[], scope: Scope, bounded = false): string[] {
  const single = clauses.filter((c) => c.kind === 'token' && c.anyOf.length === 1);
  const tokens = single.flatMap((c) => (c.kind === 'token' ? c.anyOf : []));
  const rest = clauses.filter((c) => !single.includes(c));
  return [
    ...(tokens.length > 0 ? [`r.token @> ${scope.values.put(tokens, 'int8[]')}`] : []),
    ...rest.map((c) =>
      c.kind === 'date' && bounded ? dateTest(c.test, 'r.date_lo', 'r.date_hi', scope.values) : condition(c, scope),
    ),
  ];
}

/** Condition on the resources whose date is marked as long. */
export function longs({ type, values }: Scope): string {
  return `r.token @> ${values.put([longDateToken(type)], 'int8[]')}`;
}

function condition(clause: Clause, scope: Scope): string {
  const { values } = scope;
  switch (clause.kind) {
    case 'token':
      return clause.anyOf.length === 1
        ? `r.token @> ${values.put(clause.anyOf, 'int8[]')}`
        : `r.token && ${values.put(clause.anyOf, 'int8[]')}`;
    case 'patient':
      return clause.anyOf.length === 1
        ? `r.patient = ${values.put(clause.anyOf[0], 'int')}`
        : `r.patient = any(${values.put(clause.anyOf, 'int[]')})`;
    case 'id':
      return `r.id = any(${values.put(clause.anyOf.map(storedId), 'uuid[]')})`;
    case 'updated':
      return instantTest(clause.test, 'r.updated', values);
    case 'date':
      return dateTest(clause.test, 'r.date_lo', 'r.date_hi', values, () => longs(scope));
    case 'other-date':
    case 'string':
    case 'number':
      return `r.id in (${ids(clause, values)})`;
    case 'or':
      return anyOf(clause.anyOf, scope);
    case 'none':
      return 'false';
    case 'any-system':
    case 'any-code':
      throw new Error(`${clause.kind} must be resolved before a search is compiled`);
    default:
      return clause satisfies never;
  }
}

function anyOf(clauses: readonly Clause[], scope: Scope): string {
  const live = clauses.filter((c) => c.kind !== 'none');
  if (live.length === 0) return 'false';
  const tokens = live.flatMap((c) => (c.kind === 'token' ? c.anyOf : []));
  const side = live.filter(isSide);
  const parts = live.filter((c) => c.kind !== 'token' && !isSide(c)).map((c) => `(${condition(c, scope)})`);
  if (tokens.length > 0) parts.push(`(${condition({ kind: 'token', anyOf: tokens }, scope)})`);
  // One set of ids keeps a semi-join; several `in` under an `or` would be a filter over the whole type.
  if (side.length > 0) parts.push(`r.id in (${side.map((c) => ids(c, scope.values)).join(' union all ')})`);
  return parts.length === 1 ? parts[0]! : `(${parts.join(' or ')})`;
}

/** The ids whose row in a side table fits. A parameter key belongs to one type, so the type need not be asked for. */
function ids(clause: SideClause, values: Values): string {
  const param = values.put(clause.param, 'int');
  switch (clause.kind) {
    case 'other-date':
      return `select s.id from search_date s where s.param = ${param} and ${dateTest(clause.test, 's.lo', 's.hi', values)}`;
    case 'number':
      return `select s.id from search_number s where s.param = ${param} and ${numberTest(clause.test, values)}`;
    case 'string': {
      const tests = clause.anyOf.map((text) => stringTest(clause.match, text, values));
      return `select s.id from search_string s where s.param = ${param} and (${tests.join(' or ')})`;
    }
    default:
      return clause satisfies never;
  }
}

function stringTest(match: 'starts' | 'exact' | 'contains', text: string, values: Values): string {
  switch (match) {
    case 'exact':
      return `s.value = ${values.put(text, 'text')}`;
    case 'contains':
      return `position(${values.put(text, 'text')} in s.value) > 0`;
    case 'starts': {
      const next = nextText(text);
      const from = `s.value >= ${values.put(text, 'text')}`;
      return next === undefined ? from : `(${from} and s.value < ${values.put(next, 'text')})`;
    }
  }
}

const LAST = 0x10ffff;

/** The smallest text above all that start with `text`, in order of code points (collation C in UTF-8); undefined when there is none. */
export function nextText(text: string): string | undefined {
  const points = Array.from(text, (c) => c.codePointAt(0)!);
  while (points.at(-1) === LAST) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no characters of UTF-8.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
