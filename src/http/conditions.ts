// Headers that make a request depend on something: each means something to some methods, and elsewhere it would be ignored.
// https://hl7.org/fhir/R4/http.html#concurrency, RFC 9110 sections 13 and 14.5.
import type { FastifyRequest } from 'fastify';
import { provenanceElsewhere } from '../fhir/interactions/provenance.ts';
import type { FaultError, Text } from '../kernel/fault.ts';
import { fault } from '../kernel/fault.ts';

interface Condition {
  readonly header: string;
  readonly methods: readonly string[];
  readonly text: Text;
}

/** If-Modified-Since is not here: RFC 9110 13.1.3 has it ignored where it means nothing. */
const CONDITIONS: readonly Condition[] = [
  {
    header: 'if-match',
    methods: ['PUT', 'PATCH', 'DELETE'],
    text: { en: 'If-Match goes with PUT, PATCH and DELETE.', fr: 'If-Match va avec PUT, PATCH et DELETE.' },
  },
  {
    header: 'if-none-match',
    methods: ['GET', 'HEAD', 'PUT', 'PATCH'],
    text: { en: 'If-None-Match goes with GET, PUT and PATCH.', fr: 'If-None-Match va avec GET, PUT et PATCH.' },
  },
  {
    header: 'if-none-exist',
    methods: ['POST'],
    text: {
      en: 'If-None-Exist goes with a create: POST [type].',
      fr: 'If-None-Exist va avec une création : POST [type].',
    },
  },
  {
    header: 'if-unmodified-since',
    methods: [],
    text: {
      en: 'If-Unmodified-Since is not served: name the version that you change with If-Match.',
      fr: 'If-Unmodified-Since n’est pas servi : nommez avec If-Match la version que vous modifiez.',
    },
  },
  {
    header: 'content-range',
    methods: [],
    text: {
      en: 'Content-Range is not served: send the whole body.',
      fr: 'Content-Range n’est pas servi : envoyez le corps entier.',
    },
  },
];

/**
 * Refuses conditions that mean nothing to an interaction: who sends one relies on it, and a write that ignores it may overwrite
 * or double.
 * @param ofOperation of an operation, the headers that it takes
 * @throws FaultError 400
 */
export function checkConditions(
  { method, headers, routeOptions }: FastifyRequest,
  ofOperation?: readonly string[],
): void {
  for (const { header, methods, text } of CONDITIONS) {
    if (headers[header] === undefined || ofOperation?.includes(header)) continue;
    const isCreate = ofOperation === undefined && routeOptions.url?.endsWith('/:type') === true;
    if (methods.includes(method) && (method !== 'POST' || isCreate)) continue;
    throw fault('not-supported', 'condition-elsewhere', text);
  }
  if (headers['x-provenance'] !== undefined && routeOptions.url?.endsWith('_search') === true)
    throw provenanceElsewhere();
}

/** Characters of a host and port: https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2 */
const HOST = /^[A-Za-z0-9._~%!$&'()*+,;=:[\]-]*$/;

/** Links of answers begin with the Host that the client names: it must be one. The fault when it is none. */
export function faultOfHost({ headers }: FastifyRequest): FaultError | undefined {
  if (headers.host === undefined || HOST.test(headers.host)) return undefined;
  return fault('invalid', 'host-form', {
    en: 'The Host header names no host. Send the host, and the port, that you call.',
    fr: 'L’en-tête Host ne nomme pas d’hôte. Envoyez l’hôte, et le port, que vous appelez.',
  });
}
