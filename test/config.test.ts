import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type ConfigResult, optionNames, readConfig } from '../src/config.ts';

function config(env: Record<string, string> = {}, argv: string[] = []) {
  const result = readConfig(argv, env);
  if (result.kind !== 'config') throw new Error(`refused: ${JSON.stringify(result)}`);
  return result.config;
}

function refusal(env: Record<string, string>, argv: string[] = []): readonly string[] {
  const result: ConfigResult = readConfig(argv, env);
  return result.kind === 'refused' ? result.lines : [];
}

t.test('without any variable everything has its default', async (t) => {
  const c = config();
  t.match(c, { port: 8080, host: '127.0.0.1', logLevel: 'warn', demo: true, language: 'en' });
  t.match(c.dataDir, /\.vigie$/);
  t.equal(c.databaseUrl, undefined);
  t.ok(Object.isFrozen(c));
});

t.test('takes what the environment says', async (t) => {
  const env = {
    PORT: '0',
    HOST: '::1',
    VIGIE_DATA: '/tmp/some where',
    DATABASE_URL: 'postgresql://me:secret@db.example:5433/vigie?sslmode=require',
    LOG_LEVEL: 'debug',
    VIGIE_PACKAGES: tmpdir(),
    VIGIE_BASE_URL: 'https://fhir.example.org/fhir/',
    LANG: 'fr_FR.UTF-8',
  };
  t.match(config(env), {
    port: 0,
    host: '::1',
    dataDir: '/tmp/some where',
    databaseUrl: env.DATABASE_URL,
    logLevel: 'debug',
    packagesDir: tmpdir(),
    publicBase: 'https://fhir.example.org/fhir',
    language: 'fr',
  });
});

t.test('an empty variable is an unset one', async (t) => {
  t.equal(config({ PORT: '', DATABASE_URL: '' }).port, 8080);
});

t.test('a database behind a Unix socket is an address', async (t) => {
  t.ok(config({ DATABASE_URL: 'postgresql://vigie@/vigie?host=/run/postgresql' }).databaseUrl);
});

t.test('--no-demo leaves the store empty, also when npm swallowed it', async (t) => {
  t.equal(config({}, ['--no-demo']).demo, false);
  t.equal(config({ npm_config_demo: '' }).demo, false);
});

t.test('a port is 0 to 65535', async (t) => {
  t.equal(config({ PORT: '65535' }).port, 65535);
  for (const bad of ['65536', '-1', '80.5', '8080a', 'http', ' 8080']) {
    t.match(refusal({ PORT: bad }), [/^PORT=".*" is no port .*: PORT=8080$/], bad);
  }
});

t.test('bad values are refused with the line to write', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'vigie-config-')), 'file');
  writeFileSync(file, '');
  t.teardown(() => rmSync(join(file, '..'), { recursive: true }));
  const table: readonly (readonly [string, string, RegExp])[] = [
    ['HOST', 'a b', /HOST=127\.0\.0\.1$/],
    ['VIGIE_DATA', file, /is a file.*VIGIE_DATA=\.\/\.vigie$/],
    ['DATABASE_URL', 'mysql://localhost/x', /DATABASE_URL=postgresql:\/\/vigie:/],
    ['DATABASE_URL', 'localhost', /is no PostgreSQL address/],
    ['LOG_LEVEL', 'loud', /is not one of fatal, error.*LOG_LEVEL=info$/],
    ['VIGIE_PACKAGES', join(file, 'none'), /is no folder.*VIGIE_PACKAGES=/],
    ['VIGIE_BASE_URL', 'fhir.example.org', /VIGIE_BASE_URL=https:/],
  ];
  for (const [name, value, expected] of table) {
    const lines = refusal({ [name]: value });
    t.equal(lines.length, 1, name);
    t.match(lines[0], expected);
  }
});

t.test('every mistake is named at once', async (t) => {
  t.equal(refusal({ PORT: 'x', LOG_LEVEL: 'y' }, ['--demo']).length, 3);
});

t.test('the password of a refused address is not shown', async (t) => {
  const [line] = refusal({ DATABASE_URL: 'postgres2://me:hunter2@db/vigie' });
  t.match(line, /me:\*\*\*@db/);
  t.notMatch(line, /hunter2/);
});

t.test('unknown VIGIE_ variables are typing errors', async (t) => {
  t.match(refusal({ VIGIE_DATE: '/x' }), ['Unknown variable VIGIE_DATE: write VIGIE_DATA instead.']);
  t.match(refusal({ VIGIE_COLOUR: 'red' }), [/unset VIGIE_COLOUR/]);
  t.same(refusal({ VIGIE_TEST_PG: '{}' }), []);
});

t.test('unknown options are refused with what to write', async (t) => {
  t.match(refusal({}, ['--nodemo']), ['Unknown option --nodemo. Write: --no-demo']);
  t.match(refusal({}, ['--port=9000']), ['Unknown option --port=9000. Set it in the environment: PORT=9000']);
  t.match(refusal({}, ['serve']), [/Unknown option serve\. Run with --help/]);
});

t.test('the help names everything that can be set', async (t) => {
  const result = readConfig(['--help'], { PORT: 'wrong' });
  t.equal(result.kind, 'help');
  for (const name of optionNames) t.ok(result.kind === 'help' && result.text.includes(`  ${name} `), name);
});

t.test('the README names everything that can be set', async (t) => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const name of optionNames) t.ok(readme.includes(`\`${name}\``), name);
});
