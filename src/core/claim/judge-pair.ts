// Both forfaits or none: the two claims of a submission are twins (CSS art. R.162-98; contract 2.4, 2.7).
import type { ClaimError, SubmittedClaim } from '../result.ts';
import type { Chain } from '../situation.ts';
import { blame, forWindow, plain } from './faults.ts';

/** Whether there is one claim of each kind, for the chain's patient, with the same windows. */
export function judgePair(claims: readonly SubmittedClaim[], chain: Chain): readonly ClaimError[] {
  return [...claims.flatMap((claim) => ofItself(claim, chain)), ...ofTheTwins(claims)];
}

function ofItself(claim: SubmittedClaim, chain: Chain): readonly ClaimError[] {
  const errors: ClaimError[] = [];
  const say = (detail: 'no-items' | 'wrong-patient' | 'wrong-prescription' | 'wrong-total') =>
    errors.push(blame(claim.kind, undefined, plain(detail)));
  if (claim.items.length === 0) say('no-items');
  if (claim.patient !== chain.patient) say('wrong-patient');
  if (!chain.members.some((p) => p.id === claim.prescription)) say('wrong-prescription');
  const nets = claim.items.map((item) => item.net);
  if (claim.total !== undefined && nets.every((n) => n !== undefined)) {
    const sum = nets.reduce<number>((a, b) => a + b, 0);
    if (sum !== claim.total) say('wrong-total');
  }
  return errors;
}

function ofTheTwins(claims: readonly SubmittedClaim[]): readonly ClaimError[] {
  const [one, two] = claims;
  if (one === undefined || two === undefined || claims.length > 2 || one.kind === two.kind) {
    return claims.flatMap((claim) =>
      claim.items.map((item) => blame(claim.kind, item.sequence, forWindow('twin-missing', item))),
    );
  }
  return [...withoutTwin(one, two), ...withoutTwin(two, one)];
}

function withoutTwin(claim: SubmittedClaim, twin: SubmittedClaim): readonly ClaimError[] {
  const windows = new Set(twin.items.map((item) => `${item.window?.start} ${item.window?.end}`));
  return claim.items
    .filter((item) => !windows.has(`${item.window?.start} ${item.window?.end}`))
    .map((item) => blame(claim.kind, item.sequence, forWindow('twin-differs', item)));
}
