// Writes profiles/<Type>-<id>.json and profiles/ORIGIN.json from the forms; with --check only says whether they are up to date.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadLaw } from '../../src/law/load.ts';
import { readBase } from './base.ts';
import { conformance, origin } from './resources.ts';

const FOLDER = fileURLToPath(new URL('../../profiles/', import.meta.url));
const COMMAND = 'node_modules/.bin/node scripts/profiles/generate.ts';

/** File name → text of everything that belongs into profiles/, save the README. */
export function generated(): ReadonlyMap<string, string> {
  const base = readBase();
  const print = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const files = new Map<string, string>();
  for (const resource of conformance(base, loadLaw())) {
    const name = `${resource.resourceType}-${resource.id}.json`;
    if (files.has(name)) throw new Error(`two forms make ${name}`);
    files.set(name, print(resource));
  }
  return files.set('ORIGIN.json', print(origin(base)));
}

/** Names of the files that differ from what the forms make: changed, missing, or without a form. */
export function stale(files: ReadonlyMap<string, string>, folder: string = FOLDER): string[] {
  const there = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const extra = there.filter((name) => !files.has(name));
  const wrong = [...files].filter(
    ([name, text]) => !there.includes(name) || readFileSync(join(folder, name), 'utf8') !== text,
  );
  return [...extra, ...wrong.map(([name]) => name)].sort();
}

/** Writes, or only checks, a folder. Returns the exit code. */
export function main(check: boolean, folder: string = FOLDER): number {
  const files = generated();
  const names = stale(files, folder);
  if (names.length === 0) return 0;
  if (check) {
    console.error(`profiles/ is not up to date: ${names.join(', ')}\nRun: ${COMMAND}`);
    return 1;
  }
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const text = files.get(name);
    if (text === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), text);
  }
  console.log(`profiles/: ${names.length} of ${files.size} files written`);
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv.includes('--check'));
