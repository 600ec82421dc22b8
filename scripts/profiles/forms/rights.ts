// tls-consent and tls-coverage: what the patient agreed to, and who pays.
import { type ProfileForm, valueSet } from '../form.ts';

export const consent: ProfileForm = {
  id: 'tls-consent',
  title: { en: 'Consent to the transmission of data', fr: 'Accord pour la transmission des données' },
  description: {
    en: 'Agreement to, or refusal of, the transmission of the data that the control of effective use needs (art. L.162-56 CSS). A refusal is active with provision.type deny; its period holds the days refused, and without period all are.',
    fr: 'Accord ou refus de transmettre les données nécessaires au contrôle de l’utilisation effective (art. L.162-56 CSS). Un refus est active avec provision.type deny ; sa période donne les jours refusés, tous en l’absence de période.',
  },
  type: 'Consent',
  rules: [
    { at: 'status', short: { en: 'active while it holds', fr: 'active tant qu’il vaut' }, mustSupport: true },
    { at: 'patient', short: { en: 'Patient', fr: 'Patient' }, min: 1, mustSupport: true },
    { at: 'dateTime', short: { en: 'When it was given', fr: 'Date du recueil' }, mustSupport: true },
    { at: 'provision', short: { en: 'What was said', fr: 'Ce qui a été dit' }, min: 1, mustSupport: true },
    { at: 'provision.type', short: { en: 'permit or deny', fr: 'permit ou deny' }, min: 1, mustSupport: true },
    {
      at: 'provision.period',
      short: { en: 'Days meant; none: all', fr: 'Jours visés ; aucun : tous' },
      mustSupport: true,
    },
  ],
};

export const coverage: ProfileForm = {
  id: 'tls-coverage',
  title: { en: 'Rights to the assurance maladie', fr: 'Droits à l’assurance maladie' },
  description: {
    en: 'Scheme of the patient and exemptions from the ticket modérateur with their days.',
    fr: 'Régime du patient et exonérations du ticket modérateur avec leurs jours.',
  },
  type: 'Coverage',
  rules: [
    {
      at: 'type',
      short: { en: 'Scheme', fr: 'Régime' },
      min: 1,
      required: valueSet('tls-regime'),
      mustSupport: true,
    },
    { at: 'beneficiary', short: { en: 'Patient', fr: 'Patient' }, mustSupport: true },
    { at: 'costToBeneficiary', short: { en: 'Share of the patient', fr: 'Part du patient' }, mustSupport: true },
    {
      at: 'costToBeneficiary.exception',
      short: { en: 'Exemptions', fr: 'Exonérations' },
      mustSupport: true,
    },
    {
      at: 'costToBeneficiary.exception.type',
      short: { en: 'Ground', fr: 'Motif' },
      required: valueSet('tls-exemption'),
      mustSupport: true,
    },
    {
      at: 'costToBeneficiary.exception.period',
      short: { en: 'Days of the exemption', fr: 'Jours d’exonération' },
      mustSupport: true,
    },
  ],
};
