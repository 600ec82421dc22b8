// The part of an HTTP request that FHIR looks at: parameters, conditions, preferences.
// https://hl7.org/fhir/R4/http.html#general
import type { FastifyRequest } from 'fastify';
import { readIfMatch, readIfNoneMatch } from '../fhir/interactions/conditions.ts';
import type { Exact } from '../fhir/json.ts';
import { languageOf } from '../fhir/outcome.ts';
import type { FhirRequest } from '../fhir/service.ts';
import { type Format, type FormatKind, JSON_PATCH, negotiate } from './media.ts';

type Query = readonly (readonly [name: string, value: string])[];
const NONE: Query = [];

/** The format to answer in. @throws FaultError 406 */
export function formatOf(request: FastifyRequest, query: Query, offered: readonly FormatKind[] = []): Format {
  return negotiate(query.find(([n]) => n === '_format')?.[1], request.headers.accept, offered);
}

/** Decoded query parameters in the order sent. */
export function queryOf(request: FastifyRequest): Query {
  const url = request.raw.url ?? '';
  const at = url.indexOf('?');
  return at < 0 ? NONE : [...new URLSearchParams(url.slice(at + 1))];
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
    ...(request.method === 'PATCH' && headers['content-type']?.startsWith(JSON_PATCH) ? { isJsonPatch: true } : {}),
    ...(ifMatch === undefined ? {} : { ifMatch: readIfMatch(ifMatch) }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch: readIfNoneMatch(ifNoneMatch) }),
    ...(Number.isNaN(since) ? {} : { ifModifiedSince: since }),
    ...(ifNoneExist === undefined ? {} : { ifNoneExist: String(ifNoneExist) }),
  };
}
