// Each reading by itself: counted for a day, or rejected with the first reason that holds (contract 2.2, 2.8).
import type { Day } from '../../kernel/day.ts';
import type { Law, Measures } from '../../law/law.ts';
import { listWindows, monitoringEnd, touches } from '../chain/windows.ts';
import { numberOf } from '../days.ts';
import type { Rejection, Window } from '../result.ts';
import type { Reading, Reference, Situation } from '../situation.ts';
import { codesOf } from './count-queries.ts';
import { measuresOf } from './rule.ts';

/** A day with counted readings. */
export interface DayEvidence {
  readonly date: Day;
  /** Counted readings of that day. */
  readonly count: number;
  /** `Observation/…/_history/…`, in order of instant and id. */
  readonly evidence: readonly Reference[];
}

export interface Classified {
  /** By window index: days with data, in order. */
  readonly days: ReadonlyMap<number, readonly DayEvidence[]>;
  /** Readings whose day, or possible days, touch a listed window and that do not count. */
  readonly rejected: readonly { readonly observation: Reference; readonly reason: Rejection }[];
}

/**
 * Sorts a patient's readings into those that count for the chain and those that do not, over the windows in range.
 * The counted days are those of storage's day bits. The order in which readings are given is irrelevant: of two that are
 * the same (device, instant, code) the one with the smaller id counts.
 */
export function classify(
  asked: Omit<Situation, 'bits' | 'register'>,
  readings: readonly Reading[],
  law: Law,
): Classified {
  const windows = listWindows(asked.chain, asked.file.patient, asked.asOf, law).filter((w) => touches(w, asked.range));
  const judge = judgeOf(asked, law);
  const days = new Map<number, Map<Day, Reference[]>>();
  const rejected: { observation: Reference; reason: Rejection }[] = [];
  for (const reading of [...readings].sort(byInstant)) {
    const window = windowOf(reading, windows);
    if (window === undefined) continue;
    const reason = judge(reading, window);
    if (reason !== undefined) rejected.push({ observation: `Observation/${reading.id}`, reason });
    else note(days, window.index, reading);
  }
  return { days: new Map([...days].map(([index, found]) => [index, inOrder(found)])), rejected };
}

function judgeOf(
  asked: Omit<Situation, 'bits' | 'register'>,
  law: Law,
): (r: Reading, w: Window) => Rejection | undefined {
  const members = new Set(asked.chain.members.map((p) => p.id));
  const end = monitoringEnd(asked.chain, asked.file.patient);
  const seen = new Set<string>();
  return (reading, window) => {
    const measures = measuresOf(law.lines[asked.chain.activity], window.period.start)?.measures;
    if (!reading.final) return 'not-final';
    if (measures === undefined || !isCounted(reading, measures)) return 'wrong-code';
    if (!reading.valued) return 'no-value';
    if (reading.day === undefined) return 'imprecise-date';
    if (reading.day > asked.asOf) return 'future';
    if (reading.day < asked.chain.start || reading.day > end) return 'outside-monitoring';
    if (reading.basedOn.length > 0 && !reading.basedOn.some((id) => members.has(id))) return 'other-prescription';
    const keys = sameness(reading);
    if (keys.some((key) => seen.has(key))) return 'duplicate';
    for (const key of keys) seen.add(key);
    return undefined;
  };
}

function isCounted(reading: Reading, measures: Measures): boolean {
  if (reading.categories.some((c) => measures.categories.includes(c))) return true;
  const codes = codesOf(measures);
  return reading.codes.some((c) => codes.includes(c));
}

// Readings typed in by hand have no device, and days without a time no instant: nothing says that two are the same.
// The day belongs to it: at 00:00 the end of a period and a point in time are the same instant of two days, and both count.
function sameness(reading: Reading): readonly string[] {
  const { device, at, day } = reading;
  return device === null || at === undefined ? [] : reading.codes.map((code) => `${day} ${at} ${device} ${code}`);
}

function windowOf(reading: Reading, windows: readonly Window[]): Window | undefined {
  const first = windows[0];
  if (first === undefined) return undefined;
  if (reading.day === undefined) {
    const may = reading.imprecise;
    return may && windows.find((w) => w.period.start <= may.end && may.start <= w.period.end);
  }
  const nth = Math.floor((numberOf(reading.day as Day) - numberOf(first.period.start)) / first.length);
  return windows[nth];
}

function byInstant(a: Reading, b: Reading): number {
  return compare(a.day ?? '', b.day ?? '') || compare(a.at ?? '', b.at ?? '') || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function note(days: Map<number, Map<Day, Reference[]>>, index: number, reading: Reading): void {
  let window = days.get(index);
  if (window === undefined) {
    window = new Map();
    days.set(index, window);
  }
  const date = reading.day as Day;
  const evidence = window.get(date) ?? [];
  evidence.push(`Observation/${reading.id}/_history/${reading.version}`);
  window.set(date, evidence);
}

function inOrder(found: ReadonlyMap<Day, readonly Reference[]>): readonly DayEvidence[] {
  return [...found].map(([date, evidence]) => ({ date, count: evidence.length, evidence }));
}
