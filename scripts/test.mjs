#!/usr/bin/env node
// npm test: sets up what a fresh clone lacks, then runs the suite (or the given files) beside its own PostgreSQL.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { become, ended, nodeForVigie, root, setUp } from './setup.mjs';

await setUp();
const node = nodeForVigie();
const tap = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs');
const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` };
await buildTap();
await become([join(root, 'test', 'helpers', 'cluster.ts'), node, tap, 'run', ...process.argv.slice(2)], env);

/**
 * tap generates its test class from the plugins that .taprc names. Left to do that by itself in the first run,
 * it finds no tests; so it is done before, and again when .taprc changes.
 */
async function buildTap() {
  const stamp = join(root, 'node_modules', '@tapjs', 'test', 'test-built', '.vigie-built');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, '.taprc')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Building tap for the plugins of .taprc (once) …');
  const code = await ended(spawn(node, [tap, 'build'], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] }));
  if (code !== 0) {
    console.error('vigie: "tap build" failed; its own message is above. Remove node_modules, then start again.');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
