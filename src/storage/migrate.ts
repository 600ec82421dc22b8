// Brings a database to the schema of this version: numbered SQL files, in order, each once, all under one lock.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { fault } from '../kernel/fault.ts';
import { type Address, openSession } from './db.ts';
import { type Log, silent } from './log.ts';

/** One migration file. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

const FOLDER = new URL('migrations/', import.meta.url);
const NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;
/** Key of the advisory lock; any constant of ours. */
const LOCK = 0x5669_6765;

/** The migrations of this version, in order. @throws Error when numbers are missing or double: a slip of ours. */
export function migrations(folder: URL = FOLDER): readonly Migration[] {
  const found = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const [, number, name] = NAME.exec(file) ?? [];
      if (number === undefined || name === undefined) throw new Error(`not the name of a migration: ${file}`);
      const sql = readFileSync(new URL(file, folder), 'utf8');
      return { number: Number(number), name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    });
  for (const [i, { number, name }] of found.entries()) {
    if (number !== i + 1) throw new Error(`migration ${i + 1} expected, found ${number}_${name}`);
  }
  return found;
}

/**
 * Migrates; returns the numbers that were run, none when the database is up to date. Several processes may call it at once.
 * @throws FaultError with one line to show: database too old, schema of a newer Vigie, a released migration was changed
 */
export async function migrate(
  address: Address,
  log: Log = silent,
  wanted: readonly Migration[] = migrations(),
): Promise<readonly number[]> {
  const client = await openSession(address, { name: 'migrate', statementTimeout: 0 }, log);
  try {
    await refuseOldServer(client);
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const pending = unapplied(wanted, await applied(client));
    for (const migration of pending) {
      await run(client, migration);
      log.info({ migration: `${migration.number}_${migration.name}` }, 'migrated the database');
    }
    return pending.map((m) => m.number);
  } finally {
    await client.end();
  }
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>("select current_setting('server_version_num') as version");
  const major = Math.floor(Number(rows[0]?.version) / 10_000);
  if (major >= 15) return;
  throw fault('unavailable', 'storage-server-too-old', {
    en: `The database server is PostgreSQL ${major}; Vigie needs 15 or later.`,
    fr: `Le serveur de base de données est PostgreSQL ${major} ; Vigie demande la version 15 ou une version plus récente.`,
  });
}

async function applied(client: pg.Client): Promise<readonly { number: number; sha256: string }[]> {
  await client.query(`create table if not exists schema_migration (
    number int not null,
    name text not null,
    sha256 text not null,
    applied timestamptz not null default now(),
    constraint schema_migration_pk primary key (number)
  )`);
  const { rows } = await client.query<{ number: number; sha256: string }>(
    'select number, sha256 from schema_migration order by number',
  );
  return rows;
}

function unapplied(
  wanted: readonly Migration[],
  done: readonly { number: number; sha256: string }[],
): readonly Migration[] {
  const newest = done.at(-1)?.number ?? 0;
  if (newest > wanted.length) {
    throw fault('unavailable', 'storage-schema-newer', {
      en: `The database has schema ${newest}, this Vigie knows schemas up to ${wanted.length}: start the newer version of Vigie.`,
      fr: `La base a le schéma ${newest}, cette version de Vigie connaît les schémas jusqu'à ${wanted.length} : lancez la version plus récente de Vigie.`,
    });
  }
  for (const { number, sha256 } of done) {
    if (wanted[number - 1]?.sha256 === sha256) continue;
    throw fault('unavailable', 'storage-migration-changed', {
      en: `Migration ${number} is not the one that made this database: released migrations are never edited. Put the file back and write a new one.`,
      fr: `La migration ${number} n'est pas celle qui a créé cette base : une migration publiée ne se modifie pas. Restaurez le fichier et écrivez-en une nouvelle.`,
    });
  }
  return wanted.slice(done.length);
}

async function run(client: pg.Client, { number, name, sql, sha256 }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into schema_migration (number, name, sha256) values ($1, $2, $3)', [
      number,
      name,
      sha256,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
