// Some data arrived in the window. Under a policy that bars the next window instead, insufficient-previous-period says it.
import { inForce } from '../../../law/law.ts';
import { MET, notMet, type PolicyCondition } from '../window-case.ts';
import { policyUnknown } from './policy-unknown.ts';

export const transmissionInterrupted: PolicyCondition = {
  reason: 'transmission-interrupted',
  check(c, policy) {
    if (c.assessment.status !== 'interrupted' || c.deathInside) return MET;
    const when = inForce(policy.interrupted, c.first);
    if (!when.known) return policyUnknown(policy);
    if (when.value !== 'same-window') return MET;
    return notMet({
      en: 'No data arrived in the window.',
      fr: 'Aucune donnée n’a été transmise pendant la période.',
    });
  },
};
