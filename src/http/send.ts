// The answer of an interaction as an HTTP response: https://hl7.org/fhir/R4/http.html#summary
import type { FastifyReply } from 'fastify';
import { readJson, withDigits } from '../fhir/json.ts';
import type { FhirRequest, FhirResponse } from '../fhir/service.ts';

/** Sets status and version headers. */
export function head(reply: FastifyReply, request: FhirRequest, response: FhirResponse): void {
  reply.code(response.status);
  if (response.version !== undefined) reply.header('etag', `W/"${response.version}"`);
  if (response.lastModified !== undefined) {
    reply.header('last-modified', new Date(response.lastModified).toUTCString());
  }
  if (response.location !== undefined) {
    reply.header(isRead(reply) ? 'content-location' : 'location', `${request.base}/${response.location}`);
  }
  if (isRead(reply)) {
    // What a patient's record says must be asked for each time; a 304 makes that cheap.
    reply.header('cache-control', 'private, no-cache').header('vary', 'Accept, Accept-Encoding');
  } else if (request.prefer !== undefined) {
    reply.header('preference-applied', `return=${request.prefer}`);
  }
}

/** Sends status, version headers and body. `type`: the Content-Type that was negotiated. */
export function send(reply: FastifyReply, request: FhirRequest, response: FhirResponse, type: string): void {
  head(reply, request, response);
  const body = response.body ?? response.outcome;
  if (body === undefined) {
    reply.send();
    return;
  }
  reply.type(type).send(isPretty(request) ? prettied(body) : body);
}

function isRead(reply: FastifyReply): boolean {
  return reply.request.method === 'GET' || reply.request.method === 'HEAD';
}

function isPretty(request: FhirRequest): boolean {
  return request.query.some(([n, v]) => n === '_pretty' && v === 'true');
}

/** Indented for people, digits kept. */
function prettied(text: string): string {
  const exact = readJson(text);
  return withDigits(exact, () => JSON.stringify(exact.value, null, 2));
}
