#!/usr/bin/env node
// Makes a fresh clone ready: installs the packages of the lock file when needed, and knows the Node that Vigie runs on.
// Must run on any Node ≥ 20 with no package installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const NODE_MAJOR = 24;
const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.vigie-installed');
const npmsOwnRecord = join(root, 'node_modules', '.package-lock.json');

/** Installs what package-lock.json says, unless it is installed. Ends the process when that fails. */
export async function setUp() {
  const wanted = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (isInstalled(wanted)) return;
  const code = await install();
  if (code !== 0) {
    console.error(`vigie: "npm ci" failed (exit code ${code}); its own message is above. Mend that, then start again.`);
    process.exit(1);
  }
  writeFileSync(stampFile, wanted);
}

/** Our stamp names the lock file that was installed; without one, an install by hand that is newer than the lock file counts. */
function isInstalled(wanted) {
  if (!existsSync(npmsOwnRecord)) return false;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return true;
  return statSync(npmsOwnRecord).mtimeMs >= statSync(lockFile).mtimeMs;
}

async function install() {
  const started = performance.now();
  const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
  const text = 'Installing the packages of the lock file (about 750 MB on disk, once)';
  const live = process.stderr.isTTY;
  process.stderr.write(live ? `${text} …` : `${text} …\n`);
  const ticking = live && setInterval(() => process.stderr.write(`\r${text} … ${seconds()} `), 1000);
  // Everything, whatever NODE_ENV says: tests need the development packages, the server its optional ones.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const child = npm?.endsWith('.js')
    ? spawn(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    : spawn('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await ended(child);
  if (ticking) clearInterval(ticking);
  if (code === 0)
    process.stderr.write(`${live ? '\r' : ''}Installed in ${seconds()}.${' '.repeat(60)}\n`.replace(/ +\n/, '\n'));
  return code;
}

/** The exit code of a child; 128 + number when a signal ended it, 127 when it could not start. */
export function ended(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`vigie: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** Path of a Node that runs Vigie: the pinned one, else the one that runs this, if it is new enough. Ends the process if none. */
export function nodeForVigie() {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(pinned)) {
    const path = realpathSync(pinned);
    if (path === process.execPath || spawnSync(path, ['--version']).status === 0) return path;
  }
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath;
  console.error(
    `vigie: npm brings no Node ${NODE_MAJOR} for ${process.platform}-${process.arch}, and this is Node ${process.versions.node}. ` +
      `Install Node ${NODE_MAJOR} or newer (https://nodejs.org), then start again.`,
  );
  return process.exit(1);
}

/**
 * Becomes Node with these arguments, in place when the running Node can do that; otherwise stands in front of it,
 * passes signals on and ends as it ends.
 */
export async function become(args, env = process.env) {
  const node = nodeForVigie();
  if (process.execve) process.execve(node, [node, ...args], env);
  const child = spawn(node, args, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal));
  // npm may be killed without a word to us.
  const parent = process.ppid;
  if (env.npm_lifecycle_event) setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 200).unref();
  process.exitCode = await ended(child);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await setUp();
