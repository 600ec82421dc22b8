// A store on a fresh database, closed when the test ends; and the database itself, to look behind the store.
import pg from 'pg';
import { openStore, type StoreOptions } from '../../src/storage/index.ts';
import { silent } from '../../src/storage/log.ts';
import type { Store } from '../../src/storage/types.ts';
import { db } from '../helpers/db.ts';

export type Connection = Awaited<ReturnType<typeof db>>;

export interface TestContext {
  readonly store: Store;
  readonly address: Connection;
  /** Rows of a statement, on a connection of its own. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

interface Scope {
  teardown(done: () => void | Promise<void>): void;
}

export async function open(t: Scope, options: Partial<StoreOptions> = {}): Promise<TestContext> {
  const address = await db(t);
  const store = await openStore({ address, log: silent, ...options });
  const client = new pg.Client(address);
  await client.connect();
  t.teardown(async () => {
    await client.end();
    await store.close();
  });
  return { store, address, query: async (text, values) => (await client.query(text, values)).rows };
}
