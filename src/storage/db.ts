// One door to PostgreSQL: how a session is opened, what its values look like in JavaScript.
import pg from 'pg';
import type { Log } from './log.ts';

/** Where the database is: a URL, or the parts of it (a `host` that starts with `/` is the folder of a Unix socket). */
export type Address =
  | { readonly connectionString: string }
  | {
      readonly host: string;
      readonly port?: number;
      readonly user: string;
      readonly password?: string;
      readonly database: string;
    };

/** Settings of a session, beside those that all sessions share. */
export interface SessionOptions {
  /** Shown in pg_stat_activity after `vigie `. */
  readonly name: string;
  /** Milliseconds; 0 = none. */
  readonly statementTimeout: number;
  /** Several queries may be on their way at once. */
  readonly pipeline?: boolean;
  /** Further settings, name to value; both are ours, never a client's. */
  readonly settings?: Readonly<Record<string, string>>;
}

const CONNECT_MILLIS = 10_000;

// A day is a text and an instant is an ISO text: a JavaScript Date would put a zone on the one and lose microseconds of the other.
const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [20, (text) => text],
  [1082, (text) => text],
  [1114, (text) => text],
  [1184, isoInstant],
  [1115, (text) => text],
  [1182, (text) => text],
  [1185, (text) => text],
  [1700, (text) => text],
]);

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
    return PARSERS.get(oid) ?? (pg.types.getTypeParser(oid, format) as (value: string) => unknown);
  },
};

/** The parser of a result column, by the oid of its type. */
export function parserOf(oid: number): (text: string) => unknown {
  return types.getTypeParser(oid, 'text');
}

/**
 * ISO 8601 UTC of PostgreSQL's own text (`2026-03-01 09:30:00.5+00`), with three decimals of seconds, or six when needed.
 * The session's zone is UTC, so the offset is always +00. `infinity` stays.
 */
export function isoInstant(text: string): string {
  if (!text.endsWith('+00')) return text;
  const [whole = '', fraction = ''] = text.slice(0, -3).replace(' ', 'T').split('.');
  return `${whole}.${fraction.length > 3 ? fraction.padEnd(6, '0') : fraction.padEnd(3, '0')}Z`;
}

/** Opens a session. @throws the driver's error when the database is not to be reached. */
export async function openSession(address: Address, options: SessionOptions, log: Log): Promise<pg.Client> {
  const client = new pg.Client({
    ...address,
    application_name: `vigie ${options.name}`,
    connectionTimeoutMillis: CONNECT_MILLIS,
    keepAlive: true,
    types: types as pg.CustomTypesConfig,
    ...(options.pipeline ? { pipeline: true } : {}),
  } as pg.ClientConfig);
  // Without a listener, a database that goes away would end the process.
  client.on('error', (error) => log.warn({ err: error, session: options.name }, 'the session with the database broke'));
  await client.connect();
  const settings = {
    timezone: 'UTC',
    datestyle: 'ISO',
    intervalstyle: 'iso_8601',
    extra_float_digits: '1',
    synchronous_commit: 'on',
    jit: 'off',
    statement_timeout: String(options.statementTimeout),
    lock_timeout: '0',
    ...options.settings,
  };
  await client.query(
    Object.entries(settings)
      .map(([name, value]) => `set ${name} = '${value}'`)
      .join(';'),
  );
  return client;
}
