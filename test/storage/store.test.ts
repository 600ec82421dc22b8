// Writing, reading, updating, deleting, history: what goes in comes out, and nothing else.
import t from 'tap';
import { FaultError } from '../../src/kernel/fault.ts';
import { everything, type ResourceWrite } from '../../src/storage/types.ts';
import { open } from './open.ts';
import { created, deleted, patient, updated } from './samples.ts';

const detail = (error: unknown): string | undefined =>
  error instanceof FaultError ? error.faults[0]?.detail : String(error);

const context = await open(t);
const { store, query } = context;

const write = (...writes: ResourceWrite[]): Promise<void> =>
  store.transaction(
    writes.map((w) => w.patient),
    (tx) => tx.write(writes),
  );

t.test('a stored state', async (t) => {
  const someone = await patient(context);

  await t.test('comes back exactly', async (t) => {
    const content = '{"resourceType":"Observation","valueQuantity":{"value":1.50},"note":"é 漢 😀 \\u0000 \\"\\\\"}';
    const one = created('Observation', { patient: someone.patient, content });
    await store.create([one]);
    t.strictSame(await store.read('Observation', one.id, everything), {
      type: 'Observation',
      id: one.id,
      patient: someone.patient,
      version: 1,
      updated: '2026-03-01T09:00:00.000Z',
      method: 'POST',
      content,
    });
  });

  await t.test('comes back when it is larger than a page', async (t) => {
    const content = JSON.stringify({ resourceType: 'Binary', data: 'x'.repeat(3_000_000) });
    const one = created('Binary', { content });
    await store.create([one]);
    t.equal((await store.read('Binary', one.id, everything))?.content, content);
  });

  await t.test('is not found under another type, another id, or a type that does not exist', async (t) => {
    t.equal(await store.read('Device', someone.id, everything), undefined);
    t.equal(await store.read('Patient', 'nobody', everything), undefined);
    t.equal(await store.read('Nonsense', someone.id, everything), undefined);
  });
});

t.test('ids given by clients', async (t) => {
  await t.test('come back as they were sent, and belong to their type', async (t) => {
    const ids = [
      '1',
      'A-b.C',
      'x'.repeat(64),
      '3F2504E0-4F89-41D3-9A0C-0305E82C3301',
      '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    ];
    for (const id of ids) await write(created('Device', { id, method: 'PUT' }));
    for (const id of ids) t.equal((await store.read('Device', id, everything))?.id, id);
    t.equal(await store.read('Location', '1', everything), undefined);
    await write(created('Location', { id: '1', method: 'PUT' }));
    t.equal((await store.read('Location', '1', everything))?.type, 'Location');
  });

  await t.test('are unique, under any patient', async (t) => {
    const [a, b] = [await patient(context), await patient(context)];
    await write(created('Observation', { id: 'mine', method: 'PUT', patient: a.patient }));
    const twice = write(created('Observation', { id: 'mine', method: 'PUT', patient: b.patient }));
    t.equal(await twice.catch(detail), 'storage-conflict');
    t.strictSame(await query("select count(*)::int as n from resource where assigned = 'mine'"), [{ n: 1 }]);
  });
});

t.test('update, delete, history', async (t) => {
  const one = created('Device', {
    rows: {
      tokens: ['5'],
      codings: [],
      dates: [{ param: 1, lo: null, hi: null }],
      strings: [{ param: 2, value: 'a' }],
      numbers: [],
    },
  });
  const two = updated(one);
  const gone = deleted(two);
  const back = updated(gone);
  for (const state of [one, two, gone, back]) await write(state);

  await t.test('the current state is the last one', async (t) => {
    t.match(await store.read('Device', one.id, everything), { version: 4, method: 'PUT', content: back.content });
  });

  await t.test('each version can be read, and the deletion is one without content', async (t) => {
    t.match(await store.vread('Device', one.id, 1, everything), { version: 1, content: one.content, method: 'POST' });
    t.match(await store.vread('Device', one.id, 2, everything), { version: 2, content: two.content });
    t.match(await store.vread('Device', one.id, 3, everything), { version: 3, content: null, method: 'DELETE' });
    t.match(await store.vread('Device', one.id, 4, everything), { version: 4, content: back.content });
    for (const version of [0, 5, 1.5, 2 ** 31, Number.NaN]) {
      t.equal(await store.vread('Device', one.id, version, everything), undefined);
    }
  });

  await t.test('history is newest first, in pages', async (t) => {
    const versions = async (page: Parameters<typeof store.history>[2]) => {
      const { total, rows } = await store.history('Device', one.id, page, everything);
      return [total, ...rows.map((r) => r.version)];
    };
    t.strictSame(await versions({ limit: 10 }), [4, 4, 3, 2, 1]);
    t.strictSame(await versions({ limit: 2 }), [4, 4, 3]);
    t.strictSame(await versions({ limit: 2, before: 3 }), [4, 2, 1]);
    t.strictSame(await versions({ limit: 2, before: 1 }), [4]);
    t.strictSame(await versions({ limit: 10, since: '2026-03-02T00:00:00Z' }), [3, 4, 3, 2]);
    t.strictSame(await store.history('Device', 'nobody', { limit: 5 }, everything), { total: 0, rows: [] });
  });

  await t.test('rows of the index belong to the current state only', async (t) => {
    for (const table of ['search_date', 'search_string', 'search_number']) {
      const rows = await query(`select count(*)::int as n from ${table} where id = $1`, [one.id]);
      t.strictSame(rows, [{ n: 0 }], table);
    }
    t.strictSame(await query("select count(*)::int as n from resource where token @> '{5}'"), [{ n: 0 }]);
  });

  await t.test('a deleted resource is read as its deletion', async (t) => {
    await write(deleted(back));
    t.match(await store.read('Device', one.id, everything), { version: 5, content: null });
    t.strictSame(await store.readMany([{ type: 'Device', id: one.id }], everything), []);
  });
});

t.test('several writes of one transaction', async (t) => {
  await t.test('may change the same resource twice', async (t) => {
    const one = created('Device');
    await write(one, updated(one), updated(updated(one)));
    t.match(await store.read('Device', one.id, everything), { version: 3 });
    t.equal((await store.history('Device', one.id, { limit: 9 }, everything)).total, 3);
  });

  await t.test('are all undone when the work throws', async (t) => {
    const [one, two] = [created('Device'), created('Device')];
    const failing = store.transaction([0], async (tx) => {
      await tx.write([one]);
      t.equal((await tx.read('Device', one.id, everything))?.id, one.id, 'the transaction sees its own writes');
      await tx.write([two]);
      throw new Error('changed my mind');
    });
    await t.rejects(failing, /changed my mind/);
    t.equal(await store.read('Device', one.id, everything), undefined);
    t.equal(await store.read('Device', two.id, everything), undefined);
  });

  await t.test('are never taken for stored when a swallowed error broke the transaction', async (t) => {
    const one = created('Device');
    const swallowing = store.transaction([0], async (tx) => {
      await tx.write([one]);
      await tx.write([created('Device', { id: one.id })]).catch(() => undefined);
    });
    await t.rejects(swallowing);
    t.equal(await store.read('Device', one.id, everything), undefined);
  });

  await t.test('the session serves the next one after each of these', async (t) => {
    const all = Array.from({ length: 6 }, () => created('Device'));
    for (const one of all) await write(one);
    t.equal((await store.readMany(all, everything)).length, 6);
  });
});

t.test('a search inside a transaction sees its writes, and leaves the plans of writing as they were', async (t) => {
  const token = '4242424242';
  const rows = { tokens: [token], codings: [], dates: [], strings: [], numbers: [] };
  const plan = {
    reach: everything,
    type: 'Device',
    where: [{ kind: 'token', anyOf: [token] }],
    sort: [],
    limit: 5,
  } as const;
  const one = created('Device', { rows });
  await store.transaction([0], async (tx) => {
    t.equal((await tx.search(plan)).rows.length, 0);
    await tx.write([one]);
    t.strictSame(
      (await tx.search(plan)).rows.map((r) => r.id),
      [one.id],
    );
    t.equal(await tx.count(plan), 1);
    await tx.write([updated(one, { rows })]);
    t.match((await tx.search(plan)).rows, [{ id: one.id, version: 2 }]);
  });
  t.match((await store.search(plan)).rows, [{ id: one.id, version: 2 }]);
});

t.test('a resource that moves to another patient', async (t) => {
  const [a, b] = [await patient(context), await patient(context)];
  const one = created('Observation', { patient: a.patient });
  await store.create([one]);
  await store.transaction([a.patient, b.patient], (tx) => tx.write([updated(one, { patient: b.patient })]));
  t.match(await store.read('Observation', one.id, everything), { version: 2, patient: b.patient });
  t.match(await store.vread('Observation', one.id, 1, everything), { patient: a.patient });
});

t.test('locking', async (t) => {
  const one = created('Device');
  await store.create([one]);

  await t.test('gives the current state, the deletion, or nothing', async (t) => {
    const gone = created('Device');
    await store.create([gone]);
    await write(deleted(gone));
    await store.transaction([0], async (tx) => {
      t.match(await tx.lock('Device', one.id), { version: 1, content: one.content });
      t.match(await tx.lock('Device', gone.id), { version: 2, content: null });
      t.equal(await tx.lock('Device', 'nobody'), undefined);
    });
  });

  await t.test('makes of ten concurrent updates ten versions', async (t) => {
    await Promise.all(
      Array.from({ length: 10 }, () =>
        // Without shared keys, so that the lock alone keeps them apart.
        store.transaction([], async (tx) => {
          const now = await tx.lock('Device', one.id);
          await tx.write([updated(now!)]);
        }),
      ),
    );
    t.match(await store.read('Device', one.id, everything), { version: 11 });
    t.equal((await store.history('Device', one.id, { limit: 99 }, everything)).total, 11);
  });
});

t.test('readMany, missing and patientKeys leave out what is not there', async (t) => {
  const [a, b] = [created('Device'), created('Location', { id: 'room-1', method: 'PUT' })];
  await write(a, b);
  const someone = await patient(context);
  const there = [a, b].map(({ type, id }) => ({ type, id }));
  const nowhere = [
    { type: 'Device', id: 'nobody' },
    { type: 'Location', id: a.id },
    { type: 'Nonsense', id: '1' },
  ];

  const read = await store.readMany([...nowhere, ...there, there[0]!], everything);
  t.strictSame(new Set(read.map((r) => r.id)), new Set([a.id, 'room-1']));
  t.equal(read.length, 2);
  t.strictSame(await store.readMany([], everything), []);

  t.strictSame(await store.missing([...there, ...nowhere]), nowhere);
  t.strictSame(await store.missing([...there, ...nowhere]), nowhere, 'the second time from memory');
  await write(deleted(a));
  t.strictSame(await store.missing(there), [there[0]], 'a deletion is heard of');
  await store.transaction([0], async (tx) => {
    await tx.write([deleted(b)]);
    t.strictSame(await tx.missing(there), there, 'and inside its own transaction');
  });
  t.strictSame(await store.missing(there), there);

  t.strictSame(await store.patientKeys([someone.id, 'nobody']), new Map([[someone.id, someone.patient]]));
});

t.test('a Patient of an open transaction is known inside it only', async (t) => {
  const key = store.newPatientKey();
  const write = created('Patient', { patient: key, zone: 'Europe/Paris' });
  const failing = store.transaction([key], async (tx) => {
    await tx.write([write]);
    t.strictSame(await tx.patientKeys([write.id]), new Map([[write.id, key]]));
    throw new Error('no');
  });
  await t.rejects(failing, /no/);
  t.strictSame(await store.patientKeys([write.id]), new Map());
});

t.test('patient keys are never given twice, restarts included', async (t) => {
  const own = await open(t);
  const { address } = own;
  const { openStore } = await import('../../src/storage/index.ts');
  const { silent } = await import('../../src/storage/log.ts');
  const keys = new Set<number>();
  for (let i = 0; i < 12_000; i++) keys.add(own.store.newPatientKey());
  // The next block is fetched while the first is half used.
  await own.store.transaction([], (tx) => tx.patientKeys(['nobody']));
  for (let i = 0; i < 12_000; i++) keys.add(own.store.newPatientKey());
  await own.store.close();
  t.equal(await own.store.create([created('Device')]).catch(detail), 'storage-closed', 'a closed store takes nothing');
  const again = await openStore({ address, log: silent });
  for (let i = 0; i < 100; i++) keys.add(again.newPatientKey());
  await again.close();
  t.equal(keys.size, 24_100);
  t.ok(Math.max(...keys) < 2 ** 31);
});

t.test('contents come in order of patient and id', async (t) => {
  const [a, b] = [await patient(context), await patient(context)];
  const shared = created('Device');
  await store.create([shared, created('Device', { patient: b.patient }), created('Device', { patient: a.patient })]);
  const order = async (patients: number[]) =>
    (await store.contents(['Device', 'Patient'], patients, everything)).map((r) => `${r.type} ${r.patient}`);
  t.strictSame((await order([b.patient, a.patient, 0])).slice(-5), [
    'Device 0',
    `Patient ${a.patient}`,
    `Device ${a.patient}`,
    `Patient ${b.patient}`,
    `Device ${b.patient}`,
  ]);
  t.strictSame(await order([b.patient]), [`Patient ${b.patient}`, `Device ${b.patient}`]);
  t.strictSame(await order([]), []);
  const all = await store.contents(['Device', 'Patient'], undefined, everything);
  t.equal(all.find((r) => r.id === shared.id)?.content, shared.content);
  t.strictSame(
    all.map((r) => r.patient),
    all.map((r) => r.patient).toSorted((x, y) => x - y),
  );
});
