// The only catch that makes a response: faults, Fastify's own errors, and bugs.
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { exceptionOutcome, languageOf, outcomeOf, statusOf } from '../fhir/outcome.ts';
import type { Fault, FaultCode } from '../kernel/fault.ts';
import { FaultError } from '../kernel/fault.ts';
import { PATCH_TYPES } from './bodies.ts';
import { FHIR_JSON, JSON_TYPES } from './media.ts';
import { nameRequest } from './request-id.ts';

/** Answers an error with an OperationOutcome in the caller's language. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  nameRequest(request, reply);
  const language = languageOf(request.headers['accept-language']);
  const faults = error instanceof FaultError ? error.faults : faultsOfFastify(error as FastifyError);
  if (faults === undefined) {
    request.log.error({ err: error, reqId: request.id }, 'unexpected error');
    reply
      .code(500)
      .type(FHIR_JSON)
      .send(JSON.stringify(exceptionOutcome(String(request.id), language)));
    return;
  }
  const status = statusOf(faults);
  const [{ version } = {}] = faults;
  if (version !== undefined) reply.header('etag', `W/"${version}"`);
  if (status === 503) reply.header('retry-after', '5');
  // RFC 5789 2.2: who sent another patch is told which ones are read.
  if (status === 415 && request.method === 'PATCH') reply.header('accept-patch', PATCH_TYPES.slice(0, 2).join(', '));
  request.log.debug({ faults }, 'refused');
  reply
    .code(status)
    .type(FHIR_JSON)
    .send(JSON.stringify(outcomeOf(faults, language), null, wantsPretty(request.url) ? 2 : undefined));
}

function wantsPretty(url: string): boolean {
  return /[?&]_pretty=true(&|$)/.test(url);
}

function faultsOfFastify(error: FastifyError): Fault[] | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return [
        one(
          'too-large',
          'body-too-large',
          'The body is larger than this server takes at once. Split it.',
          'Le corps est plus gros que ce que le serveur accepte en une fois. Découpez-le.',
        ),
      ];
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return [
        one(
          'media-type',
          'content-type',
          `Send JSON with Content-Type ${JSON_TYPES[0]} (or ${JSON_TYPES[1]}). XML is not read.`,
          `Envoyez du JSON avec Content-Type ${JSON_TYPES[0]} (ou ${JSON_TYPES[1]}). XML n’est pas lu.`,
        ),
      ];
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return [
        one(
          'invalid',
          'body-length',
          'The body is empty or shorter than Content-Length says.',
          'Le corps est vide ou plus court que Content-Length ne l’annonce.',
        ),
      ];
    case 'FST_ERR_BAD_URL':
      return [
        one(
          'invalid',
          'url-encoding',
          'The address cannot be read: after each % come two hexadecimal digits, and together they are UTF-8.',
          'L’adresse est illisible : chaque % est suivi de deux chiffres hexadécimaux, qui forment ensemble de l’UTF-8.',
        ),
      ];
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
    case 'ERR_BROTLI_INVALID':
      return [
        one(
          'invalid',
          'body-unpack',
          'The body cannot be unpacked: it is not what Content-Encoding says, or it is cut off.',
          'Le corps ne peut pas être décompressé : il n’est pas ce que dit Content-Encoding, ou il est tronqué.',
        ),
      ];
    default:
      return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? [{ ...one('invalid', 'http-request', error.message, error.message), status: error.statusCode }]
        : undefined;
  }
}

function one(kind: Fault['kind'], detail: FaultCode, en: string, fr: string): Fault {
  return { kind, detail, text: { en, fr } };
}

/** What Node says of a request that is none, as [status, reason, text]. */
const BROKEN: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are longer than 16 kB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request did not come in time.'],
};
const NO_HTTP = [400, 'Bad Request', 'This is no HTTP request that can be read.'] as const;

/** Answers what is no HTTP request: there is no header to read a language from, so it is English. */
export function refuseSocket(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason, text] = BROKEN[error.code ?? ''] ?? NO_HTTP;
  const body = JSON.stringify(outcomeOf([one('invalid', 'http-broken', text, text)], 'en'));
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${FHIR_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
