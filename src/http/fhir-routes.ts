// The addresses of the FHIR base: one line an interaction. https://hl7.org/fhir/R4/http.html
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bundle } from '../fhir/interactions/bundle.ts';
import { create } from '../fhir/interactions/create.ts';
import { remove } from '../fhir/interactions/delete.ts';
import { history } from '../fhir/interactions/history.ts';
import { read } from '../fhir/interactions/read.ts';
import { search } from '../fhir/interactions/search.ts';
import { update } from '../fhir/interactions/update.ts';
import { vread } from '../fhir/interactions/vread.ts';
import type { Exact } from '../fhir/json.ts';
import { readJson, withDigits } from '../fhir/json.ts';
import type { FhirRequest, FhirResponse } from '../fhir/service.ts';
import { fault } from '../kernel/fault.ts';
import type { Operation, OperationService } from '../operations/operation.ts';
import { FHIR_JSON, fhirRequest, formatOf, JSON_TYPES } from './negotiation.ts';
import { type OperationPlace, runOperation } from './operations.ts';

export interface FhirRoutes {
  readonly service: OperationService;
  readonly operations: readonly Operation[];
  /** Absolute address of the base as a request sees it. */
  readonly baseOf: (request: FastifyRequest) => string;
  /** The CapabilityStatement as JSON text. */
  readonly capability: (base: string) => string;
}

interface Params {
  type: string;
  id: string;
  version: string;
  op: string;
}
type Req = FastifyRequest<{ Params: Params }>;

/** Mounts the interactions and operations on an instance whose prefix is the FHIR base. */
export default async function fhirRoutes(app: FastifyInstance, options: FhirRoutes): Promise<void> {
  const { service, baseOf } = options;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...JSON_TYPES], { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, (body as Buffer).length === 0 ? undefined : readJson(body as Buffer));
    } catch (e) {
      done(e as Error);
    }
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook('onRequest', async (request) => {
    const { type, id } = request.params as Partial<Params>;
    if (type === undefined || (type.startsWith('$') && id === undefined)) return;
    if (!service.definitions.isResourceType(type)) throw unknownType(type);
  });

  const answer = async (request: Req, reply: FastifyReply, run: (r: FhirRequest) => Promise<FhirResponse>) => {
    formatOf(request);
    const fhir = fhirRequest(request, baseOf(request));
    send(reply, fhir, await run(fhir));
    return reply;
  };
  const operation = (request: Req, reply: FastifyReply, segment: string, place: OperationPlace) =>
    runOperation(options, request, reply, place, operationCode(segment));

  app.get('/metadata', (request, reply) =>
    answer(request as Req, reply, async (r) => ({ status: 200, body: options.capability(r.base) })),
  );
  app.post('/', (request, reply) => answer(request as Req, reply, (r) => bundle(service, withBody(r))));

  app.get<{ Params: Params }>('/:type', (q, reply) =>
    q.params.type.startsWith('$')
      ? operation(q, reply, q.params.type, {})
      : answer(q, reply, (r) => search(service, q.params.type, r)),
  );
  app.post<{ Params: Params }>('/:type', (q, reply) =>
    q.params.type.startsWith('$')
      ? operation(q, reply, q.params.type, {})
      : answer(q, reply, (r) => create(service, q.params.type, withBody(r))),
  );
  app.post<{ Params: Params }>('/:type/_search', (q, reply) =>
    answer(q, reply, (r) => search(service, q.params.type, { ...r, query: [...r.query, ...formPairs(q.body)] })),
  );
  app.get<{ Params: Params }>('/:type/:id', (q, reply) =>
    q.params.id.startsWith('$')
      ? operation(q, reply, q.params.id, { type: q.params.type })
      : answer(q, reply, (r) => plain(r, () => read(service, q.params.type, q.params.id))),
  );
  app.post<{ Params: Params }>('/:type/:id', (q, reply) => operation(q, reply, q.params.id, { type: q.params.type }));
  app.put<{ Params: Params }>('/:type/:id', (q, reply) =>
    answer(q, reply, (r) => update(service, q.params.type, q.params.id, withBody(r))),
  );
  app.delete<{ Params: Params }>('/:type/:id', (q, reply) =>
    answer(q, reply, (r) => remove(service, q.params.type, q.params.id, r)),
  );
  app.get<{ Params: Params }>('/:type/:id/_history', (q, reply) =>
    answer(q, reply, (r) => history(service, q.params.type, q.params.id, r)),
  );
  app.get<{ Params: Params }>('/:type/:id/_history/:version', (q, reply) =>
    answer(q, reply, (r) => plain(r, () => vread(service, q.params.type, q.params.id, q.params.version))),
  );
  for (const [path, placeOf] of BELOW_INSTANCES) {
    app.get<{ Params: Params }>(path, (q, reply) => operation(q, reply, q.params.op, placeOf(q.params)));
    app.post<{ Params: Params }>(path, (q, reply) => operation(q, reply, q.params.op, placeOf(q.params)));
  }
}

/** Addresses of operations on one resource and on one version of it. */
const BELOW_INSTANCES: readonly (readonly [string, (params: Params) => OperationPlace])[] = [
  ['/:type/:id/:op', ({ type, id }) => ({ type, id })],
  ['/:type/:id/_history/:version/:op', ({ type, id, version }) => ({ type, id, version })],
];

function operationCode(segment: string): string {
  if (segment.startsWith('$')) return segment.slice(1);
  throw fault('not-found', 'address-unknown', {
    en: `There is nothing at "${segment}". Operations start with $; see /metadata for what is served.`,
    fr: `Il n’y a rien à « ${segment} ». Les opérations commencent par $ ; voyez /metadata pour ce qui est servi.`,
  });
}

/** read and vread take no parameters but those of the format: anything else would be ignored, so it is refused. */
function plain(request: FhirRequest, run: () => Promise<FhirResponse>): Promise<FhirResponse> {
  const other = request.query.find(([name]) => name !== '_format' && name !== '_pretty');
  if (other === undefined) return run();
  throw fault('not-supported', 'read-parameter', {
    en: `A read takes no parameter "${other[0]}".`,
    fr: `Une lecture n’accepte pas le paramètre « ${other[0]} ».`,
  });
}

function withBody(request: FhirRequest): FhirRequest & { body: Exact } {
  if (request.body !== undefined) return { ...request, body: request.body };
  throw fault('required', 'body-missing', {
    en: 'The request needs a JSON body (Content-Type: application/fhir+json).',
    fr: 'La requête doit avoir un corps JSON (Content-Type: application/fhir+json).',
  });
}

function formPairs(body: unknown): [string, string][] {
  if (body === undefined || body === null) return [];
  if (typeof body === 'string') return [...new URLSearchParams(body)];
  throw fault('media-type', 'search-form', {
    en: 'POST _search wants Content-Type application/x-www-form-urlencoded.',
    fr: 'POST _search attend Content-Type application/x-www-form-urlencoded.',
  });
}

function send(reply: FastifyReply, request: FhirRequest, response: FhirResponse): void {
  reply.code(response.status);
  if (response.version !== undefined) reply.header('etag', `W/"${response.version}"`);
  if (response.lastModified !== undefined) reply.header('last-modified', new Date(response.lastModified).toUTCString());
  if (response.location !== undefined && response.status < 300)
    reply.header('location', `${request.base}/${response.location}`);
  if (response.body === undefined) {
    reply.send();
    return;
  }
  const pretty = request.query.some(([n, v]) => n === '_pretty' && v === 'true');
  reply.type(FHIR_JSON).send(pretty ? prettied(response.body) : response.body);
}

/** Indented for people, digits kept. */
function prettied(text: string): string {
  const exact = readJson(text);
  return withDigits(exact, () => JSON.stringify(exact.value, null, 2));
}

function unknownType(type: string): Error {
  return fault('not-found', 'type-unknown', {
    en: `"${type}" is no R4 resource type. Types begin with a capital letter: ServiceRequest, Observation; see /metadata.`,
    fr: `« ${type} » n’est pas un type de ressource R4. Les types commencent par une majuscule : ServiceRequest, Observation ; voyez /metadata.`,
  });
}
