// What must be counted in storage before a chain can be assessed.
import { type Day, earliest } from '../../kernel/day.ts';
import type { Law, Measures } from '../../law/law.ts';
import { listWindows, monitoringEnd, touches } from '../chain/windows.ts';
import type { Window } from '../result.ts';
import type { Situation } from '../situation.ts';
import { measuresOf } from './rule.ts';

/** Days with a counted reading are asked for these days, per window. Fields as in storage's WindowQuery. */
export interface CountQuery {
  /** First day of window 1. */
  readonly start: Day;
  readonly windowDays: number;
  /** Days looked at, both inclusive: under monitoring, not after asOf. */
  readonly from: Day;
  readonly to: Day;
  /** `system|code` */
  readonly codes: readonly string[];
  readonly categories: readonly string[];
  /** Ids of the chain's members. */
  readonly prescriptions: readonly string[];
}

const LOINC = 'http://loinc.org';

/**
 * The counts that the windows in range need, and the window before them (its insufficiency may bar the first).
 * One query for each run of windows that count the same measures: usually one, none when no measure is known.
 */
export function countQueries(asked: Omit<Situation, 'bits' | 'register'>, law: Law): readonly CountQuery[] {
  const { chain, file, asOf, range } = asked;
  const end = monitoringEnd(chain, file.patient);
  const to = earliest(end, asOf) ?? end;
  const windows = listWindows(chain, file.patient, asOf, law);
  const wanted = windows.filter(
    (w, i) => touches(w, range) || (i + 1 < windows.length && touches(windows[i + 1]!, range)),
  );
  const prescriptions = chain.members.map((p) => p.id);
  return runs(wanted, law, chain.activity).map(({ first, last, measures }) => ({
    start: chain.start,
    windowDays: first.length,
    from: first.period.start,
    to: earliest(last.period.end, to) ?? to,
    codes: codesOf(measures),
    categories: measures.categories,
    prescriptions,
  }));
}

/** `system|code` of every code that counts. */
export function codesOf(measures: Measures): readonly string[] {
  return [...measures.loinc.map((code) => `${LOINC}|${code}`), ...measures.codes];
}

function runs(windows: readonly Window[], law: Law, activity: string) {
  const found: { first: Window; last: Window; measures: Measures }[] = [];
  for (const window of windows) {
    const measures = measuresOf(law.lines[activity], window.period.start)?.measures;
    const run = found.at(-1);
    if (measures === undefined) continue;
    if (run !== undefined && run.measures === measures && run.last.index === window.index - 1) run.last = window;
    else found.push({ first: window, last: window, measures });
  }
  return found;
}
