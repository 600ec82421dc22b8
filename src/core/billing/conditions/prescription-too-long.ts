// The validity of the ordonnance is one year at most.
import { inForce } from '../../../law/law.ts';
import { type Condition, MET, notMet, referenceOf } from '../window-case.ts';
import { frDay } from '../words.ts';
import { yearsFrom } from '../years.ts';

export const prescriptionTooLong: Condition = {
  reason: 'prescription-too-long',
  check(c) {
    const { start, end } = c.prescription;
    const years = inForce(c.law.limits.prescriptionMaxYears, start);
    if (!years.known || end <= yearsFrom(start, years.value, end)) return MET;
    return notMet(
      {
        en: `The prescription runs from ${start} to ${end}: longer than one year.`,
        fr: `La prescription court du ${frDay(start)} au ${frDay(end)} : plus d’un an.`,
      },
      referenceOf(c.prescription),
    );
  },
};
