// Registers addresses with what they allow: OPTIONS answers it, and a wrong method is told it (405).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../kernel/fault.ts';
import { PATCH_TYPES } from './bodies.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export interface Params {
  type: string;
  id: string;
  version: string;
  op: string;
}
export type Req = FastifyRequest<{ Params: Params }>;
export type Handler = (request: Req, reply: FastifyReply) => Promise<FastifyReply>;

/** An address and its interactions. */
export interface Address {
  readonly url: string;
  readonly on: Partial<Readonly<Record<Method, Handler>>>;
  /** What it allows for these parameters, when that depends on them; undefined = there is nothing at this address. */
  readonly allows?: (params: Params) => readonly Method[] | undefined;
}

/** HEAD comes with GET by fastify itself. */
export function addAddress(app: FastifyInstance, { url, on, allows }: Address): void {
  const served = METHODS.filter((m) => on[m] !== undefined);
  const allowed = (params: Params) => (allows === undefined ? served : allows(params));
  const refusing = async (request: Req, reply: FastifyReply) => refuse(request, reply, allowed(request.params));
  for (const method of served) {
    app.route<{ Params: Params }>({
      method,
      url,
      handler: on[method]!,
      ...(allows === undefined
        ? {}
        : {
            onRequest: (request, reply, done) => {
              const own = allows(request.params);
              // An operation that is none is left to its handler, which says more.
              const isHandled = own === undefined ? method === 'GET' || method === 'POST' : own.includes(method);
              if (isHandled) done();
              else refusing(request, reply).catch(done);
            },
          }),
    });
  }
  const others = [...METHODS.filter((m) => on[m] === undefined), ...(on.GET === undefined ? (['HEAD'] as const) : [])];
  if (others.length > 0) {
    // Refused before the body is read: it may be long, and of any type.
    app.route<{ Params: Params }>({
      method: others,
      url,
      exposeHeadRoute: false,
      onRequest: refusing,
      handler: () => undefined,
    });
  }
  app.route<{ Params: Params }>({
    method: 'OPTIONS',
    url,
    handler: (request, reply) => {
      const methods = allowed(request.params) ?? nothing(request);
      reply.code(204).header('allow', listOf(methods));
      if (methods.includes('PATCH')) reply.header('accept-patch', PATCH_TYPES.slice(0, 2).join(', '));
      return reply.send();
    },
  });
}

function listOf(methods: readonly Method[]): string {
  return [...methods.flatMap((m) => (m === 'GET' ? ['GET', 'HEAD'] : [m])), 'OPTIONS'].join(', ');
}

function nothing(request: FastifyRequest): never {
  throw fault('not-found', 'address-unknown', {
    en: `There is nothing at ${request.url}; see /metadata for what is served.`,
    fr: `Il n’y a rien à ${request.url} ; voyez /metadata pour ce qui est servi.`,
  });
}

function refuse(request: FastifyRequest, reply: FastifyReply, allowed: readonly Method[] | undefined): never {
  const list = listOf(allowed ?? nothing(request));
  reply.header('allow', list);
  throw fault('method', 'method-not-allowed', {
    en: `${request.method} is not served at this address. It takes ${list}.`,
    fr: `${request.method} n’est pas servi à cette adresse. Elle accepte ${list}.`,
  });
}
