// The window has enough data; under a policy that lets the next window pay, too few is only said.
import { inForce } from '../../../law/law.ts';
import { MET, note, notMet, type PolicyCondition } from '../window-case.ts';
import { policyUnknown } from './policy-unknown.ts';

export const insufficientData: PolicyCondition = {
  reason: 'insufficient-data',
  check(c, policy) {
    const { status, received, expected } = c.assessment;
    if (status !== 'insufficient' || c.deathInside) return MET;
    const when = inForce(policy.insufficient, c.first);
    if (!when.known) return policyUnknown(policy);
    const text = {
      en: `The window has ${received} of ${expected} units of data: too few.`,
      fr: `La période compte ${received} unités de données sur ${expected} : insuffisant.`,
    };
    return when.value === 'same-window' ? notMet(text) : note(text);
  },
};
