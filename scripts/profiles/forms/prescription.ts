// tls-prescription: the ordonnance (contract 1.1; content of an ordonnance: art. R.162-100 CSS).
import { type ProfileForm, structure, valueSet } from '../form.ts';

const extension = (id: string) => [{ code: 'Extension', profile: structure(id) }];

export const prescription: ProfileForm = {
  id: 'tls-prescription',
  title: { en: 'Prescription of télésurveillance', fr: 'Prescription de télésurveillance' },
  description: {
    en: 'The ordonnance of a télésurveillance: who is followed for what, by which operator, with which DMN, from when to when. Birth date, weight and indication are not demanded here; $billability names them when they are missing.',
    fr: 'L’ordonnance d’une télésurveillance : qui est suivi, pour quoi, par quel opérateur, avec quel DMN, de quand à quand. Date de naissance, poids et indication ne sont pas exigés ici ; $billability les signale quand ils manquent.',
  },
  type: 'ServiceRequest',
  rules: [
    {
      at: 'extension:dmnPrescribed',
      short: { en: 'DMN prescribed, by its brand', fr: 'DMN prescrit, par sa marque' },
      min: 1,
      max: '1',
      types: extension('tls-dmn-prescribed'),
      mustSupport: true,
    },
    {
      at: 'extension:monitoringStart',
      short: { en: 'First day of the monitoring', fr: 'Premier jour du suivi' },
      max: '1',
      types: extension('tls-monitoring-start'),
      mustSupport: true,
    },
    {
      at: 'extension:monitoringEnd',
      short: { en: 'Last day of a follow-up that stopped early', fr: 'Dernier jour d’un suivi arrêté plus tôt' },
      max: '1',
      types: extension('tls-monitoring-end'),
      mustSupport: true,
    },
    {
      at: 'extension:expectedTransmission',
      short: { en: 'How often data are to arrive', fr: 'Rythme attendu des données' },
      max: '1',
      types: extension('tls-expected-transmission'),
      mustSupport: true,
    },
    {
      at: 'extension:operatorLevel',
      short: { en: 'Coefficient asked: 1, 2 or 2.5', fr: 'Coefficient demandé : 1, 2 ou 2,5' },
      max: '1',
      types: extension('tls-operator-level'),
      mustSupport: true,
    },
    {
      at: 'replaces',
      short: { en: 'Prescription that this one renews', fr: 'Prescription que celle-ci renouvelle' },
      mustSupport: true,
    },
    { at: 'status', short: { en: 'State of the prescription', fr: 'État de la prescription' }, mustSupport: true },
    {
      at: 'intent',
      short: { en: 'An order', fr: 'Une prescription' },
      value: { fixedCode: 'order' },
      mustSupport: true,
    },
    {
      at: 'code',
      short: { en: 'Activity of the LATM', fr: 'Activité de la LATM' },
      min: 1,
      required: valueSet('tls-activity'),
      mustSupport: true,
    },
    {
      at: 'subject',
      short: { en: 'Patient followed', fr: 'Patient suivi' },
      types: [{ code: 'Reference', targets: ['Patient'] }],
      mustSupport: true,
    },
    {
      at: 'occurrence[x]',
      short: { en: 'Validity, first and last day', fr: 'Validité, premier et dernier jour' },
      min: 1,
      types: [{ code: 'Period' }],
      mustSupport: true,
      invariants: [
        {
          key: 'tls-rx-1',
          severity: 'error',
          human: {
            en: 'The validity has a first and a last day, both written YYYY-MM-DD.',
            fr: 'La validité a un premier et un dernier jour, écrits AAAA-MM-JJ.',
          },
          expression:
            '(start.empty() or start.toString().length() = 10) and (end.empty() or end.toString().length() = 10)',
        },
      ],
    },
    { at: 'occurrence[x].start', min: 1, mustSupport: true },
    { at: 'occurrence[x].end', min: 1, mustSupport: true },
    {
      at: 'authoredOn',
      short: { en: 'Date of the ordonnance', fr: 'Date de l’ordonnance' },
      min: 1,
      mustSupport: true,
      invariants: [
        {
          key: 'tls-rx-2',
          severity: 'error',
          human: {
            en: 'The date of the ordonnance names a day at least.',
            fr: 'La date de l’ordonnance désigne au moins un jour.',
          },
          expression: '$this.toString().length() >= 10',
        },
      ],
    },
    {
      at: 'requester',
      short: { en: 'Prescriber', fr: 'Prescripteur' },
      min: 1,
      types: [{ code: 'Reference', targets: ['Practitioner', 'PractitionerRole'] }],
      mustSupport: true,
    },
    {
      at: 'performer',
      short: { en: 'Operator', fr: 'Opérateur' },
      min: 1,
      max: '1',
      types: [{ code: 'Reference', targets: ['Organization', 'Practitioner', 'PractitionerRole'] }],
      mustSupport: true,
    },
    { at: 'reasonCode', short: { en: 'Indication', fr: 'Indication' }, mustSupport: true },
    {
      at: 'insurance',
      short: { en: 'Cover on the day of the ordonnance', fr: 'Droits à la date de l’ordonnance' },
      types: [{ code: 'Reference', targets: ['Coverage'] }],
      mustSupport: true,
    },
    {
      at: 'supportingInfo',
      short: { en: 'Weight of the patient, as an Observation', fr: 'Poids du patient, comme Observation' },
      mustSupport: true,
    },
  ],
};
