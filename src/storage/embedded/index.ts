// Starts and stops the native PostgreSQL that lives in Vigie's data folder.
import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import { fault } from '../../kernel/fault.ts';
import { chooseAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { clusterIn, configure, ensureCluster, makeSocketDir, USER } from './cluster.ts';
import { type Connection, takeGuard } from './guard.ts';
import { bringUp } from './hold.ts';
import { spawnPostmaster } from './postmaster.ts';
import { type Settings, settingsFor } from './settings.ts';

export type { Connection } from './guard.ts';

export interface EmbeddedOptions {
  /** Folder of the data; made when absent. */
  readonly dataDir: string;
  /** Told what happens, one line each. */
  readonly log?: (line: string) => void;
  /** Called once when PostgreSQL ends although nobody stopped it. */
  readonly onLost?: () => void;
  /** Overrides, for tests. */
  readonly settings?: Settings;
}

export interface Embedded {
  readonly connection: Connection;
  readonly pid: number;
  /** Stops PostgreSQL and waits until it is gone. */
  stop(): Promise<void>;
}

const DATABASE = 'vigie';

/**
 * Starts PostgreSQL on a data folder, or takes over the one that a killed Vigie left running there.
 * @throws FaultError with one line to show: in use, other major version, no account to run it, did not start.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const log = options.log ?? (() => undefined);
  const dataDir = makeDataDir(options.dataDir);
  const cluster = clusterIn(dataDir);
  const binaries = findBinaries(join(dataDir, 'libraries'));
  const account = chooseAccount(dataDir, [binaries.postgres, '--version'], binaries.env);
  const durable = options.settings?.fsync !== 'off';
  if (await ensureCluster(cluster, binaries, account, durable)) log(`Made a new database in ${dataDir}`);
  makeSocketDir(cluster, account);

  const settings = { ...settingsFor(cluster.socketDir, dataDir), ...options.settings };
  const start = () => {
    configure(cluster, account, settings);
    return spawnPostmaster(cluster, binaries, account);
  };
  const connection: Connection = { host: cluster.socketDir, port: 5432, user: USER, database: 'postgres' };
  const hold = await bringUp({
    cluster,
    start,
    guard: (onEnd) => takeGuard(connection, dataDir, onEnd),
    log,
    onLost: options.onLost ?? (() => undefined),
  });
  await ensureDatabase(hold.client);
  return {
    connection: { ...connection, database: DATABASE },
    pid: hold.pid,
    stop: hold.stop,
  };
}

function makeDataDir(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(path);
  } catch (error) {
    const why = (error as Error).message;
    throw fault('unavailable', 'embedded-folder', {
      en: `The data folder ${path} cannot be used (${why}). Set VIGIE_DATA to a folder that you may write to.`,
      fr: `Le dossier de données ${path} est inutilisable (${why}). Donnez dans VIGIE_DATA un dossier où vous pouvez écrire.`,
    });
  }
}

async function ensureDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) await client.query(`create database ${DATABASE}`);
}
