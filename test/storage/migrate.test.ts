// Migrations: in order, once, under a lock; never backwards, never changed.
import pg from 'pg';
import t from 'tap';
import { FaultError } from '../../src/kernel/fault.ts';
import { silent } from '../../src/storage/log.ts';
import { type Migration, migrate, migrations } from '../../src/storage/migrate.ts';
import { emptyDb } from '../helpers/db.ts';

const detail = (error: unknown): string | undefined =>
  error instanceof FaultError ? error.faults[0]?.detail : String(error);

function migration(number: number, sql: string, sha256 = `hash of ${sql}`): Migration {
  return { number, name: `n${number}`, sql, sha256 };
}

t.test('an empty database gets everything, and nothing the second time', async (t) => {
  const address = await emptyDb(t);
  const all = migrations().map(({ number }) => number);
  t.strictSame(await migrate(address), all);
  t.strictSame(await migrate(address), []);
});

t.test('many processes at once make one schema', async (t) => {
  const address = await emptyDb(t);
  const done = await Promise.all(Array.from({ length: 8 }, () => migrate(address)));
  t.strictSame(
    done.flat(),
    migrations().map(({ number }) => number),
  );
});

t.test('what is recorded is number, name and hash', async (t) => {
  const address = await emptyDb(t);
  await migrate(address, silent, [migration(1, 'create table a (x int)')]);
  const client = new pg.Client(address);
  await client.connect();
  const { rows } = await client.query('select number, name, sha256, applied <= now() as past from schema_migration');
  await client.end();
  t.strictSame(rows, [{ number: 1, name: 'n1', sha256: 'hash of create table a (x int)', past: true }]);
});

t.test('a failing migration leaves nothing of itself, and the ones before it', async (t) => {
  const address = await emptyDb(t);
  const good = migration(1, 'create table a (x int)');
  const bad = migration(2, 'create table b (x int); select 1 / 0');
  await t.rejects(migrate(address, silent, [good, bad]), /division by zero/);
  t.strictSame(await migrate(address, silent, [good, migration(2, 'create table b (x int)')]), [2]);
});

t.test('a database of a newer schema is refused', async (t) => {
  const address = await emptyDb(t);
  const [one, two] = [migration(1, 'create table a (x int)'), migration(2, 'create table b (x int)')];
  await migrate(address, silent, [one, two]);
  t.equal(await migrate(address, silent, [one]).catch(detail), 'storage-schema-newer');
});

t.test('a changed migration is refused', async (t) => {
  const address = await emptyDb(t);
  await migrate(address, silent, [migration(1, 'create table a (x int)')]);
  t.equal(
    await migrate(address, silent, [migration(1, 'create table a (y int)')]).catch(detail),
    'storage-migration-changed',
  );
});

t.test('each migration says in its first line what it is for', async (t) => {
  for (const { name, sql } of migrations()) t.match(sql, /^-- \S/, name);
});
