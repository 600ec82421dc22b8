import { spawnSync } from 'node:child_process';
import { accessSync, chownSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import t from 'tap';
import type { Connection } from '../../src/storage/embedded/index.ts';
import { db } from '../helpers/db.ts';
import { PROJECT, refused, type Server, serve, temporary } from './process.ts';

const NOBODY = 65534;
const FHIR = { 'content-type': 'application/fhir+json' };

async function createPatient(server: Server): Promise<string> {
  const patient = { resourceType: 'Patient', gender: 'female', birthDate: '1950-02-03' };
  const response = await fetch(`${server.base}/Patient`, {
    method: 'POST',
    headers: FHIR,
    body: JSON.stringify(patient),
  });
  if (response.status !== 201) throw new Error(await response.text());
  return ((await response.json()) as { id: string }).id;
}

async function birthDate(server: Server, id: string): Promise<unknown> {
  return ((await (await fetch(`${server.base}/Patient/${id}`)).json()) as { birthDate: unknown }).birthDate;
}

/** Process number of the PostgreSQL of a data folder, or undefined when none runs. */
function postmaster(dataDir: string): number | undefined {
  const file = join(dataDir, 'postgres', 'postmaster.pid');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

function addressOf(connection: Connection): string {
  return `postgresql://${connection.user}@/${connection.database}?host=${encodeURIComponent(connection.host)}`;
}

/** One line for a person, and nothing else. */
function oneLine(errors: string): boolean {
  return errors.split('\n').length === 1 && errors.startsWith('vigie: ');
}

t.test('on one data folder', async (t) => {
  const dataDir = join(temporary(t), 'data');
  const how = { env: { VIGIE_DATA: dataDir }, args: ['--no-demo'] };
  let id = '';

  await t.test('the first start serves FHIR, and Ctrl-C stops server and database', async (t) => {
    const server = await serve(t, how);
    const metadata = (await (await fetch(`${server.base}/metadata`)).json()) as { resourceType: string };
    t.equal(metadata.resourceType, 'CapabilityStatement');
    id = await createPatient(server);
    t.ok(postmaster(dataDir));
    t.equal(await server.end('SIGINT'), 0);
    t.equal(postmaster(dataDir), undefined);
    t.equal(server.errors(), '');
    t.match(server.output(), /Stopped\./);
    t.comment(`first start: ${server.millis} ms`);
  });

  await t.test('a restart finds what was stored', async (t) => {
    const server = await serve(t, how);
    t.comment(`restart: ${server.millis} ms`);
    t.equal(await birthDate(server, id), '1950-02-03');
    t.equal(await server.end('SIGTERM'), 0);
  });

  await t.test('after kill -9 the next start recovers by itself', async (t) => {
    const server = await serve(t, how);
    const last = await createPatient(server);
    await server.end('SIGKILL');
    t.ok(postmaster(dataDir), 'PostgreSQL was left behind');
    const next = await serve(t, how);
    t.equal(await birthDate(next, last), '1950-02-03');
    t.equal(await next.end('SIGINT'), 0);
    t.equal(postmaster(dataDir), undefined);
    t.equal(next.errors(), '');
  });

  await t.test('kill -9 while it starts leaves nothing that the next start stumbles on', async (t) => {
    const folder = join(temporary(t), 'data');
    for (const delay of [100, 300, 600]) {
      const killed = refused({ env: { VIGIE_DATA: folder }, command: killer(delay) });
      t.equal((await killed).code, 137, `killed after ${delay} ms`);
    }
    const server = await serve(t, { env: { VIGIE_DATA: folder }, args: ['--no-demo'] });
    t.ok(await createPatient(server));
    t.equal(await server.end('SIGTERM'), 0);
  });

  await t.test('a second start on the folder is refused in one line, and the first goes on', async (t) => {
    const server = await serve(t, how);
    const second = await refused(how);
    t.equal(second.code, 1);
    t.ok(oneLine(second.errors), second.errors);
    t.match(second.errors, /is in use by another Vigie \(process \d+\)\. Stop it first, or set VIGIE_DATA/);
    t.equal(await birthDate(server, id), '1950-02-03');
    t.equal(await server.end('SIGTERM'), 0);
  });

  await t.test('a signal while it starts stops it too', async (t) => {
    const outcome = await refused({ ...how, command: ['bash', '-c', stopAfter(0.25)] });
    t.equal(outcome.code, 0);
    t.equal(postmaster(dataDir), undefined);
  });
});

/** A shell that starts the server and kills it after some milliseconds. */
function killer(delay: number): readonly [string, ...string[]] {
  const command = `"${process.execPath}" src/main.ts --no-demo & sleep ${delay / 1000}; kill -9 $!; wait $!`;
  return ['bash', '-c', command];
}

function stopAfter(seconds: number): string {
  return `"${process.execPath}" src/main.ts --no-demo & sleep ${seconds}; kill -INT $!; wait $!`;
}

t.test(
  'a first start shows the demonstration cohort and three addresses that answer; a second does not load it again',
  async (t) => {
    const how = { env: { VIGIE_DATA: join(temporary(t), 'data') } };
    const first = await serve(t, how);
    t.match(first.output(), /loading \d+ demonstration patients/);
    for (const word of ['billable', 'not-billable', 'undetermined', 'billed', '28.00 €'])
      t.ok(first.output().includes(word), word);
    const addresses = [...first.output().matchAll(/curl .*'(http[^']+)'/g)].map((m) => m[1]!);
    t.equal(addresses.length, 3);
    for (const address of addresses) t.equal((await fetch(address)).status, 200, address);
    t.comment(`first start with the cohort: ${first.millis} ms`);
    t.equal(await first.end('SIGINT'), 0);

    const second = await serve(t, how);
    t.notMatch(second.output(), /demonstration/);
    t.equal(await second.end('SIGINT'), 0);
  },
);

t.test('a taken port is refused in one line, before any data is touched', async (t) => {
  const dataDir = join(temporary(t), 'data');
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  const { port } = other.address() as { port: number };
  const outcome = await refused({ env: { VIGIE_DATA: dataDir, PORT: String(port) } });
  t.equal(outcome.code, 1);
  t.ok(oneLine(outcome.errors), outcome.errors);
  t.match(outcome.errors, `Port ${port} on 127.0.0.1 is taken`);
  t.match(outcome.errors, `PORT=${port + 1} npm start`);
  t.notOk(existsSync(dataDir));
});

t.test('an address of another machine is refused in one line', async (t) => {
  const outcome = await refused({ env: { VIGIE_DATA: join(temporary(t), 'data'), HOST: '192.0.2.1' } });
  t.equal(outcome.code, 1);
  t.ok(oneLine(outcome.errors), outcome.errors);
  t.match(outcome.errors, /Cannot listen on 192\.0\.2\.1/);
});

t.test('bad values are refused with one line each and exit code 2', async (t) => {
  const outcome = await refused({ env: { PORT: 'http', LOG_LEVEL: 'loud' }, args: ['--demo'] });
  t.equal(outcome.code, 2);
  t.equal(outcome.errors.split('\n').length, 3);
  t.equal(outcome.output, '');
});

t.test('French is spoken under a French locale', async (t) => {
  const outcome = await refused({ env: { LANG: 'fr_FR.UTF-8', DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' } });
  t.match(outcome.errors, /La base de DATABASE_URL .* est inutilisable/);
});

t.test('the help is printed and nothing is started', async (t) => {
  const outcome = await refused({ args: ['--help'] });
  t.equal(outcome.code, 0);
  t.match(outcome.output, /DATABASE_URL/);
});

t.test('with DATABASE_URL', async (t) => {
  const database = await db(t);
  const how = {
    env: { DATABASE_URL: addressOf(database), VIGIE_DATA: join(temporary(t), 'data') },
    args: ['--no-demo'],
  };

  await t.test('serves from that database, and makes no data folder', async (t) => {
    const server = await serve(t, how);
    const id = await createPatient(server);
    t.equal(await birthDate(server, id), '1950-02-03');
    t.notOk(existsSync(how.env.VIGIE_DATA));

    const second = await refused(how);
    t.equal(second.code, 1, 'a second server on the database is refused');
    t.ok(oneLine(second.errors), second.errors);
    t.equal(await server.end('SIGTERM'), 0);
  });

  await t.test('a schema of a newer Vigie is refused in one line, and left alone', async (t) => {
    const client = new pg.Client(database);
    await client.connect();
    await client.query("insert into schema_migration (number, name, sha256) values (9999, 'later', '')");
    const outcome = await refused(how);
    t.equal(outcome.code, 1);
    t.ok(oneLine(outcome.errors), outcome.errors);
    const { rows } = await client.query('select max(number)::int as number from schema_migration');
    t.equal(rows[0].number, 9999);
    await client.end();
  });

  await t.test('a database that cannot be reached is refused in one line, without its password', async (t) => {
    const table: readonly (readonly [string, RegExp])[] = [
      ['postgresql://me:hunter2@127.0.0.1:1/vigie', /127\.0\.0\.1:1\/vigie.*ECONNREFUSED/],
      ['postgresql://me:hunter2@no-such-host.invalid/vigie', /no-such-host\.invalid/],
      [addressOf({ ...database, database: 'no_such_database' }), /database "no_such_database" does not exist/],
    ];
    for (const [url, expected] of table) {
      const outcome = await refused({ env: { ...how.env, DATABASE_URL: url } });
      t.equal(outcome.code, 1);
      t.ok(oneLine(outcome.errors), outcome.errors);
      t.match(outcome.errors, expected);
      t.match(outcome.errors, /DATABASE_URL=postgresql:\/\/USER/);
      t.notMatch(outcome.errors, /hunter2/);
    }
  });
});

t.test('npm start passes Ctrl-C on once and ends in silence', async (t) => {
  const env = { VIGIE_DATA: join(temporary(t), 'data') };
  const server = await serve(t, { env, command: ['npm', 'start', '--', '--no-demo'], group: true });
  // A terminal sends Ctrl-C to the whole group: npm, which passes it on as well, and the server.
  process.kill(-server.child.pid!, 'SIGINT');
  const code = await server.ended;
  t.ok(code === 0 || server.child.signalCode === 'SIGINT', 'npm ends by the signal that it got, or with the code 0');
  t.equal(server.output().match(/Stopping/g)?.length, 1);
  t.equal(server.errors(), '');
  t.equal(postmaster(env.VIGIE_DATA), undefined);
});

t.test('npm start passes SIGTERM on', async (t) => {
  const env = { VIGIE_DATA: join(temporary(t), 'data') };
  const server = await serve(t, { env, command: ['npm', 'start', '--', '--no-demo'] });
  const code = await server.end('SIGTERM');
  t.ok(code === 0 || server.child.signalCode === 'SIGTERM', 'npm ends by the signal that it got, or with the code 0');
  t.match(server.output(), /Stopped\./);
  t.equal(postmaster(env.VIGIE_DATA), undefined);
});

t.test('kill -9 of npm ends the server too, and the next start serves at the same address', async (t) => {
  const env = { VIGIE_DATA: join(temporary(t), 'data'), PORT: String(await freePort()) };
  const first = await serve(t, { env, command: ['npm', 'start', '--', '--no-demo'] });
  const id = await createPatient(first);
  first.child.kill('SIGKILL');
  const next = await serve(t, { env, args: ['--no-demo'] });
  t.equal(await birthDate(next, id), '1950-02-03');
  t.equal(await next.end('SIGTERM'), 0);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

t.test('a plain user starts it', { skip: plainUserHindrance() }, async (t) => {
  const folder = temporary(t);
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  chownSync(folder, NOBODY, NOBODY);
  chownSync(dataDir, NOBODY, NOBODY);
  const server = await serve(t, { env: { VIGIE_DATA: dataDir, HOME: folder }, args: ['--no-demo'], uid: NOBODY });
  t.equal(await birthDate(server, await createPatient(server)), '1950-02-03');
  t.equal(statSync(join(dataDir, 'postgres')).uid, NOBODY);
  t.equal(await server.end('SIGINT'), 0);
});

/** Why another user cannot be tried here; false when it can. */
function plainUserHindrance(): string | false {
  if (process.getuid?.() !== 0) return 'not root: the whole suite runs as a plain user';
  accessSync(PROJECT, constants.R_OK);
  const probe = spawnSync(process.execPath, ['-e', ''], { uid: NOBODY, gid: NOBODY, cwd: PROJECT });
  return probe.status === 0 ? false : `${PROJECT} is not readable by other users`;
}
