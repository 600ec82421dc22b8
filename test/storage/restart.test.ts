// The database goes away and comes back: what was lost is said, and the store serves again by itself.
import t from 'tap';
import { FaultError } from '../../src/kernel/fault.ts';
import { everything } from '../../src/storage/types.ts';
import { open } from './open.ts';
import { created, patient } from './samples.ts';

const context = await open(t);
const { store, query, address } = context;

const detail = (error: unknown): string | undefined =>
  error instanceof FaultError ? error.faults[0]?.detail : String(error);

/** Ends every session of the store, as a restart of PostgreSQL does. */
async function restart(): Promise<void> {
  await query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()', [
    address.database,
  ]);
}

t.test('reads and writes go on after it', async (t) => {
  const someone = await patient(context);
  await restart();
  t.equal((await store.read('Patient', someone.id, everything))?.version, 1);
  const one = created('Device');
  // The writer notices at its first statement, or just before.
  const outcome = await store.create([one]).then(() => 'stored', detail);
  t.ok(['stored', 'storage-outcome-unknown', 'storage-unavailable'].includes(outcome ?? ''), `${outcome}`);
  await store.create([created('Device')]);
  await store.transaction([0], (tx) => tx.write([created('Device')]));
  t.equal((await store.search({ reach: everything, type: 'Patient', where: [], sort: [], limit: 5 })).rows.length, 1);
});

t.test('a transaction that it breaks is not taken for stored', async (t) => {
  const one = created('Device');
  const broken = store.transaction([0], async (tx) => {
    await tx.write([one]);
    await restart();
  });
  t.match(await broken.catch(detail), /^storage-(outcome-unknown|unavailable)$/);
  t.equal(await store.read('Device', one.id, everything), undefined);
});

t.test('an answer that never came is called unknown', async (t) => {
  const key = 424242;
  // Another session holds the row that the create needs, so that the commit is under way when the connection breaks.
  await query('begin');
  await query('insert into patient (key, id, zone) values ($1, $2, $3)', [key, 'held', 'Europe/Paris']);
  const held = store.create([created('Patient', { patient: key, id: 'held', zone: 'Europe/Paris' })]).catch(detail);
  while ((await waiting()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await restart();
  t.equal(await held, 'storage-outcome-unknown');
  await query('rollback');
});

/** Sessions that wait for a lock. Within a transaction the view would stand still. */
async function waiting(): Promise<number> {
  await query('select pg_stat_clear_snapshot()');
  const rows = await query(
    "select count(*)::int as n from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'",
    [address.database],
  );
  return rows[0]!.n as number;
}

t.test('the lock of the database is taken again', async (t) => {
  await restart();
  await store.create([created('Device')]).catch(() => undefined);
  await store.create([created('Device')]);
  const locks = await query(
    "select count(*)::int as n from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = $1 and granted",
    [address.database],
  );
  t.strictSame(locks, [{ n: 1 }]);
});
