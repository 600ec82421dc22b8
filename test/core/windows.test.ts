import t from 'tap';
import { covering, firstUncovered, monitoringEnd } from '../../src/core/chain/windows.ts';
import { numberOf } from '../../src/core/days.ts';
import { day } from '../../src/kernel/day.ts';
import { aFollowUp } from '../make/follow-up.ts';
import { aLaw, parameter } from '../make/law.ts';
import { aPrescription } from '../make/prescription.ts';

const windows = (f: ReturnType<typeof aFollowUp>) =>
  f.assess().map((a) => `${a.index} ${a.period.start} ${a.period.end} ${a.monitoredDays}${a.over ? ' over' : ''}`);

t.test('windows of 30 days follow one another from the monitoring start', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().from('2024-01-25').to('2024-07-31')).asOf('2024-04-24');
  t.strictSame(windows(f), [
    '1 2024-01-25 2024-02-23 30 over',
    '2 2024-02-24 2024-03-24 30 over',
    '3 2024-03-25 2024-04-23 30 over',
    '4 2024-04-24 2024-05-23 30',
  ]);
});

t.test('a window is over the day after its last day', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().from('2026-03-02'));
  t.strictSame(windows(f.asOf('2026-03-31')), ['1 2026-03-02 2026-03-31 30']);
  t.strictSame(windows(f.asOf('2026-04-01')), ['1 2026-03-02 2026-03-31 30 over', '2 2026-04-01 2026-04-30 30']);
});

t.test('no window is listed before the start, the first on it', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().from('2026-03-02'));
  t.strictSame(windows(f.asOf('2026-03-01')), []);
  t.equal(windows(f.asOf('2026-03-02')).length, 1);
});

t.test('a recorded monitoring start moves the windows', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().from('2026-03-02').monitoredFrom('2026-03-20')).asOf('2026-04-01');
  t.strictSame(windows(f), ['1 2026-03-20 2026-04-18 30']);
});

t.test('a monitoring start before the validity is judged with the first prescription', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().from('2026-03-10').monitoredFrom('2026-03-02')).asOf('2026-03-20');
  t.equal(f.assess()[0]?.prescription.id, 'rx1');
});

for (const [what, change, last] of [
  ['the validity', aFollowUp().prescribed(aPrescription().from('2026-03-02').to('2026-04-01')), '2026-04-01'],
  ['the stop', aFollowUp().prescribed(aPrescription().from('2026-03-02').stopped('2026-04-01')), '2026-04-01'],
  ['the death', aFollowUp().prescribed(aPrescription().from('2026-03-02')).died('2026-04-01'), '2026-04-01'],
] as const) {
  t.test(`a window begins on the day of ${what}, none after it`, async (t) => {
    t.strictSame(windows(change.asOf('2026-12-31')), [
      '1 2026-03-02 2026-03-31 30 over',
      '2 2026-04-01 2026-04-30 1 over',
    ]);
    t.equal(monitoringEnd(change.situation().chain, change.patient), last);
  });
}

t.test('an end on the last day of a window leaves no window after it', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().from('2026-03-02').stopped('2026-03-31')).asOf('2026-12-31');
  t.equal(windows(f).length, 1);
});

t.test('the earliest of stop, death and validity ends the monitoring', async (t) => {
  const f = aFollowUp().prescribed(aPrescription().from('2026-03-02').to('2026-05-31').stopped('2026-05-20'));
  t.equal(monitoringEnd(f.situation().chain, f.patient), '2026-05-20');
  f.died('2026-05-10');
  t.equal(monitoringEnd(f.situation().chain, f.patient), '2026-05-10');
});

t.test('a death before the start leaves no window', async (t) => {
  t.strictSame(windows(aFollowUp().prescribed(aPrescription().from('2026-03-02')).died('2026-03-01')), []);
});

t.test('a window is judged with the latest prescription that covers its first day', async (t) => {
  const f = aFollowUp()
    .prescribed(
      aPrescription().id('rx1').from('2026-01-05').to('2026-04-04'),
      aPrescription().id('rx2').from('2026-03-06').to('2026-09-15').replacing('rx1'),
    )
    .asOf('2026-05-10');
  t.strictSame(
    f.assess().map((a) => a.prescription.id),
    ['rx1', 'rx1', 'rx2', 'rx2', 'rx2'],
  );
  const { chain } = f.situation();
  t.equal(covering(chain, day('2026-03-05'))?.id, 'rx1');
  t.equal(covering(chain, day('2026-09-16')), undefined);
});

t.test('the first day without a prescription is found', async (t) => {
  const { chain } = aFollowUp()
    .prescribed(
      aPrescription().id('rx1').from('2026-01-05').to('2026-04-04'),
      aPrescription().id('rx2').from('2026-03-06').to('2026-05-05').replacing('rx1'),
    )
    .situation();
  t.equal(firstUncovered(chain, day('2026-01-05'), day('2026-05-05')), undefined);
  t.equal(firstUncovered(chain, day('2026-04-30'), day('2026-05-29')), numberOf(day('2026-05-06')));
  t.equal(firstUncovered(chain, day('2026-01-04'), day('2026-01-06')), numberOf(day('2026-01-04')));
});

t.test('a law that does not know the length of windows cuts none', async (t) => {
  const law = aLaw({ limits: { windowDays: parameter('window-days', [['2027-01-01', 30]]) } });
  t.strictSame(windows(aFollowUp().under(law).prescribed(aPrescription())), []);
});

t.test('another length of the law cuts other windows', async (t) => {
  const law = aLaw({ limits: { windowDays: parameter('window-days', [['2018-01-01', 28]]) } });
  const f = aFollowUp().under(law).prescribed(aPrescription().from('2026-03-02')).asOf('2026-03-30');
  t.strictSame(windows(f), ['1 2026-03-02 2026-03-29 28 over', '2 2026-03-30 2026-04-26 28']);
});
