// The operations of contract 2, parameter by parameter.
import type { Text } from '../../src/kernel/fault.ts';
import { type OperationForm, type OperationParameterForm, valueSet } from './form.ts';

type Parameter = OperationParameterForm;

const word = (en: string, fr: string): Text => ({ en, fr });

function input(name: string, type: string, text: Text, more: Partial<Parameter> = {}): Parameter {
  return { name, use: 'in', min: 0, max: '1', type, text, ...more };
}

function output(name: string, type: string, text: Text, more: Partial<Parameter> = {}): Parameter {
  return { name, use: 'out', min: 1, max: '1', type, text, ...more };
}

function group(name: string, min: 0 | 1, max: '1' | '*', text: Text, parts: readonly Parameter[]): Parameter {
  return { name, use: 'out', min, max, text, parts };
}

const START = input(
  'start',
  'date',
  word('Keep the windows that touch this day or later', 'Garder les périodes qui touchent ce jour ou plus tard'),
);
const END = input(
  'end',
  'date',
  word('Keep the windows that touch this day or earlier', 'Garder les périodes qui touchent ce jour ou plus tôt'),
);
const AS_OF = input(
  'asOf',
  'date',
  word(
    'Day on which the answer stands; today in the patient’s zone by default',
    'Jour de l’appréciation ; par défaut aujourd’hui dans le fuseau du patient',
  ),
);
const POLICY = input('policy', 'code', word('guide-2023 (default) or css', 'guide-2023 (par défaut) ou css'));

const HEADER: readonly Parameter[] = [
  output('prescription', 'Reference', word('Prescription judged', 'Prescription appréciée')),
  output('patient', 'Reference', word('Patient', 'Patient')),
  output('activity', 'Coding', word('Activity of the LATM', 'Activité de la LATM'), {
    required: valueSet('tls-activity'),
  }),
  output('timezone', 'string', word('Zone in which days are counted', 'Fuseau dans lequel les jours sont comptés')),
  output('asOf', 'date', word('Day on which the answer stands', 'Jour de l’appréciation')),
];

const COUNT: readonly Parameter[] = [
  output('unit', 'code', word('day or week', 'day (jour) ou week (semaine)')),
  output(
    'expected',
    'unsignedInt',
    word('Units expected; absent when not known', 'Unités attendues ; absent si inconnu'),
    { min: 0 },
  ),
  output('received', 'unsignedInt', word('Units with data', 'Unités avec données')),
  output('ratio', 'decimal', word('Received by expected, four places', 'Reçues sur attendues, quatre décimales'), {
    min: 0,
  }),
  output('status', 'code', word('Status of observance', 'État de l’observance'), {
    required: valueSet('tls-observance-status'),
  }),
];

const AMOUNTS: readonly Parameter[] = [
  output('amount', 'Money', word('Amount in euros', 'Montant en euros')),
  output('amo', 'Money', word('Compulsory insurance', 'Part obligatoire')),
  output('amc', 'Money', word('What is left', 'Part complémentaire')),
];

const observance: OperationForm = {
  id: 'observance',
  code: 'observance',
  title: word('Observance of a prescription', 'Observance d’une prescription'),
  description: word(
    'Counts, window by window, the days or weeks on which data arrived, and says which readings were left out and why.',
    'Compte, période par période, les jours ou semaines avec données, et dit quelles mesures sont écartées et pourquoi.',
  ),
  affectsState: false,
  resource: 'ServiceRequest',
  level: 'instance',
  parameters: [
    START,
    END,
    AS_OF,
    input(
      'details',
      'boolean',
      word(
        'Also list days and missing units; true by default',
        'Lister aussi jours et unités manquantes ; true par défaut',
      ),
    ),
    ...HEADER,
    group('period', 0, '*', word('A window', 'Une période'), [
      output('index', 'positiveInt', word('Rank, from 1', 'Rang, à partir de 1')),
      output('window', 'Period', word('First and last day', 'Premier et dernier jour')),
      ...COUNT,
      group('day', 0, '*', word('A day with data', 'Un jour avec données'), [
        output('date', 'date', word('Local day', 'Jour local')),
        output('count', 'unsignedInt', word('Readings that count', 'Mesures comptées')),
        output('evidence', 'Reference', word('Versions of the Observations', 'Versions des Observations'), {
          min: 0,
          max: '*',
        }),
      ]),
      output('missing', 'date', word('First day of a unit without data', 'Premier jour d’une unité sans données'), {
        min: 0,
        max: '*',
      }),
    ]),
    group('rejected', 0, '*', word('A reading left out', 'Une mesure écartée'), [
      output('observation', 'Reference', word('The Observation', 'L’Observation')),
      output('reason', 'Coding', word('Why', 'Pourquoi'), { required: valueSet('tls-observance-rejection') }),
    ]),
  ],
};

const billability: OperationForm = {
  id: 'billability',
  code: 'billability',
  title: word('Billability of a prescription', 'Facturabilité d’une prescription'),
  description: word(
    'Says of each window whether the two forfaits may be billed, for how much, and all reasons with their texts and evidence. For many prescriptions at once see billability-population.',
    'Dit de chaque période si les deux forfaits peuvent être facturés, pour combien, et tous les motifs avec leurs textes et preuves. Pour plusieurs prescriptions à la fois, voir billability-population.',
  ),
  affectsState: false,
  resource: 'ServiceRequest',
  level: 'instance',
  parameters: [
    START,
    END,
    AS_OF,
    POLICY,
    ...HEADER,
    output('policy', 'code', word('Policy applied', 'Politique appliquée')),
    group('period', 0, '*', word('A window', 'Une période'), [
      output('index', 'positiveInt', word('Rank, from 1', 'Rang, à partir de 1')),
      output('window', 'Period', word('First and last day', 'Premier et dernier jour')),
      output('status', 'code', word('Status of billability', 'État de la facturabilité'), {
        required: valueSet('tls-billability-status'),
      }),
      group('observance', 0, '1', word('What the data say', 'Ce que disent les données'), COUNT),
      group('reason', 0, '*', word('A reason', 'Un motif'), [
        output('code', 'Coding', word('Reason', 'Motif'), { required: valueSet('tls-billability-reason') }),
        output('severity', 'code', word('blocking, missing or information', 'blocking, missing ou information')),
        output('text', 'string', word('In words, in the language asked', 'En clair, dans la langue demandée')),
        output('legal', 'uri', word('Address of the text', 'Adresse du texte'), { min: 0 }),
        output('evidence', 'Reference', word('What shows it', 'Ce qui le montre'), { min: 0, max: '*' }),
      ]),
      group('operator', 0, '1', word('Forfait opérateur', 'Forfait opérateur'), [
        output('code', 'Coding', word('TVA or TVB', 'TVA ou TVB'), { required: valueSet('tls-operator-tariff') }),
        output('coefficient', 'decimal', word('1, 2 or 2.5', '1, 2 ou 2,5')),
        ...AMOUNTS,
      ]),
      group('technical', 0, '1', word('Forfait technique', 'Forfait technique'), [
        output(
          'code',
          'Coding',
          word('Individual code, else code of the line', 'Code individuel, sinon code de la ligne'),
          { min: 0 },
        ),
        ...AMOUNTS,
        output(
          'lastVerified',
          'date',
          word('Day up to which the price is known', 'Jour jusqu’auquel le prix est connu'),
          { min: 0 },
        ),
      ]),
      output(
        'otherPolicy',
        'code',
        word('Status under the other policy, when it differs', 'État selon l’autre politique, s’il diffère'),
        {
          min: 0,
          required: valueSet('tls-billability-status'),
        },
      ),
    ]),
  ],
};

const population: OperationForm = {
  id: 'billability-population',
  code: 'billability',
  title: word('Billability of many prescriptions', 'Facturabilité d’une file active'),
  description: word(
    'The answer of billability for each chain of prescriptions that matches, as a searchset of Parameters; text/csv and application/fhir+ndjson on demand.',
    'La réponse de billability pour chaque chaîne de prescriptions retenue, en searchset de Parameters ; text/csv et application/fhir+ndjson sur demande.',
  ),
  affectsState: false,
  resource: 'ServiceRequest',
  level: 'type',
  parameters: [
    input('operator', 'string', word('Operator', 'Opérateur'), { searchType: 'reference' }),
    input('exploitant', 'string', word('Exploitant that owns the DMN', 'Exploitant du DMN'), {
      searchType: 'reference',
    }),
    input('patient', 'string', word('Patient', 'Patient'), { searchType: 'reference' }),
    input('activity', 'code', word('Activity of the LATM', 'Activité de la LATM'), {
      required: valueSet('tls-activity'),
    }),
    input(
      'status',
      'code',
      word('Keep the windows with one of these states', 'Garder les périodes dans l’un de ces états'),
      {
        max: '*',
        required: valueSet('tls-billability-status'),
      },
    ),
    START,
    END,
    AS_OF,
    POLICY,
    input('_count', 'integer', word('Chains on a page', 'Chaînes par page')),
    output('return', 'Bundle', word('Searchset of Parameters', 'Searchset de Parameters')),
  ],
};

const draftClaims: OperationForm = {
  id: 'draft-claims',
  code: 'draft-claims',
  title: word('Draft the two claims', 'Préparer les deux factures'),
  description: word(
    'Drafts, without storing them, the claims of the oldest billable windows: one of the forfait opérateur, one of the forfait technique; or says why there is none.',
    'Prépare, sans les enregistrer, les factures des plus anciennes périodes facturables : une du forfait opérateur, une du forfait technique ; ou dit pourquoi il n’y en a pas.',
  ),
  affectsState: false,
  resource: 'ServiceRequest',
  level: 'instance',
  parameters: [
    AS_OF,
    POLICY,
    input(
      'series',
      'positiveInt',
      word('Windows at most, 1 to 6; 6 by default', 'Nombre maximal de périodes, 1 à 6 ; 6 par défaut'),
    ),
    output(
      'return',
      'Bundle',
      word(
        'Collection of two Claims, or of one OperationOutcome',
        'Collection de deux Claim, ou d’un OperationOutcome',
      ),
    ),
  ],
};

const submit: OperationForm = {
  id: 'claim-submit',
  code: 'submit',
  title: word('Submit claims', 'Soumettre des factures'),
  description: word(
    'Judges every item again as of today, then stores Claims and ClaimResponses together, or nothing. Takes a Claim or a Bundle of the pair.',
    'Apprécie à nouveau chaque ligne au jour même, puis enregistre ensemble Claim et ClaimResponse, ou rien. Accepte un Claim ou un Bundle des deux.',
  ),
  affectsState: true,
  resource: 'Claim',
  level: 'type',
  base: 'http://hl7.org/fhir/OperationDefinition/Claim-submit',
  parameters: [
    input(
      'resource',
      'Resource',
      word(
        'A Claim, or a Bundle of the operator’s and the technical one',
        'Un Claim, ou un Bundle de celui de l’opérateur et du technique',
      ),
      { min: 1 },
    ),
    output('return', 'Resource', word('A ClaimResponse, or a Bundle of them', 'Un ClaimResponse, ou un Bundle')),
  ],
};

export const operations: readonly OperationForm[] = [observance, billability, population, draftClaims, submit];
