// $observance through the whole server: windows, days, evidence, rejections, zones (contract 2.1–2.3, 2.8).
import t from 'tap';
import { Cohort } from './cohort.ts';
import { periodsOf, plain } from './plain.ts';
import { world } from './world.ts';

const w = await world(t);
const c = await new Cohort()
  .parties()
  .patient('p1')
  .patient('p2', { address: [{ postalCode: '97400' }] })
  .prescription('rx1')
  .prescription('rx2', { patient: 'p2' })
  .daily('r', '2026-01-05', '2026-01-19')
  .reading('late', { at: '2026-02-04T00:30:00+01:00' })
  .reading('draft', { at: '2026-01-21', change: { status: 'preliminary' } })
  .reading('pulse', {
    at: '2026-01-21',
    change: { code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] } },
  })
  .reading('empty', { at: '2026-01-21', change: { valueQuantity: undefined } })
  .reading('month', { at: '2026-01' })
  .reading('elsewhere', { patient: 'p2', at: '2026-01-04T21:00:00Z' })
  .load(w);

const ask = (rx: string, query = '') => w.get(`${c.ref(rx)}/$observance?asOf=2026-02-10${query}`);

t.test('names prescription, patient, line, zone and day', async (t) => {
  const { status, json } = await ask('rx1');
  t.equal(status, 200);
  const { prescription, patient, activity, timezone, asOf } = plain(json);
  t.same(
    { prescription, patient, activity, timezone, asOf },
    { prescription: c.ref('rx1'), patient: c.ref('p1'), activity: 'ic', timezone: 'Europe/Paris', asOf: '2026-02-10' },
  );
});

t.test('counts the days of a window and says which are missing', async (t) => {
  const [first, second] = periodsOf((await ask('rx1')).json);
  const { index, window, unit, expected, received, ratio, status } = first!;
  t.same(
    { index, window, unit, expected, received, ratio, status },
    {
      index: 1,
      window: '2026-01-05/2026-02-03',
      unit: 'day',
      expected: 30,
      received: 15,
      ratio: 0.5,
      status: 'sufficient',
    },
  );
  t.equal((first!.missing as string[])[0], '2026-01-20');
  t.equal((first!.missing as string[]).length, 15);
  t.match(second, { status: 'in-progress', received: 1 });
  t.match((second!.day as { date: string }[])[0], { date: '2026-02-04', count: 1 });
});

t.test('shows the version of each counted reading', async (t) => {
  const [first] = periodsOf((await ask('rx1')).json);
  t.same((first!.day as unknown[])[0], { date: '2026-01-05', count: 1, evidence: [`${c.ref('r:0')}/_history/1`] });
});

t.test('lists what was left out, with the first reason that holds', async (t) => {
  const { rejected } = plain((await ask('rx1')).json) as { rejected: { observation: string; reason: string }[] };
  const reasons = Object.fromEntries(rejected.map((r) => [r.observation, r.reason]));
  t.same(reasons, {
    [c.ref('draft')]: 'not-final',
    [c.ref('pulse')]: 'wrong-code',
    [c.ref('empty')]: 'no-value',
    [c.ref('month')]: 'imprecise-date',
  });
});

t.test('leaves days and missing units out without details, and keeps the rejected ones', async (t) => {
  const { json } = await ask('rx1', '&details=false');
  const [first] = periodsOf(json);
  t.match(first, { received: 15, day: undefined, missing: undefined });
  t.equal((plain(json).rejected as unknown[]).length, 4);
});

t.test('counts days in the zone of the patient', async (t) => {
  const { json } = await ask('rx2');
  t.equal(plain(json).timezone, 'Indian/Reunion');
  t.match(periodsOf(json)[0], { received: 1, day: [{ date: '2026-01-05' }] });
});

t.test('hides what came after asOf as future', async (t) => {
  const { json } = await w.get(`${c.ref('rx1')}/$observance?asOf=2026-01-10`);
  t.match(periodsOf(json)[0], { received: 6, status: 'in-progress' });
  const { rejected } = plain(json) as { rejected: { observation: string; reason: string }[] };
  t.equal(rejected.find((r) => r.observation === c.ref('r:6'))?.reason, 'future');
});

t.test('keeps the windows that touch start and end', async (t) => {
  t.same(
    periodsOf((await ask('rx1', '&start=2026-02-04')).json).map((p) => p.index),
    [2],
  );
  t.same(
    periodsOf((await ask('rx1', '&start=2026-02-03&end=2026-02-03')).json).map((p) => p.index),
    [1],
  );
  const none = await ask('rx1', '&start=2027-01-01');
  t.equal(none.status, 200);
  t.same(periodsOf(none.json), []);
  t.equal(plain(none.json).rejected, undefined);
});

t.test('takes today in the zone of the patient when asOf is not given', async (t) => {
  w.clock.set('2026-02-03T21:30:00Z');
  t.equal(plain((await w.get(`${c.ref('rx1')}/$observance`)).json).asOf, '2026-02-03');
  t.equal(plain((await w.get(`${c.ref('rx2')}/$observance`)).json).asOf, '2026-02-04');
});

t.test('answers GET and POST alike', async (t) => {
  const body = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'asOf', valueDate: '2026-02-10' },
      { name: 'details', valueBoolean: false },
    ],
  };
  const [got, posted] = await Promise.all([ask('rx1', '&details=false'), w.post(`${c.ref('rx1')}/$observance`, body)]);
  t.equal(posted.status, 200);
  t.equal(posted.text, got.text);
});

t.test('prints for people when asked', async (t) => {
  const pretty = await ask('rx1', '&_pretty=true&_format=json');
  t.match(pretty.text, /^\{\n {2}"resourceType": "Parameters"/);
  t.same(pretty.json, (await ask('rx1')).json);
});

t.test('the answer is valid R4', async (t) => {
  const kept = await w.post('Parameters', (await ask('rx1')).json);
  t.equal(kept.status, 201, kept.text);
});
