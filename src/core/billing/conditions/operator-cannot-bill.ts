// The operator is not of a kind whose dotation covers télésurveillance.
import { inForce } from '../../../law/law.ts';
import { type Condition, MET, notMet } from '../window-case.ts';

export const operatorCannotBill: Condition = {
  reason: 'operator-cannot-bill',
  check(c) {
    const operator = c.prescription.operator && c.situation.register.operators.get(c.prescription.operator);
    const barred = inForce(c.law.operatorKindsThatCannotBill, c.first);
    if (!operator || !barred.known) return MET;
    const kind = operator.kinds.find((k) => barred.value.includes(k));
    if (kind === undefined) return MET;
    return notMet(
      {
        en: `An operator of kind “${kind}” may do the follow-up but cannot bill it.`,
        fr: `Un opérateur de catégorie « ${kind} » peut réaliser la télésurveillance mais ne peut pas la facturer.`,
      },
      operator.reference,
    );
  },
};
