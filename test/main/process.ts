// Starts the real server as a process of its own, for tests of its life and death.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

interface Scope {
  teardown(done: () => void): void;
}

export interface Server {
  readonly child: ChildProcess;
  /** FHIR base, once it is served. */
  readonly base: string;
  /** Milliseconds from the start of the process to that moment. */
  readonly millis: number;
  readonly output: () => string;
  readonly errors: () => string;
  /** Sends a signal and waits for the end; returns the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export interface How {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The command instead of `node src/main.ts`. */
  readonly command?: readonly [string, ...string[]];
  readonly uid?: number;
  /** In a process group of its own. */
  readonly group?: boolean;
}

/** A folder that is removed with the test. */
export function temporary(t: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-main-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function launch(how: How): Omit<Server, 'base' | 'millis'> {
  const [program, ...args] = how.command ?? [process.execPath, join(PROJECT, 'src', 'main.ts')];
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, [...args, ...(how.args ?? [])], {
    cwd: PROJECT,
    env: { PATH, HOME, PORT: '0', LANG: 'C', ...how.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: how.group ?? false,
    ...(how.uid === undefined ? {} : { uid: how.uid, gid: how.uid }),
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { child, output: () => output, errors: () => errors, end, ended };
}

/** Starts the server and waits until it serves. @throws Error with everything that it said when it ends before. */
export async function serve(t: Scope, how: How): Promise<Server> {
  const started = performance.now();
  const server = launch(how);
  t.teardown(() => {
    if (server.child.exitCode === null) server.child.kill('SIGKILL');
  });
  for (;;) {
    const base = /Vigie serves (\S+)/.exec(server.output())?.[1];
    if (base !== undefined) return { ...server, base, millis: Math.round(performance.now() - started) };
    if (server.child.exitCode !== null) throw new Error(`the server ended:\n${server.output()}\n${server.errors()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Starts the server and waits for its end. */
export async function refused(how: How): Promise<Outcome> {
  const server = launch(how);
  const code = await server.ended;
  return { code, output: server.output(), errors: server.errors().trim() };
}
