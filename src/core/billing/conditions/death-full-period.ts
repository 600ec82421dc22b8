// Death on a day of the window: it is due in full, and neither interruption nor insufficiency is held against it.

import { type Condition, MET, note } from '../window-case.ts';
import { frDay } from '../words.ts';

export const deathFullPeriod: Condition = {
  reason: 'death-full-period',
  check(c) {
    const { deceased, reference } = c.situation.file.patient;
    if (!c.deathInside || deceased === undefined) return MET;
    return note(
      {
        en: `The patient died on ${deceased}: the window is due in full.`,
        fr: `Le patient est décédé le ${frDay(deceased)} : la période est due en totalité.`,
      },
      reference,
    );
  },
};
