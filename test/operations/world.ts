// The real server on a database of its own, with a clock that stands still: what tests of operations talk to.
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { fixedClock } from '../../src/kernel/clock.ts';
import { loadLaw } from '../../src/law/load.ts';
import { openStore } from '../../src/storage/index.ts';
import type { Store } from '../../src/storage/types.ts';
import { db } from '../helpers/db.ts';

interface Scope {
  teardown(done: () => void | Promise<void>): void;
}

export type Json = { readonly [key: string]: unknown };

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type: string;
  /** The body as JSON; empty when it is none. */
  readonly json: Json;
}

type Headers = Readonly<Record<string, string>>;

export interface World {
  readonly clock: ReturnType<typeof fixedClock>;
  readonly store: Store;
  get(path: string, headers?: Headers): Promise<Answer>;
  post(path: string, body: unknown, headers?: Headers): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Headers): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

/** Addresses are relative to the FHIR base, or absolute (a link of an answer). */
export async function world(t: Scope, now = '2026-11-24T10:00:00Z'): Promise<World> {
  const clock = fixedClock(now);
  const log = pino({ level: 'error' });
  const store = await openStore({ address: await db(t), log, clock });
  const app = await buildApp({ store, law: loadLaw(), clock, log });
  // tap runs teardowns in reverse: the server ends before its database is dropped.
  t.teardown(async () => {
    await app.close();
    await store.close();
  });
  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    headers: Headers,
    body?: unknown,
  ) => {
    const url = path.replace(/^https?:\/\/[^/]+\/fhir\//, '');
    const answer = await app.inject({
      method,
      url: `/fhir/${url}`,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }), ...headers },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return {
      status: answer.statusCode,
      text: answer.body,
      type: String(answer.headers['content-type'] ?? ''),
      json: answer.body.startsWith('{') ? parsed(answer.body) : {},
    };
  };
  return {
    clock,
    store,
    get: (path, headers = {}) => send('GET', path, headers),
    post: (path, body, headers = {}) => send('POST', path, headers, body),
    put: (path, body) => send('PUT', path, {}, body),
    patch: (path, body, headers = {}) => send('PATCH', path, headers, body),
    delete: (path) => send('DELETE', path, {}),
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
