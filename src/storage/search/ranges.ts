// How a searched range and a stored range compare: R4 search.html#prefix. Dates are half-open [lo, hi), numbers closed.
import { LONG_DATE_DAYS } from '../hash.ts';
import type { Clause, NumberTest, Prefix, RangeTest, SideClause, SpanTest } from '../types.ts';
import type { Values } from './statement.ts';

/**
 * Condition on stored dates. Each condition also bounds `lo`, where it can, because `lo` has the index. Tests that look at
 * `hi` only get such a bound by the knowledge that unmarked dates span at most {@link LONG_DATE_DAYS}: `longs` is the condition
 * that finds the marked ones.
 */
export function dateTest(test: SpanTest, lo: string, hi: string, values: Values, longs?: () => string): string {
  const from = values.later(test.lo, 'timestamptz');
  const to = values.later(test.hi, 'timestamptz');
  const within = () => `${lo} >= ${from()} and ${lo} < ${to()} and ${hi} <= ${to()}`;
  const reaches = (instant: string) =>
    longs === undefined
      ? `${hi} > ${instant}`
      : `(${lo} > ${instant} - interval '${LONG_DATE_DAYS} days' or ${longs()}) and ${hi} > ${instant}`;
  const conditions: Record<SpanTest['prefix'], () => string> = {
    eq: within,
    ne: () => `${lo} is not null and not (${within()})`,
    gt: () => reaches(to()),
    lt: () => `${lo} < ${from()}`,
    // R4: the range above a value is "the specified value and up", so what ends within the searched range is not left out.
    ge: () => reaches(from()),
    le: () => `${lo} < ${to()}`,
    sa: () => `${lo} >= ${to()}`,
    eb: () => `${lo} < ${from()} and ${hi} <= ${from()}`,
    ap: () => `${lo} < ${to()} and ${reaches(from())}`,
    contains: () => `${lo} <= ${from()} and ${reaches(justBefore(to()))}`,
  };
  return conditions[test.prefix]();
}

/** What ends at an instant reaches beyond this one: instants are known to the microsecond. */
function justBefore(instant: string): string {
  return `(${instant} - interval '1 microsecond')`;
}

/** What the stored ends must be after, for the date clauses that look at ends: with the bound of unmarked dates, a bound for `lo`. */
export function reachedInstants(clauses: readonly Clause[], values: Values): string[] {
  return clauses.flatMap((c) => {
    if (c.kind !== 'date' && c.kind !== 'other-date') return [];
    if (c.test.prefix === 'gt') return [values.put(c.test.hi, 'timestamptz')];
    if (c.test.prefix === 'contains') return [justBefore(values.put(c.test.hi, 'timestamptz'))];
    return c.test.prefix === 'ge' || c.test.prefix === 'ap' ? [values.put(c.test.lo, 'timestamptz')] : [];
  });
}

/** Rows of dates that span more than {@link LONG_DATE_DAYS}: the condition of their index. Open ends cannot be subtracted. */
export function longDate(row: string): string {
  return `case when isfinite(${row}.lo) and isfinite(${row}.hi) then ${row}.hi - ${row}.lo > interval '${LONG_DATE_DAYS} days' else true end`;
}

/** Resources whose date is longer than a second: the condition of their index. */
export function rowSpan(row: string): string {
  return `case when isfinite(${row}.date_lo) and isfinite(${row}.date_hi) then ${row}.date_hi - ${row}.date_lo > interval '1 second' else true end`;
}

/** What the stored upper ends must reach, for a clause that looks at them. */
export function reachedNumber({ test, second }: NumberClause, values: Values): string | undefined {
  if (second !== undefined) return undefined;
  const { prefix, lo, hi } = test;
  const edge = prefix === 'gt' ? hi : prefix === 'ge' || prefix === 'ap' ? lo : undefined;
  return edge === undefined ? undefined : values.put(edge, 'float8');
}

type NumberClause = Extract<SideClause, { readonly kind: 'number' }>;

/** Condition on an instant that is known to the millisecond (`updated`). */
export function instantTest(test: RangeTest, column: string, values: Values): string {
  const from = values.later(test.lo, 'timestamptz');
  const to = values.later(test.hi, 'timestamptz');
  const conditions: Record<Prefix, () => string> = {
    eq: () => `${column} >= ${from()} and ${column} < ${to()}`,
    ne: () => `(${column} < ${from()} or ${column} >= ${to()})`,
    gt: () => `${column} >= ${to()}`,
    lt: () => `${column} < ${from()}`,
    ge: () => `${column} >= ${from()}`,
    le: () => `${column} < ${to()}`,
    sa: () => `${column} >= ${to()}`,
    eb: () => `${column} < ${from()}`,
    ap: () => `${column} >= ${from()} and ${column} < ${to()}`,
  };
  return conditions[test.prefix]();
}

/** Columns of a number; `unit` where it may have one. */
interface NumberColumns {
  readonly lo: string;
  readonly hi: string;
  readonly unit?: string;
}

/**
 * Condition on the stored numbers lo..hi. For `eq`, `ne` the searched [lo, hi) is the implicit precision of what was asked;
 * for `ap` its margin; for the others lo = hi = the number itself, as R4 ignores the precision there.
 * Points (lo = hi) are found through the index on lo, spans through the partial index on hi: `hi - lo > 0` is its condition.
 */
export function numberTest(test: NumberTest, values: Values, { lo, hi, unit }: NumberColumns): string {
  const from = values.later(test.lo, 'float8');
  const to = values.later(test.hi, 'float8');
  const within = () => `${lo} >= ${from()} and ${lo} < ${to()} and ${hi} < ${to()}`;
  const reaches = (operator: '>' | '>=', number: string) =>
    lo === hi
      ? `${lo} ${operator} ${number}`
      : `(${lo} ${operator} ${number} or (${hi} - ${lo} > 0 and ${hi} ${operator} ${number}))`;
  const conditions: Record<Prefix, () => string> = {
    eq: within,
    ne: () => `not (${within()})`,
    gt: () => reaches('>', to()),
    lt: () => `${lo} < ${from()}`,
    ge: () => reaches('>=', from()),
    le: () => `${lo} <= ${to()}`,
    sa: () => `${lo} > ${to()}`,
    eb: () => `${lo} < ${from()} and ${hi} < ${from()}`,
    ap: () => `${lo} <= ${to()} and ${reaches('>=', from())}`,
  };
  return `${conditions[test.prefix]()}${unit === undefined ? '' : unitTest(test, unit, values)}`;
}

/** `||code` asks for the code or the unit as shown, `|system|code` for the coded unit (R4 search.html#quantity). */
function unitTest({ system, code }: NumberTest, unit: string, values: Values): string {
  const tests: string[] = [];
  if (system !== undefined) tests.push(`u.system = ${values.put(system, 'text')}`);
  if (code !== undefined) {
    const place = values.put(code, 'text');
    tests.push(system === undefined ? `(u.code = ${place} or u.unit = ${place})` : `u.code = ${place}`);
  }
  return tests.length === 0 ? '' : ` and ${unit} in (select u.key from unit u where ${tests.join(' and ')})`;
}
