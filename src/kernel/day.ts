// Calendar days and closed periods of days. A Day is always a local calendar day, never an instant.

/** A calendar day, `YYYY-MM-DD`, without zone: the zone is the business of whoever made it. */
export type Day = string & { readonly __day: unique symbol };

/** Both ends inclusive. */
export interface Period {
  readonly start: Day;
  readonly end: Day;
}

const DAY_MILLIS = 86_400_000;
const FORM = /^\d{4}-\d{2}-\d{2}$/;

/** Days since 1970-01-01: the cheap form for arithmetic. */
export function dayNumber(day: Day): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MILLIS);
}

/** The inverse of {@link dayNumber}. */
export function dayOfNumber(n: number): Day {
  return new Date(n * DAY_MILLIS).toISOString().slice(0, 10) as Day;
}

/** The Day that a text names, or undefined when it is no real calendar day (2026-02-30, 2026-2-3, a dateTime). */
export function parseDay(text: string): Day | undefined {
  if (!FORM.test(text)) return undefined;
  const millis = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 10) !== text) return undefined;
  return text as Day;
}

/** A literal known to be right; throws on a wrong one, so that a typo in code or data cannot pass. */
export function day(text: string): Day {
  const parsed = parseDay(text);
  if (parsed === undefined) throw new RangeError(`not a calendar day: ${text}`);
  return parsed;
}

/** The day `n` days later (earlier when negative). */
export function addDays(from: Day, n: number): Day {
  return dayOfNumber(dayNumber(from) + n);
}

/** Days from `a` to `b`; negative when b is before a. */
export function daysBetween(a: Day, b: Day): number {
  return dayNumber(b) - dayNumber(a);
}

/** Number of days of a closed period. */
export function lengthOf(period: Period): number {
  return daysBetween(period.start, period.end) + 1;
}

/** Calendar months later; the last day of the month where the day does not exist (31 August + 6 months = the last of February). */
export function addMonths(from: Day, months: number): Day {
  const year = Number(from.slice(0, 4));
  const month = Number(from.slice(5, 7)) - 1 + months;
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const date = Math.min(Number(from.slice(8, 10)), last);
  return new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10) as Day;
}

/** Calendar years later; 29 February becomes 28 February in a common year. */
export function addYears(from: Day, years: number): Day {
  return addMonths(from, years * 12);
}

/** The earliest of the days that are there, or undefined when there is none. */
export function earliest(...days: (Day | undefined)[]): Day | undefined {
  return days.reduce<Day | undefined>((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
}

/** The latest of the days that are there, or undefined when there is none. */
export function latest(...days: (Day | undefined)[]): Day | undefined {
  return days.reduce<Day | undefined>((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined);
}

/** Whether a day lies in a closed period. */
export function contains(period: Period, day: Day): boolean {
  return period.start <= day && day <= period.end;
}

/** The days that two closed periods share, or undefined. An end may be open (undefined = for ever). */
export function overlap(
  a: { start?: Day | undefined; end?: Day | undefined },
  b: { start?: Day | undefined; end?: Day | undefined },
): { start: Day | undefined; end: Day | undefined } | undefined {
  const start = latest(a.start, b.start);
  const end = earliest(a.end, b.end);
  return start !== undefined && end !== undefined && start > end ? undefined : { start, end };
}
