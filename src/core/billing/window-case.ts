// One window in its surroundings, as every legal condition looks at it.
import type { Day } from '../../kernel/day.ts';
import type { Text } from '../../kernel/fault.ts';
import { inForce, type Law, type Line, type Policy, type Reading } from '../../law/law.ts';
import type { Assessment, ReasonCode } from '../result.ts';
import type { Dmn, DmnLine, Prescription, Reference, Situation } from '../situation.ts';
import type { Level } from './levels.ts';
import { type Prices, pricesOf } from './prices.ts';

/** A window, the persons and things it is judged with, and what the law says on its first day. */
export interface WindowCase {
  readonly situation: Situation;
  readonly law: Law;
  readonly assessment: Assessment;
  /** The window before; undefined for window 1. */
  readonly previous: Assessment | undefined;
  readonly first: Day;
  readonly last: Day;
  /** Covers the first day: operator, DMN, level and rights. */
  readonly prescription: Prescription;
  readonly dmn: Dmn | undefined;
  /** The DMN on the chain's line. */
  readonly dmnLine: DmnLine | undefined;
  readonly line: Line | undefined;
  /** Whether the line is on the list; undefined when the law room has no such line. */
  readonly listed: Reading<boolean> | undefined;
  /** The line is certainly not on the list; false also when that is not known. */
  readonly notListed: boolean;
  readonly prices: Prices;
  readonly level: Level;
  /** Death on a day of the window: it is due in full, whatever the data. */
  readonly deathInside: boolean;
}

/** What a condition finds: it is met, or why not, or what is missing to tell, or a fact that blocks nothing. */
export type Finding =
  | { readonly kind: 'met' }
  | { readonly kind: 'not-met' | 'unknown' | 'note'; readonly text: Text; readonly evidence: readonly Reference[] };

/** One legal condition. The policy is given to those that depend on one; they are asked once under each. */
export interface Condition {
  readonly reason: ReasonCode;
  check(c: WindowCase): Finding;
}

export interface PolicyCondition {
  readonly reason: ReasonCode;
  check(c: WindowCase, policy: Policy): Finding;
}

export const MET: Finding = { kind: 'met' };

/** The condition is not met: the window is not billable. */
export function notMet(text: Text, ...evidence: (Reference | undefined)[]): Finding {
  return { kind: 'not-met', text, evidence: evidence.filter((e) => e !== undefined) };
}

/** What is known does not suffice to tell. */
export function unknown(text: Text, ...evidence: (Reference | undefined)[]): Finding {
  return { kind: 'unknown', text, evidence: evidence.filter((e) => e !== undefined) };
}

/** A fact to be shown. */
export function note(text: Text, ...evidence: (Reference | undefined)[]): Finding {
  return { kind: 'note', text, evidence: evidence.filter((e) => e !== undefined) };
}

/** Puts a window in its surroundings. */
export function windowCase(
  situation: Situation,
  law: Law,
  assessment: Assessment,
  previous: Assessment | undefined,
  level: Level,
): WindowCase {
  const { prescription, period } = assessment;
  const line = law.lines[situation.chain.activity];
  const dmn = prescription.dmn === undefined ? undefined : situation.register.dmns.get(prescription.dmn);
  const dmnLine = dmn?.lines.find((l) => l.activity === situation.chain.activity);
  const listed = line && inForce(line.listed, period.start);
  const death = situation.file.patient.deceased;
  return {
    situation,
    law,
    assessment,
    previous,
    first: period.start,
    last: period.end,
    prescription,
    dmn,
    dmnLine,
    line,
    listed,
    notListed: listed === undefined || (listed.known ? !listed.value : listed.why === 'not-formalised'),
    prices: pricesOf({
      line,
      dmnLine,
      prescription,
      coverages: situation.file.coverages,
      level,
      first: period.start,
      law,
    }),
    level,
    deathInside: death !== undefined && period.start <= death && death <= period.end,
  };
}

/** `ServiceRequest/…` of a prescription. */
export function referenceOf(prescription: Prescription): Reference {
  return `ServiceRequest/${prescription.id}`;
}
