// What a window needs to be judged by its data: the measures that count, the unit, and how many units are expected.
import type { Day } from '../../kernel/day.ts';
import { type Basis, type Frequency, inForce, type Law, type Line, type Measures } from '../../law/law.ts';
import type { Window } from '../result.ts';
import type { Transmission } from '../situation.ts';

/** The rule of one window. */
export interface Rule {
  readonly unit: 'day' | 'week';
  /** Absent when the rule is not known. */
  readonly expected?: number;
  readonly basis: readonly Basis[];
}

const SECONDS = { s: 1, min: 60, h: 3_600, d: 86_400, wk: 604_800, mo: 30 * 86_400, a: 365 * 86_400 } as const;
const WEEK = 7;

/**
 * The day on which a line's parameters are read for a window that begins on `first`: that day; or, while the line is not
 * listed, the day of its next listing, or of its last one. Such a window is refused for not being listed, and not also for
 * rules that come and go with the listing.
 */
export function ruleDay(line: Line, first: Day): Day {
  const listed = inForce(line.listed, first);
  const off = listed.known ? !listed.value : listed.why === 'not-formalised';
  if (!off) return first;
  const listings = line.listed.entries.filter((e) => e.value === true);
  return (listings.find((e) => e.from > first) ?? listings.at(-1))?.from ?? first;
}

/** The measures that count in a window; undefined when they are not known. */
export function measuresOf(line: Line | undefined, first: Day): { measures: Measures; basis: Basis } | undefined {
  if (line === undefined) return undefined;
  const measures = inForce(line.measures, ruleDay(line, first));
  return measures.known ? { measures: measures.value, basis: measures.basis } : undefined;
}

/**
 * Unit and expected units of a window. The line's own frequency comes first, then what the prescription expects
 * (`tls-expected-transmission`); with neither, or without known measures, nothing is expected: undetermined.
 */
export function ruleOf(window: Window, line: Line | undefined, law: Law): Rule {
  const first = window.period.start;
  const measures = measuresOf(line, first);
  if (line === undefined || measures === undefined) return { unit: 'day', basis: [] };
  const threshold = inForce(law.limits.sufficientRatio, first);
  if (!threshold.known) return { unit: 'day', basis: [measures.basis] };
  const frequency = inForce(line.frequency, ruleDay(line, first));
  const basis = [measures.basis, threshold.basis];
  if (frequency.known) {
    basis.push(frequency.basis);
    return { ...byFrequency(frequency.value, window.monitoredDays, blockStarts(window)), basis };
  }
  const asked = window.prescription.transmission;
  if (asked === undefined || !isUsable(asked)) return { unit: 'day', basis };
  return { ...byTransmission(asked, window.monitoredDays, blockStarts(window)), basis };
}

/** First days (offset from 0) of a window's weekly blocks: days 1–7, 8–14 …; what is left belongs to the last block. */
export function blockStarts(window: Window): readonly number[] {
  return window.length === 30 ? MONTH_BLOCKS : blocksOf(window.length);
}

const MONTH_BLOCKS = blocksOf(30);

function blocksOf(days: number): readonly number[] {
  return Array.from({ length: Math.max(1, Math.floor(days / WEEK)) }, (_, i) => i * WEEK);
}

function begun(blocks: readonly number[], monitoredDays: number): number {
  return blocks.filter((offset) => offset < monitoredDays).length;
}

function byFrequency(
  frequency: Frequency,
  days: number,
  blocks: readonly number[],
): { unit: 'day' | 'week'; expected: number } {
  switch (frequency) {
    case 'daily':
      return { unit: 'day', expected: days };
    case 'weekly':
      return { unit: 'week', expected: begun(blocks, days) };
    default:
      return frequency satisfies never;
  }
}

function byTransmission(
  t: Transmission,
  days: number,
  blocks: readonly number[],
): { unit: 'day' | 'week'; expected: number } {
  const period = Math.round(t.period * SECONDS[t.periodUnit]);
  const perPeriod = t.frequency * SECONDS.wk;
  const times = Math.floor((t.frequency * days * SECONDS.d) / period);
  // Exactly weekly is the rule of the weekly lines; slower takes the floor, at most the blocks begun (contract 2.2, 2.8).
  if (perPeriod === period) return { unit: 'week', expected: begun(blocks, days) };
  // "Slower by weeks": only what is stated in whole weeks is counted in weeks; a month or ten days are counted in days.
  const byWeeks = perPeriod < period && period % SECONDS.wk === 0;
  if (byWeeks) return { unit: 'week', expected: Math.min(Math.max(1, times), begun(blocks, days)) };
  return { unit: 'day', expected: Math.min(Math.max(1, times), days) };
}

function isUsable(t: Transmission): boolean {
  return t.frequency > 0 && t.period > 0 && t.periodUnit in SECONDS;
}
