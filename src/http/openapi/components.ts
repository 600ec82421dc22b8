// What the paths of the OpenAPI document share: parameters, headers, schemas and answers.
import { FHIR_TYPE, fhirContent, type Json, ref, type Say, text } from './words.ts';

/** @param compartments types that have compartments */
export function components(say: Say, types: readonly string[], compartments: readonly string[]): Json {
  return {
    parameters: parameters(say, compartments),
    headers: headers(say),
    schemas: schemas(say, types),
    responses: responses(say),
  };
}

function parameters(say: Say, compartments: readonly string[]): Json {
  const query = (name: string, schema: Json, en: string, fr: string): Json => ({
    name,
    in: 'query',
    description: say(text(en, fr)),
    schema,
  });
  const header = (name: string, en: string, fr: string, example: string): Json => ({
    name,
    in: 'header',
    description: say(text(en, fr)),
    schema: { type: 'string' },
    example,
  });
  const path = (name: string, schema: Json, en: string, fr: string): Json => ({
    name,
    in: 'path',
    required: true,
    description: say(text(en, fr)),
    schema,
  });
  const string = { type: 'string' };
  return {
    type: path('type', ref('schemas', 'ResourceType'), 'Resource type', 'Type de ressource'),
    id: path('id', ref('schemas', 'Id'), 'Logical id', 'Identifiant logique'),
    compartment: path(
      'compartment',
      { type: 'string', enum: compartments },
      'Type whose compartments are searched',
      'Type dont on cherche dans les compartiments',
    ),
    member: path(
      'member',
      string,
      'Type that is searched; * is all that stand in the compartment',
      'Type recherché ; * désigne tous ceux du compartiment',
    ),
    version: path('version', { type: 'string', pattern: '^[1-9][0-9]{0,8}$' }, 'Version', 'Version'),
    search: {
      name: 'search',
      in: 'query',
      description: say(
        text(
          'Search parameters of the type as name=value: /metadata lists them for each type. Unknown ones are refused.',
          'Paramètres de recherche du type, nom=valeur : /metadata les liste pour chaque type. Les inconnus sont refusés.',
        ),
      ),
      style: 'form',
      explode: true,
      schema: { type: 'object', additionalProperties: string },
    },
    count: query('_count', { type: 'integer', minimum: 0 }, 'Entries a page', 'Entrées par page'),
    since: query(
      '_since',
      { type: 'string', format: 'date-time' },
      'Versions since this instant',
      'Versions depuis cet instant',
    ),
    at: query(
      '_at',
      string,
      'Versions that were current at some instant of this date or time',
      'Versions en vigueur à un instant de cette date ou heure',
    ),
    list: query(
      '_list',
      string,
      'Id of a List: only the versions that it names',
      'Identifiant d’une List : seulement les versions qu’elle nomme',
    ),
    cursor: query(
      '_cursor',
      string,
      'Where the page begins: taken from the link of the page before',
      'Où commence la page : repris du lien de la page précédente',
    ),
    summary: query(
      '_summary',
      { type: 'string', enum: ['true', 'text', 'data', 'count', 'false'] },
      'Part of the resources',
      'Partie des ressources',
    ),
    elements: query('_elements', string, 'Elements to show: id,status', 'Éléments à rendre : id,status'),
    types: query('_type', string, 'Types to search: Patient,Device', 'Types à chercher : Patient,Device'),
    mode: query('mode', { type: 'string', enum: ['full'] }, 'Which statement', 'Quelle déclaration'),
    format: query(
      '_format',
      string,
      'Format of the answer, before Accept: json, application/fhir+json',
      'Format de la réponse, avant Accept : json, application/fhir+json',
    ),
    sort: query('_sort', string, 'Order, with - to go down: -date', 'Ordre, précédé de - pour décroître : -date'),
    total: query(
      '_total',
      { type: 'string', enum: ['none', 'estimate', 'accurate'] },
      'Whether to count the matches',
      'Faut-il compter les résultats',
    ),
    include: query(
      '_include',
      string,
      'Also what a parameter refers to: Observation:subject',
      'Aussi ce que vise un paramètre : Observation:subject',
    ),
    revinclude: query(
      '_revinclude',
      string,
      'Also what refers to the matches: Observation:device',
      'Aussi ce qui vise les résultats : Observation:device',
    ),
    contained: query(
      '_contained',
      { type: 'string', enum: ['false', 'true', 'both'] },
      'Whether resources inside others are searched',
      'Faut-il chercher les ressources incluses dans d’autres',
    ),
    containedType: query(
      '_containedType',
      { type: 'string', enum: ['container'] },
      'What is shown of contained matches',
      'Ce qui est rendu des résultats inclus',
    ),
    pretty: query('_pretty', { type: 'boolean' }, 'Indented for people', 'Indenté pour la lecture'),
    ifMatch: header('If-Match', 'The version that is being changed', 'La version que l’on modifie', 'W/"1"'),
    ifNoneMatch: header('If-None-Match', 'The version that is known already', 'La version déjà connue', 'W/"1"'),
    ifModifiedSince: header(
      'If-Modified-Since',
      'When it was read last',
      'Date de la dernière lecture',
      'Tue, 24 Nov 2026 10:00:00 GMT',
    ),
    ifNoneExist: header(
      'If-None-Exist',
      'Create only when this search finds nothing',
      'Ne créer que si cette recherche ne trouve rien',
      'identifier=urn:oid:1.2.250.1.213.1.4.8|285037505600112',
    ),
    prefer: header(
      'Prefer',
      'return=minimal, representation or OperationOutcome; handling=strict or lenient',
      'return=minimal, representation ou OperationOutcome ; handling=strict ou lenient',
      'return=minimal',
    ),
    provenance: header(
      'X-Provenance',
      'A Provenance without target, stored with what is written',
      'Une Provenance sans target, enregistrée avec ce qui est écrit',
      '{"resourceType":"Provenance","recorded":"2026-11-24T10:00:00Z","agent":[{"who":{"reference":"Practitioner/1"}}]}',
    ),
    securityContext: header(
      'X-Security-Context',
      'With bytes of a Binary: whose access rules hold',
      'Avec les octets d’un Binary : la ressource dont les droits valent',
      'Patient/1',
    ),
    requestId: header(
      'X-Request-Id',
      'Id of the request in answer and log',
      'Identifiant de la requête dans réponse et journal',
      'a1b2',
    ),
    correlationId: header('X-Correlation-Id', 'Given back as it is', 'Rendu tel quel', 'c3d4'),
    acceptLanguage: header('Accept-Language', 'Language of messages: en or fr', 'Langue des messages : en ou fr', 'fr'),
  };
}

function headers(say: Say): Json {
  const header = (en: string, fr: string): Json => ({ description: say(text(en, fr)), schema: { type: 'string' } });
  return {
    ETag: header('Version, as W/"1"', 'Version, comme W/"1"'),
    'Last-Modified': header('When this version was stored', 'Date d’enregistrement de cette version'),
    Location: header('Address of the version that was made', 'Adresse de la version créée'),
  };
}

function schemas(say: Say, types: readonly string[]): Json {
  const resource = (type: string): Json => ({
    allOf: [ref('schemas', 'Resource'), { properties: { resourceType: { const: type } } }],
  });
  return {
    ResourceType: { type: 'string', description: say(text('R4 resource types', 'Types de ressource R4')), enum: types },
    Id: { type: 'string', pattern: '^[A-Za-z0-9\\-.]{1,64}$' },
    Resource: {
      type: 'object',
      description: say(
        text(
          'A resource in FHIR JSON, https://hl7.org/fhir/R4/json.html; numbers keep their digits.',
          'Une ressource en JSON FHIR, https://hl7.org/fhir/R4/json.html ; les nombres gardent leurs chiffres.',
        ),
      ),
      required: ['resourceType'],
      properties: {
        resourceType: ref('schemas', 'ResourceType'),
        id: ref('schemas', 'Id'),
        meta: { type: 'object' },
      },
    },
    Bundle: resource('Bundle'),
    CapabilityStatement: resource('CapabilityStatement'),
    OperationOutcome: resource('OperationOutcome'),
    Parameters: resource('Parameters'),
  };
}

const ERRORS: readonly (readonly [status: string, name: string, en: string, fr: string])[] = [
  ['400', 'BadRequest', 'Not readable, or not understood', 'Illisible ou non compris'],
  ['404', 'NotFound', 'Nothing there', 'Rien à cette adresse'],
  ['406', 'NotAcceptable', 'A format that is not served', 'Format non servi'],
  ['409', 'Conflict', 'In conflict with what is stored', 'En conflit avec l’existant'],
  ['410', 'Gone', 'Deleted; the history is there', 'Supprimée ; l’historique reste'],
  ['412', 'PreconditionFailed', 'A condition does not hold, or is ambiguous', 'Condition non remplie, ou ambiguë'],
  ['413', 'TooLarge', 'The body is too large', 'Corps trop gros'],
  ['415', 'MediaType', 'A media type that is not read', 'Type de média non lu'],
  ['422', 'Unprocessable', 'Breaks R4, a profile or a rule', 'Contraire à R4, à un profil ou à une règle'],
  ['503', 'Unavailable', 'Storage is away; try again', 'Base indisponible ; réessayez'],
];

function responses(say: Say): Json {
  return Object.fromEntries(
    ERRORS.map(([, name, en, fr]) => [
      name,
      { description: say(text(en, fr)), content: { [FHIR_TYPE]: { schema: ref('schemas', 'OperationOutcome') } } },
    ]),
  );
}

/** Answers of an interaction: what it gives, then the errors with these numbers. */
export function answers(
  say: Say,
  good: readonly (readonly [status: string, en: string, fr: string, schema?: string, headers?: readonly string[]])[],
  errors: readonly string[],
): Json {
  const answered = good.map(([status, en, fr, schema, names = []]) => [
    status,
    {
      description: say(text(en, fr)),
      ...(schema === undefined ? {} : { content: fhirContent(schema) }),
      ...(names.length > 0 ? { headers: Object.fromEntries(names.map((n) => [n, ref('headers', n)])) } : {}),
    },
  ]);
  const refused = ERRORS.filter(([status]) => errors.includes(status)).map(([status, name]) => [
    status,
    ref('responses', name),
  ]);
  return Object.fromEntries([...answered, ...refused]);
}
