import t from 'tap';
import { classify } from '../../src/core/observance/classify.ts';
import { countQueries } from '../../src/core/observance/count-queries.ts';
import type { Reading } from '../../src/core/situation.ts';
import { aFollowUp, type FollowUp } from '../make/follow-up.ts';
import { aLaw, aLine, loinc, parameter } from '../make/law.ts';
import { aPrescription } from '../make/prescription.ts';

const followed = () => aFollowUp().prescribed(aPrescription().from('2026-03-02')).asOf('2026-04-10');
const LOINC = 'http://loinc.org|';

/** A weight on a day at 08:00, by a scale. */
function reading(id: string, change: Partial<Reading> = {}): Reading {
  const day = change.day ?? '2026-03-10';
  return {
    id,
    version: 1,
    day,
    at: `${day}T07:00:00.000Z`,
    codes: [`${LOINC}29463-7`],
    categories: ['vital-signs'],
    final: true,
    valued: true,
    basedOn: [],
    device: 'Device/scale',
    ...change,
  };
}
const rejected = (f: FollowUp, ...readings: Reading[]) =>
  classify(f.situation(), readings, f.law).rejected.map((r) => `${r.observation} ${r.reason}`);
const reasonOf = (f: FollowUp, change: Partial<Reading>) => rejected(f, reading('a', change))[0]?.split(' ')[1];

t.test('counted readings are the evidence of their day, with their version', async (t) => {
  const f = followed();
  const late = reading('z', { at: '2026-03-10T20:00:00.000Z', version: 3, device: null });
  const { days, rejected } = classify(f.situation(), [late, reading('a'), reading('b', { day: '2026-04-02' })], f.law);
  t.strictSame(rejected, []);
  t.strictSame(
    [...days],
    [
      [1, [{ date: '2026-03-10', count: 2, evidence: ['Observation/a/_history/1', 'Observation/z/_history/3'] }]],
      [2, [{ date: '2026-04-02', count: 1, evidence: ['Observation/b/_history/1'] }]],
    ],
  );
});

t.test('each fault has its reason', async (t) => {
  const f = followed();
  t.equal(reasonOf(f, { final: false }), 'not-final');
  t.equal(reasonOf(f, { codes: [`${LOINC}8867-4`] }), 'wrong-code');
  t.equal(reasonOf(f, { codes: ['urn:other|29463-7'] }), 'wrong-code', 'the same code of another system');
  t.equal(reasonOf(f, { codes: [] }), 'wrong-code');
  t.equal(reasonOf(f, { valued: false }), 'no-value');
  t.equal(reasonOf(f, { day: '2026-04-11' }), 'future');
  t.equal(reasonOf(f, { basedOn: ['other'] }), 'other-prescription');
  t.equal(reasonOf(f, { basedOn: ['other', 'rx1'] }), undefined);
});

t.test('a reading with an imprecise date is listed when the days it may mean touch a window', async (t) => {
  const f = followed();
  const imprecise = (start: string, end: string) => {
    const { day: _day, at: _at, ...rest } = reading('a');
    return rejected(f, { ...rest, imprecise: { start, end } });
  };
  t.strictSame(imprecise('2026-03-01', '2026-03-31'), ['Observation/a imprecise-date']);
  t.strictSame(imprecise('2026-01-01', '2026-12-31'), ['Observation/a imprecise-date']);
  t.strictSame(imprecise('2026-02-01', '2026-02-28'), []);
  t.strictSame(imprecise('2026-04-01', '2026-04-30'), ['Observation/a imprecise-date']);
  t.strictSame(imprecise('2026-05-01', '2026-05-31'), []);
});

t.test('a reading without any date touches no window', async (t) => {
  const { day: _day, at: _at, ...rest } = reading('a');
  t.strictSame(rejected(followed(), rest), []);
});

t.test('days under monitoring end with the stop, the death, the validity', async (t) => {
  const on = (f: FollowUp, day: string) => reasonOf(f, { day }) ?? 'counted';
  const stopped = aFollowUp().prescribed(aPrescription().from('2026-03-02').stopped('2026-03-10')).asOf('2026-04-10');
  t.strictSame([on(stopped, '2026-03-10'), on(stopped, '2026-03-11')], ['counted', 'outside-monitoring']);
  const died = followed().died('2026-03-10');
  t.strictSame([on(died, '2026-03-10'), on(died, '2026-03-11')], ['counted', 'outside-monitoring']);
  const expired = aFollowUp().prescribed(aPrescription().from('2026-03-02').to('2026-03-10')).asOf('2026-04-10');
  t.strictSame([on(expired, '2026-03-10'), on(expired, '2026-03-11')], ['counted', 'outside-monitoring']);
});

t.test('readings outside the listed windows are not mentioned', async (t) => {
  t.strictSame(rejected(followed(), reading('a', { day: '2026-03-01' }), reading('b', { day: '2026-05-01' })), []);
  const f = followed().having({ range: { start: '2026-04-01' as never } });
  t.strictSame(rejected(f, reading('a', { final: false })), []);
  t.strictSame(rejected(f, reading('a', { final: false, day: '2026-04-01' })), ['Observation/a not-final']);
});

t.test('the first reason that holds is the one that is said', async (t) => {
  const f = followed().died('2026-03-20');
  const chain = [
    { final: false, expected: 'not-final' },
    { codes: [], expected: 'wrong-code' },
    { valued: false, expected: 'no-value' },
    { day: '2026-04-12', expected: 'future' },
  ];
  for (const [i, { expected }] of chain.entries()) {
    const change = Object.assign({ basedOn: ['other'] }, ...chain.slice(i));
    t.equal(reasonOf(followed(), change), expected);
  }
  t.equal(reasonOf(f, { day: '2026-03-21', basedOn: ['other'] }), 'outside-monitoring');
});

t.test('the same device, instant and code once more is a duplicate', async (t) => {
  const f = followed();
  const twice = (change: Partial<Reading>) => rejected(f, reading('b', change), reading('a'));
  t.strictSame(twice({}), ['Observation/b duplicate'], 'the smaller id counts, whatever came first');
  t.strictSame(twice({ device: 'Device/other' }), []);
  t.strictSame(twice({ device: null }), []);
  t.strictSame(twice({ at: '2026-03-10T07:00:01.000Z' }), []);
  t.strictSame(twice({ codes: [`${LOINC}29463-7`, 'urn:x|y'] }), ['Observation/b duplicate']);
  t.strictSame(
    rejected(f, reading('a', { final: false }), reading('b')),
    ['Observation/a not-final'],
    'of a counted one only',
  );
});

t.test('the end of a period at 00:00 and a point at the same instant are of two days, and both count', async (t) => {
  const at = '2026-03-09T23:00:00.000Z';
  t.strictSame(
    rejected(followed(), reading('a', { at, day: '2026-03-09' }), reading('b', { at, day: '2026-03-10' })),
    [],
  );
});

t.test('two entries by hand, and two days without a time, are no duplicates', async (t) => {
  const f = followed();
  t.strictSame(rejected(f, reading('a', { device: null }), reading('b', { device: null })), []);
  t.strictSame(rejected(f, reading('a', { at: undefined }), reading('b', { at: undefined })), []);
});

t.test('a questionnaire line counts any survey', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().of('onco-brand').from('2026-03-02')).asOf('2026-04-10');
  t.equal(reasonOf(f, { codes: ['urn:x|any'], categories: ['survey'] }), undefined);
  t.equal(reasonOf(f, { codes: ['urn:x|any'], categories: ['vital-signs'] }), 'wrong-code');
});

t.test('a line without known measures counts nothing', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().of('pci').from('2026-03-02')).asOf('2026-04-10');
  t.equal(reasonOf(f, {}), 'wrong-code');
});

// ------------------------------------------------------------------ what is asked of storage

const queries = (f: FollowUp) => countQueries(f.situation(), f.law);

t.test('one query counts all windows up to today', async (t) => {
  t.strictSame(queries(followed()), [
    {
      start: '2026-03-02',
      windowDays: 30,
      from: '2026-03-02',
      to: '2026-04-10',
      codes: [`${LOINC}29463-7`],
      categories: [],
      prescriptions: ['rx1'],
    },
  ]);
});

t.test('a query ends with the monitoring', async (t) => {
  t.match(queries(followed().died('2026-03-20')), [{ to: '2026-03-20' }]);
});

t.test('a range takes the window before its first too', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().from('2026-01-05').to('2026-12-31')).asOf('2026-12-31');
  f.range = { start: '2026-04-10' as never, end: '2026-04-20' as never };
  t.match(queries(f), [{ start: '2026-01-05', from: '2026-03-06', to: '2026-05-04' }]);
});

t.test('nothing is asked for measures that are not known, or before the start', async (t) => {
  t.strictSame(queries(aFollowUp().prescribed(aPrescription().of('pci')).asOf('2026-12-31')), []);
  t.strictSame(queries(followed().asOf('2026-03-01')), []);
});

t.test('windows that count other measures are asked apart', async (t) => {
  const measures = parameter('m', [
    ['2023-07-01', loinc('29463-7')],
    ['2026-04-01', loinc('3141-9')],
  ]);
  const f = followed()
    .under(aLaw({ lines: [{ ...aLine('ic'), measures }] }))
    .asOf('2026-06-10');
  t.match(queries(f), [
    { start: '2026-03-02', from: '2026-03-02', to: '2026-03-31', codes: [`${LOINC}29463-7`] },
    { start: '2026-03-02', from: '2026-04-01', to: '2026-06-10', codes: [`${LOINC}3141-9`] },
  ]);
});
