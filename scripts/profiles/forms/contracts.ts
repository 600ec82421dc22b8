// The four Contracts of a télésurveillance (contract 1.3), told apart by their type.
import type { Text } from '../../../src/kernel/fault.ts';
import { type ElementRule, type Invariant, type ProfileForm, system, valueSet } from '../form.ts';

const typed = (code: string, short: Text): ElementRule => ({
  at: 'type',
  short,
  min: 1,
  value: { patternCodeableConcept: { coding: [{ system: system('tls-contract-type'), code }] } },
  mustSupport: true,
});

const STATUS: ElementRule = {
  at: 'status',
  short: { en: 'executed once it binds', fr: 'executed dès qu’il engage' },
  min: 1,
  mustSupport: true,
};
const APPLIES: ElementRule = {
  at: 'applies',
  short: { en: 'Days of validity', fr: 'Jours de validité' },
  mustSupport: true,
};

const dated = (key: string, of: Text): Invariant => ({
  key,
  severity: 'error',
  human: {
    en: `An executed ${of.en} bears its date, to the day at least.`,
    fr: `Une fois exécuté (executed), ${of.fr} porte sa date, au jour près au moins.`,
  },
  expression: "status != 'executed' or (issued.exists() and issued.toString().length() >= 10)",
});

const TERM_TYPES: ElementRule = {
  at: 'term.type',
  short: { en: 'What the clause is about', fr: 'Objet de la clause' },
  required: valueSet('tls-contract-term'),
  mustSupport: true,
};

export const contracts: readonly ProfileForm[] = [
  {
    id: 'tls-ars-declaration',
    title: { en: 'Declaration to the ARS', fr: 'Déclaration à l’ARS' },
    description: {
      en: 'Declaration of activity of an operator to the ARS and its récépissé (art. L.162-51 and R.162-105 CSS): it opens billing for the activities that it names.',
      fr: 'Déclaration d’activité d’un opérateur à l’ARS et son récépissé (art. L.162-51 et R.162-105 CSS) : elle ouvre la facturation pour les activités qu’elle nomme.',
    },
    type: 'Contract',
    rules: [
      {
        at: '',
        invariants: [
          dated('tls-ars-1', { en: 'declaration', fr: 'le récépissé' }),
          {
            key: 'tls-ars-2',
            severity: 'error',
            human: {
              en: 'The declaration names at least one activity: topicCodeableConcept, or one term for each.',
              fr: 'La déclaration nomme au moins une activité : topicCodeableConcept, ou une clause (term) pour chacune.',
            },
            expression: 'topic.exists() or term.topic.exists()',
          },
          {
            key: 'tls-ars-3',
            severity: 'error',
            human: {
              en: 'An executed declaration bears the number of its récépissé.',
              fr: 'Une déclaration exécutée (executed) porte le numéro de son récépissé.',
            },
            expression: "status != 'executed' or identifier.exists()",
          },
        ],
      },
      { at: 'identifier', short: { en: 'Number of the récépissé', fr: 'Numéro du récépissé' }, mustSupport: true },
      STATUS,
      { at: 'issued', short: { en: 'Date of the récépissé', fr: 'Date du récépissé' }, mustSupport: true },
      APPLIES,
      { at: 'subject', short: { en: 'Operator', fr: 'Opérateur' }, min: 1, mustSupport: true },
      { at: 'authority', short: { en: 'ARS', fr: 'ARS' }, min: 1, mustSupport: true },
      {
        at: 'topic[x]',
        short: { en: 'The activity, when there is a single one', fr: 'L’activité, quand il n’y en a qu’une' },
        types: [{ code: 'CodeableConcept' }],
        required: valueSet('tls-activity'),
        mustSupport: true,
      },
      typed('ars-declaration', { en: 'Declaration to the ARS', fr: 'Déclaration à l’ARS' }),
      { at: 'term', short: { en: 'One for each activity', fr: 'Une par activité' }, mustSupport: true },
      {
        at: 'term.topic[x]',
        short: { en: 'Activity of the LATM', fr: 'Activité de la LATM' },
        types: [{ code: 'CodeableConcept' }],
        required: valueSet('tls-activity'),
        mustSupport: true,
      },
    ],
  },
  {
    id: 'tls-dmn-agreement',
    title: { en: 'Convention operator–exploitant', fr: 'Convention opérateur–exploitant' },
    description: {
      en: 'The convention between operator and exploitant on one DMN (art. R.162-99 CSS), signed before the first billing.',
      fr: 'La convention entre opérateur et exploitant sur un DMN (art. R.162-99 CSS), signée avant la première facturation.',
    },
    type: 'Contract',
    rules: [
      { at: '', invariants: [dated('tls-agr-1', { en: 'convention', fr: 'la convention' })] },
      { at: 'identifier', short: { en: 'Number of the convention', fr: 'Numéro de la convention' }, mustSupport: true },
      STATUS,
      { at: 'issued', short: { en: 'Date of signature', fr: 'Date de signature' }, mustSupport: true },
      APPLIES,
      {
        at: 'subject',
        short: { en: 'Operator and exploitant', fr: 'Opérateur et exploitant' },
        min: 2,
        mustSupport: true,
      },
      {
        at: 'topic[x]',
        short: { en: 'The DMN', fr: 'Le DMN' },
        min: 1,
        types: [{ code: 'Reference', targets: ['Device'] }],
        mustSupport: true,
      },
      typed('dmn-agreement', { en: 'Convention operator–exploitant', fr: 'Convention opérateur–exploitant' }),
    ],
  },
  {
    id: 'tls-delegation',
    title: { en: 'Non-medical tasks given to a third party', fr: 'Tâches non médicales confiées à un tiers' },
    description: {
      en: 'Tasks that are not medical given by the operator to a third party (art. D.162-32 CSS): done remotely, with the patient informed, the fees shared between liberal professionals, sent to the ARS.',
      fr: 'Tâches non médicales confiées par l’opérateur à un tiers (art. D.162-32 CSS) : à distance, patient informé, honoraires partagés entre libéraux, transmises à l’ARS.',
    },
    type: 'Contract',
    rules: [
      { at: '', invariants: [dated('tls-del-1', { en: 'delegation', fr: 'la délégation' })] },
      STATUS,
      { at: 'issued', short: { en: 'Date of signature', fr: 'Date de signature' }, mustSupport: true },
      APPLIES,
      {
        at: 'subject',
        short: { en: 'Operator and third party', fr: 'Opérateur et tiers' },
        min: 2,
        mustSupport: true,
      },
      typed('delegation', { en: 'Non-medical tasks', fr: 'Tâches non médicales' }),
      {
        at: 'term',
        short: { en: 'Tasks and conditions', fr: 'Tâches et conditions' },
        min: 1,
        mustSupport: true,
        invariants: [
          {
            key: 'tls-del-2',
            severity: 'error',
            human: {
              en: 'A medical task needs a protocole de coopération, not a delegation.',
              fr: 'Une tâche médicale relève d’un protocole de coopération, pas d’une délégation.',
            },
            expression: `type.coding.where(system = '${system('tls-contract-term')}' and code = 'medical-task').empty()`,
          },
        ],
      },
      { ...TERM_TYPES, min: 1 },
    ],
  },
  {
    id: 'tls-cooperation-protocol',
    title: {
      en: 'Medical tasks under a protocole de coopération',
      fr: 'Tâches médicales sous protocole de coopération',
    },
    description: {
      en: 'Medical tasks delegated to a health professional under a protocole de coopération (art. L.4011-1 CSP).',
      fr: 'Tâches médicales déléguées à un professionnel de santé dans un protocole de coopération (art. L.4011-1 CSP).',
    },
    type: 'Contract',
    rules: [
      { at: '', invariants: [dated('tls-coo-1', { en: 'protocol', fr: 'le protocole' })] },
      { at: 'identifier', short: { en: 'Number of the protocol', fr: 'Numéro du protocole' }, mustSupport: true },
      STATUS,
      { at: 'issued', short: { en: 'Date of adhesion', fr: 'Date d’adhésion' }, mustSupport: true },
      APPLIES,
      {
        at: 'subject',
        short: { en: 'Operator and delegates', fr: 'Opérateur et délégués' },
        min: 1,
        mustSupport: true,
      },
      typed('cooperation-protocol', { en: 'Protocole de coopération', fr: 'Protocole de coopération' }),
      { at: 'term', short: { en: 'Tasks delegated', fr: 'Tâches déléguées' }, min: 1, mustSupport: true },
      { ...TERM_TYPES, min: 1 },
      {
        at: 'term.action',
        short: { en: 'Who does the task', fr: 'Qui réalise la tâche' },
        min: 1,
        mustSupport: true,
      },
      {
        at: 'term.action.performer',
        short: { en: 'Delegate, a health professional', fr: 'Délégué, professionnel de santé' },
        min: 1,
        types: [{ code: 'Reference', targets: ['Practitioner', 'PractitionerRole'] }],
        mustSupport: true,
      },
    ],
  },
];
