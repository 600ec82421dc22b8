// FHIR dates become local days. https://hl7.org/fhir/R4/datatypes.html#dateTime
import type { Day } from '../../kernel/day.ts';
import { addDays, parseDay } from '../../kernel/day.ts';
import { localDay } from '../../kernel/zone.ts';

const PARTIAL = /^(\d{4})(?:-(\d{2}))?$/;

/** The local day of a date or dateTime; undefined when it is absent or names no whole day. */
export function dayOf(text: string | undefined, zone: string): Day | undefined {
  if (text === undefined) return undefined;
  if (text.length <= 10) return parseDay(text);
  // A leap second (:60) is legal in FHIR and unknown to Date.parse.
  const millis = Date.parse(text.replace(/:60(?=[.Z+-])/, ':59'));
  return Number.isNaN(millis) ? undefined : localDay(millis, zone);
}

/** Like {@link dayOf}; a year or year and month at its first day: from when a Period starts. */
export function firstDay(text: string | undefined, zone: string): Day | undefined {
  const [, year, month] = PARTIAL.exec(text ?? '') ?? [];
  return year === undefined ? dayOf(text, zone) : parseDay(`${year}-${month ?? '01'}-01`);
}

/** Like {@link dayOf}; a year or year and month at its last day: until when a Period lasts, by when something was done. */
export function lastDay(text: string | undefined, zone: string): Day | undefined {
  const [, year, month] = PARTIAL.exec(text ?? '') ?? [];
  if (year === undefined) return dayOf(text, zone);
  if (month === undefined) return parseDay(`${year}-12-31`);
  const next =
    month === '12' ? `${Number(year) + 1}-01-01` : `${year}-${String(Number(month) + 1).padStart(2, '0')}-01`;
  const first = parseDay(next.padStart(10, '0'));
  return first === undefined ? undefined : addDays(first, -1);
}
