// The listing, the rule on data and the prices that the window needs are known.
import type { Text } from '../../../kernel/fault.ts';
import { type Condition, MET, unknown, type WindowCase } from '../window-case.ts';

export const lineNotFormalised: Condition = {
  reason: 'line-not-formalised',
  check(c) {
    const absent = whatIsNotKnown(c);
    if (absent.length === 0) return MET;
    return unknown({ en: absent.map((t) => t.en).join(' '), fr: absent.map((t) => t.fr).join(' ') });
  },
};

function whatIsNotKnown(c: WindowCase): readonly Text[] {
  const listing = c.listed !== undefined && !c.listed.known && c.listed.why === 'unknown' ? [LISTING] : [];
  // A window of death is due in full whatever the data: it needs no rule on them.
  const rule = c.line !== undefined && c.assessment.status === 'undetermined' && !c.deathInside ? [RULE] : [];
  return [...listing, ...rule, ...c.prices.unknown];
}

const LISTING: Text = {
  en: 'Whether the line is still on the list on the first day is not known.',
  fr: 'L’inscription de la ligne sur la liste au premier jour de la période n’est pas connue.',
};
const RULE: Text = {
  en: 'How often this line wants data is not known; state it on the prescription (tls-expected-transmission) if its line counts known measures.',
  fr: 'La fréquence de transmission exigée par cette ligne n’est pas connue ; la prescription peut l’indiquer (tls-expected-transmission) si les mesures de la ligne sont connues.',
};
