// The windows of the higher level are not used up.
import { type Condition, MET, note, referenceOf } from '../window-case.ts';

export const majoreCapReached: Condition = {
  reason: 'majore-cap-reached',
  check(c) {
    if (c.level.refused !== 'majore-cap-reached') return MET;
    return note(
      {
        en: `The coefficient ${c.level.asked} was asked for as many windows as the law allows: 1 applies.`,
        fr: `Le coefficient ${String(c.level.asked).replace('.', ',')} a été demandé pour autant de périodes que le texte le permet : 1 s’applique.`,
      },
      referenceOf(c.prescription),
    );
  },
};
