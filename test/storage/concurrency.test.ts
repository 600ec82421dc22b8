// Many at once: one wins where one must, and a failure is nobody else's.
import t from 'tap';
import { FaultError, fault } from '../../src/kernel/fault.ts';
import { openStore } from '../../src/storage/index.ts';
import { silent } from '../../src/storage/log.ts';
import { everything } from '../../src/storage/types.ts';
import { open } from './open.ts';
import { created, deleted, fact, onDay, patient, updated } from './samples.ts';

const context = await open(t);
const { store, query, address } = context;

const detail = (error: unknown): string | undefined =>
  error instanceof FaultError ? error.faults[0]?.detail : String(error);

t.test('twenty concurrent conditional creates make one resource', async (t) => {
  for (const keys of [[0], []]) {
    const search = `identifier=serial|${keys.length}`;
    const ids = await Promise.all(
      Array.from({ length: 20 }, () =>
        store.transaction(keys, async (tx) => {
          const write = created('Device');
          const holder = await tx.claimQuery('Device', search, write.id);
          if (holder !== undefined) return holder;
          await tx.write([write]);
          return write.id;
        }),
      ),
    );
    t.equal(new Set(ids).size, 1, keys.length === 0 ? 'the schema alone decides' : 'one after the other');
    t.equal((await store.read('Device', ids[0]!, everything))?.version, 1);
  }
  t.strictSame(
    await query('select count(*)::int as n from resource r join conditional_create c on c.id = r.id::text'),
    [{ n: 2 }],
  );
});

t.test('a search is free again when what it made is deleted or changed', async (t) => {
  const claim = (id: string) => store.transaction([0], (tx) => tx.claimQuery('Device', 'identifier=a', id));
  const one = created('Device');
  await store.transaction([0], async (tx) => {
    t.equal(await tx.claimQuery('Device', 'identifier=a', one.id), undefined);
    await tx.write([one]);
  });
  t.equal(await claim('other'), one.id);
  await store.transaction([0], (tx) => tx.write([updated(one)]));
  t.equal(await claim(one.id), undefined);
  await store.transaction([0], (tx) => tx.write([deleted(updated(one))]));
  t.equal(await claim('other'), undefined);
});

t.test('a claim of a work that fails is no claim', async (t) => {
  const failing = store.transaction([0], async (tx) => {
    await tx.claimQuery('Device', 'identifier=b', 'x');
    throw fault('invalid', 'storage-text', { en: 'no', fr: 'non' });
  });
  t.equal(await failing.catch(detail), 'storage-text');
  t.equal(await store.transaction([0], (tx) => tx.claimQuery('Device', 'identifier=b', 'y')), undefined);
});

t.test('one bad create in a shared commit fails alone', async (t) => {
  const { patient: key } = await patient(context);
  const taken = created('Observation', { patient: key });
  await store.create([taken]);
  // The first two calls keep both writers busy, so that the others meet in one group.
  const good = Array.from({ length: 30 }, () =>
    created('Observation', { patient: key, fact: fact(onDay('2026-03-01')) }),
  );
  const outcomes = await Promise.allSettled(
    good.map((write, i) => store.create(i === 17 ? [write, { ...taken }] : [write])),
  );
  t.strictSame(
    outcomes.flatMap((o, i) => (o.status === 'rejected' ? [[i, detail(o.reason)]] : [])),
    [[17, 'storage-conflict']],
  );
  t.equal((await store.readMany(good, everything)).length, 29);
  t.equal(await store.read('Observation', good[17]!.id, everything), undefined, 'all of one call or none');
  t.equal((await store.readings(key, '2026-03-01', '2026-03-01')).length, 29);
});

t.test('a value that cannot be stored fails alone', async (t) => {
  const bad = created('Device', {
    rows: { tokens: [], codings: [], dates: [], numbers: [], strings: [{ param: 1, value: 'a\0b' }] },
  });
  const good = Array.from({ length: 10 }, () => created('Device'));
  const outcomes = await Promise.allSettled([...good, bad].map((write) => store.create([write])));
  t.equal(outcomes.filter((o) => o.status === 'rejected').length, 1);
  t.equal(await store.create([bad]).catch(detail), 'storage-text');
  const wrong = created('Device', { updated: 'yesterday' });
  await t.rejects(store.create([wrong]), RangeError);
  await store.create([created('Device')]);
});

t.test('works that share a patient do not overlap, others may', async (t) => {
  let inside = 0;
  let most = 0;
  const work = (keys: number[]) =>
    store.transaction(keys, async (tx) => {
      most = Math.max(most, ++inside);
      await tx.patientKeys(['nobody']);
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 10 }, () => work([1, 2])));
  t.equal(most, 1);
  await Promise.all([work([1]), work([2]), work([3]), work([4])]);
  t.equal(most, 2, 'as many as there are writers');
});

t.test('two updates that race for one row both succeed, the second on top of the first', async (t) => {
  const one = created('Device');
  await store.create([one]);
  let attempts = 0;
  const raise = () =>
    store.transaction([], async (tx) => {
      attempts += 1;
      const now = await tx.lock('Device', one.id);
      await tx.write([updated(now!)]);
      return now!.version + 1;
    });
  t.strictSame((await Promise.all([raise(), raise()])).toSorted(), [2, 3]);
  t.ok(attempts >= 2);
});

t.test('two PUTs that race for a new id make one resource and one update', async (t) => {
  const [a, b] = [await patient(context), await patient(context)];
  const put = (key: number) =>
    store.transaction([key], async (tx) => {
      const now = await tx.lock('Observation', 'raced');
      const write =
        now === undefined
          ? created('Observation', { id: 'raced', method: 'PUT', patient: key })
          : updated(now, { patient: key });
      await tx.write([write]);
      return write.version;
    });
  t.strictSame((await Promise.all([put(a.patient), put(b.patient)])).toSorted(), [1, 2]);
  t.strictSame(await query("select count(*)::int as n from resource where assigned = 'raced'"), [{ n: 1 }]);
});

t.test('a second server on the same database is refused and harms nothing', async (t) => {
  t.equal(await openStore({ address, log: silent }).catch(detail), 'storage-in-use');
  await store.create([created('Device')]);
});

t.test('a database that is not there is refused with a fault', async (t) => {
  const nowhere = { ...address, host: '/nowhere' };
  t.equal(await openStore({ address: nowhere, log: silent }).catch(detail), 'storage-unavailable');
});
