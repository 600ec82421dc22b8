// Observation/$stats: https://hl7.org/fhir/R4/observation-operation-stats.html
import { boolean, codes, codings, decimal, integer, period, texts, uri } from '../input/declare.ts';
import type { Operation } from '../operation.ts';

export const SYSTEM = 'http://terminology.hl7.org/CodeSystem/observation-statistics';

/** Codes of observation-statistics, and the figures of storage that each is made of. */
export const STATISTICS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      'average',
      'maximum',
      'minimum',
      'count',
      'total-count',
      'median',
      'std-dev',
      'sum',
      'variance',
      '20-percent',
      '80-percent',
      '4-lower',
      '4-upper',
      '4-dev',
      '5-1',
      '5-2',
      '5-3',
      '5-4',
      'skew',
      'kurtosis',
    ].map((code) => [code, [code]]),
  ),
  regression: ['gradient', 'intercept'],
};

/** R4 writes `max` and `min` in the definition of the parameter, `maximum` and `minimum` in the value set. */
export const ALIASES: Readonly<Record<string, string>> = { max: 'maximum', min: 'minimum' };

const STATISTIC_CODES = [...Object.keys(STATISTICS), ...Object.keys(ALIASES)];

/** Source Observations in one answer. */
export const MOST = 1000;

export const definition = {
  code: 'stats',
  title: { en: 'Measurements in figures', fr: 'Les mesures en chiffres' },
  definition: 'http://hl7.org/fhir/OperationDefinition/Observation-stats',
  type: 'Observation',
  levels: ['type'],
  affectsState: false,
  verbs: ['GET', 'POST'],
  note: `One Observation for each code and unit: units are not converted. std-dev and variance are of a sample. At most ${MOST} sources.`,
  inputs: [
    {
      name: 'subject',
      type: 'uri',
      required: true,
      text: { en: 'Whose measurements: Patient/1', fr: 'À qui sont les mesures : Patient/1' },
    },
    {
      name: 'code',
      type: 'string',
      many: true,
      text: { en: 'Codes to compute, with system', fr: 'Codes à calculer, avec system' },
    },
    { name: 'system', type: 'uri', text: { en: 'System of the codes', fr: 'Système des codes' } },
    {
      name: 'coding',
      type: 'Coding',
      many: true,
      text: { en: 'Codes with their systems', fr: 'Codes avec leurs systèmes' },
    },
    {
      name: 'duration',
      type: 'decimal',
      text: { en: 'Hours until now', fr: 'Heures jusqu’à maintenant' },
    },
    { name: 'period', type: 'Period', text: { en: 'Time of the measurements', fr: 'Période des mesures' } },
    {
      name: 'statistic',
      type: 'code',
      required: true,
      many: true,
      codes: STATISTIC_CODES,
      text: { en: 'What to compute', fr: 'À calculer' },
    },
    {
      name: 'include',
      type: 'boolean',
      text: { en: 'Also give the Observations behind the figures', fr: 'Donner aussi les Observations utilisées' },
    },
    {
      name: 'limit',
      type: 'positiveInt',
      text: { en: 'Observations given at most', fr: 'Nombre maximal d’Observations données' },
    },
  ],
} as const satisfies Omit<Operation, 'run'>;

export const parameters = {
  subject: uri,
  code: texts,
  system: uri,
  coding: codings,
  duration: decimal,
  period,
  statistic: codes(STATISTIC_CODES),
  include: boolean,
  limit: integer(1, Number.MAX_SAFE_INTEGER),
};
