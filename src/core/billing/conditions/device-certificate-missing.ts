// The DMN has a certificate of conformity of the Agence du numérique en santé.
import { type Condition, MET, notMet } from '../window-case.ts';

export const deviceCertificateMissing: Condition = {
  reason: 'device-certificate-missing',
  check(c) {
    if (c.dmn === undefined || c.dmn.certificate !== undefined) return MET;
    return notMet(
      {
        en: 'The DMN has no ANS certificate (tls-ans-certificate).',
        fr: 'Le DMN n’a pas de certificat de conformité de l’ANS (tls-ans-certificate).',
      },
      c.dmn.reference,
    );
  },
};
