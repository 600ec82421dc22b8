#!/usr/bin/env node
// Runs a TypeScript program of this project on a fresh clone: node scripts/run.mjs scripts/seed/seed.ts --patients 10
import { become, setUp } from './setup.mjs';

const args = process.argv.slice(2);
if (args.length === 0) {
  console.error('usage: node scripts/run.mjs PROGRAM.ts [ARGUMENTS]');
  process.exit(2);
}
await setUp();
await become(args);
