import pg from 'pg';
import t from 'tap';
import { emptyDb } from '../helpers/db.ts';

t.test('gives each test a database of its own', async (t) => {
  const [a, b] = [await emptyDb(t), await emptyDb(t)];
  t.not(a.database, b.database);
  const client = new pg.Client(a);
  await client.connect();
  await client.query('create table only_here (n int)');
  await client.end();
  const other = new pg.Client(b);
  await other.connect();
  const { rows } = await other.query("select to_regclass('only_here') as found");
  t.equal(rows[0].found, null);
  await other.end();
});

t.test('drops the database when the test ends', async (t) => {
  let name = '';
  await t.test('a test', async (t) => {
    name = (await emptyDb(t)).database;
  });
  const connection = await emptyDb(t);
  const client = new pg.Client(connection);
  await client.connect();
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  await client.end();
  t.equal(rowCount, 0);
});
