// No consent of the patient denies the transmission on a day of the window.
import { overlap } from '../../../kernel/day.ts';
import { type Condition, MET, notMet } from '../window-case.ts';

export const consentRefused: Condition = {
  reason: 'consent-refused',
  check(c) {
    const window = { start: c.first, end: c.last };
    const refusals = c.situation.file.consents.filter(
      (consent) => consent.status === 'active' && consent.type === 'deny' && overlap(consent, window) !== undefined,
    );
    if (refusals.length === 0) return MET;
    return notMet(
      {
        en: 'The patient refuses the transmission of the data that the control needs, on a day of the window at least.',
        fr: 'Le patient refuse la transmission des données nécessaires au contrôle, au moins un jour de la période.',
      },
      ...refusals.map((consent) => consent.reference),
    );
  },
};
