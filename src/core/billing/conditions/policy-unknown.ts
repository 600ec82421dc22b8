// A policy that says nothing for a day leaves the window open.
import type { Policy } from '../../../law/law.ts';
import { type Finding, unknown } from '../window-case.ts';

/** What data conditions find when the law has no entry of the policy for the day. */
export function policyUnknown(policy: Policy): Finding {
  return unknown({
    en: `What the policy “${policy.code}” does with absent or insufficient data is not known for this day.`,
    fr: `L’effet de données absentes ou insuffisantes selon « ${policy.code} » n’est pas connu à cette date.`,
  });
}
