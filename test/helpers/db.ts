// A fresh, migrated database for a test file, dropped when the test ends.
import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Connection } from '../../src/storage/embedded/index.ts';
import { migrate, migrations } from '../../src/storage/migrate.ts';
import { startTestCluster, type TestCluster } from './cluster.ts';

/** The part of a tap test that is used here. */
interface Scope {
  teardown(done: () => void | Promise<void>): void;
}

const LOCK = 0x74706c;

/**
 * A database of its own, with the schema of the house and nothing in it. Usable by `new pg.Pool(connection)`.
 * It is a copy of a migrated template on the suite's PostgreSQL (VIGIE_TEST_PG); a file that is run alone starts one.
 */
export async function db(t: Scope): Promise<Connection> {
  return make(t, (admin) => template(admin));
}

/** Like `db`, without any schema: for tests of the migrations themselves. */
export async function emptyDb(t: Scope): Promise<Connection> {
  return make(t, async () => 'template0');
}

async function make(t: Scope, from: (admin: Connection) => Promise<string>): Promise<Connection> {
  const { admin, leave } = await cluster();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const source = await from(admin);
  await run(admin, `create database ${name} template ${source}`);
  t.teardown(async () => {
    await run(admin, `drop database ${name} with (force)`);
    await leave();
  });
  return { ...admin, database: name };
}

let own: Promise<TestCluster> | undefined;
let users = 0;

/** The suite's PostgreSQL, or one of this process that ends with its last user. `admin` is the database `postgres`. */
async function cluster(): Promise<{ admin: Connection; leave: () => Promise<void> }> {
  const shared = process.env.VIGIE_TEST_PG;
  if (shared !== undefined) {
    return { admin: { ...(JSON.parse(shared) as Connection), database: 'postgres' }, leave: async () => undefined };
  }
  own ??= startTestCluster();
  users++;
  const { connection, stop } = await own;
  const leave = async () => {
    if (--users > 0) return;
    own = undefined;
    await stop();
  };
  return { admin: { ...connection, database: 'postgres' }, leave };
}

/** Name of the migrated template; made by the first test file that asks, while others wait. */
async function template(admin: Connection): Promise<string> {
  const name = `template_${schemaHash()}`;
  const client = new pg.Client(admin);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) {
      await client.query(`drop database if exists ${name}_making`);
      await client.query(`create database ${name}_making template template0`);
      await migrate({ ...admin, database: `${name}_making` });
      await client.query(`alter database ${name}_making rename to ${name}`);
    }
    return name;
  } finally {
    await client.end();
  }
}

/** Changes with every migration, so that a long-lived PostgreSQL never serves an old template. */
function schemaHash(): string {
  const hash = createHash('sha256');
  for (const migration of migrations()) hash.update(migration.sha256);
  return hash.digest('hex').slice(0, 12);
}

async function run(connection: Connection, statement: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
