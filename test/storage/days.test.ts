// Days, facts and billed windows as the operations ask for them.
import t from 'tap';
import { FaultError } from '../../src/kernel/fault.ts';
import { type BilledWindow, everything, type WindowQuery } from '../../src/storage/types.ts';
import { open } from './open.ts';
import { created, deleted, fact, instant, onDay, patient, updated, WEIGHT } from './samples.ts';

const context = await open(t);
const { store } = context;

const detail = (error: unknown): string | undefined =>
  error instanceof FaultError ? error.faults[0]?.detail : String(error);

async function observe(key: number, ...facts: ReturnType<typeof fact>[]): Promise<readonly string[]> {
  const writes = facts.map((f) => created('Observation', { patient: key, fact: f }));
  await store.create(writes);
  return writes.map((w) => w.id);
}

async function days(key: number, from = '2026-01-01', to = '2026-12-31'): Promise<(string | undefined)[]> {
  return (await store.readings(key, from, to)).map((f) => f.day);
}

const question = (patientKey: number, change: Partial<WindowQuery> = {}): WindowQuery => ({
  key: 1,
  patient: patientKey,
  start: '2026-03-01',
  windowDays: 30,
  from: '2026-03-01',
  to: '2026-12-31',
  codes: [WEIGHT],
  categories: [],
  prescriptions: [],
  ...change,
});

t.test('the local day of an instant', async (t) => {
  const cases: readonly (readonly [zone: string, at: string, end: boolean, day: string])[] = [
    ['Europe/Paris', '2026-03-10T22:59:59.999Z', false, '2026-03-10'],
    ['Europe/Paris', '2026-03-10T23:00:00Z', false, '2026-03-11'],
    ['Europe/Paris', '2026-03-10T23:00:00Z', true, '2026-03-10'],
    ['Europe/Paris', '2026-03-10T23:00:00.001Z', true, '2026-03-11'],
    // The night of 28 to 29 March has 23 hours, that of 24 to 25 October 25.
    ['Europe/Paris', '2026-03-28T23:00:00Z', false, '2026-03-29'],
    ['Europe/Paris', '2026-03-29T21:59:59Z', false, '2026-03-29'],
    ['Europe/Paris', '2026-03-29T22:00:00Z', false, '2026-03-30'],
    ['Europe/Paris', '2026-10-24T22:00:00Z', true, '2026-10-24'],
    ['Europe/Paris', '2026-10-25T22:59:59Z', false, '2026-10-25'],
    ['America/Martinique', '2026-03-11T03:59:59Z', false, '2026-03-10'],
    ['America/Martinique', '2026-03-11T04:00:00Z', false, '2026-03-11'],
    ['Pacific/Wallis', '2026-03-10T12:00:00Z', false, '2026-03-11'],
    ['Pacific/Tahiti', '2026-03-10T09:59:59Z', false, '2026-03-09'],
    ['Indian/Reunion', '2026-03-10T20:00:00Z', true, '2026-03-10'],
    ['America/Miquelon', '2026-03-08T03:00:00Z', false, '2026-03-08'],
    ['America/Miquelon', '2026-03-09T01:59:59Z', false, '2026-03-08'],
    ['America/Miquelon', '2026-03-09T02:00:00Z', false, '2026-03-09'],
  ];
  for (const [zone, at, end, day] of cases) {
    const { patient: key } = await patient(context, zone);
    await observe(key, fact(instant(at, end)));
    t.strictSame(await days(key), [day], `${at} in ${zone}${end ? ', an end' : ''}`);
  }
});

t.test('a change of zone moves the days that come from instants, and no others', async (t) => {
  const someone = await patient(context, 'Europe/Paris');
  await observe(someone.patient, fact(instant('2026-03-10T23:30:00Z')), fact(onDay('2026-03-11')));
  t.strictSame(await days(someone.patient), ['2026-03-11', '2026-03-11']);
  await store.transaction([someone.patient], (tx) => tx.write([updated(someone, { zone: 'America/Cayenne' })]));
  t.strictSame(await days(someone.patient), ['2026-03-10', '2026-03-11']);
  t.strictSame(await store.windowDays([question(someone.patient)]), [{ key: 1, index: 1, days: (1 << 9) | (1 << 10) }]);
});

t.test('windows', async (t) => {
  const { patient: key } = await patient(context);
  await observe(
    key,
    ...['2026-02-28', '2026-03-01', '2026-03-30', '2026-03-31', '2026-05-29', '2026-05-30'].map((d) => fact(onDay(d))),
  );

  await t.test('start on the day of the start and are as long as asked', async (t) => {
    t.strictSame(await store.windowDays([question(key)]), [
      { key: 1, index: 1, days: 1 | (1 << 29) },
      { key: 1, index: 2, days: 1 },
      { key: 1, index: 3, days: 1 << 29 },
      { key: 1, index: 4, days: 1 },
    ]);
  });

  await t.test('look at the days between from and to, both included', async (t) => {
    t.strictSame(await store.windowDays([question(key, { from: '2026-03-30', to: '2026-03-31' })]), [
      { key: 1, index: 1, days: 1 << 29 },
      { key: 1, index: 2, days: 1 },
    ]);
    t.strictSame(await store.windowDays([question(key, { from: '2026-04-01', to: '2026-05-28' })]), []);
    t.strictSame(await store.windowDays([question(key, { from: '2026-06-01', to: '2026-05-01' })]), []);
  });

  await t.test('answer each query under its key, also twice the same', async (t) => {
    const answers = await store.windowDays([
      question(key, { key: 7, to: '2026-03-01' }),
      question(key, { key: -3, to: '2026-03-01' }),
    ]);
    t.strictSame(answers, [
      { key: 7, index: 1, days: 1 },
      { key: -3, index: 1, days: 1 },
    ]);
    t.strictSame(await store.windowDays([]), []);
  });

  await t.test('hold at most 31 days', async (t) => {
    t.strictSame(await store.windowDays([question(key, { windowDays: 31, to: '2026-03-31' })]), [
      { key: 1, index: 1, days: 1 | (1 << 29) | (1 << 30) },
    ]);
    await t.rejects(store.windowDays([question(key, { windowDays: 32 })]), RangeError);
    await t.rejects(store.windowDays([question(key, { windowDays: 0 })]), RangeError);
  });
});

t.test('what counts: final, valued, the codes asked, the prescriptions named', async (t) => {
  const { patient: key } = await patient(context);
  await observe(
    key,
    fact(onDay('2026-03-01')),
    fact(onDay('2026-03-02'), { final: false }),
    fact(onDay('2026-03-03'), { valued: false }),
    fact(onDay('2026-03-04'), { codes: ['other|code'] }),
    fact(onDay('2026-03-05'), { basedOn: ['ordonnance-a'] }),
    fact(onDay('2026-03-06'), { basedOn: ['ordonnance-b', 'ordonnance-a'] }),
    fact(onDay('2026-03-07'), { codes: [], categories: ['survey', 'vital-signs'] }),
    fact({ kind: 'imprecise', start: '2026-03-01', end: '2026-03-31' }),
    fact({ kind: 'none' }),
  );
  const bits = async (change: Partial<WindowQuery>) => (await store.windowDays([question(key, change)]))[0]?.days ?? 0;
  t.equal(await bits({}), 1);
  t.equal(await bits({ prescriptions: ['ordonnance-a'] }), 1 | (1 << 4) | (1 << 5));
  t.equal(await bits({ prescriptions: ['ordonnance-b'] }), 1 | (1 << 5));
  t.equal(await bits({ codes: [WEIGHT, 'other|code'] }), 1 | (1 << 3));
  t.equal(await bits({ codes: [], categories: ['survey'] }), 1 << 6);
  t.equal(await bits({ codes: ['never|seen'] }), 0);
  await t.rejects(store.windowDays([question(key, { categories: ['vital-signs'] })]), /vital-signs/);
});

t.test('readings come with all that is known of them', async (t) => {
  const { patient: key } = await patient(context);
  const prescription = created('ServiceRequest', { patient: key, id: 'ordonnance-1', method: 'PUT' });
  const named = created('Observation', {
    patient: key,
    id: 'reading-1',
    method: 'PUT',
    fact: fact(instant('2026-03-10T08:00:00.123Z'), {
      categories: ['survey'],
      basedOn: ['ordonnance-1'],
      device: 'Device/7',
    }),
  });
  await store.transaction([key], (tx) => tx.write([prescription, named]));
  const [imprecise] = await observe(
    key,
    fact({ kind: 'imprecise', start: '2026-04-01', end: '2026-04-30' }),
    fact({ kind: 'none' }),
  );
  t.strictSame(await store.readings(key, '2026-03-01', '2026-04-01'), [
    {
      id: 'reading-1',
      version: 1,
      day: '2026-03-10',
      at: '2026-03-10T08:00:00.123Z',
      codes: [WEIGHT],
      categories: ['survey'],
      final: true,
      valued: true,
      basedOn: ['ordonnance-1'],
      device: 'Device/7',
    },
    {
      id: imprecise,
      version: 1,
      imprecise: { start: '2026-04-01', end: '2026-04-30' },
      codes: [WEIGHT],
      categories: [],
      final: true,
      valued: true,
      basedOn: [],
      device: null,
    },
  ]);
  t.strictSame(await store.readings(key, '2026-03-11', '2026-03-31'), []);
  t.strictSame(await store.readings(key, '2026-04-30', '2026-05-31').then((r) => r.map((f) => f.id)), [imprecise]);
});

t.test('readings come by day, instant and id', async (t) => {
  const { patient: key } = await patient(context);
  const ids = await observe(
    key,
    fact(instant('2026-03-02T10:00:00Z')),
    fact(instant('2026-03-02T09:00:00Z')),
    fact(onDay('2026-03-02')),
    fact(instant('2026-03-01T12:00:00Z')),
    fact(instant('2026-03-02T09:00:00Z')),
  );
  t.strictSame(
    (await store.readings(key, '2026-03-01', '2026-03-02')).map((f) => ids.indexOf(f.id)),
    [3, 2, 1, 4, 0],
  );
});

t.test('an Observation of nobody counts for nobody', async (t) => {
  await observe(0, fact(onDay('2026-03-01')));
  t.strictSame(await store.readings(0, '2026-01-01', '2026-12-31'), []);
});

t.test('a new version has the new fact only', async (t) => {
  const { patient: key } = await patient(context);
  const first = created('Observation', { patient: key, fact: fact(onDay('2026-03-01')) });
  await store.create([first]);
  await store.transaction([key], (tx) => tx.write([updated(first, { fact: fact(onDay('2026-03-05')) })]));
  t.match(await store.readings(key, '2026-01-01', '2026-12-31'), [{ id: first.id, version: 2, day: '2026-03-05' }]);
  t.strictSame(await store.windowDays([question(key)]), [{ key: 1, index: 1, days: 1 << 4 }]);
  t.equal((await store.read('Observation', first.id, everything))?.version, 2);
  await store.transaction([key], (tx) => tx.write([deleted(updated(first))]));
  t.strictSame(await store.windowDays([question(key)]), []);
});

t.test('billed windows', async (t) => {
  const { patient: key } = await patient(context);
  const { patient: other } = await patient(context);
  const window = (change: Partial<BilledWindow> = {}): BilledWindow => ({
    patient: key,
    pathology: 'ic',
    forfait: 'operator',
    start: '2026-03-01',
    end: '2026-03-30',
    claim: 'claim-1',
    ...change,
  });
  const bill = (...rows: BilledWindow[]) => store.transaction([key, other], (tx) => tx.billWindows(rows));

  await t.test('are kept, operator and technical beside each other', async (t) => {
    t.strictSame(await bill(window(), window({ forfait: 'technical' })), []);
    t.strictSame(await store.billedWindows([key, other]), [window(), window({ forfait: 'technical' })]);
  });

  await t.test('clash when one day is shared, and then nothing is written', async (t) => {
    const clash = window({ start: '2026-03-30', end: '2026-04-28', claim: 'claim-2' });
    const free = window({ start: '2026-03-31', end: '2026-04-29', claim: 'claim-2', forfait: 'technical' });
    t.strictSame(await bill(clash, free), [{ ...clash, claim: 'claim-1' }]);
    t.equal((await store.billedWindows([key])).length, 2);
  });

  await t.test('do not clash on the day after, for another pathology or another patient', async (t) => {
    t.strictSame(
      await bill(
        window({ start: '2026-03-31', end: '2026-04-29', claim: 'claim-2' }),
        window({ pathology: 'dt', claim: 'claim-2' }),
        window({ patient: other, claim: 'claim-2' }),
      ),
      [],
    );
  });

  await t.test('are free again when their claim is released', async (t) => {
    await store.transaction([key], (tx) => tx.releaseWindows('claim-1'));
    t.strictSame(await bill(window({ claim: 'claim-3' })), []);
  });

  await t.test('are billed once by twenty claims at the same time', async (t) => {
    const claims = Array.from({ length: 20 }, (_, i) =>
      window({ start: '2026-06-01', end: '2026-06-30', claim: `race-${i}` }),
    );
    // Without shared keys, so that the schema alone decides.
    const answers = await Promise.all(claims.map((c) => store.transaction([], (tx) => tx.billWindows([c]))));
    t.equal(answers.filter((clashes) => clashes.length === 0).length, 1);
    t.equal((await store.billedWindows([key])).filter((w) => w.start === '2026-06-01').length, 1);
  });

  await t.test('of one request may not overlap each other', async (t) => {
    const twice = bill(
      window({ start: '2026-08-01', end: '2026-08-30' }),
      window({ start: '2026-08-30', end: '2026-09-28' }),
    );
    t.equal(await twice.catch(detail), 'storage-conflict');
  });
});
