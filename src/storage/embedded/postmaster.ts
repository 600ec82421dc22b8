// The running PostgreSQL of a data folder: is there one, start one, wait for it, stop it.
import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fault } from '../../kernel/fault.ts';
import { type Account, give, runAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const POLL_MS = 5;

export interface Postmaster {
  readonly pid: number;
  readonly status: string;
}

/**
 * The postmaster that serves the cluster, ours or left by a killed Vigie; undefined when there is none.
 * A pid file that speaks of a dead process, a zombie or an unrelated one is removed: PostgreSQL itself would
 * take any living process of that number for a postmaster.
 */
export function runningPostmaster({ pgdata }: Cluster): Postmaster | undefined {
  const file = join(pgdata, 'postmaster.pid');
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  // Lines of the file: pid, data folder, start time, port, socket folder, address, shared memory key, status.
  if (pid > 0 && isPostmasterOf(pid, pgdata)) return { pid, status: lines[7]?.trim() ?? '' };
  if (pid > 0) rmSync(file, { force: true });
  return undefined;
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
 * @throws FaultError `embedded-start` when the given child ended first.
 */
export async function untilReady(cluster: Cluster, child: ChildProcess | undefined): Promise<Postmaster | undefined> {
  let failed: Error | undefined;
  child?.once('error', (error) => (failed = error));
  for (;;) {
    const found = runningPostmaster(cluster);
    if (found?.status === 'ready') return found;
    const ended = child === undefined ? found === undefined : child.exitCode !== null || child.signalCode !== null;
    if (failed !== undefined || ended) return undefined;
    await sleep(POLL_MS);
  }
}

/** The fault to show when PostgreSQL did not start: its own last words. */
export function startFault(cluster: Cluster) {
  const words = readFileSync(cluster.log, 'utf8')
    .split('\n')
    .findLast((line) => /FATAL|PANIC|ERROR|error/.test(line));
  const why = words?.replace(/^.*?(FATAL|PANIC|ERROR): */, '') ?? '?';
  return fault('unavailable', 'embedded-start', {
    en: `The embedded PostgreSQL did not start: ${why} (its log: ${cluster.log})`,
    fr: `Le PostgreSQL embarqué n'a pas démarré : ${why} (son journal : ${cluster.log})`,
  });
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
