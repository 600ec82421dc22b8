// The short code systems: persons, contracts, rights, devices.
import type { CodeSystemForm, ValueSetForm } from '../form.ts';

export const shortSystems: readonly CodeSystemForm[] = [
  {
    id: 'tls-operator-kind',
    title: { en: 'Kinds of operator', fr: 'Catégories d’opérateur' },
    description: {
      en: 'What an operator is; an ESMS may follow patients but not bill.',
      fr: 'Nature de l’opérateur ; un ESMS peut suivre des patients mais pas facturer.',
    },
    concepts: [
      { code: 'es', display: { en: 'Health establishment', fr: 'Établissement de santé' } },
      {
        code: 'esms',
        display: { en: 'Social or medico-social establishment', fr: 'Établissement ou service médico-social' },
      },
      { code: 'centre-sante', display: { en: 'Health centre', fr: 'Centre de santé' } },
      { code: 'msp', display: { en: 'Multi-professional health home', fr: 'Maison de santé pluriprofessionnelle' } },
      { code: 'liberal', display: { en: 'Professional in private practice', fr: 'Professionnel libéral' } },
    ],
  },
  {
    id: 'tls-contract-type',
    title: { en: 'Types of contract', fr: 'Types de contrat' },
    description: { en: 'The contracts of a télésurveillance.', fr: 'Les contrats d’une télésurveillance.' },
    concepts: [
      { code: 'ars-declaration', display: { en: 'Declaration to the ARS', fr: 'Déclaration à l’ARS' } },
      {
        code: 'dmn-agreement',
        display: { en: 'Convention operator–exploitant', fr: 'Convention opérateur–exploitant' },
      },
      {
        code: 'delegation',
        display: { en: 'Non-medical tasks given to a third party', fr: 'Tâches non médicales confiées à un tiers' },
      },
      { code: 'cooperation-protocol', display: { en: 'Protocole de coopération', fr: 'Protocole de coopération' } },
    ],
  },
  {
    id: 'tls-contract-term',
    title: { en: 'Clauses of a delegation', fr: 'Clauses d’une délégation' },
    description: {
      en: 'What a clause of a delegation or of a protocole de coopération is about.',
      fr: 'Objet d’une clause de délégation ou de protocole de coopération.',
    },
    concepts: [
      {
        code: 'non-medical-task',
        display: { en: 'Task that is not medical', fr: 'Tâche non médicale' },
        definition: {
          en: 'Accompagnement thérapeutique, first filtering of alerts, calls to patients, set-up and training.',
          fr: 'Accompagnement thérapeutique, pré-filtrage des alertes, appels aux patients, installation et formation.',
        },
      },
      {
        code: 'medical-task',
        display: { en: 'Medical task', fr: 'Tâche médicale' },
        definition: {
          en: 'Analysis of data and alerts, renewal of an ordonnance.',
          fr: 'Analyse des données et des alertes, renouvellement d’une ordonnance.',
        },
      },
      { code: 'fee-share', display: { en: 'Share of the fees', fr: 'Rétrocession d’honoraires' } },
      { code: 'remote-only', display: { en: 'Done remotely only', fr: 'Réalisée à distance uniquement' } },
      { code: 'patient-informed', display: { en: 'Patient informed', fr: 'Patient informé' } },
    ],
  },
  {
    id: 'tls-regime',
    title: { en: 'Schemes', fr: 'Régimes' },
    description: { en: 'Schemes of the assurance maladie.', fr: 'Régimes d’assurance maladie.' },
    concepts: [
      { code: 'general', display: { en: 'General scheme', fr: 'Régime général' } },
      { code: 'rlam', display: { en: 'Local scheme of Alsace-Moselle', fr: 'Régime local d’Alsace-Moselle' } },
      { code: 'crpcen', display: { en: 'Notaries’ clerks', fr: 'CRPCEN, clercs et employés de notaires' } },
      { code: 'cprpsncf', display: { en: 'Railway staff', fr: 'CPRPSNCF, personnel de la SNCF' } },
      { code: 'other', display: { en: 'Another scheme', fr: 'Autre régime' } },
    ],
  },
  {
    id: 'tls-exemption',
    title: { en: 'Exemptions', fr: 'Exonérations' },
    description: {
      en: 'Grounds that lift the ticket modérateur.',
      fr: 'Motifs d’exonération du ticket modérateur.',
    },
    concepts: [
      { code: 'ald', display: { en: 'Long-term condition', fr: 'Affection de longue durée' } },
      { code: 'maternity', display: { en: 'Maternity', fr: 'Maternité' } },
      { code: 'invalidity', display: { en: 'Invalidity', fr: 'Invalidité' } },
      {
        code: 'at-mp',
        display: {
          en: 'Accident at work or occupational disease',
          fr: 'Accident du travail ou maladie professionnelle',
        },
      },
      { code: 'other', display: { en: 'Another ground', fr: 'Autre motif' } },
    ],
  },
  {
    id: 'tls-interest',
    title: { en: 'Interests recognised', fr: 'Intérêts reconnus' },
    description: {
      en: 'Interest recognised to a DMN; it gives the price of the base grid.',
      fr: 'Intérêt reconnu à un DMN ; il donne le prix de la grille socle.',
    },
    concepts: [
      { code: 'organisational', display: { en: 'Organisational', fr: 'Organisationnel' } },
      { code: 'quality-of-life', display: { en: 'Clinical, quality of life', fr: 'Clinique, qualité de vie' } },
      { code: 'morbidity', display: { en: 'Clinical, morbidity', fr: 'Clinique, morbidité' } },
      { code: 'mortality', display: { en: 'Clinical, mortality', fr: 'Clinique, mortalité' } },
    ],
  },
  {
    id: 'tls-ce-marking',
    title: { en: 'Classes of the CE marking', fr: 'Classes du marquage CE' },
    description: {
      en: 'Classes of medical devices (Regulation (EU) 2017/745, article 51).',
      fr: 'Classes de dispositifs médicaux (règlement (UE) 2017/745, article 51).',
    },
    concepts: ['I', 'IIa', 'IIb', 'III'].map((code) => ({
      code,
      display: { en: `Class ${code}`, fr: `Classe ${code}` },
    })),
  },
  {
    id: 'tls-forfait',
    title: { en: 'Forfaits', fr: 'Forfaits' },
    description: {
      en: 'The two forfaits of a window, and the key letters of the forfait opérateur.',
      fr: 'Les deux forfaits d’une période, et les lettres-clés du forfait opérateur.',
    },
    concepts: [
      {
        code: 'operator',
        display: { en: 'Forfait opérateur', fr: 'Forfait opérateur' },
        concepts: [
          { code: 'TVA', display: { en: 'Forfait opérateur, level 1', fr: 'Forfait opérateur, niveau 1' } },
          { code: 'TVB', display: { en: 'Forfait opérateur, level 2', fr: 'Forfait opérateur, niveau 2' } },
        ],
      },
      { code: 'technical', display: { en: 'Forfait technique', fr: 'Forfait technique' } },
    ],
  },
];

/** Value sets of chosen codes; each of our code systems also gets one of all its codes. */
export const valueSets: readonly ValueSetForm[] = [
  {
    id: 'tls-operator-tariff',
    title: { en: 'Key letters of the forfait opérateur', fr: 'Lettres-clés du forfait opérateur' },
    description: { en: 'TVA and TVB.', fr: 'TVA et TVB.' },
    system: 'https://w3id.org/vigie/fhir/CodeSystem/tls-forfait',
    codes: ['TVA', 'TVB'],
  },
  {
    id: 'tls-observation-category',
    title: { en: 'Categories of a reading', fr: 'Catégories d’une mesure' },
    description: {
      en: 'The same three categories as the value set TLSVCategory of ANS telesurveillance 0.1.0.',
      fr: 'Les trois mêmes catégories que le jeu de valeurs TLSVCategory d’ANS telesurveillance 0.1.0.',
    },
    system: 'http://terminology.hl7.org/CodeSystem/observation-category',
    codes: ['survey', 'vital-signs', 'activity'],
  },
  {
    id: 'tls-patient-gender',
    title: { en: 'Administrative genders in France', fr: 'Genres administratifs en France' },
    description: {
      en: 'The same three codes as fr-core-vs-patient-gender of fr.core 2.2.0.',
      fr: 'Les trois mêmes codes que fr-core-vs-patient-gender de fr.core 2.2.0.',
    },
    system: 'http://hl7.org/fhir/administrative-gender',
    codes: ['male', 'female', 'unknown'],
  },
  {
    id: 'tls-ipp-use',
    title: { en: 'Uses of an IPP', fr: 'Usages d’un IPP' },
    description: {
      en: 'Any use but official, as fr.core 2.2.0 has it for an identifier of type PI.',
      fr: 'Tout usage sauf official, comme fr.core 2.2.0 pour un identifiant de type PI.',
    },
    system: 'http://hl7.org/fhir/identifier-use',
    codes: ['usual', 'temp', 'secondary', 'old'],
  },
];
