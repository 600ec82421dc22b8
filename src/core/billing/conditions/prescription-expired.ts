// Every day of the window is covered by a prescription of the chain, or the follow-up had stopped before the first that is not.
import { firstUncovered } from '../../chain/windows.ts';
import { dayAt } from '../../days.ts';
import { type Condition, MET, notMet, referenceOf } from '../window-case.ts';
import { frDay } from '../words.ts';

export const prescriptionExpired: Condition = {
  reason: 'prescription-expired',
  check(c) {
    const { chain, file } = c.situation;
    const { start, end } = c.prescription;
    if (start <= c.first && c.last <= end) return MET;
    const gap = firstUncovered(chain, c.first, c.last);
    if (gap === undefined) return MET;
    const day = dayAt(gap);
    const stoppedBefore = chain.stop !== undefined && chain.stop < day;
    const diedBefore = file.patient.deceased !== undefined && file.patient.deceased < day;
    if (stoppedBefore || diedBefore) return MET;
    return notMet(
      {
        en: `No prescription covers ${day}, a day of the window, and the follow-up had not stopped before.`,
        fr: `Aucune prescription ne couvre le ${frDay(day)}, jour de la période, et le suivi n’avait pas cessé avant.`,
      },
      referenceOf(c.prescription),
    );
  },
};
