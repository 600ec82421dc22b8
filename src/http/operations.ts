// An operation's address: finds it in the one list, negotiates, streams long answers.
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../kernel/fault.ts';
import type { Operation } from '../operations/operation.ts';
import type { FhirRoutes } from './fhir-routes.ts';
import { FHIR_JSON, fhirRequest, formatOf } from './negotiation.ts';

const TYPES = { json: FHIR_JSON, csv: 'text/csv; charset=utf-8', ndjson: 'application/fhir+ndjson; charset=utf-8' };

/** Runs `[base]/type/$code` or `[base]/type/id/$code`. @throws FaultError 404 unknown operation, 405 wrong verb, 406 format */
export async function runOperation(
  routes: FhirRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
  type: string,
  code: string,
  id: string | undefined,
): Promise<FastifyReply> {
  const verb = request.method === 'POST' ? 'POST' : 'GET';
  const operation = find(routes.operations, type, code, id);
  if (!operation.verbs.includes(verb)) {
    reply.header('allow', operation.verbs.join(', '));
    throw fault('method', 'operation-verb', {
      en: `$${code} wants ${operation.verbs.join(' or ')}.`,
      fr: `$${code} attend ${operation.verbs.join(' ou ')}.`,
    });
  }
  const format = formatOf(request, id === undefined ? (operation.formats ?? []) : []);
  const answer = await operation.run(routes.service, {
    id,
    verb,
    format,
    request: fhirRequest(request, routes.baseOf(request)),
  });
  reply.code(answer.status).type(TYPES[format]);
  return reply.send(typeof answer.body === 'string' ? answer.body : Readable.from(answer.body, { objectMode: false }));
}

function find(operations: readonly Operation[], type: string, code: string, id: string | undefined): Operation {
  const level = id === undefined ? 'type' : 'instance';
  const found = operations.find((o) => o.type === type && o.code === code && o.levels.includes(level));
  if (found !== undefined) return found;
  const known = operations.flatMap((o) =>
    o.levels.map((l) => `${o.type}${l === 'instance' ? '/[id]' : ''}/$${o.code}`),
  );
  throw fault('not-found', 'operation-unknown', {
    en: `There is no operation $${code} at this address. Known: ${known.join(', ')}.`,
    fr: `Il n’y a pas d’opération $${code} à cette adresse. Connues : ${known.join(', ')}.`,
  });
}
