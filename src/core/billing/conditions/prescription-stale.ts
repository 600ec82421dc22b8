// The follow-up began less than six months after its first ordonnance was written.
import { addMonths } from '../../../kernel/day.ts';
import { inForce } from '../../../law/law.ts';
import { numberOf } from '../../days.ts';
import { type Condition, MET, notMet, referenceOf } from '../window-case.ts';
import { frDay } from '../words.ts';

const SHORTEST_MONTH = 28;

export const prescriptionStale: Condition = {
  reason: 'prescription-stale',
  check(c) {
    const [first] = c.situation.chain.members;
    const { start } = c.situation.chain;
    const months = inForce(c.law.limits.prescriptionStaleMonths, start);
    if (!months.known || start < first.authoredOn) return MET;
    if (numberOf(start) - numberOf(first.authoredOn) < months.value * SHORTEST_MONTH) return MET;
    if (start < addMonths(first.authoredOn, months.value)) return MET;
    return notMet(
      {
        en: `The follow-up started on ${start}, ${months.value} months or more after the ordonnance of ${first.authoredOn}.`,
        fr: `Le suivi a débuté le ${frDay(start)}, ${months.value} mois ou plus après l’ordonnance du ${frDay(first.authoredOn)}.`,
      },
      referenceOf(first),
    );
  },
};
