// An operation's address: finds it in the one list, negotiates, streams long answers.
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Entry } from '../fhir/interactions/entries.ts';
import { provenanceElsewhere } from '../fhir/interactions/provenance.ts';
import type { FhirRequest, FhirResponse } from '../fhir/service.ts';
import { fault } from '../kernel/fault.ts';
import { faultsOfBody } from '../operations/input/body.ts';
import type { Operation, OperationAnswer, OperationCall, OperationLevel } from '../operations/operation.ts';
import { EVERY_TYPE, standsOn, verbsAt } from '../operations/operation.ts';
import { checkConditions } from './conditions.ts';
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
  checkConditions(request, levelOf(place) === 'instance' ? (operation.conditions ?? []) : []);
  const fhir = fhirRequest(request, routes.baseOf(request), query);
  if (fhir.provenance !== undefined) throw provenanceElsewhere();
  const answer = await run(routes, operation, {
    type: place.type,
    id: place.id,
    ...(place.version === undefined ? {} : { version: place.version }),
    verb,
    format: format.kind,
    request: fhir,
  });
  reply.code(answer.status).type(format.type);
  return reply.send(typeof answer.body === 'string' ? answer.body : Readable.from(answer.body, { objectMode: false }));
}

/** Runs an operation that a Bundle entry names; its answer is one JSON text. @throws FaultError 404 unknown, 405 wrong verb */
export async function runInBundle(routes: FhirRoutes, entry: Entry, request: FhirRequest): Promise<FhirResponse> {
  const { type, id, version, code = '' } = entry.address;
  const place = {
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
    ...(version === undefined ? {} : { version }),
  };
  const operation = find(routes.operations, place, code);
  const verb = entry.method === 'POST' ? 'POST' : 'GET';
  const verbs = verbsAt(operation, levelOf(place));
  if ((entry.method !== verb && entry.method !== 'HEAD') || !verbs.includes(verb)) {
    throw fault('method', 'operation-verb', {
      en: `$${code} wants ${verbs.join(' or ')}.`,
      fr: `$${code} attend ${verbs.join(' ou ')}.`,
    });
  }
  const { body, ...rest } = request;
  const call = { type, id, ...(version === undefined ? {} : { version }), verb, format: 'json' } as const;
  const sent = verb === 'POST' && entry.resource !== undefined && body !== undefined ? { ...rest, body } : rest;
  const answer = await run(routes, operation, { ...call, request: sent });
  if (typeof answer.body === 'string') return { status: answer.status, body: answer.body };
  let text = '';
  for await (const chunk of answer.body) text += chunk;
  return { status: answer.status, body: text };
}

/** `$validate` looks at its body itself: that may be the resource to judge. */
function run({ service }: FhirRoutes, operation: Operation, call: OperationCall): Promise<OperationAnswer> {
  const faults = operation.code === 'validate' ? [] : faultsOfBody(service, call);
  return operation.run(service, faults.length === 0 ? call : { ...call, faults });
}

/** The verbs of the operation at an address; undefined when there is none. */
export function verbsOf(
  operations: readonly Operation[],
  place: OperationPlace,
  code: string,
): Operation['verbs'] | undefined {
  const level = levelOf(place);
  const found = operations.find((o) => o.code === code && standsOn(o, place.type, level));
  return found === undefined ? undefined : verbsAt(found, level);
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
