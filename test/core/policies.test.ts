import t from 'tap';
import type { PolicyCode } from '../../src/law/law.ts';
import { aFollowUp, type FollowUp, reasons } from '../make/follow-up.ts';
import { aLaw, days, parameter } from '../make/law.ts';
import { aPrescription } from '../make/prescription.ts';

// Windows 1, 2, 3 from 2026-01-05; `counts` days with data in each.
const withDays = (...counts: number[]) => {
  const f = aFollowUp().prescribed(aPrescription().from('2026-01-05').to('2026-12-31')).asOf('2026-12-31');
  const firsts = ['2026-01-05', '2026-02-04', '2026-03-06', '2026-04-05'];
  const lasts = ['2026-02-03', '2026-03-05', '2026-04-04', '2026-05-04'];
  return f.measuredOn(...counts.map((n, i) => days(firsts[i]!, lasts[i]!).slice(0, n)));
};
const table = (f: FollowUp, policy: PolicyCode, n: number) =>
  f
    .decide(policy)
    .slice(0, n)
    .map((d) => [d.status, ...reasons(d), ...(d.otherPolicy ? [`other ${d.otherPolicy}`] : [])]);

t.test('guide-2023: too few data leave the window due and take the next', async (t) => {
  t.strictSame(table(withDays(14, 30, 30), 'guide-2023', 3), [
    ['billable', 'insufficient-data/information', 'other not-billable'],
    ['not-billable', 'insufficient-previous-period/blocking', 'other billable'],
    ['billable'],
  ]);
});

t.test('css: too few data take the window itself', async (t) => {
  t.strictSame(table(withDays(14, 30, 30), 'css', 3), [
    ['not-billable', 'insufficient-data/blocking', 'other billable'],
    ['billable', 'other not-billable'],
    ['billable'],
  ]);
});

t.test('both policies: no data take the window and leave the next', async (t) => {
  for (const policy of ['guide-2023', 'css'] as const)
    t.strictSame(table(withDays(30, 0, 30), policy, 3), [
      ['billable'],
      ['not-billable', 'transmission-interrupted/blocking'],
      ['billable'],
    ]);
});

t.test('guide-2023: two windows of too few data in a row', async (t) => {
  t.strictSame(table(withDays(14, 14, 14), 'guide-2023', 3), [
    ['billable', 'insufficient-data/information', 'other not-billable'],
    ['not-billable', 'insufficient-data/information', 'insufficient-previous-period/blocking'],
    ['not-billable', 'insufficient-data/information', 'insufficient-previous-period/blocking'],
  ]);
});

t.test('exactly half is enough', async (t) => {
  for (const policy of ['guide-2023', 'css'] as const)
    t.strictSame(table(withDays(15, 15), policy, 2), [['billable'], ['billable']]);
});

t.test('data are judged only once the window is over, the window before at once', async (t) => {
  const f = withDays(14, 0).asOf('2026-02-10');
  t.strictSame(table(f, 'guide-2023', 2)[1], [
    'not-billable',
    'insufficient-previous-period/blocking',
    'other in-progress',
  ]);
  t.strictSame(table(withDays(0).asOf('2026-02-03'), 'css', 1), [['in-progress']]);
  t.strictSame(table(withDays(0).asOf('2026-02-04'), 'css', 1), [
    ['not-billable', 'transmission-interrupted/blocking'],
  ]);
});

t.test('death in a window sets aside its data and those of the window before', async (t) => {
  const f = withDays(14, 0).died('2026-02-10');
  t.strictSame(table(f, 'guide-2023', 3), [
    ['billable', 'insufficient-data/information', 'other not-billable'],
    ['billable', 'death-full-period/information'],
  ]);
  t.strictSame(table(f, 'css', 2)[1], ['billable', 'death-full-period/information']);
});

t.test('death after the stop, in the same window, still sets the data aside', async (t) => {
  const f = aFollowUp()
    .prescribed(aPrescription().from('2026-03-02').stopped('2026-03-10'))
    .died('2026-03-20')
    .asOf('2026-12-31');
  t.strictSame(table(f, 'guide-2023', 1), [['billable', 'death-full-period/information']]);
});

t.test('a window of death that runs is in progress', async (t) => {
  t.strictSame(table(withDays(3).died('2026-01-07').asOf('2026-02-03'), 'guide-2023', 1), [
    ['in-progress', 'death-full-period/information'],
  ]);
});

t.test('a range keeps the windows that touch it, judged as if all were asked', async (t) => {
  const f = withDays(14, 30, 30);
  f.range = { start: '2026-03-05' as never, end: '2026-03-06' as never };
  t.strictSame(
    f.decide().map((d) => [d.assessment.index, d.status]),
    [
      [2, 'not-billable'],
      [3, 'billable'],
    ],
  );
});

t.test('a policy of the law may let interruption take the next window', async (t) => {
  const law = aLaw();
  const harsh = { ...law.policies.css, interrupted: parameter<'next-window'>('p', [['2018-01-01', 'next-window']]) };
  const f = withDays(0, 30).under({ ...law, policies: { ...law.policies, css: harsh } });
  t.strictSame(table(f, 'css', 2), [
    ['billable', 'other not-billable'],
    ['not-billable', 'insufficient-previous-period/blocking', 'other billable'],
  ]);
});

t.test('a policy that is not known for the day leaves the window open', async (t) => {
  const law = aLaw();
  const unknown = parameter<'same-window'>('p', [['2018-01-01', null]]);
  const mute = { ...law.policies.css, interrupted: unknown, insufficient: unknown };
  const f = withDays(0, 14, 30).under({ ...law, policies: { ...law.policies, css: mute } });
  t.strictSame(
    f
      .decide('css')
      .slice(0, 3)
      .map((d) => d.status),
    ['undetermined', 'undetermined', 'undetermined'],
  );
});

t.test('what blocks is listed first, what is only said last', async (t) => {
  const f = withDays(14, 0)
    .having({
      billed: [
        {
          pathology: 'ic',
          forfait: 'operator',
          start: '2026-02-04' as never,
          end: '2026-03-05' as never,
          claim: 'Claim/1',
        },
      ],
    })
    .died('2026-06-01');
  f.patient = { ...f.patient, birthDate: false };
  t.strictSame(
    f.decide('guide-2023')[1]?.reasons.map((r) => r.code),
    ['transmission-interrupted', 'insufficient-previous-period', 'prescription-incomplete', 'already-billed'],
  );
});
