import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { checkRooms } from '../../scripts/check-rooms.ts';
import { scan } from '../../scripts/scan.ts';

/** What is wrong with a project of these files, READMEs aside. */
function wrong(files: Record<string, string>): string[] {
  return wrongWithReadmes(files).filter((line) => !line.includes('README.md'));
}

function wrongWithReadmes(files: Record<string, string>): string[] {
  const project = mkdtempSync(join(tmpdir(), 'vigie-rooms-'));
  t.teardown(() => rmSync(project, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  return checkRooms(project);
}

t.test('imports that the table allows are right', async (t) => {
  t.same(
    wrong({
      'src/core/a.ts':
        "import type { Day } from '../kernel/day.ts';\nimport { b } from './b.ts';\nimport type { Claim } from '@medplum/fhirtypes';\n",
      'src/core/b.ts': "import { inForce } from '../law/law.ts';\nexport const b = inForce;\n",
      'src/storage/c.ts': "import pg from 'pg';\nimport { join } from 'node:path';\nexport { pg, join };\n",
      'src/fhir/deep/d.ts':
        "import type { Clause } from '../../storage/types.ts';\nimport Ajv from 'ajv/dist/2020.js';\n",
      'src/main.ts': "import './storage/c.ts';\nimport 'anything';\n",
      'test/core/a.test.ts': "import '../../src/storage/c.ts';\nawait fetch('http://127.0.0.1');\n",
    }),
    [],
  );
});

t.test('a wrong arrow is named with its line', async (t) => {
  const table: readonly (readonly [string, string, RegExp])[] = [
    [
      'src/kernel/a.ts',
      "import { x } from '../law/law.ts';",
      /^src\/kernel\/a\.ts:1: kernel may not import src\/law\/law\.ts; it may import nothing$/,
    ],
    ['src/core/a.ts', "\nimport { x } from '../storage/types.ts';", /^src\/core\/a\.ts:2: core may not import/],
    ['src/core/a.ts', "import { readFileSync } from 'node:fs';", /core may not import node:fs/],
    [
      'src/core/a.ts',
      "import { Claim } from '@medplum/fhirtypes';",
      /core may import only types of @medplum\/fhirtypes/,
    ],
    ['src/fhir/a.ts', "import { Pool } from 'pg';", /fhir may not import pg/],
    ['src/fhir/a.ts', "import { search } from '../storage/search.ts';", /fhir may not import src\/storage\/search\.ts/],
    ['src/http/a.ts', "export { x } from '../storage/types.ts';", /http may not import/],
    ['src/storage/a.ts', "const x = await import('../fhir/json.ts');", /storage may not import src\/fhir\/json\.ts/],
    ['src/operations/a.ts', "import {\n  x,\n  y,\n} from '../http/a.ts';", /operations may not import/],
    ['src/app.ts', "import './main.ts';", /nothing imports src\/main\.ts/],
    ['src/cellar/a.ts', "import '../kernel/day.ts';", /the room cellar is not in the table/],
  ];
  for (const [path, text, expected] of table) {
    const lines = wrong({ [path]: text });
    t.equal(lines.length, 1, `${path}: ${text}`);
    t.match(lines[0], expected);
  }
});

t.test('words that a room may not say are named', async (t) => {
  const table: readonly (readonly [string, string])[] = [
    ['src/core/a.ts', 'const now = Date.now();'],
    ['src/core/a.ts', 'const now = new Date( );'],
    ['src/core/a.ts', 'const x = Math.random();'],
    ['src/core/a.ts', 'async function f() {}'],
    ['src/law/law.ts', 'const home = process.cwd();'],
    ['src/http/a.ts', 'const r = fetch(url);'],
    ['src/http/a.ts', 'const p = process.env.PORT;'],
    ['src/storage/a.ts', 'process.exit(1);'],
    ['src/fhir/a.ts', 'export default 1;'],
    ['src/fhir/a.ts', "const q = 'select id from resource';"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source under test
    ['src/http/a.ts', 'const q = `\n  insert into resource values (${n})`;'],
    ['src/operations/a.ts', "const q = 'update resource set n = 1';"],
  ];
  for (const [path, text] of table) t.equal(wrong({ [path]: text }).length, 1, `${path}: ${text}`);
});

t.test('the same words are free elsewhere, in comments and in prose', async (t) => {
  t.same(
    wrong({
      'src/core/a.ts':
        "// Date.now is not for us\n/* await */ const why = 'process and await';\nconst at = new Date(0);\n",
      'src/law/load.ts': 'export const here = process.cwd();',
      'src/outside/a.ts': 'await fetch(url);',
      'src/storage/a.ts': "const q = 'select id from resource';",
      'src/fhir/a.ts': "const text = 'Select one from the list.';\nstore.fetch(1);\n",
      'src/http/plugin.ts': 'export default 1;',
      'src/config.ts': 'export const port = process.env.PORT;',
      'src/main.ts': 'process.exit(0);',
    }),
    [],
  );
});

t.test('a file of 400 lines is right, of 401 too long', async (t) => {
  t.same(wrong({ 'test/a.test.ts': '\n'.repeat(400) }), []);
  t.match(wrong({ 'test/a.test.ts': '\n'.repeat(401) }), [/^test\/a\.test\.ts:400: 401 lines/]);
  t.match(wrong({ 'src/storage/migrations/1.sql': '\n'.repeat(401) }), [/401 lines/]);
});

t.test('each room has a README of at most 20 lines', async (t) => {
  const room = { 'src/core/a.ts': '' };
  t.match(wrongWithReadmes(room), [/^src\/core\/README\.md:1: missing/]);
  t.same(wrongWithReadmes({ ...room, 'src/core/README.md': 'line\n'.repeat(20) }), []);
  t.match(wrongWithReadmes({ ...room, 'src/core/README.md': 'line\n'.repeat(21) }), [/21 lines/]);
});

t.test('scanning tells code, comments and strings apart', async (t) => {
  const texts = (source: string) => scan(source).literals.map((l) => l.text);
  t.same(texts(`const a = 'it\\'s', b = "x // y"; // 'no'`), ["it\\'s", 'x // y']);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: source under test
  t.same(texts('`a ${b + `c ${d} e`} f`'), ['a ', 'c ', ' e', ' f']);
  t.same(texts("const r = /['\"]/g; const s = 'x'"), ['x']);
  t.same(texts("const n = a / b; const s = 'x' / 2"), ['x']);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: source under test
  t.same(texts('`${{ a: {} }.a}` + `z`'), ['', '', 'z']);
  t.equal(scan('/* one\ntwo */ code').code.trim(), 'code');
  t.equal(scan('a\n`\n\n`\nb').literals[0]?.line, 2);
  t.equal(scan('a\n`\n\n`\nb').code.split('\n').length, 5);
});
