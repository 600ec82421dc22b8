// Observation/$lastn: https://hl7.org/fhir/R4/observation-operation-lastn.html
import { integer } from '../input/declare.ts';
import type { Operation } from '../operation.ts';

/** Observations in one answer: it has no pages. */
export const MOST = 10_000;

export const definition = {
  code: 'lastn',
  title: { en: 'The latest Observations of each code', fr: 'Les dernières Observations de chaque code' },
  definition: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn',
  type: 'Observation',
  levels: ['type'],
  affectsState: false,
  verbs: ['GET', 'POST'],
  note: 'With one patient or subject, and category or a code parameter; other search parameters narrow it.',
  inputs: [
    {
      name: 'max',
      type: 'positiveInt',
      text: { en: 'Observations of each code; 1 by default', fr: 'Observations par code ; 1 par défaut' },
    },
    {
      name: 'patient',
      type: 'string',
      text: { en: 'The patient (or subject)', fr: 'Le patient (ou subject)' },
    },
    {
      name: 'category',
      type: 'string',
      text: { en: 'Category as in a search (or code)', fr: 'Catégorie comme dans une recherche (ou code)' },
    },
    {
      name: 'code',
      type: 'string',
      text: { en: 'Code as in a search (or category)', fr: 'Code comme dans une recherche (ou category)' },
    },
  ],
  searches: true,
} as const satisfies Omit<Operation, 'run'>;

export const parameters = { max: integer(1, MOST) };
