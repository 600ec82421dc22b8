// capabilities: https://hl7.org/fhir/R4/http.html#capabilities
import { createHash } from 'node:crypto';
import type { FhirRequest, FhirResponse } from '../fhir/service.ts';
import { fault } from '../kernel/fault.ts';
import type { Handler } from './routes.ts';

/** Tags of the few statements that there are; bounded, for any Host makes one. */
const tags = new Map<string, string>();

function tagOf(statement: string): string {
  let tag = tags.get(statement);
  if (tag === undefined) {
    tag = `W/"${createHash('sha256').update(statement).digest('base64url').slice(0, 22)}"`;
    if (tags.size < 16) tags.set(statement, tag);
  }
  return tag;
}

/**
 * The statement with an ETag that changes with it; 304 for who has it.
 * @param answer makes a handler of an interaction
 * @throws FaultError 400 for a mode that is not served
 */
export function metadata(
  capability: (base: string) => string,
  answer: (run: (request: FhirRequest) => Promise<FhirResponse>) => Handler,
): Handler {
  return (request, reply) =>
    answer(async (r) => {
      const mode = r.query.find(([name]) => name === 'mode')?.[1] ?? 'full';
      if (mode !== 'full') {
        throw fault('not-supported', 'metadata-mode', {
          en: `The mode "${mode}" is not served. Leave it out, or ask for mode=full.`,
          fr: `Le mode « ${mode} » n’est pas servi. Omettez-le, ou demandez mode=full.`,
        });
      }
      const body = capability(r.base);
      const tag = tagOf(body);
      reply.header('etag', tag);
      const known = request.headers['if-none-match'];
      const has = known
        ?.split(',')
        .some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag.slice(2));
      return has === true ? { status: 304 } : { status: 200, body };
    })(request, reply);
}
