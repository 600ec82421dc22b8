// Ids, types and values of clients are data, whatever they look like.
import t from 'tap';
import { hash64 } from '../../src/storage/hash.ts';
import { everything } from '../../src/storage/types.ts';
import { open } from './open.ts';
import { created, fact, instant, patient, updated } from './samples.ts';

const ATTACKS = [
  "'; drop table resource; --",
  "' or '1'='1",
  '"; drop table resource; --',
  '$1',
  '{"a","b"}',
  '\\',
  "\\'; drop table resource; --",
  'null',
  '%',
  '漢é😀',
];

const context = await open(t);
const { store, query } = context;
const someone = await patient(context);
const before = (await query('select count(*)::int as n from resource'))[0]!.n as number;

t.test('as ids', async (t) => {
  for (const id of ATTACKS) {
    await store.transaction([0], async (tx) => {
      await tx.write([created('Device', { id, method: 'PUT' })]);
      t.equal((await tx.lock('Device', id))?.id, id);
    });
    t.equal((await store.read('Device', id, everything))?.id, id);
    t.equal((await store.history('Device', id, { limit: 5 }, everything)).total, 1);
  }
  t.equal(
    (
      await store.readMany(
        ATTACKS.map((id) => ({ type: 'Device', id })),
        everything,
      )
    ).length,
    ATTACKS.length,
  );
  t.strictSame(await store.missing(ATTACKS.map((id) => ({ type: 'Device', id }))), []);
  t.strictSame(await store.patientKeys(ATTACKS), new Map());
});

t.test('as types', async (t) => {
  for (const type of ATTACKS) {
    t.equal(await store.read(type, someone.id, everything), undefined);
    t.strictSame(await store.readMany([{ type, id: someone.id }], everything), []);
    await t.rejects(store.create([created(type)]), RangeError);
  }
});

t.test('as values of every kind', async (t) => {
  for (const text of ATTACKS) {
    const write = created('Observation', {
      patient: someone.patient,
      content: JSON.stringify({ text }),
      rows: {
        tokens: [],
        codings: [{ param: 1, system: text, code: text, hash: hash64(text) }],
        shape: { token: hash64(`${text} shape`), type: 'Observation', places: [1] },
        wording: {
          token: hash64(`${text} wording`),
          type: 'Observation',
          texts: [{ param: 4, value: text, words: [text] }],
        },
        words: [text],
        dates: [],
        strings: [{ param: 2, value: text, rest: text }],
        numbers: [{ param: 3, lo: '1', hi: '1', system: text, code: text, unit: text }],
      },
      fact: fact(instant('2026-03-01T10:00:00Z'), { codes: [text], basedOn: [text], device: text }),
    });
    await store.create([write]);
    t.equal((await store.read('Observation', write.id, everything))?.content, write.content);
    const [stored] = await query(
      `select c.system, c.code, s.value, u.system as unit_system, u.unit, r.device
      from resource o
      join search_string s on s.id = o.id
      join search_number n on n.id = o.id
      join unit u on u.key = n.unit
      join reading r on r.id = o.id
      join coding c on c.param = 1 and c.code = s.value
      where o.id = $1`,
      [write.id],
    );
    t.strictSame(stored, { system: text, code: text, value: text, unit_system: text, unit: text, device: text });
    const found = await store.readings(someone.patient, '2026-03-01', '2026-03-01');
    t.strictSame(found.find((f) => f.id === write.id)?.codes, [text]);
    await store.transaction([someone.patient], (tx) => tx.write([updated(write)]));
  }
});

t.test('as searches, claims and pathologies', async (t) => {
  for (const text of ATTACKS) {
    await store.transaction([someone.patient], async (tx) => {
      t.equal(await tx.claimQuery('Device', text, text), undefined);
      t.equal(await tx.claimQuery('Device', text, 'other'), text);
      const row = {
        patient: someone.patient,
        pathology: text,
        forfait: 'operator',
        start: '2026-01-01',
        end: '2026-01-30',
        claim: text,
      } as const;
      t.strictSame(await tx.billWindows([row]), []);
      await tx.releaseWindows(text);
    });
    const strings = { kind: 'string', param: 2, match: 'starts', anyOf: [text] } as const;
    await store.search({ reach: everything, type: 'Observation', where: [strings], sort: [], limit: 5 });
  }
});

t.test('the table is still there', async (t) => {
  const [{ n }] = (await query('select count(*)::int as n from resource')) as [{ n: number }];
  t.equal(n, before + ATTACKS.length * 2);
});
