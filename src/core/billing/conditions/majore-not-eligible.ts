// The line has the higher level that the prescription asks.
import { type Condition, MET, note, referenceOf } from '../window-case.ts';

export const majoreNotEligible: Condition = {
  reason: 'majore-not-eligible',
  check(c) {
    if (c.level.refused !== 'majore-not-eligible') return MET;
    return note(
      {
        en: `The coefficient ${c.level.asked} that was asked does not exist for this line on ${c.first}: 1 applies.`,
        fr: `Le coefficient ${String(c.level.asked).replace('.', ',')} demandé n’existe pas pour cette ligne à cette date : 1 s’applique.`,
      },
      referenceOf(c.prescription),
    );
  },
};
