// A PostgreSQL for tests: fast, not durable, in a temporary folder. As a program, it runs a command beside one:
//   node test/helpers/cluster.ts tap run …
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, startEmbedded } from '../../src/storage/embedded/index.ts';

export interface TestCluster {
  readonly connection: Connection;
  stop(): Promise<void>;
}

/** Starts a throw-away PostgreSQL; `stop` ends it and removes its folder. */
export async function startTestCluster(): Promise<TestCluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-test-'));
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
