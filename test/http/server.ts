// The real server on a database of its own, seen with all of its headers: what tests of HTTP and of interactions talk to.
import type { FastifyInstance, InjectOptions } from 'fastify';
import pg from 'pg';
import { pino } from 'pino';
import type tap from 'tap';
import { buildApp } from '../../src/app.ts';
import { fixedClock } from '../../src/kernel/clock.ts';
import { loadLaw } from '../../src/law/load.ts';
import { openStore } from '../../src/storage/index.ts';
import type { Store } from '../../src/storage/types.ts';
import { db } from '../helpers/db.ts';

interface Scope {
  teardown(done: () => void | Promise<void>): void;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly raw: Buffer;
  /** The body as JSON; empty when it is none. */
  readonly json: Json;
}

type Headers = Readonly<Record<string, string>>;
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export interface Server {
  readonly app: FastifyInstance;
  readonly clock: ReturnType<typeof fixedClock>;
  readonly store: Store;
  send(method: Method, path: string, body?: unknown, headers?: Headers): Promise<Answer>;
  get(path: string, headers?: Headers): Promise<Answer>;
  post(path: string, body: unknown, headers?: Headers): Promise<Answer>;
  put(path: string, body: unknown, headers?: Headers): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Headers): Promise<Answer>;
  delete(path: string, headers?: Headers): Promise<Answer>;
  /** Creates a resource; returns `Type/id`. */
  made(resource: Json): Promise<string>;
  /** Rows of a statement on a connection of the test's own. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** A further connection, for locks. */
  connect(): Promise<pg.Client>;
}

export interface ServerOptions {
  readonly now?: string;
  readonly bodyLimit?: number;
  /** Stands between the server and its store. */
  readonly wrap?: (store: Store) => Store;
}

/** Paths are relative to the FHIR base, or absolute (a link of an answer). JSON bodies, unless the header says otherwise. */
export async function serve(t: Scope, options: ServerOptions = {}): Promise<Server> {
  const clock = fixedClock(options.now ?? '2026-11-24T10:00:00.000Z');
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const address = await db(t);
  const own = await openStore({ address, log, clock });
  const store = options.wrap?.(own) ?? own;
  const limit = options.bodyLimit === undefined ? {} : { bodyLimit: options.bodyLimit };
  const app = await buildApp({ store, law: loadLaw(), clock, log, ...limit });
  const client = new pg.Client(address);
  await client.connect();
  const clients: pg.Client[] = [client];
  t.teardown(async () => {
    await app.close();
    await own.close();
    await Promise.all(clients.map((c) => c.end()));
  });
  const send = async (method: Method, path: string, body?: unknown, headers: Headers = {}): Promise<Answer> => {
    const below = path.replace(/^https?:\/\/[^/]+\/fhir\/?/, '');
    const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const answer = await app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url: `/fhir${below === '' ? '' : below.startsWith('?') ? below : `/${below}`}`,
      headers: { ...(body === undefined ? {} : { 'content-type': typeOf(method, body) }), ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      text: answer.body,
      raw: answer.rawPayload,
      json: parsed(answer.body),
    };
  };
  const server: Server = {
    app,
    clock,
    store,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    made: async (resource) => {
      const answer = await send('POST', resource.resourceType, resource);
      if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
      return `${resource.resourceType}/${answer.json.id}`;
    },
    query: async (text, values) => (await client.query(text, values)).rows,
    connect: async () => {
      const further = new pg.Client(address);
      await further.connect();
      further.on('error', () => undefined);
      clients.push(further);
      return further;
    },
  };
  return server;
}

function typeOf(method: Method, body: unknown): string {
  return method === 'PATCH' && Array.isArray(body) ? 'application/json-patch+json' : 'application/fhir+json';
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

type Tap = Pick<typeof tap, 'equal' | 'ok'>;

/** A refusal: the status, an OperationOutcome that says something, and its stable code. */
export function refused(t: Tap, answer: Answer, status: number, code?: string): Json {
  t.equal(answer.status, status, answer.text.slice(0, 600));
  t.equal(answer.json.resourceType, 'OperationOutcome');
  const [issue] = answer.json.issue ?? [];
  t.ok((issue?.details?.text?.length ?? 0) > 10, 'says what to do');
  if (code !== undefined) t.equal(issue?.details?.coding?.[0]?.code, code);
  return issue;
}

/** A Patient that is valid, with what the test wants. */
export function patient(more: Json = {}): Json {
  return { resourceType: 'Patient', name: [{ family: 'Exemple' }], ...more };
}

export function observation(subject: string, more: Json = {}): Json {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: subject },
    effectiveDateTime: '2026-11-20T08:00:00+01:00',
    valueQuantity: { value: 72.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    ...more,
  };
}
