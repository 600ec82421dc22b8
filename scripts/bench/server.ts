// Starts a Vigie of its own for a measurement: free port, fresh data folder, stopped by its pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Server {
  readonly base: string;
  readonly host: string;
  readonly port: number;
  /** Folder of its database. */
  readonly data: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Resolves when the server serves. @throws when it ends before */
export async function startServer(args: readonly string[] = ['--no-demo']): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), 'vigie-bench-'));
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      VIGIE_DATA: data,
      DATABASE_URL: '',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await serving(child);
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  return { base: `http://127.0.0.1:${port}/fhir`, host: '127.0.0.1', port, data, pid: child.pid ?? 0, stop };
}

function serving(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Vigie serves')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it served:\n${text}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
