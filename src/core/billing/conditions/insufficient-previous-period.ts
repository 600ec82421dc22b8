// Under a policy that lets the next window pay, the window before had enough data.
import { inForce } from '../../../law/law.ts';
import { MET, notMet, type PolicyCondition } from '../window-case.ts';
import { policyUnknown } from './policy-unknown.ts';

export const insufficientPreviousPeriod: PolicyCondition = {
  reason: 'insufficient-previous-period',
  check(c, policy) {
    const { previous } = c;
    if (previous === undefined || c.deathInside) return MET;
    if (previous.status !== 'insufficient' && previous.status !== 'interrupted') return MET;
    const rule = previous.status === 'insufficient' ? policy.insufficient : policy.interrupted;
    const when = inForce(rule, previous.period.start);
    if (!when.known) return policyUnknown(policy);
    if (when.value !== 'next-window') return MET;
    return notMet({
      en: `The window before had ${previous.received} of ${previous.expected} units of data: too few, so this one is not due.`,
      fr: `La période précédente comptait ${previous.received} unités de données sur ${previous.expected} : insuffisant, celle-ci n’est pas due.`,
    });
  },
};
