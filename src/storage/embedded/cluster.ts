// The cluster on disk: made once, refused when another PostgreSQL made it, configured at each start.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fault } from '../../kernel/fault.ts';
import { type Account, give, runAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import { render, type Settings } from './settings.ts';

export const USER = 'vigie';

export interface Cluster {
  readonly pgdata: string;
  readonly socketDir: string;
  readonly log: string;
}

/** Where things lie in a data folder. */
export function clusterIn(dataDir: string): Cluster {
  return { pgdata: join(dataDir, 'postgres'), socketDir: socketDirOf(dataDir), log: join(dataDir, 'postgres.log') };
}

/** A Unix socket's path has at most 107 bytes (103 on macOS): deep data folders put theirs under the system's temporary folder. */
function socketDirOf(dataDir: string): string {
  const near = join(dataDir, 'socket');
  const limit = process.platform === 'darwin' ? 103 : 107;
  if (Buffer.byteLength(join(near, '.s.PGSQL.5432')) <= limit) return near;
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return join(tmpdir(), `vigie-${name}`);
}

/** Makes the folder of the socket, for its owner only: who can reach the socket is trusted by the database. */
export function makeSocketDir(cluster: Cluster, account: Account): void {
  mkdirSync(cluster.socketDir, { recursive: true, mode: 0o700 });
  give(account, cluster.socketDir);
  const { uid } = lstatSync(cluster.socketDir);
  const ours = account.owner?.uid ?? process.getuid?.();
  if (!lstatSync(cluster.socketDir).isDirectory() || uid !== ours) {
    throw fault('unavailable', 'embedded-socket-folder', {
      en: `${cluster.socketDir} belongs to someone else: remove it, or choose a shorter VIGIE_DATA.`,
      fr: `${cluster.socketDir} appartient à quelqu'un d'autre : supprimez-le, ou choisissez un VIGIE_DATA plus court.`,
    });
  }
  chmodSync(cluster.socketDir, 0o700);
}

/**
 * Makes the cluster if there is none. It is made aside and renamed, so that a start that was killed half-way,
 * or a second start at the same moment, never leaves half a cluster.
 * @returns whether it was made now.
 * @throws FaultError `embedded-other-major` when another major version of PostgreSQL made it.
 */
export async function ensureCluster(
  cluster: Cluster,
  binaries: Binaries,
  account: Account,
  durable: boolean,
): Promise<boolean> {
  const { pgdata } = cluster;
  if (existsSync(join(pgdata, 'PG_VERSION'))) {
    refuseOtherMajor(pgdata, binaries.major);
    return false;
  }
  const aside = mkdtempSync(`${pgdata}.making-`);
  give(account, aside);
  try {
    await initdb(aside, binaries, account, durable);
    appendFileSync(join(aside, 'postgresql.conf'), "\ninclude 'vigie.conf'\n");
    renameSync(aside, pgdata);
    removeHalfMade(pgdata);
    return true;
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(join(pgdata, 'PG_VERSION'))) throw error;
    return false;
  }
}

/** What killed starts left behind; a start that is making one right now finds ours instead. */
function removeHalfMade(pgdata: string): void {
  for (const name of readdirSync(dirname(pgdata))) {
    if (name.startsWith('postgres.making-')) rmSync(join(dirname(pgdata), name), { recursive: true, force: true });
  }
}

function refuseOtherMajor(pgdata: string, ours: number): void {
  const theirs = readFileSync(join(pgdata, 'PG_VERSION'), 'utf8').trim();
  if (theirs === String(ours)) return;
  throw fault('conflict', 'embedded-other-major', {
    en: `${pgdata} was made by PostgreSQL ${theirs}; this Vigie brings PostgreSQL ${ours}. Set VIGIE_DATA to another folder, or serve the old one with PostgreSQL ${theirs} and set DATABASE_URL.`,
    fr: `${pgdata} a été créé par PostgreSQL ${theirs} ; cette version de Vigie apporte PostgreSQL ${ours}. Donnez un autre dossier dans VIGIE_DATA, ou servez l'ancien avec PostgreSQL ${theirs} et donnez DATABASE_URL.`,
  });
}

async function initdb(folder: string, binaries: Binaries, account: Account, durable: boolean): Promise<void> {
  // The built-in C.UTF-8 compares text bytewise and is the same on every system. Data checksums are the default since 18.
  const args = ['-D', folder, '-U', USER, '--auth=trust', '--no-instructions', '--encoding=UTF8'];
  args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  if (!durable) args.push('--no-sync');
  const child = runAs(account, [binaries.initdb, ...args], {
    env: { LC_ALL: 'C', ...binaries.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stdout!.on('data', (chunk) => said.push(String(chunk)));
  child.stderr!.on('data', (chunk) => said.push(String(chunk)));
  child.on('error', (error) => said.push(`error: ${error.message}`));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code === 0) return;
  const lines = said.join('').trim().split('\n');
  const why = lines.findLast((line) => /error|could not/.test(line)) ?? lines.at(-1);
  throw fault('unavailable', 'embedded-initdb', {
    en: `The embedded PostgreSQL could not make its data folder ${folder}: ${why}`,
    fr: `Le PostgreSQL embarqué n'a pas pu créer son dossier de données ${folder} : ${why}`,
  });
}

/** Writes the settings that the next start reads. */
export function configure(cluster: Cluster, account: Account, settings: Settings): void {
  const file = join(cluster.pgdata, 'vigie.conf');
  writeFileSync(file, render(settings));
  give(account, file);
}
