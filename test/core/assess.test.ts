import t from 'tap';
import { missingUnits } from '../../src/core/observance/assess.ts';
import { day } from '../../src/kernel/day.ts';
import { aFollowUp, type FollowUp } from '../make/follow-up.ts';
import { aLaw, aLine, days, loinc, parameter } from '../make/law.ts';
import { aPrescription, type PrescriptionMaker } from '../make/prescription.ts';

const windowOf = (f: FollowUp, index = 1) => {
  const a = f.assess()[index - 1]!;
  return { unit: a.unit, expected: a.expected, received: a.received, ratio: a.ratio, status: a.status };
};
const of = (rx: PrescriptionMaker) => aFollowUp().prescribed(rx.from('2026-03-02')).asOf('2026-05-10');
const ic = () => of(aPrescription());
const dt = () => of(aPrescription().of('dt'));

t.test('a daily line expects every day of the window', async (t) => {
  t.strictSame(windowOf(ic().measuredOn(days('2026-03-02', '2026-03-31'))), {
    unit: 'day',
    expected: 30,
    received: 30,
    ratio: 1,
    status: 'sufficient',
  });
});

for (const [received, ratio, status] of [
  [0, 0, 'interrupted'],
  [1, 0.0333, 'insufficient'],
  [14, 0.4667, 'insufficient'],
  [15, 0.5, 'sufficient'],
  [16, 0.5333, 'sufficient'],
] as const) {
  t.test(`${received} of 30 days are ${status}`, async (t) => {
    const found = windowOf(ic().measuredOn(days('2026-03-02', '2026-03-31').slice(0, received)));
    t.match(found, { received, ratio, status });
  });
}

t.test('a ratio just under one half is not rounded up into enough', async (t) => {
  const law = aLaw({
    lines: [aLine('ic')],
    limits: { windowDays: parameter('window-days', [['2018-01-01', 31]]) },
  });
  const f = aFollowUp().under(law).prescribed(aPrescription().from('2026-03-02')).asOf('2026-05-10');
  t.match(windowOf(f.measuredOn(days('2026-03-02', '2026-03-16'))), {
    expected: 31,
    received: 15,
    status: 'insufficient',
  });
});

t.test('days after the stop are not expected', async (t) => {
  const f = of(aPrescription().stopped('2026-03-11')).measuredOn(days('2026-03-02', '2026-03-31'));
  t.match(windowOf(f), { expected: 10, received: 10, ratio: 1 });
});

t.test('the day of death is still expected', async (t) => {
  t.match(windowOf(ic().died('2026-03-04').measuredOn(days('2026-03-02', '2026-03-02'))), {
    expected: 3,
    received: 1,
    ratio: 0.3333,
    status: 'insufficient',
  });
});

t.test('a window that runs is in progress, and expects all of its days', async (t) => {
  const f = ic().asOf('2026-03-20').measuredOn(days('2026-03-02', '2026-03-06'));
  t.match(windowOf(f), { expected: 30, received: 5, ratio: 0.1667, status: 'in-progress' });
});

t.test('days after asOf do not count, even when they are handed over', async (t) => {
  t.match(windowOf(ic().asOf('2026-03-03').measuredOn(days('2026-03-02', '2026-03-31'))), { received: 2 });
});

t.test('a weekly line expects the blocks 1–7, 8–14, 15–21, 22–30', async (t) => {
  for (const d of ['2026-03-02', '2026-03-08'])
    t.match(missing(dt().measuredOn(days(d, d))), ['03-09', '03-16', '03-23']);
  for (const d of ['2026-03-09', '2026-03-15'])
    t.match(missing(dt().measuredOn(days(d, d))), ['03-02', '03-16', '03-23']);
  for (const d of ['2026-03-23', '2026-03-30', '2026-03-31'])
    t.match(missing(dt().measuredOn(days(d, d))), ['03-02', '03-09', '03-16']);
  t.match(windowOf(dt().measuredOn(days('2026-03-02', '2026-03-31', 7))), { unit: 'week', expected: 4, received: 4 });
});

t.test('two days in one block are one unit', async (t) => {
  t.match(windowOf(dt().measuredOn(days('2026-03-02', '2026-03-08'))), {
    received: 1,
    ratio: 0.25,
    status: 'insufficient',
  });
  t.match(windowOf(dt().measuredOn(days('2026-03-02', '2026-03-09'))), {
    received: 2,
    ratio: 0.5,
    status: 'sufficient',
  });
});

for (const [stop, expected] of [
  ['2026-03-02', 1],
  ['2026-03-08', 1],
  ['2026-03-09', 2],
  ['2026-03-22', 3],
  ['2026-03-23', 4],
] as const) {
  t.test(`a stop on ${stop} leaves ${expected} blocks that begin under monitoring`, async (t) => {
    t.match(windowOf(of(aPrescription().of('dt').stopped(stop))), { unit: 'week', expected });
  });
}

t.test('a line without a known frequency is undetermined, running or over', async (t) => {
  const irc = of(aPrescription().of('irc')).measuredOn(days('2026-03-02', '2026-03-05'));
  const found = { unit: 'day', expected: undefined, received: 4, ratio: undefined, status: 'undetermined' };
  t.strictSame(windowOf(irc), found);
  t.strictSame(windowOf(irc.asOf('2026-03-20')), found);
  t.strictSame(missingUnits(irc.assess()[0]!), []);
});

t.test('a line whose measures are not known is undetermined, whatever the prescription expects', async (t) => {
  t.match(windowOf(of(aPrescription().of('pci').expecting(1, 1, 'wk'))), {
    status: 'undetermined',
    expected: undefined,
  });
});

t.test("the line's own frequency comes before the prescription's", async (t) => {
  t.match(windowOf(of(aPrescription().expecting(1, 1, 'wk'))), { unit: 'day', expected: 30 });
});

for (const [frequency, period, unit, expected] of [
  [1, 1, 'd', { unit: 'day', expected: 30 }],
  [3, 1, 'd', { unit: 'day', expected: 30 }],
  [1, 8, 'h', { unit: 'day', expected: 30 }],
  [1, 2, 'd', { unit: 'day', expected: 15 }],
  [1, 4, 'd', { unit: 'day', expected: 7 }],
  [2, 1, 'wk', { unit: 'day', expected: 8 }],
  [3, 1, 'wk', { unit: 'day', expected: 12 }],
  [3, 2, 'wk', { unit: 'day', expected: 6 }],
  [1, 6, 'd', { unit: 'day', expected: 5 }],
  [1, 7, 'd', { unit: 'week', expected: 4 }],
  [1, 1, 'wk', { unit: 'week', expected: 4 }],
  [2, 2, 'wk', { unit: 'week', expected: 4 }],
  [1, 8, 'd', { unit: 'day', expected: 3 }],
  [1, 10, 'd', { unit: 'day', expected: 3 }],
  [1, 14, 'd', { unit: 'week', expected: 2 }],
  [1, 2, 'wk', { unit: 'week', expected: 2 }],
  [3, 4, 'wk', { unit: 'week', expected: 3 }],
  [1, 6, 'wk', { unit: 'week', expected: 1 }],
  [1, 3, 'wk', { unit: 'week', expected: 1 }],
  [1, 1, 'mo', { unit: 'day', expected: 1 }],
  [2, 1, 'mo', { unit: 'day', expected: 2 }],
  [4, 1, 'mo', { unit: 'day', expected: 4 }],
  [5, 1, 'mo', { unit: 'day', expected: 5 }],
  [1, 3, 'mo', { unit: 'day', expected: 1 }],
  [1, 1, 'a', { unit: 'day', expected: 1 }],
] as const) {
  t.test(`${frequency} in ${period} ${unit} expects ${expected.expected} of unit ${expected.unit}`, async (t) => {
    t.match(windowOf(of(aPrescription().of('irc').expecting(frequency, period, unit))), expected);
  });
}

for (const [stop, frequency, period, expected] of [
  ['2026-03-02', 3, 1, 1],
  ['2026-03-11', 3, 1, 4],
  ['2026-03-16', 1, 1, 3],
  ['2026-03-16', 1, 2, 1],
  ['2026-03-08', 1, 2, 1],
] as const) {
  t.test(`${frequency} in ${period} wk until ${stop} expects ${expected}`, async (t) => {
    const rx = aPrescription().of('irc').expecting(frequency, period, 'wk').stopped(stop);
    t.equal(windowOf(of(rx)).expected, expected);
  });
}

t.test('more than is expected gives a ratio above 1', async (t) => {
  const rx = aPrescription().of('irc').expecting(1, 2, 'd');
  t.match(windowOf(of(rx).measuredOn(days('2026-03-02', '2026-03-31'))), {
    received: 30,
    ratio: 2,
    status: 'sufficient',
  });
});

t.test('two readings in one week answer a frequency of two a month', async (t) => {
  const rx = aPrescription().of('irc').expecting(2, 1, 'mo');
  t.match(windowOf(of(rx).measuredOn(['2026-03-03', '2026-03-05'].map(day))), { unit: 'day', received: 2, ratio: 1 });
});

t.test('a frequency that says nothing is no frequency', async (t) => {
  t.match(windowOf(of(aPrescription().of('irc').expecting(0, 1, 'wk'))), { status: 'undetermined' });
  t.match(windowOf(of(aPrescription().of('irc').expecting(1, 0, 'wk'))), { status: 'undetermined' });
});

t.test('missing days are those without data under monitoring', async (t) => {
  const f = of(aPrescription().stopped('2026-03-06')).measuredOn(days('2026-03-03', '2026-03-04'));
  t.strictSame(missing(f), ['03-02', '03-05', '03-06']);
});

t.test('a window before the listing is counted with the rule that came with it', async (t) => {
  const f = of(aPrescription().of('later')).measuredOn(days('2026-03-02', '2026-03-31'));
  t.match(windowOf(f), { unit: 'day', expected: 30, received: 30 });
});

t.test('measures of an entry that starts after the window change nothing', async (t) => {
  const ic2 = {
    ...aLine('ic'),
    measures: parameter('m', [
      ['2023-07-01', loinc('29463-7')],
      ['2026-04-01', null],
    ]),
  };
  const f = ic()
    .under(aLaw({ lines: [ic2] }))
    .measuredOn(days('2026-03-02', '2026-04-30'));
  t.match(windowOf(f), { expected: 30, received: 30, status: 'sufficient' });
  t.match(windowOf(f, 2), { status: 'undetermined' });
});

function missing(f: FollowUp): readonly string[] {
  return missingUnits(f.assess()[0]!).map((d) => d.slice(5));
}
