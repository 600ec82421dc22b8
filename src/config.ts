// What can be set, in one table: the environment and the command line are read, checked and explained from it.
// The only reader of process.env in src/.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];

export interface Config {
  /** 0 lets the system choose a free port. */
  readonly port: number;
  readonly host: string;
  /** Folder of the embedded PostgreSQL; not touched when databaseUrl is set. */
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly logLevel: LogLevel;
  /** Folder of published FHIR packages. */
  readonly packagesDir?: string;
  /** The FHIR base as clients see it, when a proxy stands in front. No slash at the end. */
  readonly publicBase?: string;
  /** Load the demonstration cohort into an empty store. */
  readonly demo: boolean;
  /** Started by npm, which may be killed without a word to us: then this process must end as well. */
  readonly underNpm: boolean;
  /** Language of the lines for the person at the terminal, from the locale of the environment. */
  readonly language: 'en' | 'fr';
}

export type ConfigResult =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'help'; readonly text: string }
  /** One line for each mistake; each says what to write instead. */
  | { readonly kind: 'refused'; readonly lines: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** How a value is read: the checked value, or what is wrong with it. */
type Check<T> = (text: string) => { readonly value: T } | { readonly wrong: string };

interface Setting<K extends keyof Config> {
  readonly name: string;
  readonly key: K;
  readonly help: string;
  /** Shown in the help; what an unset variable means. */
  readonly shown: string;
  readonly unset: () => Config[K] | undefined;
  readonly check: Check<NonNullable<Config[K]>>;
  /** A value that is right, for the line that mends a wrong one. */
  readonly example: string;
}

function setting<K extends keyof Config>(s: Setting<K>): Setting<K> {
  return s;
}

const root = fileURLToPath(new URL('..', import.meta.url));

const port: Check<number> = (text) =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65535 ? { value: Number(text) } : { wrong: 'is no port (0 to 65535)' };

const host: Check<string> = (text) =>
  /^[A-Za-z0-9._:%-]+$/.test(text) ? { value: text } : { wrong: 'is no host name or IP address' };

const folder: Check<string> = (text) =>
  existsSync(text) && !statSync(text).isDirectory() ? { wrong: 'is a file, not a folder' } : { value: resolve(text) };

const presentFolder: Check<string> = (text) =>
  existsSync(text) && statSync(text).isDirectory() ? { value: resolve(text) } : { wrong: 'is no folder' };

const databaseUrl: Check<string> = (text) =>
  /^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text.replace('@/', '@localhost/'))
    ? { value: text }
    : { wrong: 'is no PostgreSQL address' };

const publicBase: Check<string> = (text) =>
  /^https?:\/\//.test(text) && URL.canParse(text)
    ? { value: text.replace(/\/+$/, '') }
    : { wrong: 'is no http or https address' };

const level: Check<LogLevel> = (text) => {
  const found = LEVELS.find((l) => l === text);
  return found === undefined ? { wrong: `is not one of ${LEVELS.join(', ')}` } : { value: found };
};

const SETTINGS = [
  setting({
    name: 'PORT',
    key: 'port',
    help: 'port of the HTTP server; 0 takes a free one',
    shown: '8080',
    unset: () => 8080,
    check: port,
    example: '8080',
  }),
  setting({
    name: 'HOST',
    key: 'host',
    help: 'address it listens on; 0.0.0.0 is every interface',
    shown: '127.0.0.1',
    unset: () => '127.0.0.1',
    check: host,
    example: '127.0.0.1',
  }),
  setting({
    name: 'VIGIE_DATA',
    key: 'dataDir',
    help: 'folder of the embedded PostgreSQL',
    shown: '.vigie in the project, or in your home when the project is read-only',
    unset: defaultDataDir,
    check: folder,
    example: './.vigie',
  }),
  setting({
    name: 'DATABASE_URL',
    key: 'databaseUrl',
    help: 'a PostgreSQL 15 to 18 to use instead of the embedded one',
    shown: 'none: embedded',
    unset: () => undefined,
    check: databaseUrl,
    example: 'postgresql://vigie:password@localhost:5432/vigie',
  }),
  setting({
    name: 'LOG_LEVEL',
    key: 'logLevel',
    help: LEVELS.join(', '),
    shown: 'warn',
    unset: () => 'warn' as const,
    check: level,
    example: 'info',
  }),
  setting({
    name: 'VIGIE_PACKAGES',
    key: 'packagesDir',
    help: 'folder of published FHIR packages (.tgz or unpacked) to validate against as well',
    shown: 'none',
    unset: () => undefined,
    check: presentFolder,
    example: './packages',
  }),
  setting({
    name: 'VIGIE_BASE_URL',
    key: 'publicBase',
    help: 'the FHIR base as clients see it, when a proxy stands in front',
    shown: 'what each request says',
    unset: () => undefined,
    check: publicBase,
    example: 'https://fhir.example.org/fhir',
  }),
] as const;

const FLAGS = [
  { name: '--no-demo', help: 'leave an empty store empty instead of loading the demonstration cohort' },
  { name: '--help', help: 'print this and end' },
] as const;

/** Names of everything that can be set, for the test that compares them with the README. */
export const optionNames: readonly string[] = [...SETTINGS, ...FLAGS].map((o) => o.name);

/**
 * Reads and checks the configuration.
 * @param argv the command line after the program's name.
 * @param env the environment; empty variables count as unset. Unknown VIGIE_* variables are refused, they are typing errors.
 */
export function readConfig(
  argv: readonly string[] = process.argv.slice(2),
  env: Environment = process.env,
): ConfigResult {
  if (argv.includes('--help') || argv.includes('-h')) return { kind: 'help', text: helpText() };
  const lines = [...unknownFlags(argv), ...unknownVariables(env)];
  const demo = !argv.includes('--no-demo') && !swallowedNoDemo(env);
  const config: Record<string, unknown> = {
    demo,
    language: languageOf(env),
    underNpm: env.npm_lifecycle_event === 'start',
  };
  for (const s of SETTINGS) {
    const text = env[s.name];
    if (text === undefined || text === '') {
      const value = s.unset();
      if (value !== undefined) config[s.key] = value;
      continue;
    }
    const checked = s.check(text);
    if ('wrong' in checked)
      lines.push(`${s.name}="${hidePassword(text)}" ${checked.wrong}. Write for example: ${s.name}=${s.example}`);
    else config[s.key] = checked.value;
  }
  if (lines.length > 0) return { kind: 'refused', lines };
  return { kind: 'config', config: Object.freeze(config) as unknown as Config };
}

/** The first of the variables of POSIX that is set decides. */
function languageOf(env: Environment): Config['language'] {
  return (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').startsWith('fr') ? 'fr' : 'en';
}

/** A password in an address is for nobody's terminal. */
function hidePassword(text: string): string {
  return text.replace(/(:\/\/[^:/@]*:)[^@]*@/, '$1***@');
}

/** `npm start --no-demo`, without the `--` in between, reaches us as an npm setting. */
function swallowedNoDemo(env: Environment): boolean {
  return env.npm_config_demo === '' || env.npm_config_demo === 'false';
}

function unknownFlags(argv: readonly string[]): string[] {
  return argv
    .filter((arg) => !FLAGS.some((f) => f.name === arg))
    .map((arg) => {
      const [, name = '', value] = /^--?([^=]+)=?(.*)$/.exec(arg) ?? [];
      const variable = SETTINGS.find((s) => closeTo(s.name.replace('VIGIE_', ''), name.replaceAll('-', '_')));
      if (variable !== undefined) {
        return `Unknown option ${arg}. Set it in the environment: ${variable.name}=${value || variable.example}`;
      }
      const flag = FLAGS.find((f) => closeTo(f.name, arg));
      return `Unknown option ${arg}. ${flag === undefined ? 'Run with --help for what there is.' : `Write: ${flag.name}`}`;
    });
}

/** VIGIE_TEST_* belong to the test suite, whose servers inherit them. */
function unknownVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter(
      (name) => name.startsWith('VIGIE_') && !name.startsWith('VIGIE_TEST_') && !SETTINGS.some((s) => s.name === name),
    )
    .map((name) => {
      const close = SETTINGS.find((s) => closeTo(s.name, name));
      const hint =
        close === undefined ? `unset ${name}, or run with --help for what there is` : `write ${close.name} instead`;
      return `Unknown variable ${name}: ${hint}.`;
    });
}

/** Whether a name is another one with at most two typing errors. */
function closeTo(right: string, written: string): boolean {
  const [a, b] = [right.toUpperCase(), written.toUpperCase()];
  if (Math.abs(a.length - b.length) > 2) return false;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]! <= 2;
}

function defaultDataDir(): string {
  const here = join(root, '.vigie');
  if (isWritable(existsSync(here) ? here : root)) return here;
  return process.platform === 'darwin'
    ? join(homedir(), 'Library', 'Application Support', 'vigie')
    : join(homedir(), '.local', 'share', 'vigie');
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function helpText(): string {
  const names = [...SETTINGS, ...FLAGS].map((o) => o.name.length);
  const column = Math.max(...names) + 2;
  const rows = SETTINGS.map((s) => `  ${s.name.padEnd(column)}${s.help} (${s.shown})`);
  const flags = FLAGS.map((f) => `  ${f.name.padEnd(column)}${f.help}`);
  return [
    'Vigie: FHIR R4 server for French télésurveillance médicale',
    '',
    'usage: [VARIABLE=value …] npm start [-- OPTIONS]',
    '',
    'Variables of the environment (and what applies when they are unset):',
    ...rows,
    '',
    'Options:',
    ...flags,
  ].join('\n');
}
