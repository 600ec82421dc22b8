// The running PostgreSQL of a data folder: is there one, start one, wait for it, stop it.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultError, fault } from '../../kernel/fault.ts';
import { type Account, give, runAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const POLL_MS = 5;

export interface Postmaster {
  readonly pid: number;
  readonly status: string;
}

/** The postmaster that serves the cluster, ours or left by a killed Vigie; undefined when there is none on this machine. */
export function runningPostmaster({ pgdata }: Cluster): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  // Lines of the file: pid, data folder, start time, port, socket folder, address, shared memory key, status.
  return pid > 0 && isPostmasterOf(pid, pgdata) ? { pid, status: lines[7]?.trim() ?? '' } : undefined;
}

/**
 * Removes the pid files that a killed PostgreSQL left: by itself it would take any process of that number for a postmaster,
 * also a zombie or an unrelated one.
 * @throws FaultError `embedded-elsewhere` when one answers all the same: it runs in another container on the same folder.
 */
export async function clearStale(cluster: Cluster): Promise<void> {
  const socket = join(cluster.socketDir, '.s.PGSQL.5432');
  if (await answers(socket)) {
    throw fault('conflict', 'embedded-elsewhere', {
      en: `${cluster.pgdata} is in use by a PostgreSQL of another container. Stop it first, or set VIGIE_DATA to another folder.`,
      fr: `${cluster.pgdata} est utilisé par le PostgreSQL d'un autre conteneur. Arrêtez-le d'abord, ou donnez un autre dossier dans VIGIE_DATA.`,
    });
  }
  rmSync(join(cluster.pgdata, 'postmaster.pid'), { force: true });
  rmSync(`${socket}.lock`, { force: true });
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(socket);
    client.on('error', () => resolve(false));
    client.on('connect', () => {
      client.destroy();
      resolve(true);
    });
  });
}

function isPostmasterOf(pid: number, pgdata: string): boolean {
  if (!isAlive(pid)) return false;
  const words = commandLine(pid);
  return words[words.indexOf('-D') + 1] === pgdata;
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    if (process.platform === 'linux') return [];
    const said = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
    const at = said.indexOf(' -D ');
    return at < 0 ? [] : ['-D', said.slice(at + 4).trim()];
  }
}

/** A zombie answers signals but is dead: it happens when process 1 of a container does not collect orphans. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return process.platform !== 'linux';
  }
}

/** Starts a postmaster; its output goes to the log file, so that it survives us. */
export function spawnPostmaster(cluster: Cluster, binaries: Binaries, account: Account): ChildProcess {
  const log = openSync(cluster.log, 'a', 0o600);
  give(account, cluster.log);
  if (statSync(cluster.log).size > LOG_LIMIT_BYTES) truncateSync(cluster.log);
  const child = runAs(account, [binaries.postgres, '-D', cluster.pgdata], {
    env: { LC_ALL: 'C', ...binaries.env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  return child;
}

/**
 * Waits until a postmaster of the cluster says that it accepts connections. After a crash this lasts as long as the recovery.
 * @param child the one that was started, or undefined to wait for one that was found.
 * @returns undefined when it ended first.
 */
export async function untilReady(cluster: Cluster, child: ChildProcess | undefined): Promise<Postmaster | undefined> {
  let failed: Error | undefined;
  child?.once('error', (error) => {
    failed = error;
  });
  for (;;) {
    const found = runningPostmaster(cluster);
    if (found?.status === 'ready') return found;
    if (failed !== undefined) throw startFault(cluster, failed.message);
    const ended = child === undefined ? found === undefined : child.exitCode !== null || child.signalCode !== null;
    if (ended) return undefined;
    await sleep(POLL_MS);
  }
}

/** The fault to show when PostgreSQL did not start; without a reason, its own last words. */
export function startFault(cluster: Cluster, reason = lastWords(cluster.log)): FaultError {
  return fault('unavailable', 'embedded-start', {
    en: `The embedded PostgreSQL did not start: ${reason} (its log: ${cluster.log})`,
    fr: `Le PostgreSQL embarqué n'a pas démarré : ${reason} (son journal : ${cluster.log})`,
  });
}

function lastWords(log: string): string {
  const lines = readFileSync(log, 'utf8').split('\n');
  const line = lines.findLast((l) => /FATAL|PANIC|ERROR|error/.test(l)) ?? '?';
  return line.replace(/^.*?(FATAL|PANIC|ERROR): */, '');
}

/**
 * Stops a postmaster and waits until it is gone: fast (sessions are cut, all is written), after `patienceMs` at once
 * (the next start recovers from the log).
 */
export async function stopPostmaster(cluster: Cluster, pid: number, patienceMs = 60_000): Promise<void> {
  signal(pid, 'SIGINT');
  const hurryAt = performance.now() + patienceMs;
  let hurried = false;
  while (isPostmasterOf(pid, cluster.pgdata)) {
    if (!hurried && performance.now() > hurryAt) {
      hurried = true;
      signal(pid, 'SIGQUIT');
    }
    await sleep(POLL_MS);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
