// tls-observation: one reading or answer. Facts of the parent: ANS telesurveillance 0.1.0, tlsv-observation.
import { type ProfileForm, valueSet } from '../form.ts';

export const observation: ProfileForm = {
  id: 'tls-observation',
  title: { en: 'Reading of télésurveillance', fr: 'Mesure ou réponse de télésurveillance' },
  description: {
    en: 'One reading of an object, one manual entry or one answer to a questionnaire. It may have no value: then it erases an earlier version or says that nothing was measured, and it does not count.',
    fr: 'Une mesure d’un objet, une saisie manuelle ou une réponse à un questionnaire. Elle peut être sans valeur : elle efface alors une version antérieure ou dit que rien n’a été mesuré, et ne compte pas.',
  },
  type: 'Observation',
  parent: 'https://interop.esante.gouv.fr/ig/fhir/telesurveillance/StructureDefinition/tlsv-observation',
  rules: [
    {
      at: 'identifier',
      short: { en: 'Identifier at the source', fr: 'Identifiant chez l’émetteur' },
      mustSupport: true,
    },
    {
      at: 'basedOn',
      short: {
        en: 'Prescriptions that it answers; none: all of the patient',
        fr: 'Prescriptions concernées ; aucune : toutes celles du patient',
      },
      mustSupport: true,
    },
    {
      at: 'status',
      short: { en: 'Counts when final, amended or corrected', fr: 'Compte si final, amended ou corrected' },
      mustSupport: true,
    },
    {
      at: 'category',
      short: { en: 'survey, vital-signs or activity, each of them', fr: 'survey, vital-signs ou activity, chacune' },
      required: valueSet('tls-observation-category'),
      mustSupport: true,
    },
    { at: 'code', short: { en: 'What was measured or asked', fr: 'Ce qui est mesuré ou demandé' }, mustSupport: true },
    {
      at: 'subject',
      short: { en: 'Patient, by reference or by identifier', fr: 'Patient, par référence ou par identifiant' },
      min: 1,
      types: [{ code: 'Reference', targets: ['Patient'] }],
      mustSupport: true,
    },
    {
      at: 'effective[x]',
      short: { en: 'When it was measured; gives the day counted', fr: 'Moment de la mesure ; donne le jour compté' },
      min: 1,
      types: [{ code: 'dateTime' }, { code: 'Period' }],
      mustSupport: true,
    },
    { at: 'performer', short: { en: 'Who measured or typed it in', fr: 'Qui a mesuré ou saisi' }, mustSupport: true },
    { at: 'value[x]', short: { en: 'Result', fr: 'Résultat' }, mustSupport: true },
    {
      at: 'dataAbsentReason',
      short: { en: 'Why there is no result', fr: 'Pourquoi il n’y a pas de résultat' },
      mustSupport: true,
    },
    {
      at: 'device',
      short: { en: 'Object that measured', fr: 'Objet qui a mesuré' },
      mustSupport: true,
    },
    {
      at: 'derivedFrom',
      short: {
        en: 'Questionnaire answers or readings that it comes from',
        fr: 'Réponses ou mesures dont elle provient',
      },
      types: [{ code: 'Reference', targets: ['QuestionnaireResponse', 'Observation'] }],
    },
    { at: 'component', short: { en: 'Parts measured together', fr: 'Valeurs mesurées ensemble' }, mustSupport: true },
  ],
};
