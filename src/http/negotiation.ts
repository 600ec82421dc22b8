// The part of an HTTP request that FHIR looks at: parameters, conditions, preferences.
// https://hl7.org/fhir/R4/http.html#general
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { readIfMatch, readIfNoneMatch } from '../fhir/interactions/conditions.ts';
import { queryPairs } from '../fhir/interactions/matching.ts';
import { provenanceElsewhere } from '../fhir/interactions/provenance.ts';
import { type Exact, readJson } from '../fhir/json.ts';
import { languageOf } from '../fhir/outcome.ts';
import type { FhirRequest } from '../fhir/service.ts';
import { FaultError, fault } from '../kernel/fault.ts';
import { type Format, type FormatKind, isJsonPatch, negotiate } from './media.ts';

type Query = readonly (readonly [name: string, value: string])[];
const NONE: Query = [];

/** The format to answer in. @throws FaultError 406 */
export function formatOf(request: FastifyRequest, query: Query, offered: readonly FormatKind[] = []): Format {
  return negotiate(onceOf(query, '_format'), request.headers.accept, offered);
}

/** Decoded query parameters in the order sent. */
export function queryOf(request: FastifyRequest): Query {
  const url = request.raw.url ?? '';
  const at = url.indexOf('?');
  return at < 0 ? NONE : queryPairs(url.slice(at + 1));
}

/** The value of a parameter that may stand once. @throws FaultError 400 */
function onceOf(query: Query, name: string): string | undefined {
  const [first, second] = query.filter(([n]) => n === name);
  if (second === undefined || second[1] === first![1]) return first?.[1];
  throw fault('invalid', 'parameter-twice', {
    en: `${name} stands twice, with different values.`,
    fr: `${name} figure deux fois, avec des valeurs différentes.`,
  });
}

/** @throws FaultError 400 */
function checkPretty(query: Query): void {
  const value = onceOf(query, '_pretty');
  if (value === undefined || value === 'true' || value === 'false') return;
  throw fault('value', 'pretty-value', {
    en: `_pretty is true or false, not "${value}".`,
    fr: `_pretty vaut true ou false, pas « ${value} ».`,
  });
}

/** The preferences of RFC 7240 that R4 names; others are for others. */
function preferencesOf(header: string | string[] | undefined): Pick<FhirRequest, 'prefer' | 'handling'> {
  if (header === undefined) return { prefer: undefined };
  const text = String(header);
  const prefer = /(?:^|[,;\s])return="?(minimal|representation|OperationOutcome)\b/i.exec(text)?.[1];
  const handling = /(?:^|[,;\s])handling="?(strict|lenient)\b/i.exec(text)?.[1]?.toLowerCase();
  return {
    prefer: PREFER.get(prefer?.toLowerCase() ?? ''),
    ...(handling === undefined ? {} : { handling: handling as 'strict' | 'lenient' }),
  };
}

const PREFER: ReadonlyMap<string, FhirRequest['prefer']> = new Map([
  ['minimal', 'minimal'],
  ['representation', 'representation'],
  ['operationoutcome', 'OperationOutcome'],
]);

/** @throws FaultError 400 for a condition that is none */
export function fhirRequest(request: FastifyRequest, base: string, query: Query): FhirRequest {
  const { headers } = request;
  checkPretty(query);
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  const ifNoneExist = headers['if-none-exist'];
  // A date that is none is as good as no condition (RFC 9110 13.1.3).
  const since = headers['if-modified-since'] === undefined ? Number.NaN : Date.parse(headers['if-modified-since']);
  const body = request.body as Exact | undefined;
  return {
    base,
    language: languageOf(headers['accept-language']),
    query,
    ...preferencesOf(headers.prefer),
    ...(body === undefined || body === null ? {} : { body }),
    ...(request.method === 'PATCH' && isJsonPatch(headers['content-type']) ? { isJsonPatch: true } : {}),
    ...(ifMatch === undefined ? {} : { ifMatch: readIfMatch(ifMatch) }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch: readIfNoneMatch(ifNoneMatch) }),
    ...(Number.isNaN(since) ? {} : { ifModifiedSince: since }),
    ...(ifNoneExist === undefined ? {} : { ifNoneExist: searchOf(ifNoneExist) }),
    ...(headers['x-provenance'] === undefined
      ? {}
      : { provenance: provenanceOf(request.method, String(headers['x-provenance'])) }),
  };
}

/** The JSON of X-Provenance; a header carries bytes, which are UTF-8 here. @throws FaultError 400 */
function provenanceOf(method: string, header: string): Exact {
  if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH') throw provenanceElsewhere();
  try {
    return readJson(Buffer.from(header, 'latin1'));
  } catch (e) {
    if (!(e instanceof FaultError)) throw e;
    throw fault('invalid', 'provenance-form', {
      en: `X-Provenance is no Provenance resource in JSON, on one line. ${e.faults[0]!.text.en}`,
      fr: `X-Provenance n’est pas une ressource Provenance en JSON, sur une ligne. ${e.faults[0]!.text.fr}`,
    });
  }
}

/**
 * The search of If-None-Exist. What is not percent-encoded arrives as bytes: they are read as UTF-8, or nothing would ever match
 * them, and everything would be made twice.
 * @throws FaultError 400
 */
function searchOf(header: string | string[]): string {
  const bytes = Buffer.from(String(header), 'latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw fault('invalid', 'condition-encoding', {
    en: 'If-None-Exist is not UTF-8. Percent-encode what is not ASCII.',
    fr: 'If-None-Exist n’est pas en UTF-8. Encodez en pourcent ce qui n’est pas ASCII.',
  });
}
