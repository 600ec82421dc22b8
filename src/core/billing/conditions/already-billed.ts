// Whether days of the window stand in a submitted claim for this patient and pathology.

import { pathologyOf } from '../pathology.ts';
import { type Condition, MET, note } from '../window-case.ts';
import { frDay } from '../words.ts';

export const alreadyBilled: Condition = {
  reason: 'already-billed',
  check(c) {
    const { billed } = c.situation.file;
    if (billed.length === 0) return MET;
    const pathology = pathologyOf(c.situation.chain.activity, c.law);
    const found = billed.filter((b) => b.pathology === pathology && b.start <= c.last && c.first <= b.end);
    const one = found[0];
    if (one === undefined) return MET;
    return note(
      {
        en: `Billed already, for ${one.start} to ${one.end}.`,
        fr: `Déjà facturée, du ${frDay(one.start)} au ${frDay(one.end)}.`,
      },
      ...new Set(found.map((b) => b.claim)),
    );
  },
};
