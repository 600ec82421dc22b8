// The line of the LATM is on the list on the window's first day.

import { type Condition, MET, notMet, referenceOf } from '../window-case.ts';
import { frDay } from '../words.ts';

export const lineNotInForce: Condition = {
  reason: 'line-not-in-force',
  check(c) {
    // A listing that is not known (null in the law data) is no refusal: line-not-formalised says it.
    if (!c.notListed) return MET;
    const activity = c.situation.chain.activity;
    return notMet(
      {
        en: `The line “${activity}” is not on the list (LATM) on ${c.first}, the window's first day.`,
        fr: `La ligne « ${activity} » n’est pas inscrite sur la liste (LATM) le ${frDay(c.first)}, premier jour de la période.`,
      },
      referenceOf(c.prescription),
    );
  },
};
