// Claim/$submit: is every item due, and are both claims the two halves of the same windows? (contract 2.7, 3)
import { addDays, daysBetween } from '../../kernel/day.ts';
import type { Law } from '../../law/law.ts';
import type { ClaimError, Decision, Judgement, SubmittedClaim, SubmittedItem } from '../result.ts';
import type { Situation } from '../situation.ts';
import { seriesMax } from './draft.ts';
import { type Blame, blame, forWindow, ofReason } from './faults.ts';
import { judgeAmounts } from './judge-amounts.ts';
import { judgePair } from './judge-pair.ts';

interface Asked {
  /** The claims of one request: a pair, or what was sent of it. */
  readonly claims: readonly SubmittedClaim[];
  /** Of the chain of the prescription that the claims name, without range. */
  readonly situation: Situation;
  /** All windows, decided as of today. */
  readonly decisions: readonly Decision[];
  readonly law: Law;
}

/**
 * Judges the claims of one submission against the decisions as of today. Every error is listed; with one error nothing
 * may be stored.
 */
export function judge(asked: Asked): Judgement {
  const errors = [
    ...judgePair(asked.claims, asked.situation.chain),
    ...asked.claims.flatMap((c) => judgeClaim(c, asked)),
  ];
  return { accepted: errors.length === 0, errors };
}

function judgeClaim(claim: SubmittedClaim, asked: Asked): readonly ClaimError[] {
  const max = seriesMax(undefined, asked.situation.asOf, asked.law);
  const starts = new Set<string>();
  return claim.items.flatMap((item, i) => {
    const errors: ClaimError[] = [];
    const say = (b: Blame) => errors.push(blame(claim.kind, item.sequence, b));
    if (i >= max) say(forWindow('series-too-long', item, { max }));
    const start = item.window?.start;
    if (start !== undefined && starts.has(start)) say(forWindow('window-twice', item));
    if (start !== undefined) starts.add(start);
    const decision = asked.decisions.find(
      (d) => d.assessment.period.start === start && d.assessment.period.end === item.window?.end,
    );
    if (decision === undefined) say(whyNoWindow(item, asked));
    else {
      for (const b of whyNotDue(decision)) say(b);
      for (const b of judgeAmounts(claim, item, decision, asked.situation)) say(b);
    }
    return errors;
  });
}

function whyNotDue(decision: Decision): readonly Blame[] {
  switch (decision.status) {
    case 'billable':
      return [];
    case 'billed':
      return decision.reasons.filter((r) => r.code === 'already-billed').map((r) => ofReason('already-billed', r));
    case 'in-progress':
      return [forWindow('window-not-over', { window: decision.assessment.period })];
    case 'not-billable':
    case 'undetermined':
      // What was billed already is said too: it is the first thing that a caller who sends twice wants to know.
      return decision.reasons
        .filter((r) => r.severity !== 'information' || r.code === 'already-billed')
        .map((r) => ofReason(r.code === 'already-billed' ? 'already-billed' : 'not-billable', r));
    default:
      return decision.status satisfies never;
  }
}

// A window that is not listed: after the death, not begun yet, or none of the chain's.
function whyNoWindow(item: SubmittedItem, { situation, decisions }: Asked): Blame {
  const { window } = item;
  const { deceased } = situation.file.patient;
  if (window === undefined) return forWindow('window-not-of-the-chain', item);
  if (deceased !== undefined && window.start > deceased)
    return forWindow('window-after-death', item, { death: deceased });
  const last = decisions.at(-1)?.assessment;
  const ahead = last !== undefined && window.start > last.period.end && window.start > situation.asOf;
  const aligned =
    last !== undefined &&
    daysBetween(last.period.start, window.start) % last.length === 0 &&
    window.end === addDays(window.start, last.length - 1);
  const valid = window.start <= situation.chain.validityEnd;
  return forWindow(ahead && aligned && valid ? 'window-not-over' : 'window-not-of-the-chain', item);
}
