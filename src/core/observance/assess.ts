// Days with data become what a window is worth (contract 2.2).

import type { Day } from '../../kernel/day.ts';
import { inForce, type Law } from '../../law/law.ts';
import { listWindows } from '../chain/windows.ts';
import { dayAt, numberOf } from '../days.ts';
import type { Assessment, ObservanceStatus, Window } from '../result.ts';
import type { DayBits, Situation } from '../situation.ts';
import { blockStarts, type Rule, ruleOf } from './rule.ts';

/**
 * One assessment for every window of the chain from 1 to the one that holds `asOf`. The range of the situation is not
 * applied: bits must be there for the windows that touch it and for the one before the first of them.
 */
export function assess(situation: Situation, law: Law): readonly Assessment[] {
  const line = law.lines[situation.chain.activity];
  return listWindows(situation.chain, situation.file.patient, situation.asOf, law).map((window) => {
    const rule = ruleOf(window, line, law);
    return assessWindow(window, rule, situation.bits.get(window.index) ?? 0, situation.asOf, law);
  });
}

function assessWindow(window: Window, rule: Rule, given: DayBits, asOf: Day, law: Law): Assessment {
  const bits = given & countable(window, asOf);
  const received = rule.unit === 'day' ? ones(bits) : blocksWith(bits, window).length;
  if (rule.expected === undefined)
    return { ...window, unit: rule.unit, received, status: 'undetermined', bits, basis: rule.basis };
  return {
    ...window,
    unit: rule.unit,
    expected: rule.expected,
    received,
    ratio: Math.round((received / rule.expected) * 10_000) / 10_000,
    status: window.over ? statusOf(received, rule.expected, window, law) : 'in-progress',
    bits,
    basis: rule.basis,
  };
}

// The ratio that is compared is the exact one, never the one rounded for show.
function statusOf(received: number, expected: number, window: Window, law: Law): ObservanceStatus {
  if (received === 0) return 'interrupted';
  const threshold = inForce(law.limits.sufficientRatio, window.period.start);
  if (!threshold.known) return 'undetermined';
  return received / expected < threshold.value ? 'insufficient' : 'sufficient';
}

/** The first day of each unit under monitoring without a counted reading; empty when nothing is expected. */
export function missingUnits(a: Assessment): readonly Day[] {
  if (a.expected === undefined) return [];
  const first = numberOf(a.period.start);
  if (a.unit === 'week') {
    const withData = new Set(blocksWith(a.bits, a));
    const begun = blockStarts(a).filter((offset) => offset < a.monitoredDays);
    return begun.filter((offset) => !withData.has(offset)).map((offset) => dayAt(first + offset));
  }
  const missing: Day[] = [];
  for (let i = 0; i < a.monitoredDays; i++) if ((a.bits & (1 << i)) === 0) missing.push(dayAt(first + i));
  return missing;
}

// Storage counts within monitoring and asOf already; masking again makes this room right whatever it is handed.
function countable(window: Window, asOf: Day): DayBits {
  const untilToday = numberOf(asOf) - numberOf(window.period.start) + 1;
  const days = Math.min(window.monitoredDays, untilToday, 31);
  return days <= 0 ? 0 : 2 ** days - 1;
}

function blocksWith(bits: DayBits, window: Window): readonly number[] {
  const starts = blockStarts(window);
  return starts.filter((offset, i) => {
    const end = starts[i + 1] ?? window.length;
    return (bits & (2 ** end - 2 ** offset)) !== 0;
  });
}

function ones(bits: DayBits): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
