// Values of date parameters (R4 search.html#date).
import type { Fault } from '../../kernel/fault.ts';
import type { Prefix, RangeTest, SpanTest } from '../../storage/types.ts';
import { FOREVER, FOREVER_AGO, parseDate } from '../extract/dates.ts';
import type { IndexedParameter, TypeIndex } from '../extract/paths.ts';
import { anyOf, type Draft, type Result, type SearchScope } from './draft.ts';
import { badValue, isFault } from './refusals.ts';
import { plain } from './values.ts';

const PREFIX = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[\d+-.])/;

/** `ge5` → ge and 5; without a prefix eq is meant. */
export function prefixOf(value: string): { prefix: Prefix; rest: string } {
  const prefix = PREFIX.exec(value)?.[1];
  return { prefix: (prefix ?? 'eq') as Prefix, rest: prefix === undefined ? value : value.slice(2) };
}

const DATE = {
  en: 'a date such as 2024, 2024-03, 2024-03-31 or 2024-03-31T10:00:00+02:00, after a prefix (eq ne gt lt ge le sa eb ap) or none',
  fr: 'une date comme 2024, 2024-03, 2024-03-31 ou 2024-03-31T10:00:00+02:00, après un préfixe (eq ne gt lt ge le sa eb ap) ou sans',
};

/** What a date value asks of stored ranges. */
export function dateTest(name: string, value: string, now: number): RangeTest | Fault {
  const { prefix, rest } = prefixOf(plain(value));
  // A plus sign that was not percent-encoded arrives as a space.
  const date = parseDate(rest.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (date === undefined) return badValue(name, value, DATE);
  if (prefix !== 'ap') return { prefix, lo: date.lo, hi: date.hi };
  return { prefix, ...approximate(date, now) };
}

/** Wider by a tenth of the gap between the date and now, on both sides (R4 search.html#prefix). */
function approximate({ lo, hi }: { lo: string; hi: string }, now: number): { lo: string; hi: string } {
  if (lo === FOREVER_AGO || hi === FOREVER) return { lo, hi };
  const [from, to] = [Date.parse(lo), Date.parse(hi)];
  const margin = Math.max(0, now < from ? from - now : now - to) / 10;
  const edge = (millis: number, open: string) => {
    const text = new Date(millis).toISOString();
    return /^\d{4}-/.test(text) && !text.startsWith('0000') ? text : open;
  };
  return { lo: edge(from - margin, FOREVER_AGO), hi: edge(to + margin, FOREVER) };
}

export function dateClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  { index, now }: SearchScope,
): Result {
  const test = dateTest(name, value, now);
  return isFault(test) ? test : overDates(parameter, test, index);
}

/** A test of the dates at all places of a parameter. */
export function overDates({ paths }: IndexedParameter, test: SpanTest, { datePath }: TypeIndex): Draft {
  return anyOf(
    paths.map((p) => (p === datePath ? { kind: 'date', test } : { kind: 'other-date', param: p.key, test })),
  );
}
