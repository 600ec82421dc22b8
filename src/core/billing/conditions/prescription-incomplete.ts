// The ordonnance states age and weight of the patient, the DMN by its brand, and the indication.
import { type Condition, MET, referenceOf, unknown } from '../window-case.ts';

export const prescriptionIncomplete: Condition = {
  reason: 'prescription-incomplete',
  check(c) {
    const { patient } = c.situation.file;
    const absent = [
      patient.birthDate ? undefined : { en: 'birth date', fr: 'la date de naissance' },
      c.prescription.weight ? undefined : { en: 'weight', fr: 'le poids' },
      c.dmn === undefined ? { en: 'DMN', fr: 'le DMN' } : undefined,
      c.prescription.indication ? undefined : { en: 'indication', fr: 'l’indication' },
    ].filter((t) => t !== undefined);
    if (absent.length === 0) return MET;
    return unknown(
      {
        en: `The prescription is incomplete: add ${absent.map((t) => t.en).join(', ')}.`,
        fr: `La prescription est incomplète : ajouter ${absent.map((t) => t.fr).join(', ')}.`,
      },
      referenceOf(c.prescription),
      patient.birthDate ? undefined : patient.reference,
    );
  },
};
