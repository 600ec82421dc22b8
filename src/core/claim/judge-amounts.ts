// One item of a claim against the forfait of its window: provider, code, factor, price, net.
import { scale } from '../../kernel/cents.ts';
import type { Decision, SubmittedClaim, SubmittedItem } from '../result.ts';
import type { Situation } from '../situation.ts';
import { type Blame, plain, priced } from './faults.ts';

/**
 * What is wrong with an item whose window is one of the chain's. Less than the tariff, or a smaller factor than the
 * level that is granted, may be asked; more may not.
 */
export function judgeAmounts(
  claim: SubmittedClaim,
  item: SubmittedItem,
  decision: Decision,
  situation: Situation,
): readonly Blame[] {
  const faults: Blame[] = [];
  if (claim.provider !== providerOf(claim, decision, situation)) faults.push(plain(`wrong-provider-${claim.kind}`));
  if ((item.quantity ?? 1) !== 1) faults.push(plain('wrong-quantity'));
  const { unitPrice, net } = item;
  const factor = item.factor ?? 1;
  if (unitPrice === undefined || net === undefined) faults.push(plain('price-missing'));
  else if (!(factor > 0) || net !== scale(unitPrice, factor * (item.quantity ?? 1))) faults.push(plain('wrong-net'));
  const forfait = decision[claim.kind];
  // Without a known tariff the window is not billable, and that is said already.
  if (forfait === undefined) return faults;
  if (forfait.code !== undefined && item.code !== forfait.code)
    faults.push(priced(`wrong-code-${claim.kind}`, forfait));
  if (unitPrice !== undefined && unitPrice > forfait.unitPrice) faults.push(priced('price-above-tariff', forfait));
  const granted = claim.kind === 'operator' ? (decision.operator?.coefficient ?? 1) : 1;
  if (factor > granted) faults.push(priced(capped(decision) ? 'factor-above-cap' : 'factor-above-level', forfait));
  return faults;
}

function providerOf(claim: SubmittedClaim, decision: Decision, situation: Situation): string | undefined {
  const { operator, dmn } = decision.assessment.prescription;
  if (claim.kind === 'operator') return operator;
  return dmn === undefined ? undefined : situation.register.dmns.get(dmn)?.exploitant;
}

function capped(decision: Decision): boolean {
  return decision.reasons.some((r) => r.code === 'majore-cap-reached');
}
