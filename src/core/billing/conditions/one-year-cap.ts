// Without a renewal, forfaits stop one year after the start of the prescription.
import { inForce } from '../../../law/law.ts';
import type { WindowCase } from '../window-case.ts';
import { type Condition, MET, notMet, referenceOf } from '../window-case.ts';
import { frDay } from '../words.ts';
import { yearsFrom } from '../years.ts';

export const oneYearCap: Condition = {
  reason: 'one-year-cap',
  check(c) {
    const { start } = c.prescription;
    const years = inForce(c.law.limits.prescriptionMaxYears, start);
    if (!years.known) return MET;
    const lastDay = yearsFrom(start, years.value, c.last);
    if (c.last <= lastDay || isRenewed(c)) return MET;
    const { chain, file } = c.situation;
    if (chain.stop !== undefined && chain.stop <= lastDay) return MET;
    if (file.patient.deceased !== undefined && file.patient.deceased <= lastDay) return MET;
    return notMet(
      {
        en: `The window ends after ${lastDay}, one year after the start of the prescription, and no renewal covers its last day.`,
        fr: `La période se termine après le ${frDay(lastDay)}, un an après le début de la prescription, et aucun renouvellement n’en couvre le dernier jour.`,
      },
      referenceOf(c.prescription),
    );
  },
};

function isRenewed(c: WindowCase): boolean {
  const { members } = c.situation.chain;
  const own = members.indexOf(c.prescription);
  return members.some((p, i) => i > own && p.start <= c.last && c.last <= p.end);
}
