// History over a type and over everything: order, bounds, pages that neither skip nor repeat while things are written.
import fc from 'fast-check';
import t from 'tap';
import type { HistoryPage, ResourceWrite, StoredResource } from '../../src/storage/types.ts';
import { everything } from '../../src/storage/types.ts';
import { open } from './open.ts';
import { created, deleted, updated } from './samples.ts';

const place = (s: StoredResource | ResourceWrite) => `${s.type}/${s.id}/${s.version}`;
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 9, minute)).toISOString();

t.test('a few states', async (t) => {
  const { store } = await open(t);
  const a = created('Device', { updated: at(0) });
  const b = created('Device', { updated: at(1) });
  const o = created('Organization', { updated: at(2) });
  await store.create([a, b, o]);
  const a2 = updated(a, { updated: at(3) });
  await store.transaction([0], (tx) => tx.write([a2]));
  const b2 = { ...deleted(b), updated: at(4) };
  await store.transaction([0], (tx) => tx.write([b2]));
  const a3 = updated(a2, { updated: at(5) });
  await store.transaction([0], (tx) => tx.write([a3]));
  const find = async (type: string | undefined, page: Partial<HistoryPage> = {}) => {
    const { rows, total, next } = await store.historyOf(type, { limit: 50, ...page }, everything);
    return { places: rows.map(place), total, next };
  };

  await t.test('of a type come newest first, deletions too', async (t) => {
    const { places, total, next } = await find('Device');
    t.strictSame(places, [a3, b2, a2, b, a].map(place));
    t.equal(total, 5);
    t.equal(next, undefined);
  });

  await t.test('of all types come together', async (t) => {
    const { places, total } = await find(undefined);
    t.strictSame(places, [a3, b2, a2, o, b, a].map(place));
    t.equal(total, 6);
  });

  await t.test('of a type without any is empty', async (t) => {
    t.strictSame(await find('Patient'), { places: [], total: 0, next: undefined });
  });

  await t.test('since an instant, that instant included', async (t) => {
    t.strictSame((await find('Device', { since: at(3) })).places, [a3, b2, a2].map(place));
    t.equal((await find(undefined, { since: at(5) })).total, 1);
    t.equal((await find(undefined, { since: at(6) })).total, 0);
  });

  await t.test('current in a span: what was in force, and what was deleted in it', async (t) => {
    const spans: readonly (readonly [lo: number, hi: number, found: readonly ResourceWrite[]])[] = [
      [0, 1, [a]],
      [1, 2, [b, a]],
      [2, 3, [b, a]],
      [3, 4, [a2, b]],
      [4, 5, [b2, a2]],
      [5, 6, [a3]],
      [7, 8, [a3]],
      [0, 8, [a3, b2, a2, b, a]],
      [2, 4, [a2, b, a]],
    ];
    for (const [lo, hi, found] of spans) {
      const { places, total } = await find('Device', { at: { lo: at(lo), hi: at(hi) } });
      t.strictSame(places, found.map(place), `${lo}–${hi}`);
      t.equal(total, undefined, 'not counted');
      const one = await store.history('Device', a.id, { limit: 9, at: { lo: at(lo), hi: at(hi) } }, everything);
      const own = found.filter((w) => w.id === a.id).map(place);
      t.strictSame(one.rows.map(place), own, `instance ${lo}–${hi}`);
      t.equal(one.total, own.length);
    }
    t.strictSame((await find('Device', { at: { lo: '-infinity', hi: at(1) } })).places, [a].map(place));
    t.strictSame((await find('Device', { at: { lo: at(5), hi: 'infinity' } })).places, [a3].map(place));
  });

  await t.test('no row is asked for with a limit of 0', async (t) => {
    const { places, total, next } = await find('Device', { limit: 0 });
    t.strictSame([places, total, next], [[], 5, undefined]);
  });
});

t.test(
  'pages show everything once, whatever the page size, the same instants and the writes between them',
  async (t) => {
    const { store } = await open(t);
    const arbitrary = fc.record({
      count: fc.integer({ min: 1, max: 8 }),
      size: fc.integer({ min: 1, max: 4 }),
      minutes: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 20, maxLength: 20 }),
    });
    let hour = 0;
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ count, size, minutes }) => {
        const floor = Date.UTC(2027, 0, 1) + ++hour * 3_600_000;
        const time = (i: number) => new Date(floor + minutes[i % 20]! * 60_000).toISOString();
        const first = Array.from({ length: count }, (_, i) =>
          created(i % 2 ? 'Device' : 'Group', { updated: time(i) }),
        );
        await store.create(first);
        const changed = first.filter((_, i) => i % 3 === 0).map((w, i) => updated(w, { updated: time(i + 7) }));
        if (changed.length > 0) await store.transaction([0], (tx) => tx.write(changed));
        const before = new Set([...first, ...changed].map(place));
        const seen: string[] = [];
        let after: HistoryPage['after'];
        for (let i = 0; ; i++) {
          const page = { limit: size, since: new Date(floor).toISOString(), ...(after === undefined ? {} : { after }) };
          const { rows, next } = await store.historyOf(undefined, page, everything);
          seen.push(...rows.map(place));
          if (next === undefined) break;
          after = next;
          // What is current becomes past, and new states come, between the pages.
          const live = await store.read(first[i % count]!.type, first[i % count]!.id, everything);
          if (live === undefined || live.content === null) continue;
          const write = updated(live, { updated: new Date(floor + 3_000_000 + i).toISOString() });
          await store.transaction([0], (tx) => tx.write([write]));
        }
        t.equal(new Set(seen).size, seen.length, 'nothing twice');
        t.strictSame(new Set(seen.filter((p) => before.has(p))), before, 'nothing skipped');
      }),
      { numRuns: 30 },
    );
  },
);

t.test('a search is taken from a holder that does not match it', async (t) => {
  const { store } = await open(t);
  await store.transaction([0], (tx) => tx.claimQuery('Device', 'identifier=a', 'one'));
  await store.transaction([0], (tx) => tx.takeQuery('Device', 'identifier=a', 'two'));
  t.equal(await store.transaction([0], (tx) => tx.claimQuery('Device', 'identifier=a', 'three')), 'two');
});

t.test('pages of history walk the indexes by time', async (t) => {
  const { store, query } = await open(t);
  const many = Array.from({ length: 3000 }, (_, i) =>
    created('Device', { updated: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString() }),
  );
  await store.create(many);
  await store.transaction([0], (tx) => tx.write(many.map((w) => updated(w, { updated: at(10) }))));
  await query('analyze');
  const { historyQuestion } = await import('../../src/storage/history.ts');
  const { text, values } = historyQuestion(undefined, { limit: 10 });
  const plan = (await query(`explain ${text}`, [...values])).map((r) => String(r['QUERY PLAN'])).join('\n');
  t.match(plan, 'resource_updated');
  t.match(plan, 'resource_history_updated');
  t.notMatch(plan, 'Seq Scan');
});
