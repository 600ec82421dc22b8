// All conditions of a chain's windows, under one policy, with the answer of the other beside it (contract 2.4).
import type { Law, PolicyCode } from '../../law/law.ts';
import { touches } from '../chain/windows.ts';
import { assess } from '../observance/assess.ts';
import type { Assessment, BillabilityStatus, Decision, Reason, ReasonCode, Severity } from '../result.ts';
import type { Situation } from '../situation.ts';
import { agreementMissing } from './conditions/agreement-missing.ts';
import { alreadyBilled } from './conditions/already-billed.ts';
import { consentRefused } from './conditions/consent-refused.ts';
import { deathFullPeriod } from './conditions/death-full-period.ts';
import { deviceCertificateExpired } from './conditions/device-certificate-expired.ts';
import { deviceCertificateMissing } from './conditions/device-certificate-missing.ts';
import { deviceNotOnLine } from './conditions/device-not-on-line.ts';
import { duplicateFollowUp } from './conditions/duplicate-follow-up.ts';
import { insufficientData } from './conditions/insufficient-data.ts';
import { insufficientPreviousPeriod } from './conditions/insufficient-previous-period.ts';
import { lineNotFormalised } from './conditions/line-not-formalised.ts';
import { lineNotInForce } from './conditions/line-not-in-force.ts';
import { majoreCapReached } from './conditions/majore-cap-reached.ts';
import { majoreNotEligible } from './conditions/majore-not-eligible.ts';
import { oneYearCap } from './conditions/one-year-cap.ts';
import { operatorCannotBill } from './conditions/operator-cannot-bill.ts';
import { operatorNotDeclared } from './conditions/operator-not-declared.ts';
import { prescriptionExpired } from './conditions/prescription-expired.ts';
import { prescriptionIncomplete } from './conditions/prescription-incomplete.ts';
import { prescriptionStale } from './conditions/prescription-stale.ts';
import { prescriptionTooLong } from './conditions/prescription-too-long.ts';
import { transmissionInterrupted } from './conditions/transmission-interrupted.ts';
import { levels } from './levels.ts';
import { type Condition, type Finding, type PolicyCondition, type WindowCase, windowCase } from './window-case.ts';

/** Conditions that every policy judges alike, in the order in which reasons are listed. */
const CONDITIONS: readonly Condition[] = [
  lineNotInForce,
  lineNotFormalised,
  deviceNotOnLine,
  deviceCertificateMissing,
  deviceCertificateExpired,
  operatorNotDeclared,
  operatorCannotBill,
  agreementMissing,
  prescriptionIncomplete,
  prescriptionTooLong,
  prescriptionStale,
  prescriptionExpired,
  oneYearCap,
  consentRefused,
  deathFullPeriod,
  duplicateFollowUp,
  alreadyBilled,
  majoreNotEligible,
  majoreCapReached,
];

/** Conditions on data, which the policies judge differently. */
const POLICY_CONDITIONS: readonly PolicyCondition[] = [
  transmissionInterrupted,
  insufficientPreviousPeriod,
  insufficientData,
];

const OTHER: Readonly<Record<PolicyCode, PolicyCode>> = { 'guide-2023': 'css', css: 'guide-2023' };

/** A window, its reasons, and its status. */
type Judged = Pick<Decision, 'status' | 'reasons'>;

/**
 * Decides every window that touches the situation's range.
 * @param assessments those of {@link assess} for the same situation, when they are at hand
 * @returns in order of index; every reason is listed, whatever the status, those that block first
 */
export function decide(
  situation: Situation,
  law: Law,
  policy: PolicyCode,
  assessments: readonly Assessment[] = assess(situation, law),
): readonly Decision[] {
  const granted = levels(assessments, situation.chain.activity, law);
  const decisions: Decision[] = [];
  for (const [i, assessment] of assessments.entries()) {
    if (!touches(assessment, situation.range)) continue;
    decisions.push(decideWindow(windowCase(situation, law, assessment, assessments[i - 1], granted[i]!), policy));
  }
  return decisions;
}

function decideWindow(c: WindowCase, policy: PolicyCode): Decision {
  const common = bySeverity(findAll(CONDITIONS, (condition) => condition.check(c), c.law));
  const asked = judge(c, common, policy);
  const other = judge(c, common, OTHER[policy]).status;
  // Nothing is due for a line that is not on the list, so no amount is shown.
  const due = c.notListed ? undefined : c.prices;
  return {
    assessment: c.assessment,
    ...asked,
    ...(due?.operator && { operator: due.operator }),
    ...(due?.technical && { technical: due.technical }),
    ...(other !== asked.status && { otherPolicy: other }),
  };
}

function judge(c: WindowCase, common: readonly Reason[], code: PolicyCode): Judged {
  const policy = c.law.policies[code];
  const own = findAll(POLICY_CONDITIONS, (condition) => condition.check(c, policy), c.law);
  const reasons = own.length === 0 ? common : bySeverity([...common, ...own]);
  return { reasons, status: statusOf(c.assessment.over, reasons) };
}

function statusOf(over: boolean, reasons: readonly Reason[]): BillabilityStatus {
  if (reasons.some((r) => r.severity === 'blocking')) return 'not-billable';
  if (reasons.some((r) => r.severity === 'missing')) return 'undetermined';
  if (!over) return 'in-progress';
  return reasons.some((r) => r.code === 'already-billed') ? 'billed' : 'billable';
}

function findAll<C extends { readonly reason: ReasonCode }>(
  conditions: readonly C[],
  check: (condition: C) => Finding,
  law: Law,
): readonly Reason[] {
  let reasons: Reason[] | undefined;
  for (const condition of conditions) {
    const finding = check(condition);
    if (finding.kind === 'met') continue;
    const legal = law.legal[condition.reason]?.uri;
    reasons ??= [];
    reasons.push({
      code: condition.reason,
      severity: SEVERITY[finding.kind],
      text: finding.text,
      ...(legal === undefined ? {} : { legal }),
      evidence: finding.evidence,
    });
  }
  return reasons ?? NO_REASON;
}

// What blocks comes first: many readers look at one reason only.
function bySeverity(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.length < 2 ? reasons : [...reasons].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}

const WEIGHT: Readonly<Record<Severity, number>> = { blocking: 0, missing: 1, information: 2 };
const NO_REASON: readonly Reason[] = [];
const SEVERITY: Readonly<Record<Exclude<Finding['kind'], 'met'>, Severity>> = {
  'not-met': 'blocking',
  unknown: 'missing',
  note: 'information',
};
