// The addresses of the FHIR base: one line an interaction. https://hl7.org/fhir/R4/http.html
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bundle } from '../fhir/interactions/bundle.ts';
import { remove, removeWhere } from '../fhir/interactions/delete.ts';
import { FORM_PARAMETERS } from '../fhir/interactions/form.ts';
import { history } from '../fhir/interactions/history.ts';
import { queryPairs } from '../fhir/interactions/matching.ts';
import { readPatch } from '../fhir/interactions/patch.ts';
import { read } from '../fhir/interactions/read.ts';
import { search, searchCompartment, searchSystem } from '../fhir/interactions/search.ts';
import { vread } from '../fhir/interactions/vread.ts';
import type { Exact } from '../fhir/json.ts';
import type { Patch } from '../fhir/patch/index.ts';
import type { FhirRequest, FhirResponse } from '../fhir/service.ts';
import { fault } from '../kernel/fault.ts';
import type { Operation, OperationService } from '../operations/operation.ts';
import { addBodyParsers } from './bodies.ts';
import { checkConditions, faultOfHost } from './conditions.ts';
import { metadata } from './metadata.ts';
import { fhirRequest, formatOf, queryOf } from './negotiation.ts';
import { type OperationPlace, runInBundle, runOperation, verbsOf } from './operations.ts';
import { type Address, addAddress, type Handler, type Method, type Params } from './routes.ts';
import { send } from './send.ts';
import { creating, patching, updating } from './writes.ts';

export interface FhirRoutes {
  readonly service: OperationService;
  readonly operations: readonly Operation[];
  /** Absolute address of the base as a request sees it. */
  readonly baseOf: (request: FastifyRequest) => string;
  /** The CapabilityStatement as JSON text. */
  readonly capability: (base: string) => string;
}

/** Mounts the interactions and operations on an instance whose prefix is the FHIR base. */
export default async function fhirRoutes(app: FastifyInstance, options: FhirRoutes): Promise<void> {
  const { service } = options;
  addBodyParsers(app, options.baseOf);
  app.addHook('onRequest', (request, _reply, done) => {
    const noHost = faultOfHost(request);
    if (noHost !== undefined) return done(noHost);
    const { type, id } = request.params as Partial<Params>;
    const isOperation = type?.startsWith('$') && id === undefined;
    if (type === undefined || isOperation || service.definitions.isResourceType(type)) done();
    else done(unknownType(type));
  });
  for (const address of addresses(options)) addAddress(app, address);
}

type Run = (request: FhirRequest, params: Params, body: unknown) => Promise<FhirResponse>;

function addresses(options: FhirRoutes): readonly Address[] {
  const { service } = options;
  const answer =
    (run: Run, queryIn = queryOf): Handler =>
    async (request, reply) => {
      const query = queryIn(request);
      const format = formatOf(request, query);
      checkConditions(request);
      const fhir = fhirRequest(request, options.baseOf(request), query);
      send(reply, fhir, await run(fhir, request.params, request.body), format.type);
      return reply;
    };
  const bundleHandler: Handler = (request, reply) =>
    answer((r) =>
      bundle(service, withBody(plain(r)), {
        operation: (entry, own) => runInBundle(options, entry, own),
        unexpected: (error) => {
          request.log.error({ err: error, reqId: request.id }, 'unexpected error in a batch entry');
          return String(request.id);
        },
      }),
    )(request, reply);
  const operation = (place: (p: Params) => OperationPlace, segment: (p: Params) => string): Handler => {
    return (request, reply) =>
      runOperation(options, request, reply, place(request.params), operationCode(segment(request.params)));
  };
  /** An address whose last segment may be an operation. */
  const either = (segment: 'type' | 'id', place: (p: Params) => OperationPlace, otherwise: Handler): Handler => {
    const run = operation(place, (p) => p[segment]);
    return (request, reply) => (request.params[segment].startsWith('$') ? run : otherwise)(request, reply);
  };
  const operationOr = (
    segment: 'type' | 'id' | 'op',
    place: (p: Params) => OperationPlace,
    others?: readonly Method[],
  ) => {
    return (p: Params) =>
      p[segment].startsWith('$') ? verbsOf(options.operations, place(p), p[segment].slice(1)) : others;
  };
  const base = () => ({});
  const ofType = ({ type }: Params) => ({ type });
  const ofInstance = ({ type, id }: Params) => ({ type, id });
  const ofVersion = ({ type, id, version }: Params) => ({ type, id, version });
  /** `Encounter/[id]/Observation`, `Encounter/[id]/*`: a compartment. */
  const isMember = ({ type, op }: Params) =>
    Object.hasOwn(service.definitions.compartments, type) && (op === '*' || service.definitions.isResourceType(op));
  const inCompartment: Run = (r, { type, id, op }) => searchCompartment(service, { type, id }, op, r);
  const compartment = answer(inCompartment);
  const compartmentByForm = answer(inCompartment, formQueryOf);
  const onOp = (place: (p: Params) => OperationPlace) => operation(place, (p) => p.op);

  return [
    { url: '/', on: { GET: answer((r) => searchSystem(service, r)), POST: bundleHandler } },
    { url: '/_search', on: { POST: answer((r) => searchSystem(service, r), formQueryOf) } },
    {
      url: '/metadata',
      on: {
        GET: metadata(
          (b) => options.capability(b),
          (run) => answer((r) => run(plain(r, 'mode'))),
        ),
      },
    },
    {
      url: '/:type',
      allows: operationOr('type', base, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      on: {
        GET: either(
          'type',
          base,
          answer((r, p) => search(service, p.type, r)),
        ),
        POST: either(
          'type',
          base,
          answer((r, p) => creating(service, p.type, withBody(plain(r)))),
        ),
        PUT: answer((r, p) => updating(service, p.type, conditionOf(r), withBody(r))),
        PATCH: answer((r, p) => patching(service, p.type, conditionOf(r), patchOf(service, r), withBody(r))),
        DELETE: answer((r, p, body) => removeWhere(service, p.type, conditionOf(r), withoutBody(r, body))),
      },
    },
    { url: '/_history', on: { GET: answer((r) => history(service, {}, r)) } },
    { url: '/:type/_history', on: { GET: answer((r, { type }) => history(service, { type }, r)) } },
    {
      url: '/:type/_search',
      on: { POST: answer((r, p) => search(service, p.type, r), formQueryOf) },
    },
    {
      url: '/:type/:id',
      allows: operationOr('id', ofType, ['GET', 'PUT', 'PATCH', 'DELETE']),
      on: {
        GET: either(
          'id',
          ofType,
          answer((r, p) => read(service, p.type, p.id, plain(r, ...FORM_PARAMETERS))),
        ),
        POST: operation(ofType, (p) => p.id),
        PUT: answer((r, p) => updating(service, p.type, p.id, withBody(plain(r)))),
        PATCH: answer((r, p) => patching(service, p.type, p.id, patchOf(service, plain(r)), withBody(r))),
        DELETE: answer((r, p, body) => remove(service, p.type, p.id, withoutBody(plain(r), body))),
      },
    },
    { url: '/:type/:id/_history', on: { GET: answer((r, { type, id }) => history(service, { type, id }, r)) } },
    {
      url: '/:type/:id/_history/:version',
      on: { GET: answer((r, p) => vread(service, p.type, p.id, p.version, plain(r, ...FORM_PARAMETERS))) },
    },
    {
      url: '/:type/:id/:op',
      allows: (p) => (isMember(p) ? ['GET'] : operationOr('op', ofInstance)(p)),
      on: {
        GET: (request, reply) => (isMember(request.params) ? compartment : onOp(ofInstance))(request, reply),
        POST: onOp(ofInstance),
      },
    },
    {
      url: '/:type/:id/:op/_search',
      allows: (p) => (isMember(p) ? ['POST'] : undefined),
      on: {
        POST: (request, reply) => (isMember(request.params) ? compartmentByForm : onOp(ofInstance))(request, reply),
      },
    },
    {
      url: '/:type/:id/_history/:version/:op',
      allows: operationOr('op', ofVersion),
      on: { GET: onOp(ofVersion), POST: onOp(ofVersion) },
    },
  ];
}

function operationCode(segment: string): string {
  if (segment.startsWith('$')) return segment.slice(1);
  throw fault('not-found', 'address-unknown', {
    en: `There is nothing at "${segment}". Operations start with $; see /metadata for what is served.`,
    fr: `Il n’y a rien à « ${segment} ». Les opérations commencent par $ ; voyez /metadata pour ce qui est servi.`,
  });
}

/** What takes no parameters but those of the format: any other would be ignored, so it is refused. */
function plain(request: FhirRequest, ...taken: readonly string[]): FhirRequest {
  const other = request.query.find(([name]) => name !== '_format' && name !== '_pretty' && !taken.includes(name));
  if (other === undefined) return request;
  throw fault('not-supported', 'parameter-unknown', {
    en: `This interaction takes no parameter "${other[0]}".`,
    fr: `Cette interaction n’accepte pas le paramètre « ${other[0]} ».`,
  });
}

/** The patch in the body: what kind, its Content-Type says. */
function patchOf(service: OperationService, request: FhirRequest): Patch {
  return readPatch(service, request.isJsonPatch === true ? 'json' : 'fhirpath', withBody(request).body);
}

/** The condition of a conditional write: what the address asks, but for the format. */
function conditionOf({ query }: FhirRequest): FhirRequest['query'] {
  return query.filter(([name]) => name !== '_format' && name !== '_pretty');
}

function withBody(request: FhirRequest): FhirRequest & { body: Exact } {
  if (request.body !== undefined) return { ...request, body: request.body };
  throw fault('required', 'body-missing', {
    en: 'The request needs a JSON body (Content-Type: application/fhir+json).',
    fr: 'La requête doit avoir un corps JSON (Content-Type: application/fhir+json).',
  });
}

/** The parameters of a search by POST stand in the address, in the form, or in both (R4 http.html#search). */
function formQueryOf(request: FastifyRequest): FhirRequest['query'] {
  return [...queryOf(request), ...formPairs(request.body)];
}

function formPairs(body: unknown): FhirRequest['query'] {
  if (body === undefined || body === null) return [];
  if (typeof body === 'string') return queryPairs(body);
  throw fault('media-type', 'search-form', {
    en: 'POST _search wants Content-Type application/x-www-form-urlencoded.',
    fr: 'POST _search attend Content-Type application/x-www-form-urlencoded.',
  });
}

/** DELETE has no body (R4 http.html#delete): one that is sent would be ignored, so it is refused. */
function withoutBody(request: FhirRequest, body: unknown): FhirRequest {
  if (body === undefined || body === null) return request;
  throw fault('invalid', 'body-unexpected', {
    en: 'DELETE takes no body.',
    fr: 'DELETE n’accepte pas de corps.',
  });
}

function unknownType(type: string): Error {
  return fault('not-found', 'type-unknown', {
    en: `"${type}" is no R4 resource type. Types begin with a capital letter: ServiceRequest, Observation; see /metadata.`,
    fr: `« ${type} » n’est pas un type de ressource R4. Les types commencent par une majuscule : ServiceRequest, Observation ; voyez /metadata.`,
  });
}
