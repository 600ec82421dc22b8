// Binary: bytes of any type in and out. https://hl7.org/fhir/R4/binary.html#rest
// What comes in as bytes becomes a Binary resource before it is looked at; what goes out as bytes is never shown by a browser
// as a page of this server: it is an attachment, of the type that was said and no other, without rights (stored XSS).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorCodes } from 'fastify';
import { read } from '../fhir/interactions/read.ts';
import { vread } from '../fhir/interactions/vread.ts';
import type { Exact } from '../fhir/json.ts';
import { readJson } from '../fhir/json.ts';
import type { FhirRequest, FhirResponse } from '../fhir/service.ts';
import { fault } from '../kernel/fault.ts';
import type { FhirRoutes } from './fhir-routes.ts';
import { JSON_TYPES, negotiate, rangesOf } from './media.ts';
import { fhirRequest, queryOf } from './negotiation.ts';
import { head, send } from './send.ts';

const SECURITY_CONTEXT = 'x-security-context';
const UNKNOWN_TYPE = 'application/octet-stream';
/** Types that say: this is the resource itself. Generic JSON may be a file. */
const FHIR_TYPES: ReadonlySet<string> = new Set([
  'application/fhir+json',
  'application/json+fhir',
  'application/fhir+xml',
]);

/** Whether a body of this request may be bytes to keep: `POST Binary`, `PUT Binary/[id]`. */
export function keepsBytes(request: FastifyRequest): boolean {
  const { type, id, op } = request.params as Partial<Record<'type' | 'id' | 'op', string>>;
  if (type !== 'Binary' || op !== undefined || id?.startsWith('$')) return false;
  return (
    request.method === 'PUT' || (request.method === 'POST' && id === undefined && !request.url.includes('_search'))
  );
}

/** Takes what no other parser takes, where bytes are kept; elsewhere it is 415 before a byte is read. */
export function addBytesParser(app: FastifyInstance): void {
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: AsyncIterable<Buffer>) => {
    const type = baseType(request.headers['content-type']);
    if (!keepsBytes(request) || FHIR_TYPES.has(type)) throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(type);
    const limit = request.routeOptions.bodyLimit;
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of payload) {
      length += chunk.length;
      if (length > limit) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
      chunks.push(chunk);
    }
    return binaryOf(request, Buffer.concat(chunks));
  });
}

/**
 * The Binary for a body of a type that another parser reads; undefined when it is a resource: FHIR JSON, or JSON that says
 * of which resource type it is.
 * @throws FaultError 400 when X-Security-Context stands beside a resource, which says its own
 */
export function bytesInstead(request: FastifyRequest, body: Buffer): Exact | undefined {
  if (!keepsBytes(request)) return undefined;
  const type = baseType(request.headers['content-type']);
  if (!FHIR_TYPES.has(type) && !saysResourceType(type, body)) return binaryOf(request, body);
  if (request.headers[SECURITY_CONTEXT] === undefined) return undefined;
  throw fault('invalid', 'security-context-beside', {
    en: 'X-Security-Context goes with bytes. In a Binary resource, say it in securityContext.',
    fr: 'X-Security-Context accompagne des octets. Dans une ressource Binary, dites-le dans securityContext.',
  });
}

function saysResourceType(type: string, body: Buffer): boolean {
  if (!JSON_TYPES.includes(type) || !body.includes('"resourceType"')) return false;
  try {
    return typeof (readJson(body).value as { resourceType?: unknown } | null)?.resourceType === 'string';
  } catch {
    return false;
  }
}

/** @throws FaultError 413 when the resource made of the bytes could not be sent back as JSON */
function binaryOf(request: FastifyRequest, bytes: Buffer): Exact {
  const most = Math.floor(((request.routeOptions.bodyLimit - 4096) * 3) / 4);
  if (bytes.length > most) {
    throw fault('too-large', 'binary-too-large', {
      en: `A Binary takes ${most} bytes at most; these are ${bytes.length}.`,
      fr: `Un Binary accepte au plus ${most} octets ; il y en a ${bytes.length}.`,
    });
  }
  const { id } = request.params as { id?: string };
  const context = request.headers[SECURITY_CONTEXT];
  const value = {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType: request.headers['content-type'] ?? UNKNOWN_TYPE,
    ...(context === undefined ? {} : { securityContext: { reference: String(context) } }),
    ...(bytes.length === 0 ? {} : { data: bytes.toString('base64') }),
  };
  return { value, digits: [] };
}

function baseType(contentType: string | undefined): string {
  return (contentType ?? UNKNOWN_TYPE).split(';')[0]!.trim().toLowerCase();
}

// ---------------------------------------------------------------- out

interface Params {
  id: string;
  version: string;
}

const ID = ':id(^[A-Za-z0-9\\-\\.]{1,64}$)';

/** read and vread of Binary, which answer bytes unless FHIR is asked for; all else of Binary is as for every type. */
export default async function binaryRoutes(app: FastifyInstance, { service, baseOf }: FhirRoutes): Promise<void> {
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    run: (r: FhirRequest) => Promise<FhirResponse>,
  ): Promise<FastifyReply> => {
    const query = queryOf(request);
    const fhir = fhirRequest(request, baseOf(request), query);
    const response = await run(onlyFormat(fhir));
    const format = query.find(([name]) => name === '_format')?.[1];
    const binary = response.body === undefined ? undefined : (JSON.parse(response.body) as Binary);
    if (wantsFhir(format, request.headers.accept, binary?.contentType)) {
      send(reply, fhir, response, negotiate(format, request.headers.accept).type);
    } else {
      head(reply, fhir, response);
      reply.send(binary === undefined ? undefined : bytesOf(reply, binary));
    }
    return reply;
  };
  app.get<{ Params: Params }>(`/Binary/${ID}`, (q, reply) =>
    answer(q, reply, (r) => read(service, 'Binary', q.params.id, r)),
  );
  app.get<{ Params: Params }>(`/Binary/${ID}/_history/:version`, (q, reply) =>
    answer(q, reply, (r) => vread(service, 'Binary', q.params.id, q.params.version, r)),
  );
}

interface Binary {
  readonly contentType: string;
  readonly data?: string;
  readonly securityContext?: { readonly reference?: string };
}

function bytesOf(reply: FastifyReply, { contentType, data = '', securityContext }: Binary): Buffer {
  reply
    .header('content-type', VISIBLE.test(contentType) ? contentType : UNKNOWN_TYPE)
    .header('content-disposition', 'attachment')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('cross-origin-resource-policy', 'same-origin');
  const context = securityContext?.reference;
  if (context !== undefined && VISIBLE.test(context)) reply.header('x-security-context', context);
  return Buffer.from(data, 'base64');
}

/** What a header can carry. */
const VISIBLE = /^[\x20-\x7e]+$/;

/**
 * Whether the resource is wanted rather than its bytes: FHIR is asked for by name, or generic JSON of something that is no
 * JSON itself. XML of FHIR is not served, which {@link negotiate} says.
 */
function wantsFhir(format: string | undefined, accept: string | undefined, contentType: string | undefined): boolean {
  if (format !== undefined) return baseType(format) !== baseType(contentType);
  const own = baseType(contentType);
  for (const { type, q } of rangesOf(accept ?? '*/*')) {
    if (q <= 0) continue;
    if (type === own || type === '*/*' || (type.endsWith('/*') && own.startsWith(type.slice(0, -1)))) return false;
    if (FHIR_TYPES.has(type) || JSON_TYPES.includes(type)) return true;
  }
  return false;
}

/** Parameters that nobody understands are refused, as on every read. */
function onlyFormat(request: FhirRequest): FhirRequest {
  const other = request.query.find(([name]) => name !== '_format' && name !== '_pretty');
  if (other === undefined) return request;
  throw fault('not-supported', 'binary-parameter', {
    en: `A read takes no parameter "${other[0]}".`,
    fr: `Une lecture n’accepte pas le paramètre « ${other[0]} ».`,
  });
}
