// Entries of a transaction or batch, read and checked as far as each can be alone.
// https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request
import { type FaultCode, FaultError, fault } from '../../kernel/fault.ts';
import type { Exact } from '../json.ts';
import { readJson } from '../json.ts';
import type { Patch } from '../patch/index.ts';
import type { Query } from '../search/index.ts';
import type { AnyResource, FhirRequest, FhirService, VersionTag } from '../service.ts';
import { shown } from '../shown.ts';
import { formats } from '../validate/formats.ts';
import { type Address, readAddress } from './address.ts';
import { readIfMatch, readIfNoneMatch } from './conditions.ts';
import { checkEntryElements } from './envelope.ts';
import { queryPairs } from './matching.ts';
import { makeReferencesLocal } from './own-references.ts';
import { readPatch } from './patch.ts';
import { rebase } from './prepare.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const METHODS: ReadonlySet<string> = new Set<Method>(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

export interface Entry {
  readonly index: number;
  readonly method: Method;
  readonly address: Address;
  /** Type and id of the address; id is undefined for a create, a search, and conditional forms. */
  readonly type: string;
  readonly id: string | undefined;
  /** The search of a conditional update, patch or delete. */
  readonly condition: Query | undefined;
  readonly fullUrl: string | undefined;
  /** Body of POST and PUT. */
  readonly resource: AnyResource | undefined;
  readonly patch: Patch | undefined;
  readonly ifMatch: readonly VersionTag[] | undefined;
  readonly ifNoneMatch: readonly VersionTag[] | undefined;
  readonly ifModifiedSince: number | undefined;
  readonly ifNoneExist: Query | undefined;
  /** It came as X-Provenance, the last of all (provenance.ts). */
  readonly said?: true;
}

type Raw = Readonly<Record<string, unknown>>;

/**
 * Reads an entry.
 * @param digits the digits of the number texts in a part of the body
 * @throws FaultError 400 and 422, with expressions that start from the Bundle
 */
export function readEntry(
  service: FhirService,
  raw: unknown,
  index: number,
  request: Pick<FhirRequest, 'base'>,
  digits: (part: object) => Exact['digits'],
): Entry {
  const at = `Bundle.entry[${index}]`;
  const entry = (isObject(raw) ? raw : {}) as Raw;
  const asked = entry.request as Raw | undefined;
  if (!isObject(asked)) {
    throw refused(
      'entry-request',
      `${at}.request`,
      'Each entry needs a request with method and url.',
      'Chaque entrée doit avoir une request avec method et url.',
    );
  }
  checkEntryElements(entry, asked, at);
  const method = asked.method as Method;
  if (!METHODS.has(method)) {
    throw refused(
      'entry-method',
      `${at}.request.method`,
      `The method ${shown(method)} does not exist. Use GET, HEAD, POST, PUT, PATCH or DELETE.`,
      `La méthode ${shown(method)} n’existe pas. Utilisez GET, HEAD, POST, PUT, PATCH ou DELETE.`,
    );
  }
  const url = typeof asked.url === 'string' ? asked.url : '';
  const address = url === '' ? undefined : readAddress(service.definitions, url, request.base);
  if (address === undefined || !takes(method, address)) throw noAddress(method, url, `${at}.request.url`);
  checkFormat(address, `${at}.request.url`);
  const { resource } = entry as { resource?: AnyResource };
  checkBody(method, address, resource, at);
  const conditional = method === 'PUT' || method === 'PATCH' || method === 'DELETE';
  return {
    index,
    method,
    address,
    type: address.type ?? '',
    id: address.id,
    condition: conditional && address.id === undefined ? address.query : undefined,
    fullUrl: typeof entry.fullUrl === 'string' ? entry.fullUrl : undefined,
    resource: method === 'PATCH' ? undefined : resource,
    patch: method === 'PATCH' ? patchOf(service, resource as AnyResource, at, request.base, digits) : undefined,
    ...readConditions(asked, method, address, at),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Which addresses a method goes with. */
function takes(method: Method, { kind, query }: Address): boolean {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return true;
    case 'POST':
      return (kind === 'type' && query.length === 0) || kind === 'operation';
    default:
      return (kind === 'type' && query.length > 0) || (kind === 'instance' && query.length === 0);
  }
}

function noAddress(method: Method, url: string, expression: string): FaultError {
  const wanted = {
    GET: 'Type/id, Type/id/_history/version, Type?search, _history',
    HEAD: 'Type/id, Type/id/_history/version, Type?search, _history',
    POST: 'Type',
    PUT: 'Type/id, Type?search',
    PATCH: 'Type/id, Type?search',
    DELETE: 'Type/id, Type?search',
  }[method];
  return refused(
    'entry-url',
    expression,
    `"${url}" is no address for ${method} here: it wants ${wanted}.`,
    `« ${url} » n’est pas une adresse pour ${method} ici : ${method} attend ${wanted}.`,
  );
}

/** What an entry answers stands in a JSON Bundle: it is JSON. */
const JSON_FORMATS: ReadonlySet<string> = new Set([
  'json',
  'application/json',
  'application/fhir+json',
  'application/json+fhir',
  'text/json',
]);

function checkFormat({ query }: Address, expression: string): void {
  const other = query.find(
    ([name, value]) => name === '_format' && !JSON_FORMATS.has(value.split(';')[0]!.trim().replaceAll(' ', '+')),
  );
  if (other === undefined) return;
  const text = {
    en: `"${other[1]}" is not offered in a Bundle. Leave _format out, or say json.`,
    fr: `« ${other[1]} » n’est pas proposé dans un Bundle. Omettez _format, ou dites json.`,
  };
  throw fault('not-acceptable', 'entry-format', text, { expression });
}

function checkBody(method: Method, { kind }: Address, resource: unknown, at: string): void {
  // POST of an operation may leave its Parameters out.
  if (kind === 'operation') return;
  const wants = method === 'POST' || method === 'PUT' || method === 'PATCH';
  if (wants === (resource !== undefined)) return;
  throw refused(
    'entry-resource',
    `${at}.resource`,
    wants ? `A ${method} entry needs a resource.` : `A ${method} entry takes no resource.`,
    wants ? `Une entrée ${method} doit avoir une ressource.` : `Une entrée ${method} ne prend pas de ressource.`,
  );
}

/** Which methods a condition means something to. */
const CONDITIONS: readonly (readonly [name: string, methods: readonly Method[]])[] = [
  ['ifMatch', ['PUT', 'PATCH', 'DELETE']],
  ['ifNoneMatch', ['GET', 'HEAD', 'PUT', 'PATCH']],
  ['ifModifiedSince', ['GET', 'HEAD']],
  ['ifNoneExist', ['POST']],
];

function readConditions(
  asked: Raw,
  method: Method,
  { kind }: Address,
  at: string,
): Pick<Entry, 'ifMatch' | 'ifNoneMatch' | 'ifModifiedSince' | 'ifNoneExist'> {
  const text = (name: string): string | undefined => {
    const value = asked[name];
    if (value === undefined || typeof value === 'string') return value;
    throw refused('entry-condition', `${at}.request.${name}`, `${name} must be a text.`, `${name} doit être un texte.`);
  };
  const [ifMatch, ifNoneMatch, since, ifNoneExist] = ['ifMatch', 'ifNoneMatch', 'ifModifiedSince', 'ifNoneExist'].map(
    text,
  );
  const ifModifiedSince = since === undefined ? undefined : Date.parse(since);
  if (since !== undefined && formats.get('instant')?.(since) !== true) {
    throw refused(
      'entry-condition',
      `${at}.request.ifModifiedSince`,
      'ifModifiedSince must be an instant.',
      'ifModifiedSince doit être un instant.',
    );
  }
  for (const [name, methods] of CONDITIONS) {
    // A POST of an operation creates nothing.
    const goes = methods.includes(method) && (kind !== 'operation' || name !== 'ifNoneExist');
    if (asked[name] === undefined || goes) continue;
    const list = name === 'ifNoneExist' ? 'POST [type]' : methods.join(', ');
    throw refused('entry-condition', `${at}.request.${name}`, `${name} goes with ${list}.`, `${name} va avec ${list}.`);
  }
  return {
    ifMatch: ifMatch === undefined ? undefined : readIfMatch(ifMatch, `${at}.request.ifMatch`),
    ifNoneMatch: ifNoneMatch === undefined ? undefined : readIfNoneMatch(ifNoneMatch, `${at}.request.ifNoneMatch`),
    ifModifiedSince,
    ifNoneExist: ifNoneExist === undefined ? undefined : queryPairs(ifNoneExist),
  };
}

/** A patch inside a bundle: Parameters, or a Binary with the bytes of a JSON Patch (R4 http.html#patch). */
function patchOf(
  service: FhirService,
  resource: AnyResource,
  at: string,
  base: string,
  digits: (part: object) => Exact['digits'],
): Patch {
  try {
    if ((resource as Raw).resourceType !== 'Binary') {
      return readPatch(service, 'fhirpath', { value: resource, digits: isObject(resource) ? digits(resource) : [] });
    }
    const { contentType, data } = resource as { contentType?: unknown; data?: unknown };
    if (
      typeof contentType === 'string' &&
      /^application\/json-patch\+json\s*(;|$)/i.test(contentType) &&
      isBase64(data)
    ) {
      const document = readJson(Buffer.from(data, 'base64'));
      makeReferencesLocal(document.value, base);
      return readPatch(service, 'json', document);
    }
  } catch (e) {
    throw rebased(e, `${at}.resource`);
  }
  throw refused(
    'entry-patch',
    `${at}.resource`,
    'A PATCH entry has Parameters (FHIRPath Patch), or a Binary with contentType application/json-patch+json and the patch as data.',
    'Une entrée PATCH contient un Parameters (FHIRPath Patch), ou un Binary de contentType application/json-patch+json avec le patch dans data.',
  );
}

function isBase64(data: unknown): data is string {
  // Spaces first: a pattern with them in two places would try every way to share them out.
  return typeof data === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(data.replace(/\s+/g, ''));
}

/** The same faults, with expressions that start from the bundle. */
export function faultsOfEntry(e: unknown, index: number): unknown {
  return rebased(e, `Bundle.entry[${index}].resource`, `Bundle.entry[${index}]`);
}

function rebased(e: unknown, at: string, whole = at): unknown {
  if (!(e instanceof FaultError)) return e;
  const faults = e.faults.map((f) => ({
    ...f,
    expression:
      f.expression === undefined
        ? whole
        : f.expression.startsWith('Bundle.entry')
          ? f.expression
          : rebase(f.expression, at),
  }));
  return new FaultError(faults, { cause: e });
}

export function refused(detail: FaultCode, expression: string, en: string, fr: string): FaultError {
  return fault('structure', detail, { en, fr }, { expression });
}
