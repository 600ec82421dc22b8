// Bodies of requests: which media types, how they are packed, how long they may be.
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { FastifyInstance, FastifyRequest, RequestPayload } from 'fastify';
import { errorCodes } from 'fastify';
import { makeReferencesLocal } from '../fhir/interactions/own-references.ts';
import { readJson } from '../fhir/json.ts';
import { fault } from '../kernel/fault.ts';
import { addBytesParser, bytesInstead } from './binary.ts';
import { checkContentType, isJsonPatch, JSON_PATCH, JSON_TYPES } from './media.ts';

/** Content types of PATCH: https://hl7.org/fhir/R4/http.html#patch */
export const PATCH_TYPES: readonly string[] = [JSON_PATCH, ...JSON_TYPES];

const FORM = 'application/x-www-form-urlencoded';

/**
 * Takes JSON, JSON Patch (with PATCH only), forms (for searches) and, where a Binary is made, bytes of any type; packed or
 * not. Anything else is 415.
 */
export function addBodyParsers(app: FastifyInstance, baseOf: (request: FastifyRequest) => string): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...PATCH_TYPES], { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, bytesInstead(request, body as Buffer) ?? jsonOf(request, body as Buffer, baseOf(request)));
    } catch (e) {
      done(e as Error);
    }
  });
  app.addContentTypeParser(FORM, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, bytesInstead(request, body as Buffer) ?? formOf(request, body as Buffer));
    } catch (e) {
      done(e as Error);
    }
  });
  addBytesParser(app);
  app.addHook('preParsing', (request, reply, payload, done) => {
    const packing = request.headers['content-encoding'];
    // What has no body is not packed, whatever it says.
    if (packing === undefined || !hasBody(request)) return done(null, payload);
    const unpacked = unpack(packing.trim().toLowerCase(), payload);
    if (unpacked !== undefined) return done(null, unpacked);
    reply.header('accept-encoding', 'gzip, deflate, br');
    return done(
      fault('media-type', 'content-encoding', {
        en: `Content-Encoding "${packing}" is not read. Send the body as it is, or packed with gzip, deflate or br.`,
        fr: `Content-Encoding « ${packing} » n’est pas lu. Envoyez le corps tel quel, ou compressé en gzip, deflate ou br.`,
      }),
    );
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** Forms carry searches alone: a resource or a Bundle sent as one is of the wrong media type. */
function formOf(request: FastifyRequest, body: Buffer): string {
  if (/\/_search\/?(\?|$)/.test(request.url)) return body.toString('utf8');
  throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(FORM);
}

function jsonOf(request: FastifyRequest, body: Buffer, base: string): unknown {
  const type = request.headers['content-type'] ?? '';
  checkContentType(type);
  if (isJsonPatch(type) && request.method !== 'PATCH') {
    throw fault('media-type', 'patch-elsewhere', {
      en: `${JSON_PATCH} goes with PATCH only. Send a resource as ${JSON_TYPES[0]}.`,
      fr: `${JSON_PATCH} ne va qu’avec PATCH. Envoyez une ressource en ${JSON_TYPES[0]}.`,
    });
  }
  if (body.length === 0) return undefined;
  // Some editors put a byte order mark in front of UTF-8; RFC 8259 8.1 lets a reader skip it.
  const marked = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  const exact = readJson(marked ? body.subarray(3) : body);
  // Few bodies name this server: the others are not walked through. Its host, for a slash may be escaped in JSON.
  const [, , host = base] = base.split('/');
  if (body.includes(host)) makeReferencesLocal(exact.value, base);
  return exact;
}

/** The stream that fastify reads instead. It counts what comes out of it against the limit: a small bomb stays small. */
function unpack(packing: string, payload: RequestPayload): RequestPayload | undefined {
  const unpacker =
    packing === 'gzip' || packing === 'x-gzip'
      ? createGunzip()
      : packing === 'deflate'
        ? createInflate()
        : packing === 'br'
          ? createBrotliDecompress()
          : undefined;
  if (unpacker === undefined) return packing === 'identity' ? payload : undefined;
  const unpacked: RequestPayload & typeof unpacker = unpacker;
  unpacked.receivedEncodedLength = 0;
  payload.on('data', (chunk: Buffer) => {
    unpacked.receivedEncodedLength = (unpacked.receivedEncodedLength ?? 0) + chunk.length;
  });
  payload.on('error', (error) => unpacker.destroy(error));
  unpacker.on('close', () => payload.unpipe(unpacker));
  // Where the body is refused unread, nobody else listens, and an error without a listener would end the server.
  unpacker.on('error', () => payload.unpipe(unpacker));
  return payload.pipe(unpacker);
}
