// The billing windows of a chain: days, the prescription that each is judged with, and how long it is monitored.
import { type Day, earliest } from '../../kernel/day.ts';
import { inForce, type Law } from '../../law/law.ts';
import { dayAt, numberOf } from '../days.ts';
import type { Window } from '../result.ts';
import type { Chain, PatientFacts, Prescription } from '../situation.ts';

/** Length of a chain's windows in days; undefined when the law does not say (nothing can be cut then). */
export function windowDays(chain: Chain, law: Law): number | undefined {
  const length = inForce(law.limits.windowDays, chain.start);
  return length.known ? length.value : undefined;
}

/** Last day of monitoring: the earliest of the recorded end, the death, and the end of the chain's validity. */
export function monitoringEnd(chain: Chain, patient: PatientFacts): Day {
  return earliest(chain.validityEnd, chain.stop, patient.deceased) ?? chain.validityEnd;
}

/** The member whose validity holds a day, the latest if several; undefined when none does. */
export function covering(chain: Chain, day: Day): Prescription | undefined {
  return chain.members.findLast((p) => p.start <= day && day <= p.end);
}

/** The first day of a closed period that no member covers, as a number; undefined when all are covered. */
export function firstUncovered(chain: Chain, start: Day, end: Day): number | undefined {
  const last = numberOf(end);
  let n = numberOf(start);
  while (n <= last) {
    const day = dayAt(n);
    let next = n;
    for (const p of chain.members) if (p.start <= day && day <= p.end) next = Math.max(next, numberOf(p.end) + 1);
    if (next === n) return n;
    n = next;
  }
  return undefined;
}

/**
 * Every window from 1 to the one that holds `asOf`; none begins after the monitoring end (recorded end, death, validity).
 * All of them, whatever range is asked: earlier windows matter to later ones (majoré caps, insufficiency).
 */
export function listWindows(chain: Chain, patient: PatientFacts, asOf: Day, law: Law): readonly Window[] {
  const length = windowDays(chain, law);
  if (length === undefined) return [];
  const today = numberOf(asOf);
  const monitored = numberOf(monitoringEnd(chain, patient));
  const lastStart = Math.min(today, monitored);
  const windows: Window[] = [];
  for (let first = numberOf(chain.start), index = 1; first <= lastStart; first += length, index++) {
    const last = first + length - 1;
    const start = dayAt(first);
    windows.push({
      index,
      period: { start, end: dayAt(last) },
      length,
      // Monitoring may begin before the validity: such a window is judged with the first prescription.
      prescription: covering(chain, start) ?? chain.members[0],
      monitoredDays: Math.min(last, monitored) - first + 1,
      over: today > last,
    });
  }
  return windows;
}

/** Whether a window touches a range of days; absent ends are open. */
export function touches(
  window: Window,
  range: { readonly start?: Day | undefined; readonly end?: Day | undefined } | undefined,
): boolean {
  if (range === undefined) return true;
  return (
    (range.start === undefined || window.period.end >= range.start) &&
    (range.end === undefined || window.period.start <= range.end)
  );
}
