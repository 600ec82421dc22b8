// An operation's address: finds it in the one list, negotiates, streams long answers.
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../kernel/fault.ts';
import type { Operation, OperationLevel } from '../operations/operation.ts';
import { EVERY_TYPE, standsOn } from '../operations/operation.ts';
import type { FhirRoutes } from './fhir-routes.ts';
import { fhirRequest, formatOf, queryOf } from './negotiation.ts';

/** What an operation's address names before the `$`. */
export interface OperationPlace {
  readonly type?: string;
  readonly id?: string;
  readonly version?: string;
}

/** Runs an operation at its address. The route has looked at the verb. @throws FaultError 404 unknown operation, 406 format */
export async function runOperation(
  routes: FhirRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
  place: OperationPlace,
  code: string,
): Promise<FastifyReply> {
  const verb = request.method === 'POST' ? 'POST' : 'GET';
  const operation = find(routes.operations, place, code);
  const query = queryOf(request);
  const format = formatOf(request, query, levelOf(place) === 'type' ? (operation.formats ?? []) : []);
  const answer = await operation.run(routes.service, {
    type: place.type,
    id: place.id,
    ...(place.version === undefined ? {} : { version: place.version }),
    verb,
    format: format.kind,
    request: fhirRequest(request, routes.baseOf(request), query),
  });
  reply.code(answer.status).type(format.type);
  return reply.send(typeof answer.body === 'string' ? answer.body : Readable.from(answer.body, { objectMode: false }));
}

/** The verbs of the operation at an address; undefined when there is none. */
export function verbsOf(
  operations: readonly Operation[],
  place: OperationPlace,
  code: string,
): Operation['verbs'] | undefined {
  return operations.find((o) => o.code === code && standsOn(o, place.type, levelOf(place)))?.verbs;
}

function levelOf({ type, id, version }: OperationPlace): OperationLevel {
  if (version !== undefined) return 'version';
  if (id !== undefined) return 'instance';
  return type === undefined ? 'system' : 'type';
}

const BEFORE: Readonly<Record<OperationLevel, (type: string) => string>> = {
  system: () => '',
  type: (type) => `${type}/`,
  instance: (type) => `${type}/[id]/`,
  version: (type) => `${type}/[id]/_history/[version]/`,
};

function find(operations: readonly Operation[], place: OperationPlace, code: string): Operation {
  const level = levelOf(place);
  const found = operations.find((o) => o.code === code && standsOn(o, place.type, level));
  if (found !== undefined) return found;
  const known = operations.flatMap((o) =>
    o.levels.map((l) => `${BEFORE[l](o.type === EVERY_TYPE ? '[type]' : o.type)}$${o.code}`),
  );
  throw fault('not-found', 'operation-unknown', {
    en: `There is no operation $${code} at this address. Known: ${known.join(', ')}.`,
    fr: `Il n’y a pas d’opération $${code} à cette adresse. Connues : ${known.join(', ')}.`,
  });
}
