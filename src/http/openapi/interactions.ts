// The interactions of the CapabilityStatement as paths: one line each, all types on the same path.
import type { CapabilityStatement } from '@medplum/fhirtypes';
import type { Text } from '../../kernel/fault.ts';
import { answers } from './components.ts';
import { ALWAYS, fhirContent, type Json, ref, type Say, text } from './words.ts';

interface Interaction {
  readonly path: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly summary: Text;
  readonly description?: Text;
  /** Names in components.parameters, beside those of the path. */
  readonly takes?: readonly string[];
  readonly body?: Json;
  readonly good: Parameters<typeof answers>[1];
  readonly errors: readonly string[];
}

const VERSIONED = ['ETag', 'Last-Modified'];
const WRITTEN = [...VERSIONED, 'Location'];
const RESOURCE = fhirContent('Resource');
const WRITE_ERRORS = ['400', '409', '412', '413', '415', '422', '503'];
const READ = ['summary', 'elements', 'ifNoneMatch', 'ifModifiedSince'];
const SEARCH = [
  'search',
  'count',
  'cursor',
  'sort',
  'total',
  'include',
  'revinclude',
  'contained',
  'containedType',
  'summary',
  'elements',
  'prefer',
];
const HISTORY = ['since', 'at', 'list', 'count', 'cursor', 'summary', 'elements'];
const CREATE = ['ifNoneExist', 'prefer', 'provenance', 'securityContext'];
const CHANGE = ['ifMatch', 'ifNoneMatch', 'prefer', 'provenance'];
const DELETE = ['ifMatch', 'prefer'];
const PATCH_BODY: Json = {
  'application/json-patch+json': { schema: { type: 'array', items: { type: 'object' } } },
  ...fhirContent('Parameters'),
};

const FORM_BODY: Json = {
  'application/x-www-form-urlencoded': { schema: { type: 'object', additionalProperties: { type: 'string' } } },
};

const GONE: Interaction['good'] = [
  ['204', 'Deleted', 'Supprimée'],
  ['200', 'Deleted (return=OperationOutcome)', 'Supprimée (return=OperationOutcome)', 'OperationOutcome'],
];

/** By code of R4's interactions; those of the base begin with `system:`. */
const INTERACTIONS: Readonly<Record<string, Interaction>> = {
  'search-type': {
    path: '/{type}',
    method: 'get',
    summary: text('Search a type', 'Rechercher dans un type'),
    takes: SEARCH,
    good: [['200', 'Page of matches', 'Page de résultats', 'Bundle']],
    errors: ['400', '406', '503'],
  },
  create: {
    path: '/{type}',
    method: 'post',
    summary: text('Create a resource', 'Créer une ressource'),
    takes: CREATE,
    body: RESOURCE,
    good: [
      ['201', 'Created', 'Créée', 'Resource', WRITTEN],
      ['200', 'It was there (If-None-Exist)', 'Elle existait (If-None-Exist)', 'Resource', WRITTEN],
    ],
    errors: WRITE_ERRORS,
  },
  'conditional-update': {
    path: '/{type}',
    method: 'put',
    summary: text('Update what a search finds', 'Modifier ce qu’une recherche trouve'),
    takes: ['search', ...CHANGE],
    body: RESOURCE,
    good: [
      ['200', 'Updated', 'Modifiée', 'Resource', WRITTEN],
      ['201', 'Created: nothing matched', 'Créée : aucun résultat', 'Resource', WRITTEN],
    ],
    errors: WRITE_ERRORS,
  },
  'conditional-patch': {
    path: '/{type}',
    method: 'patch',
    summary: text('Patch what a search finds', 'Modifier en partie ce qu’une recherche trouve'),
    takes: ['search', ...CHANGE],
    body: PATCH_BODY,
    good: [['200', 'Updated', 'Modifiée', 'Resource', WRITTEN]],
    errors: [...WRITE_ERRORS, '404'],
  },
  'conditional-delete': {
    path: '/{type}',
    method: 'delete',
    summary: text('Delete what a search finds', 'Supprimer ce qu’une recherche trouve'),
    takes: ['search', ...DELETE],
    good: GONE,
    errors: ['400', '404', '409', '412', '503'],
  },
  'search-post': {
    path: '/{type}/_search',
    method: 'post',
    summary: text('Search a type, parameters in the body', 'Rechercher, paramètres dans le corps'),
    takes: SEARCH,
    body: FORM_BODY,
    good: [['200', 'Page of matches', 'Page de résultats', 'Bundle']],
    errors: ['400', '406', '415', '503'],
  },
  read: {
    path: '/{type}/{id}',
    method: 'get',
    summary: text('Read a resource', 'Lire une ressource'),
    description: text(
      'A Binary is answered as its bytes, unless FHIR is asked for.',
      'Un Binary est rendu sous forme d’octets, sauf si FHIR est demandé.',
    ),
    takes: READ,
    good: [
      ['200', 'Current version', 'Version courante', 'Resource', VERSIONED],
      ['304', 'As known', 'Inchangée'],
    ],
    errors: ['400', '404', '406', '410', '503'],
  },
  update: {
    path: '/{type}/{id}',
    method: 'put',
    summary: text(
      'Update a resource, or create it with this id',
      'Modifier une ressource, ou la créer avec cet identifiant',
    ),
    takes: [...CHANGE, 'securityContext'],
    body: RESOURCE,
    good: [
      ['200', 'Updated', 'Modifiée', 'Resource', WRITTEN],
      ['201', 'Created', 'Créée', 'Resource', WRITTEN],
    ],
    errors: WRITE_ERRORS,
  },
  patch: {
    path: '/{type}/{id}',
    method: 'patch',
    summary: text('Patch a resource', 'Modifier une ressource en partie'),
    takes: CHANGE,
    body: PATCH_BODY,
    good: [['200', 'Updated', 'Modifiée', 'Resource', WRITTEN]],
    errors: [...WRITE_ERRORS, '404', '410'],
  },
  delete: {
    path: '/{type}/{id}',
    method: 'delete',
    summary: text('Delete a resource', 'Supprimer une ressource'),
    takes: DELETE,
    good: GONE,
    errors: ['400', '404', '409', '412', '503'],
  },
  'history-instance': {
    path: '/{type}/{id}/_history',
    method: 'get',
    summary: text('Versions of a resource', 'Versions d’une ressource'),
    takes: HISTORY,
    good: [['200', 'Versions, newest first', 'Versions, la plus récente d’abord', 'Bundle']],
    errors: ['400', '404', '406', '503'],
  },
  vread: {
    path: '/{type}/{id}/_history/{version}',
    method: 'get',
    summary: text('Read a version', 'Lire une version'),
    takes: READ,
    good: [
      ['200', 'The version', 'La version', 'Resource', VERSIONED],
      ['304', 'As known', 'Inchangée'],
    ],
    errors: ['400', '404', '406', '410', '503'],
  },
  'history-type': {
    path: '/{type}/_history',
    method: 'get',
    summary: text('Versions of a type', 'Versions d’un type'),
    takes: HISTORY,
    good: [['200', 'Versions, newest first', 'Versions, la plus récente d’abord', 'Bundle']],
    errors: ['400', '406', '503'],
  },
  'system:history-system': {
    path: '/_history',
    method: 'get',
    summary: text('Versions of everything', 'Versions de tout'),
    takes: HISTORY,
    good: [['200', 'Versions, newest first', 'Versions, la plus récente d’abord', 'Bundle']],
    errors: ['400', '406', '503'],
  },
  'system:search-system': {
    path: '/',
    method: 'get',
    summary: text('Search all types', 'Rechercher dans tous les types'),
    takes: [...SEARCH, 'types'],
    good: [['200', 'Page of matches', 'Page de résultats', 'Bundle']],
    errors: ['400', '406', '503'],
  },
  'system:search-post': {
    path: '/_search',
    method: 'post',
    summary: text('Search everything, parameters in the body', 'Rechercher partout, paramètres dans le corps'),
    takes: [...SEARCH, 'types'],
    body: FORM_BODY,
    good: [['200', 'Page of matches', 'Page de résultats', 'Bundle']],
    errors: ['400', '406', '415', '503'],
  },
  compartment: {
    path: '/{compartment}/{id}/{member}',
    method: 'get',
    summary: text('Search a compartment', 'Rechercher dans un compartiment'),
    description: text(
      'What belongs to a resource by the CompartmentDefinitions of R4.',
      'Ce qui relève d’une ressource selon les CompartmentDefinition de R4.',
    ),
    takes: SEARCH,
    good: [['200', 'Page of matches', 'Page de résultats', 'Bundle']],
    errors: ['400', '404', '406', '503'],
  },
  'compartment-post': {
    path: '/{compartment}/{id}/{member}/_search',
    method: 'post',
    summary: text(
      'Search a compartment, parameters in the body',
      'Rechercher dans un compartiment, paramètres dans le corps',
    ),
    takes: SEARCH,
    body: FORM_BODY,
    good: [['200', 'Page of matches', 'Page de résultats', 'Bundle']],
    errors: ['400', '404', '406', '415', '503'],
  },
  'system:transaction': {
    path: '/',
    method: 'post',
    summary: text('Transaction or batch', 'Transaction ou lot'),
    description: text(
      'A Bundle of type transaction is done whole or not at all; the entries of a batch are independent.',
      'Un Bundle de type transaction est fait en entier ou pas du tout ; les entrées d’un batch sont indépendantes.',
    ),
    takes: ['prefer', 'provenance'],
    body: fhirContent('Bundle'),
    good: [['200', 'What became of each entry', 'Résultat de chaque entrée', 'Bundle']],
    errors: WRITE_ERRORS,
  },
  'system:capabilities': {
    path: '/metadata',
    method: 'get',
    summary: text('What is served', 'Ce qui est servi'),
    takes: ['mode', 'ifNoneMatch'],
    good: [['200', 'CapabilityStatement', 'CapabilityStatement', 'CapabilityStatement']],
    errors: ['406'],
  },
};

/** Paths of all interactions that the statement claims. */
export function interactionPaths(statement: CapabilityStatement, say: Say): Record<string, Record<string, Json>> {
  const rest = statement.rest![0]!;
  const resources = rest.resource ?? [];
  const all = resources.map((r) => r.type as string);
  const claimed = new Map<string, string[]>();
  const claim = (code: string, type: string) => claimed.set(code, [...(claimed.get(code) ?? []), type]);
  for (const r of resources) {
    for (const { code } of r.interaction ?? []) {
      claim(code!, r.type!);
      if (code === 'search-type') claim('search-post', r.type!);
      if (code === 'patch' && r.conditionalUpdate) claim('conditional-patch', r.type!);
    }
    if (r.conditionalUpdate) claim('conditional-update', r.type!);
    if (r.conditionalDelete === 'single' || r.conditionalDelete === 'multiple') claim('conditional-delete', r.type!);
  }
  for (const { code } of rest.interaction ?? []) claimed.set(`system:${code}`, []);
  claimed.set('system:capabilities', []);
  if (claimed.has('system:search-system')) claimed.set('system:search-post', []);
  // The types on their paths are those of the compartments, whatever the resources are.
  if ((rest.compartment ?? []).length > 0)
    for (const code of ['compartment', 'compartment-post']) claimed.set(code, all);
  const paths: Record<string, Record<string, Json>> = {};
  for (const [code, interaction] of Object.entries(INTERACTIONS)) {
    const types = claimed.get(code);
    if (types === undefined) continue;
    const { path, method } = interaction;
    paths[path] ??= {};
    paths[path][method] = asOperation(code, interaction, types.length === all.length ? undefined : types, say);
  }
  return paths;
}

function asOperation(code: string, i: Interaction, types: readonly string[] | undefined, say: Say): Json {
  const placed = [...i.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const ofPath = placed.map((name) =>
    name === 'type' && types !== undefined
      ? { name, in: 'path', required: true, schema: { type: 'string', enum: types } }
      : ref('parameters', name),
  );
  return {
    operationId: code.replace(':', '-'),
    tags: [placed.includes('type') ? 'resources' : 'server'],
    summary: say(i.summary),
    ...(i.description === undefined ? {} : { description: say(i.description) }),
    parameters: [
      ...ofPath,
      ...(i.takes ?? []).map((name) => ref('parameters', name)),
      ...ALWAYS.map((name) => ref('parameters', name)),
    ],
    ...(i.body === undefined ? {} : { requestBody: { required: true, content: bodyOf(code, i.body, say) } }),
    responses: answers(say, i.good, i.errors),
  };
}

/** Where a Binary may be sent, bytes of any type are a body too. */
function bodyOf(code: string, body: Json, say: Say): Json {
  if (code !== 'create' && code !== 'update') return body;
  const description = say(text('Of a Binary: its bytes, of any type', 'D’un Binary : ses octets, de tout type'));
  return { ...body, '*/*': { schema: { description } } };
}
