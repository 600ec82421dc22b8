// Writes src/storage/schema.json from a freshly migrated database; with --check, compares instead.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeSchema } from '../src/storage/catalogue.ts';
import { startEmbedded } from '../src/storage/embedded/index.ts';
import { migrate } from '../src/storage/migrate.ts';

const FILE = new URL('../src/storage/schema.json', import.meta.url);

/** The text of schema.json as the migrations make it. */
async function generate(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-schema-'));
  const embedded = await startEmbedded({ dataDir, settings: { fsync: 'off' } });
  try {
    await migrate(embedded.connection);
    return format(JSON.stringify(await describeSchema(embedded.connection)));
  } finally {
    await embedded.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** As the formatter of the house wants it. */
function format(json: string): string {
  const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url));
  return execFileSync(biome, ['format', `--stdin-file-path=${fileURLToPath(FILE)}`], { input: json, encoding: 'utf8' });
}

const text = await generate();
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, 'utf8') !== text) {
  console.error(
    'src/storage/schema.json is not what the migrations make. Run: node scripts/run.mjs scripts/gen-schema.ts',
  );
  process.exitCode = 1;
}
