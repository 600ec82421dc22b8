// FHIR dates as half-open ranges of instants, [lo, hi): each precision means all instants it may stand for (R4 search.html#date).
// A date without time has no zone in R4, so it is read in UTC, when it is stored and when it is searched: one zone for both,
// whatever zone the server stands in. Local days for counting are another matter: kernel/zone.ts.
import { LONG_DATE_DAYS } from '../../storage/hash.ts';
import type { Range } from '../../storage/types.ts';

/** Open ends, in words that PostgreSQL reads as instants. */
export const FOREVER_AGO = '-infinity';
export const FOREVER = 'infinity';

/** A range whose ends are there; open ends are `-infinity` and `infinity`. */
export interface DateRange extends Range {
  readonly lo: string;
  readonly hi: string;
  /** Open, or spans more than {@link LONG_DATE_DAYS}: such a date carries a mark. */
  readonly long: boolean;
}

export type Precision = 'year' | 'month' | 'day' | 'minute' | 'second';

export interface ParsedDate extends DateRange {
  readonly precision: Precision;
  /** Whether the text says its zone; one with a time but no zone was read in UTC. */
  readonly zoned: boolean;
}

const FORM = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

// The same text is read for the index and for the reading, one after the other.
let last: { text: string; date: ParsedDate | undefined } = { text: '', date: undefined };

/** Reads a date, dateTime or instant; undefined when it is none or names no real day or time. */
export function parseDate(text: string): ParsedDate | undefined {
  if (text !== last.text) last = { text, date: read(text) };
  return last.date;
}

function read(text: string): ParsedDate | undefined {
  const m = FORM.exec(text);
  if (m === null) return undefined;
  const [, y, mo, d, h, mi, s, fraction, zone] = m;
  const year = Number(y);
  if (year === 0) return undefined;
  if (mo === undefined) return span(utc(year), utc(year + 1), 'year');
  const month = Number(mo) - 1;
  if (month < 0 || month > 11) return undefined;
  if (d === undefined) return span(utc(year, month), utc(year, month + 1), 'month');
  const day = Number(d);
  const start = utc(year, month, day);
  if (day < 1 || day > 31 || (day > 28 && new Date(start).getUTCDate() !== day)) return undefined;
  if (h === undefined) return span(start, start + DAY, 'day');
  const [hour, minute, second] = [Number(h), Number(mi), Number(s ?? 0)];
  // 60 is a leap second; FHIR takes it and it means the next minute's first second here.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const offset = zone === undefined ? 0 : offsetOf(zone);
  if (offset === undefined) return undefined;
  const from = start + hour * 3_600_000 + minute * 60_000 + second * 1000 - offset;
  const zoned = zone !== undefined;
  if (s === undefined) return span(from, from + 60_000, 'minute', zoned);
  if (fraction === undefined) return span(from, from + 1000, 'second', zoned);
  return { ...fractional(from, fraction), precision: 'second', zoned };
}

function span(from: number, to: number, precision: Precision, zoned = false): ParsedDate {
  return { lo: iso(from), hi: iso(to), long: precision === 'year' || precision === 'month', precision, zoned };
}

const DAY = 86_400_000;

function utc(year: number, month = 0, day = 1): number {
  if (year > 99) return Date.UTC(year, month, day);
  // Date.UTC reads 0..99 as 1900..1999.
  return new Date(Date.UTC(2000, month, day)).setUTCFullYear(year, month, day);
}

/** Milliseconds of a zone offset; R4 takes up to 14:00. */
function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 14 || minutes > 59 || (hours === 14 && minutes > 0)) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Digits of a second, to the microsecond, which is what the database keeps. */
function fractional(from: number, digits: string): DateRange {
  const micros = Number(digits.slice(0, 6).padEnd(6, '0'));
  const width = 10 ** Math.max(0, 6 - digits.length);
  return { lo: withMicros(from, micros), hi: withMicros(from, micros + width), long: false };
}

function withMicros(seconds: number, micros: number): string {
  const whole = iso(seconds + Math.floor(micros / 1_000_000) * 1000);
  return whole.endsWith('infinity') ? whole : `${whole.slice(0, 19)}.${String(micros % 1_000_000).padStart(6, '0')}Z`;
}

// PostgreSQL has no year 0 and writes no sign before 10000: both edges of FHIR's years are as good as open.
const FIRST = utc(1);
const LAST = Date.UTC(10_000, 0, 1);
const TWO = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));

const DAYS_KEPT = 20_000;
const dayTexts = new Map<number, string>();

function dayText(day: number): string {
  let text = dayTexts.get(day);
  if (text === undefined) {
    if (dayTexts.size >= DAYS_KEPT) dayTexts.clear();
    text = new Date(day * DAY).toISOString().slice(0, 11);
    dayTexts.set(day, text);
  }
  return text;
}

/** Whole seconds as ISO. Date.toISOString costs 0.5 µs a call; the same days come back. */
function iso(millis: number): string {
  if (millis < FIRST) return FOREVER_AGO;
  if (millis >= LAST) return FOREVER;
  const day = Math.floor(millis / DAY);
  const seconds = Math.floor((millis - day * DAY) / 1000);
  return `${dayText(day)}${TWO[Math.floor(seconds / 3600)]}:${TWO[Math.floor(seconds / 60) % 60]}:${TWO[seconds % 60]}Z`;
}

const LONG_MILLIS = LONG_DATE_DAYS * DAY;

function rangeOf(lo: string, hi: string): DateRange {
  return { lo, hi, long: instant(hi) - instant(lo) > LONG_MILLIS };
}

interface Period {
  readonly start?: unknown;
  readonly end?: unknown;
}

/** A Period: its missing ends are open; undefined when it has neither. */
export function periodRange(period: Period): DateRange | undefined {
  const start = typeof period.start === 'string' ? parseDate(period.start) : undefined;
  const end = typeof period.end === 'string' ? parseDate(period.end) : undefined;
  if (start === undefined && end === undefined) return undefined;
  return rangeOf(start?.lo ?? FOREVER_AGO, end?.hi ?? FOREVER);
}

interface Timing {
  readonly event?: unknown;
  readonly repeat?: { readonly boundsPeriod?: Period };
}

/** A Timing: its outer limits only (R4 search.html#date); undefined when it says none. */
export function timingRange(timing: Timing): DateRange | undefined {
  const events = Array.isArray(timing.event) ? timing.event : [];
  const ranges = events.map((e) => (typeof e === 'string' ? parseDate(e) : undefined));
  const bounds = timing.repeat?.boundsPeriod;
  return hull([...ranges, ...(bounds === undefined ? [] : [periodRange(bounds)])]);
}

function hull(ranges: readonly (DateRange | undefined)[]): DateRange | undefined {
  const there = ranges.filter((r) => r !== undefined);
  if (there.length === 0) return undefined;
  const least = there.reduce((a, b) => (instant(b.lo) < instant(a.lo) ? b : a)).lo;
  const most = there.reduce((a, b) => (instant(b.hi) > instant(a.hi) ? b : a)).hi;
  return rangeOf(least, most);
}

function instant(text: string): number {
  return text === FOREVER ? Infinity : text === FOREVER_AGO ? -Infinity : Date.parse(text);
}
