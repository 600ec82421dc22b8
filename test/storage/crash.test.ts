// kill -9 of the server: nothing that was acknowledged is lost, the ledger is whole, the next start waits for nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import t from 'tap';
import { openStore } from '../../src/storage/index.ts';
import { silent } from '../../src/storage/log.ts';
import { everything } from '../../src/storage/types.ts';
import { db } from '../helpers/db.ts';
import { WEIGHT } from './samples.ts';

t.test('a server killed while it writes', async (t) => {
  const address = await db(t);
  const acknowledged: { key: number; type: string; id: string }[] = [];
  for (let run = 0; run < 3; run++) {
    const child = spawn(
      process.execPath,
      [new URL('crash/writer.ts', import.meta.url).pathname, JSON.stringify(address)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const before = acknowledged.length;
    for await (const line of createInterface({ input: child.stdout })) {
      const [key = '', type = '', id = ''] = line.split(' ');
      if (id.length === 36) acknowledged.push({ key: Number(key), type, id });
      if (acknowledged.length === before + 300) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    t.equal(child.signalCode, 'SIGKILL');
  }
  t.ok(acknowledged.length >= 900);

  const store = await openStore({ address, log: silent });
  t.teardown(() => store.close());
  const stored = new Set((await store.readMany(acknowledged, everything)).map((r) => r.id));
  t.strictSame(
    acknowledged.filter(({ id }) => !stored.has(id)),
    [],
  );

  const keys = [...new Set(acknowledged.map(({ key }) => key))];
  t.equal(keys.length, 3, 'no key was given twice');
  for (const key of keys) {
    const facts = await store.readings(key, '2026-03-01', '2026-03-31');
    const contents = await store.contents(['Observation'], [key], everything);
    t.strictSame(new Set(facts.map((f) => f.id)), new Set(contents.map((c) => c.id)), 'every Observation has its fact');
    const days = new Set(facts.map((f) => f.day));
    const query = { patient: key, start: '2026-03-01', windowDays: 30, from: '2026-03-01', to: '2026-03-31' };
    const [window] = await store.windowDays([{ key: 1, ...query, codes: [WEIGHT], categories: [], prescriptions: [] }]);
    const bits = [...days].reduce((all, day) => all | (1 << (Number(day!.slice(8)) - 1)), 0);
    t.equal(window?.days, bits, 'and the ledger is that of the facts');
  }
});
