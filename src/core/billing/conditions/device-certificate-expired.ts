// The ANS certificate of the DMN is valid on the window's first day.
import { overlap } from '../../../kernel/day.ts';
import { type Condition, MET, notMet } from '../window-case.ts';
import { frDay } from '../words.ts';

export const deviceCertificateExpired: Condition = {
  reason: 'device-certificate-expired',
  check(c) {
    const certificate = c.dmn?.certificate;
    if (c.dmn === undefined || certificate === undefined) return MET;
    if (overlap(certificate, { start: c.first, end: c.first }) !== undefined) return MET;
    return notMet(
      {
        en: `The ANS certificate of the DMN is not valid on ${c.first}.`,
        fr: `Le certificat ANS du DMN n’est pas valide le ${frDay(c.first)}.`,
      },
      c.dmn.reference,
    );
  },
};
