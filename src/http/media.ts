// Media types that are read and written: https://hl7.org/fhir/R4/http.html#mime-type, RFC 9110 section 12.
import { fault } from '../kernel/fault.ts';

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** Media types read and written as FHIR JSON; the last is the old name that test kits of ANS still send. */
export const JSON_TYPES: readonly string[] = [
  'application/fhir+json',
  'application/json',
  'text/json',
  'application/json+fhir',
];

export const JSON_PATCH = 'application/json-patch+json';

/** Whether a Content-Type says JSON Patch; names of media types have no case (RFC 9110 8.3.1). */
export function isJsonPatch(contentType: string | undefined): boolean {
  return contentType?.slice(0, JSON_PATCH.length).toLowerCase() === JSON_PATCH;
}

export type FormatKind = 'json' | 'csv' | 'ndjson';

/** What an answer is written as, and its Content-Type. */
export interface Format {
  readonly kind: FormatKind;
  readonly type: string;
}

const FHIR: Format = { kind: 'json', type: FHIR_JSON };
const CSV: Format = { kind: 'csv', type: 'text/csv; charset=utf-8' };
const NDJSON: Format = { kind: 'ndjson', type: 'application/fhir+ndjson; charset=utf-8' };

/** By media type, or by the short names of `_format`. A generic JSON type is answered in kind (R4 asks for it). */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['application/fhir+json', FHIR],
  ['application/json', { kind: 'json', type: 'application/json; charset=utf-8' }],
  ['text/json', { kind: 'json', type: 'text/json; charset=utf-8' }],
  ['application/json+fhir', { kind: 'json', type: 'application/json+fhir; charset=utf-8' }],
  ['text/csv', CSV],
  ['application/fhir+ndjson', NDJSON],
  ['application/ndjson', NDJSON],
  ['application/x-ndjson', NDJSON],
]);
const SHORT: ReadonlyMap<string, Format> = new Map([
  ['json', FHIR],
  ['application/json', FHIR],
  ['text/json', FHIR],
  ['csv', CSV],
  ['ndjson', NDJSON],
]);

/** R4, as `fhirVersion` names it: publication and major number. */
const FHIR_VERSION = '4.0';

interface Range {
  readonly type: string;
  readonly q: number;
  readonly fhirVersion: string | undefined;
}

const parsed = new Map<string, readonly Range[]>();

/** Accept as its ranges, the most wanted first. Clients send few different ones: they are remembered. */
export function rangesOf(accept: string): readonly Range[] {
  let ranges = parsed.get(accept);
  if (ranges === undefined) {
    ranges = accept
      .split(',')
      .map(readRange)
      .sort((a, b) => b.q - a.q);
    if (parsed.size < 200) parsed.set(accept, ranges);
  }
  return ranges;
}

function readRange(part: string): Range {
  const [type = '', ...parameters] = part.split(';').map((p) => p.trim());
  const value = (name: string) =>
    parameters
      .find((p) => p.toLowerCase().startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .replaceAll('"', '');
  const q = Number(value('q') ?? 1);
  return { type: type.toLowerCase(), q: Number.isNaN(q) ? 1 : q, fhirVersion: value('fhirversion') };
}

/**
 * The format to answer in: `_format` first, then Accept in order of its weights.
 * @param asked `_format`, when it was sent
 * @param offered beside JSON
 * @throws FaultError 406 when none of what is wanted is offered
 */
export function negotiate(
  asked: string | undefined,
  accept: string | undefined,
  offered: readonly FormatKind[] = [],
): Format {
  if (asked === undefined && (accept === undefined || accept === '*/*' || accept.trim() === '')) return FHIR;
  const ranges = asked === undefined ? rangesOf(accept!) : [short(asked)];
  const excluded = new Set(ranges.filter((r) => r.q <= 0).map((r) => r.type));
  for (const range of ranges) {
    if (range.q <= 0 || (range.fhirVersion ?? FHIR_VERSION) !== FHIR_VERSION) continue;
    const format = formatOf(range.type, asked !== undefined, offered, excluded);
    if (format !== undefined) return format;
  }
  const shown = asked ?? accept ?? '';
  const more = { en: '', fr: '' };
  if (offered.length > 0) {
    more.en = ', text/csv or application/fhir+ndjson';
    more.fr = ', text/csv ou application/fhir+ndjson';
  }
  throw fault('not-acceptable', 'format-not-offered', {
    en: `"${shown}" is not offered here. Ask for application/fhir+json (FHIR ${FHIR_VERSION})${more.en}; XML and Turtle are not served.`,
    fr: `« ${shown} » n’est pas proposé ici. Demandez application/fhir+json (FHIR ${FHIR_VERSION})${more.fr} ; XML et Turtle ne sont pas servis.`,
  });
}

/** `_format=application/fhir+json` arrives with a space where a client did not encode the plus. */
function short(asked: string): Range {
  return readRange(
    asked
      .trim()
      .replaceAll(' ', '+')
      .replace(/\+?;\+?/g, ';'),
  );
}

function formatOf(
  type: string,
  isParameter: boolean,
  offered: readonly FormatKind[],
  excluded: ReadonlySet<string>,
): Format | undefined {
  if (type === '*/*' || type === 'application/*' || type === 'text/*') {
    for (const [name, format] of FORMATS) {
      const inRange = type === '*/*' || name.startsWith(type.slice(0, -1));
      if (inRange && !excluded.has(name) && (format.kind === 'json' || offered.includes(format.kind))) return format;
    }
    return undefined;
  }
  const format = (isParameter ? SHORT.get(type) : undefined) ?? FORMATS.get(type);
  return format !== undefined && (format.kind === 'json' || offered.includes(format.kind)) ? format : undefined;
}

const seen = new Set<string>();

/** Checks the parameters of a Content-Type: JSON is UTF-8, and R4. @throws FaultError 415 */
export function checkContentType(contentType: string): void {
  if (seen.has(contentType)) return;
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw fault('media-type', 'charset-not-utf8', {
      en: `JSON is read in UTF-8, not in "${charset}". Send it encoded in UTF-8.`,
      fr: `Le JSON est lu en UTF-8, pas en « ${charset} ». Envoyez-le encodé en UTF-8.`,
    });
  }
  const version = /;\s*fhirVersion\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1];
  if (version !== undefined && version !== FHIR_VERSION) {
    throw fault('media-type', 'fhir-version', {
      en: `This server speaks FHIR ${FHIR_VERSION} (R4), not ${version}.`,
      fr: `Ce serveur parle FHIR ${FHIR_VERSION} (R4), pas ${version}.`,
    });
  }
  if (seen.size < 200) seen.add(contentType);
}
