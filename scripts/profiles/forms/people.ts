// tls-patient, tls-operator, tls-exploitant. Facts of the parents: hl7.fhir.fr.core 2.2.0 (and 2.1.0 where it is wider).
import type { Text } from '../../../src/kernel/fault.ts';
import { type ElementRule, type ProfileForm, system, valueSet } from '../form.ts';

const FR_CORE = 'https://hl7.fr/ig/fhir/core/StructureDefinition/';
const FR_TYPES = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203';

export const patient: ProfileForm = {
  id: 'tls-patient',
  title: { en: 'Patient under télésurveillance', fr: 'Patient télésuivi' },
  description: {
    en: 'The patient. The timezone extension, else the postal code of the address, gives the zone in which days are counted; a death ends the follow-up.',
    fr: 'Le patient. L’extension timezone, sinon le code postal de l’adresse, donne le fuseau dans lequel les jours sont comptés ; un décès met fin au suivi.',
  },
  type: 'Patient',
  parent: `${FR_CORE}fr-core-patient`,
  rules: [
    { at: 'extension:timezone', short: { en: 'Time zone', fr: 'Fuseau horaire' }, max: '1', mustSupport: true },
    { at: 'extension:timezone.url', value: { fixedUri: 'http://hl7.org/fhir/StructureDefinition/timezone' } },
    {
      at: 'extension:timezone.value[x]',
      short: { en: 'IANA name of the zone', fr: 'Nom IANA du fuseau' },
      min: 1,
      types: [{ code: 'code' }],
    },
    {
      at: 'identifier',
      short: { en: 'INS, IPP and other identifiers', fr: 'INS, IPP et autres identifiants' },
      slicing: { type: 'pattern', path: 'type' },
      mustSupport: true,
    },
    { at: 'identifier:ipp', short: { en: 'IPP, the hospital’s own number', fr: 'IPP' } },
    { at: 'identifier:ipp.use', min: 1, required: valueSet('tls-ipp-use') },
    {
      at: 'identifier:ipp.type',
      min: 1,
      value: {
        patternCodeableConcept: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PI' }] },
      },
    },
    { at: 'identifier:ipp.system', min: 1 },
    { at: 'identifier:ipp.value', min: 1 },
    {
      at: 'name',
      short: { en: 'Names', fr: 'Noms' },
      slicing: { type: 'value', path: 'use' },
      mustSupport: true,
    },
    { at: 'name:official', short: { en: 'Name of the civil registry', fr: 'Nom de l’état civil' } },
    { at: 'name:official.use', min: 1, value: { patternCode: 'official' } },
    { at: 'name:official.family', min: 1 },
    { at: 'name:official.given', min: 1 },
    {
      at: 'gender',
      short: { en: 'male, female or unknown', fr: 'male, female ou unknown' },
      required: valueSet('tls-patient-gender'),
      mustSupport: true,
    },
    { at: 'birthDate', short: { en: 'Birth date', fr: 'Date de naissance' }, mustSupport: true },
    {
      at: 'deceased[x]',
      short: { en: 'Date of death', fr: 'Date du décès' },
      mustSupport: true,
      invariants: [
        {
          key: 'tls-pat-1',
          severity: 'warning',
          human: {
            en: 'A death without its date cannot end a follow-up: send deceasedDateTime.',
            fr: 'Un décès sans date ne peut pas clore un suivi : envoyez deceasedDateTime.',
          },
          expression: "$this.toString() != 'true'",
        },
      ],
    },
    {
      at: 'address',
      short: { en: 'Address; its postal code gives the zone', fr: 'Adresse ; son code postal donne le fuseau' },
      mustSupport: true,
    },
  ],
};

/** Identifiers of French structures: an identifier of this type has this system. */
function identifiers(entries: readonly { slice: string; type: string; system: string; short: Text }[]): ElementRule[] {
  return [
    {
      at: 'identifier',
      short: { en: 'FINESS, SIREN, SIRET', fr: 'FINESS, SIREN, SIRET' },
      min: 1,
      slicing: { type: 'pattern', path: 'type' },
      mustSupport: true,
    },
    ...entries.flatMap((entry): ElementRule[] => [
      { at: `identifier:${entry.slice}`, short: entry.short },
      {
        at: `identifier:${entry.slice}.type`,
        min: 1,
        value: { patternCodeableConcept: { coding: [{ system: FR_TYPES, code: entry.type }] } },
      },
      { at: `identifier:${entry.slice}.system`, min: 1, value: { patternUri: entry.system } },
      { at: `identifier:${entry.slice}.value`, min: 1 },
    ]),
  ];
}

const FINESS = 'https://finess.esante.gouv.fr';
const SIRENE = 'https://sirene.fr';
const STRUCTURES = identifiers([
  {
    slice: 'finessEJ',
    type: 'FINEJ',
    system: FINESS,
    short: { en: 'FINESS of the legal entity', fr: 'FINESS de l’entité juridique' },
  },
  {
    slice: 'finessEG',
    type: 'FINEG',
    system: FINESS,
    short: { en: 'FINESS of the site', fr: 'FINESS de l’entité géographique' },
  },
  { slice: 'siren', type: 'SIREN', system: SIRENE, short: { en: 'SIREN', fr: 'SIREN' } },
  { slice: 'siret', type: 'SIRET', system: SIRENE, short: { en: 'SIRET', fr: 'SIRET' } },
]);

const NAME: ElementRule = { at: 'name', short: { en: 'Name', fr: 'Nom' }, min: 1, mustSupport: true };

export const operator: ProfileForm = {
  id: 'tls-operator',
  title: { en: 'Operator', fr: 'Opérateur de télésurveillance' },
  description: {
    en: 'The structure that follows the patients (art. L.162-50 CSS); its kind decides whether it may bill.',
    fr: 'La structure qui assure le suivi des patients (art. L.162-50 CSS) ; sa catégorie décide si elle peut facturer.',
  },
  type: 'Organization',
  parent: `${FR_CORE}fr-core-organization-etablissement`,
  rules: [
    ...STRUCTURES,
    {
      at: 'type',
      short: { en: 'Kind of operator, beside any other type', fr: 'Catégorie d’opérateur, à côté d’autres types' },
      slicing: { type: 'pattern', path: '$this' },
      mustSupport: true,
    },
    {
      at: 'type:kind',
      short: { en: 'Kind of operator', fr: 'Catégorie d’opérateur' },
      min: 1,
      max: '1',
      value: { patternCodeableConcept: { coding: [{ system: system('tls-operator-kind') }] } },
      required: valueSet('tls-operator-kind'),
      mustSupport: true,
    },
    NAME,
  ],
};

export const exploitant: ProfileForm = {
  id: 'tls-exploitant',
  title: { en: 'Exploitant', fr: 'Exploitant' },
  description: {
    en: 'The company that supplies the DMN and is paid the forfait technique.',
    fr: 'L’entreprise qui fournit le DMN et perçoit le forfait technique.',
  },
  type: 'Organization',
  parent: `${FR_CORE}fr-core-organization-etablissement`,
  rules: [...STRUCTURES, NAME],
};
