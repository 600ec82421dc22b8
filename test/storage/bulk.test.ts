// An answer that would not fit into the memory is refused, and the session serves on.
import { pino } from 'pino';
import t from 'tap';
import { FaultError } from '../../src/kernel/fault.ts';
import { openSession } from '../../src/storage/db.ts';
import { Lanes } from '../../src/storage/lanes.ts';
import { Session } from '../../src/storage/session.ts';
import { emptyDb } from '../helpers/db.ts';

const log = pino({ level: 'silent' });
const options = { name: 'bulk', statementTimeout: 60_000 };
const MOST = 1_000_000;
/** Rows of 300,000 characters. */
const rows = (count: number) => `select repeat('x', 300000) as content from generate_series(1, ${count})`;

function isTooMuch(error: unknown): boolean {
  return error instanceof FaultError && error.faults[0]?.detail === 'storage-too-much';
}

t.test('of a lane', async (t) => {
  const address = await emptyDb(t);
  const lanes = new Lanes(() => openSession(address, options, log), 1, 1, MOST);
  t.teardown(() => lanes.close());
  t.equal((await lanes.rows({ text: rows(3), values: [] })).length, 3, 'less');
  await t.rejects(
    lanes.rows({ text: rows(4), values: [] }).catch((e) => Promise.reject(isTooMuch(e) ? new Error('too much') : e)),
    {
      message: 'too much',
    },
  );
  t.same(await lanes.rows({ text: 'select 1 as one', values: [] }), [{ one: 1 }]);
});

t.test('of a transaction, which is undone', async (t) => {
  const session = new Session(await openSession(await emptyDb(t), options, log), MOST);
  t.teardown(() => session.end());
  await session.rows('create table kept (n int)');
  await session.run([{ text: 'begin' }, { text: 'insert into kept values (1)' }]);
  const read = session.rows(rows(4)).then(
    () => undefined,
    (error: unknown) => error,
  );
  t.ok(isTooMuch(await read));
  await session.run([{ text: 'rollback' }]);
  t.same(await session.rows('select * from kept'), []);
  t.equal((await session.rows(rows(3))).length, 3, 'less');
});
