// A PostgreSQL for tests: fast, not durable, in a temporary folder. As a program, it runs a command beside one:
//   node test/helpers/cluster.ts tap run …
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterIn } from '../../src/storage/embedded/cluster.ts';
import { type Connection, startEmbedded } from '../../src/storage/embedded/index.ts';
import { runningPostmaster } from '../../src/storage/embedded/postmaster.ts';

export interface TestCluster {
  readonly connection: Connection;
  stop(): Promise<void>;
}

/** Starts a throw-away PostgreSQL; `stop` ends it and removes its folder. */
export async function startTestCluster(): Promise<TestCluster> {
  sweep();
  const dataDir = mkdtempSync(join(tmpdir(), `vigie-test-${process.pid}-`));
  const embedded = await startEmbedded({
    dataDir,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      shared_buffers: '128MB',
      max_connections: '200',
      autovacuum_naptime: '5min',
    },
  });
  return {
    connection: embedded.connection,
    stop: async () => {
      await embedded.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Ends what killed test runs left: a folder's name says which process it belonged to. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^vigie-test-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const folder = join(tmpdir(), name);
    const left = runningPostmaster(clusterIn(folder));
    if (left !== undefined) process.kill(left.pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Runs a command with VIGIE_TEST_PG set, and ends with its exit code. */
async function main([command, ...args]: string[]): Promise<void> {
  if (command === undefined) throw new Error('usage: cluster.ts COMMAND [ARGUMENTS]');
  const cluster = await startTestCluster();
  const env = { ...process.env, VIGIE_TEST_PG: JSON.stringify(cluster.connection) };
  const child = spawn(command, args, { stdio: 'inherit', env });
  // Ctrl-C reaches the command too: we stay until it is gone, to clean up after it.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => name === 'SIGTERM' && child.kill(name));
  const code = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (status, signal) => resolve(status ?? 128 + constants.signals[signal!]));
  });
  await cluster.stop();
  process.exitCode = code;
}

if (import.meta.main) await main(process.argv.slice(2));
