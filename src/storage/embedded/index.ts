// Starts and stops the native PostgreSQL that lives in Vigie's data folder.
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultError, fault } from '../../kernel/fault.ts';
import { type Account, chooseAccount } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { type Cluster, clusterIn, configure, ensureCluster, makeSocketDir, USER } from './cluster.ts';
import { type Connection, type Guard, takeGuard } from './guard.ts';
import { runningPostmaster, spawnPostmaster, startFault, stopPostmaster, untilReady } from './postmaster.ts';
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
  if (await ensureCluster(cluster, binaries, account, durable))
    log(`Made a new PostgreSQL ${binaries.major} in ${dataDir}`);
  makeSocketDir(cluster, account);

  const connection: Connection = { host: cluster.socketDir, port: 5432, user: USER, database: 'postgres' };
  let stopping = false;
  let guard: Guard | undefined;
  const reguard = async (): Promise<void> => {
    // PostgreSQL restarts by itself when one of its processes crashes; only its own end is a loss.
    for (let tries = 0; !stopping && tries < 60 && runningPostmaster(cluster) !== undefined; tries++) {
      try {
        guard = await takeGuard(connection, dataDir, () => void reguard());
        return;
      } catch (error) {
        if (error instanceof FaultError) break;
        await sleep(500);
      }
    }
    if (!stopping) options.onLost?.();
  };
  const settings = { ...settingsFor(cluster.socketDir, dataDir), ...options.settings };
  const pid = await bringUp(cluster, binaries, account, settings, log);
  guard = await takeGuard(connection, dataDir, () => void reguard());
  await ensureDatabase(guard);
  return {
    connection: { ...connection, database: DATABASE },
    pid,
    stop: async () => {
      stopping = true;
      await stopPostmaster(cluster, pid);
      await guard?.release();
    },
  };
}

function makeDataDir(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return realpathSync(path);
  } catch (error) {
    const why = (error as Error).message;
    throw fault('unavailable', 'embedded-folder', {
      en: `The data folder ${path} cannot be made (${why}). Set VIGIE_DATA to a folder that you may write to.`,
      fr: `Le dossier de données ${path} ne peut être créé (${why}). Donnez dans VIGIE_DATA un dossier où vous pouvez écrire.`,
    });
  }
}

/** A few rounds: the postmaster that was found may be on its way out, or another start may win the race. */
async function bringUp(
  cluster: Cluster,
  binaries: Binaries,
  account: Account,
  settings: Settings,
  log: (line: string) => void,
) {
  for (let round = 0; round < 3; round++) {
    let found = runningPostmaster(cluster);
    if (found !== undefined) {
      log(`PostgreSQL already runs (process ${found.pid}): taking it over`);
      found = await untilReady(cluster, undefined);
    } else {
      configure(cluster, account, settings);
      found = await untilReady(cluster, spawnPostmaster(cluster, binaries, account));
    }
    if (found !== undefined) return found.pid;
  }
  throw startFault(cluster);
}

async function ensureDatabase({ client }: Guard): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) await client.query(`create database ${DATABASE}`);
}
