#!/usr/bin/env node
// npm run check: format, lint, types, room borders, generated files up to date. Each failure ends with the command that mends it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeForVigie, root, setUp } from './setup.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);

/** `mend`: what to run, or what to do, when it fails. A program that does not exist has nothing to check. */
const CHECKS = [
  {
    name: 'format and lint',
    command: [bin('biome'), 'check', '.'],
    mend: 'npm run format   (then mend by hand what is left)',
  },
  {
    name: 'types',
    command: [bin('tsc'), '--noEmit'],
    mend: 'node_modules/.bin/tsc --noEmit   (mend each line that it names)',
  },
  {
    name: 'rooms',
    program: 'scripts/check-rooms.ts',
    mend: 'node scripts/run.mjs scripts/check-rooms.ts   (mend each line that it names)',
  },
  {
    name: 'law',
    program: 'scripts/check-law.ts',
    mend: 'node scripts/run.mjs scripts/check-law.ts   (mend each line that it names)',
  },
  twin('profiles', 'scripts/profiles/generate.ts'),
  twin('schema', 'scripts/gen-schema.ts'),
];

/** A generator that, with --check, compares instead of writing. */
function twin(name, program) {
  return { name, program, args: ['--check'], mend: `node scripts/run.mjs ${program}` };
}

function run(command) {
  return new Promise((resolve) => {
    const [program, ...args] = command;
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    child.stdout.on('data', (chunk) => said.push(chunk));
    child.stderr.on('data', (chunk) => said.push(chunk));
    child.on('error', (error) => resolve({ ok: false, said: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, said: Buffer.concat(said).toString().trim() }));
  });
}

await setUp();
const node = nodeForVigie();
let failed = 0;
let passed = 0;
for (const check of CHECKS) {
  if (check.program !== undefined && !existsSync(join(root, check.program))) continue;
  const started = performance.now();
  const { ok, said } = await run(check.command ?? [node, check.program, ...(check.args ?? [])]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'not ok'} ${check.name} (${seconds} s)`);
  if (ok) passed++;
  else {
    failed++;
    console.log(`${said.replace(/^/gm, '       ')}\n       To mend: ${check.mend}\n`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
