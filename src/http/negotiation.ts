// Which language, format and condition a request asks for: https://hl7.org/fhir/R4/http.html#mime-type
import type { FastifyRequest } from 'fastify';
import { versionOfTag } from '../fhir/interactions/bundle.ts';
import type { Exact } from '../fhir/json.ts';
import { languageOf } from '../fhir/outcome.ts';
import type { FhirRequest } from '../fhir/service.ts';
import { fault } from '../kernel/fault.ts';

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** Media types read and written as FHIR JSON; the last is the old name that test kits of ANS still send. */
export const JSON_TYPES: readonly string[] = ['application/fhir+json', 'application/json', 'application/json+fhir'];

const FORMATS: Readonly<Record<string, 'json' | 'csv' | 'ndjson'>> = {
  json: 'json',
  'application/fhir+json': 'json',
  'application/json': 'json',
  'application/json+fhir': 'json',
  'text/json': 'json',
  '*/*': 'json',
  'application/*': 'json',
  'text/csv': 'csv',
  csv: 'csv',
  'application/fhir+ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/x-ndjson': 'ndjson',
  ndjson: 'ndjson',
};

/**
 * The format to answer in: `_format` first, then Accept in order of its weights.
 * @throws FaultError 406 when none of them is offered
 */
export function formatOf(
  request: FastifyRequest,
  offered: readonly ('csv' | 'ndjson')[] = [],
): 'json' | 'csv' | 'ndjson' {
  const asked = queryOf(request).find(([n]) => n === '_format')?.[1];
  const wanted = asked === undefined ? acceptedTypes(request.headers.accept) : [asked.split(';')[0]?.trim() ?? ''];
  for (const type of wanted) {
    const format = FORMATS[type.toLowerCase()];
    if (format === 'json' || (format !== undefined && offered.includes(format))) return format;
  }
  const shown = asked ?? request.headers.accept ?? '';
  throw fault('not-acceptable', 'format-not-offered', {
    en: `"${shown}" is not offered here. Ask for application/fhir+json${offered.length > 0 ? ', text/csv or application/fhir+ndjson' : ''}; XML is not served.`,
    fr: `« ${shown} » n’est pas proposé ici. Demandez application/fhir+json${offered.length > 0 ? ', text/csv ou application/fhir+ndjson' : ''} ; XML n’est pas servi.`,
  });
}

function acceptedTypes(accept: string | undefined): string[] {
  if (accept === undefined || accept.trim() === '') return ['*/*'];
  return accept
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((p) => p.trim());
      return { type, q: Number(parameters.find((p) => p.startsWith('q='))?.slice(2) ?? 1) };
    })
    .filter((x) => x.q > 0)
    .sort((a, b) => b.q - a.q)
    .map((x) => x.type);
}

/** Decoded query parameters in the order sent. */
export function queryOf(request: FastifyRequest): [string, string][] {
  const url = request.raw.url ?? '';
  const at = url.indexOf('?');
  return at < 0 ? [] : [...new URLSearchParams(url.slice(at + 1))];
}

/** The part of an HTTP request that FHIR looks at. */
export function fhirRequest(request: FastifyRequest, base: string): FhirRequest {
  const ifMatch = request.headers['if-match'];
  const ifNoneExist = request.headers['if-none-exist'];
  const prefer = /(?:^|[,;\s])return=(minimal|representation|OperationOutcome)\b/.exec(
    String(request.headers.prefer ?? ''),
  )?.[1];
  const handling = /(?:^|[,;\s])handling=(strict|lenient)\b/.exec(String(request.headers.prefer ?? ''))?.[1];
  const body = request.body as Exact | undefined;
  return {
    base,
    language: languageOf(request.headers['accept-language']),
    query: queryOf(request),
    prefer: prefer as FhirRequest['prefer'],
    ...(body === undefined || body === null ? {} : { body }),
    ...(handling === undefined ? {} : { handling: handling as 'strict' | 'lenient' }),
    ...(ifMatch === undefined ? {} : { ifMatch: tag(ifMatch) }),
    ...(ifNoneExist === undefined ? {} : { ifNoneExist: String(ifNoneExist) }),
  };
}

function tag(value: string): number {
  const version = versionOfTag(value);
  if (!Number.isNaN(version)) return version;
  throw fault('value', 'if-match-form', {
    en: `If-Match must be one entity tag such as W/"3"; "${value}" is none.`,
    fr: `If-Match doit être une étiquette comme W/"3" ; « ${value} » n’en est pas une.`,
  });
}
