// tls-claim-operator and tls-claim-technical: the two forfaits of the same windows (contract 3).
import type { Text } from '../../../src/kernel/fault.ts';
import { type ElementRule, type ProfileForm, structure, system, valueSet } from '../form.ts';

interface Forfait {
  readonly id: string;
  readonly title: Text;
  readonly description: Text;
  readonly code: 'operator' | 'technical';
  readonly provider: { readonly short: Text; readonly targets: readonly string[] };
  readonly product: ElementRule;
}

const EUROS = { patternMoney: { currency: 'EUR' } };

function claim(form: Forfait): ProfileForm {
  const { id, title, description } = form;
  return {
    id,
    title,
    description,
    type: 'Claim',
    rules: [
      {
        at: 'type',
        short: { en: 'Which forfait', fr: 'Quel forfait' },
        value: { patternCodeableConcept: { coding: [{ system: system('tls-forfait'), code: form.code }] } },
        mustSupport: true,
      },
      { at: 'use', short: { en: 'A claim', fr: 'Une facture' }, value: { fixedCode: 'claim' } },
      { at: 'patient', short: { en: 'Patient', fr: 'Patient' }, mustSupport: true },
      { at: 'billablePeriod', short: { en: 'All its windows', fr: 'Toutes ses périodes' }, min: 1, mustSupport: true },
      {
        at: 'provider',
        short: form.provider.short,
        types: [{ code: 'Reference', targets: form.provider.targets }],
        mustSupport: true,
      },
      {
        at: 'prescription',
        short: { en: 'Prescription of the windows', fr: 'Prescription des périodes' },
        min: 1,
        types: [{ code: 'Reference', targets: ['ServiceRequest'] }],
        mustSupport: true,
        departure:
          'R4 lists DeviceRequest, MedicationRequest and VisionPrescription; none is the ordonnance of a télésurveillance',
      },
      { at: 'insurance', short: { en: 'Rights', fr: 'Droits' }, mustSupport: true },
      { at: 'item', short: { en: 'One for each window', fr: 'Une par période' }, min: 1, mustSupport: true },
      {
        at: 'item.extension:share',
        short: { en: 'Shares of the amount', fr: 'Répartition du montant' },
        max: '1',
        types: [{ code: 'Extension', profile: structure('tls-share') }],
        mustSupport: true,
      },
      form.product,
      {
        at: 'item.serviced[x]',
        short: { en: 'The window, first and last day', fr: 'La période, premier et dernier jour' },
        min: 1,
        types: [{ code: 'Period' }],
        mustSupport: true,
      },
      { at: 'item.serviced[x].start', min: 1 },
      { at: 'item.serviced[x].end', min: 1 },
      { at: 'item.quantity', short: { en: 'Always 1', fr: 'Toujours 1' }, mustSupport: true },
      {
        at: 'item.unitPrice',
        short: { en: 'Tariff', fr: 'Tarif' },
        min: 1,
        value: EUROS,
        mustSupport: true,
      },
      { at: 'item.factor', short: { en: 'Coefficient', fr: 'Coefficient' }, mustSupport: true },
      {
        at: 'item.net',
        short: { en: 'Tariff times coefficient', fr: 'Tarif multiplié par le coefficient' },
        min: 1,
        value: EUROS,
        mustSupport: true,
      },
    ],
  };
}

export const claims: readonly ProfileForm[] = [
  claim({
    id: 'tls-claim-operator',
    title: { en: 'Claim of the forfait opérateur', fr: 'Facture du forfait opérateur' },
    description: {
      en: 'The operator’s forfait, one item for each window of 30 days, in arrears, for at most six windows.',
      fr: 'Le forfait de l’opérateur, une ligne par période de 30 jours, à terme échu, six périodes au plus.',
    },
    code: 'operator',
    provider: {
      short: { en: 'Operator', fr: 'Opérateur' },
      targets: ['Organization', 'Practitioner', 'PractitionerRole'],
    },
    product: {
      at: 'item.productOrService',
      short: { en: 'TVA or TVB', fr: 'TVA ou TVB' },
      required: valueSet('tls-operator-tariff'),
      mustSupport: true,
    },
  }),
  claim({
    id: 'tls-claim-technical',
    title: { en: 'Claim of the forfait technique', fr: 'Facture du forfait technique' },
    description: {
      en: 'The exploitant’s forfait for the same windows as the operator’s: never one without the other (art. R.162-98 CSS).',
      fr: 'Le forfait de l’exploitant pour les mêmes périodes que celui de l’opérateur : jamais l’un sans l’autre (art. R.162-98 CSS).',
    },
    code: 'technical',
    provider: { short: { en: 'Exploitant', fr: 'Exploitant' }, targets: ['Organization'] },
    product: {
      at: 'item.productOrService',
      short: {
        en: 'Individual code of the DMN, else code of the line',
        fr: 'Code individuel du DMN, sinon code de la ligne',
      },
      mustSupport: true,
    },
  }),
];
