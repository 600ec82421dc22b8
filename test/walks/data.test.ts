// What counts, and how answers follow corrections, deletions and double delivery, through the server (contract 2.2).
import t from 'tap';
import { type Json, world } from '../operations/world.ts';
import { each, type Stage, stage } from './stage.ts';

const w = await world(t);
const spring = { rx: { start: '2026-03-02', end: '2026-08-31' } };
const ASKED = 'asOf=2026-04-10';

/** Puts a changed version of a reading in its place. */
async function correct(s: Stage, name: string, change: Json): Promise<void> {
  const path = s.cohort.ref(name);
  const { json } = await w.get(path);
  const kept = Object.fromEntries(Object.entries({ ...json, ...change }).filter(([, v]) => v !== null));
  const answer = await w.put(path, kept);
  if (answer.status !== 200) throw new Error(answer.text);
}

t.test('a reading is told with the first reason that bars it', async (t) => {
  const s = await stage(w, {
    ordonnances: {
      rx: { start: '2026-03-02', end: '2026-08-31', stop: '2026-03-20' },
      other: { activity: 'dt', start: '2026-03-02', end: '2026-08-31' },
    },
    readings: [
      { name: 'counts', at: '2026-03-10' },
      { name: 'both', at: '2026-03-11', basedOn: ['other', 'rx'] },
      { name: 'early', at: '2026-03-12', status: 'preliminary', code: '8867-4' },
      { name: 'pulse', at: '2026-03-25', code: '8867-4', basedOn: ['other'] },
      { name: 'empty', at: '2026-03-25', change: { valueQuantity: undefined }, basedOn: ['other'] },
      { name: 'march', at: '2026-03', basedOn: ['other'] },
      { name: 'to come', at: '2026-03-28', basedOn: ['other'] },
      { name: 'stopped', at: '2026-03-24', basedOn: ['other'] },
      { name: 'theirs', at: '2026-03-10', basedOn: ['other'] },
    ],
  });
  const { periods, rejected } = await s.observe('rx', 'asOf=2026-03-26');
  t.match(periods, [{ received: 2, expected: 19 }]);
  t.same(rejected, {
    early: 'not-final',
    pulse: 'wrong-code',
    empty: 'no-value',
    march: 'imprecise-date',
    'to come': 'future',
    stopped: 'outside-monitoring',
    theirs: 'other-prescription',
  });
});

t.test('an answer follows each correction and deletion of a reading', async (t) => {
  const s = await stage(w, {
    ordonnances: spring,
    readings: [...each('2026-03-02', '2026-03-15'), { name: 'fifteenth', at: '2026-03-16' }],
  });
  const now = async () => (await s.observe('rx', ASKED)).periods[0]!;
  t.match(await now(), { received: 15, ratio: 0.5, status: 'sufficient' });
  await correct(s, 'fifteenth', { valueQuantity: null });
  t.match(await now(), { received: 14, ratio: 0.4667, status: 'insufficient' });
  await correct(s, 'fifteenth', { status: 'corrected', valueQuantity: { value: 71, unit: 'kg' } });
  t.match(await now(), { received: 15 });
  await correct(s, 'fifteenth', { effectiveDateTime: '2026-04-01T00:00:00+02:00' });
  t.match(await now(), { received: 14 });
  await correct(s, 'fifteenth', { effectiveDateTime: '2026-03-31T23:59:59+02:00' });
  t.match(await now(), { received: 15 });
  t.equal((await w.delete(s.cohort.ref('fifteenth'))).status, 204);
  t.match(await now(), { received: 14 });
});

t.test('a reading delivered twice by one device is a duplicate, until the first is withdrawn', async (t) => {
  const device = (name: string) => ({ device: { display: name, identifier: { value: name } } });
  const s = await stage(w, {
    ordonnances: spring,
    readings: [
      { name: 'first', at: '2026-03-03T08:00:00+01:00', change: device('scale-1') },
      { name: 'again', at: '2026-03-03T07:00:00Z', change: device('scale-1') },
      { name: 'elsewhere', at: '2026-03-03T08:00:00+01:00', change: device('scale-2') },
    ],
  });
  const { periods, rejected } = await s.observe('rx', ASKED);
  t.match(periods[0], { received: 1, day: [{ count: 2 }] });
  t.same(Object.values(rejected), ['duplicate']);
  await correct(s, 'first', { status: 'entered-in-error' });
  t.same((await s.observe('rx', ASKED)).rejected, { first: 'not-final' });
});

t.test('a week has data when one day of its block has', async (t) => {
  const glucose = { code: '14743-9' };
  const s = await stage(w, {
    ordonnances: { rx: { activity: 'dt', start: '2026-03-02', end: '2026-08-31' } },
    readings: ['2026-03-08', '2026-03-09', '2026-03-30', '2026-03-31'].map((at) => ({ ...glucose, at })),
  });
  const { periods } = await s.observe('rx', ASKED);
  t.match(periods[0], { unit: 'week', expected: 4, received: 3, ratio: 0.75, missing: ['2026-03-16'] });
});

for (const [stop, expected] of [
  ['2026-03-08', 1],
  ['2026-03-09', 2],
  ['2026-03-22', 3],
  ['2026-03-23', 4],
] as const) {
  t.test(`a weekly follow-up that stops on ${stop} expects ${expected}`, async (t) => {
    const s = await stage(w, {
      ordonnances: { rx: { activity: 'dt', start: '2026-03-02', end: '2026-08-31', stop } },
    });
    t.match((await s.observe('rx', ASKED)).periods, [{ expected, received: 0, status: 'interrupted' }]);
  });
}

for (const [timing, unit, expected, received] of [
  [[1, 1, 'd'], 'day', 30, 3],
  [[3, 1, 'wk'], 'day', 12, 3],
  [[1, 1, 'wk'], 'week', 4, 2],
  [[1, 2, 'wk'], 'week', 2, 2],
  [[2, 1, 'mo'], 'day', 2, 3],
  [[1, 10, 'd'], 'day', 3, 3],
  [[1, 12, 'h'], 'day', 30, 3],
] as const) {
  t.test(`${timing.join(' ')} expects ${expected} of unit ${unit} where the line says nothing`, async (t) => {
    const s = await stage(w, {
      ordonnances: { rx: { activity: 'irc', start: '2026-03-02', end: '2026-08-31', timing } },
      readings: ['2026-03-02', '2026-03-04', '2026-03-20'].map((at) => ({ at, code: '2160-0' })),
    });
    const ratio = Number((received / expected).toFixed(4));
    t.match((await s.observe('rx', ASKED)).periods[0], { unit, expected, received, ratio });
  });
}

for (const activity of ['irc', 'pci', 'onco-resilience']) {
  t.test(`${activity} without a frequency is undetermined, over or not`, async (t) => {
    const s = await stage(w, { ordonnances: { rx: { activity, start: '2026-03-02', end: '2026-08-31' } } });
    const { periods } = await s.observe('rx', ASKED);
    t.strictSame(
      periods.map((p) => [p.status, 'expected' in p, 'ratio' in p]),
      [
        ['undetermined', false, false],
        ['undetermined', false, false],
      ],
    );
    t.same(await s.verdicts('rx', ASKED), [
      '1 undetermined line-not-formalised!',
      '2 undetermined line-not-formalised!',
    ]);
  });
}
