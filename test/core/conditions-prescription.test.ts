import t from 'tap';
import { day } from '../../src/kernel/day.ts';
import { aFollowUp, type FollowUp, reasons } from '../make/follow-up.ts';
import { days } from '../make/law.ts';
import { aPrescription, type PrescriptionMaker } from '../make/prescription.ts';

// One prescription from 2026-03-02 with a reading every day, asked in 2027 unless the test says otherwise.
const followed = (rx: PrescriptionMaker = aPrescription()) =>
  aFollowUp().prescribed(rx).measuredOn(days('2026-01-01', '2027-12-31')).asOf('2027-12-31');
const said = (f: FollowUp, index = 1, asked?: string) => reasons(f.decide('guide-2023', asked)[index - 1]);
const status = (f: FollowUp, index = 1, asked?: string) => f.decide('guide-2023', asked)[index - 1]?.status;

t.test('prescription-incomplete', async (t) => {
  const lacks = ['prescription-incomplete/missing'];
  t.strictSame(said(followed(aPrescription().with({ weight: false }))), lacks);
  t.strictSame(said(followed(aPrescription().with({ indication: false }))), lacks);
  t.strictSame(said(followed(aPrescription().with({ dmn: undefined }))), lacks);
  const unborn = followed();
  unborn.patient = { ...unborn.patient, birthDate: false };
  t.strictSame(said(unborn), lacks);
  t.equal(status(unborn), 'undetermined');
  const all = followed(aPrescription().with({ weight: false, indication: false }));
  t.equal(all.decide()[0]?.reasons[0]?.text.en, 'The prescription is incomplete: add weight, indication.');
});

t.test('prescription-too-long', async (t) => {
  const runs = (start: string, end: string) =>
    said(followed(aPrescription().from(start).to(end)).measuredOn(days('2024-01-01', '2026-01-01')));
  const refused = ['prescription-too-long/blocking'];
  t.strictSame(runs('2026-03-02', '2027-03-01'), []);
  t.strictSame(runs('2026-03-02', '2027-03-02'), refused);
  t.strictSame(runs('2024-02-28', '2025-02-27'), []);
  t.strictSame(runs('2024-02-28', '2025-02-28'), refused);
  t.strictSame(runs('2024-02-29', '2025-02-27'), []);
  t.strictSame(runs('2024-02-29', '2025-02-28'), refused);
  t.strictSame(runs('2024-03-01', '2025-02-28'), []);
});

t.test('prescription-stale', async (t) => {
  const written = (on: string, start: string) =>
    said(followed(aPrescription().authored(on).from(start).to('2026-12-31')));
  const refused = ['prescription-stale/blocking'];
  t.strictSame(written('2025-09-01', '2026-02-28'), []);
  t.strictSame(written('2025-09-01', '2026-03-01'), refused);
  t.strictSame(written('2025-08-31', '2026-02-27'), []);
  t.strictSame(written('2025-08-31', '2026-02-28'), refused, '31 August and six months is the last of February');
  t.strictSame(written('2025-08-29', '2026-02-27'), []);
  t.strictSame(written('2025-08-29', '2026-02-28'), refused);
});

t.test(
  'prescription-stale looks at the monitoring start, and at the first prescription for the whole chain',
  async (t) => {
    const late = followed(aPrescription().authored('2025-11-01').from('2026-03-02').monitoredFrom('2026-05-01'));
    t.strictSame(said(late), ['prescription-stale/blocking']);
    const f = followed(aPrescription().authored('2025-08-01').from('2026-03-02').to('2026-03-31')).prescribed(
      aPrescription().id('rx2').authored('2026-03-25').from('2026-04-01').to('2026-08-31').replacing('rx1'),
    );
    t.strictSame(said(f, 2), ['prescription-stale/blocking']);
    const renewed = followed(aPrescription().from('2026-03-02').to('2026-03-31')).prescribed(
      aPrescription().id('rx2').authored('2025-01-01').from('2026-04-01').to('2026-08-31').replacing('rx1'),
    );
    t.strictSame(said(renewed, 2), []);
  },
);

t.test('prescription-expired', async (t) => {
  const until = (end: string) => followed(aPrescription().to(end));
  const refused = ['prescription-expired/blocking'];
  t.strictSame(said(until('2026-04-30'), 2), []);
  t.strictSame(said(until('2026-04-29'), 2), refused);
  t.strictSame(said(until('2026-04-01'), 2), refused);
  t.equal(until('2026-03-31').decide().length, 1);
  t.strictSame(said(until('2026-04-29').asOf('2026-04-10'), 2), refused, 'at once');
});

t.test('prescription-expired: a stop or a death within the validity leaves the last window due', async (t) => {
  const stopped = (on: string) => followed(aPrescription().to('2026-04-20').stopped(on));
  t.strictSame(said(stopped('2026-04-20'), 2), []);
  t.strictSame(said(stopped('2026-04-10'), 2), []);
  t.strictSame(said(stopped('2026-04-21'), 2), ['prescription-expired/blocking'], 'a stop after the validity');
  const died = (on: string) => followed(aPrescription().to('2026-04-20')).died(on);
  t.strictSame(said(died('2026-04-20'), 2), ['death-full-period/information']);
  t.strictSame(said(died('2026-04-21'), 2), ['death-full-period/information', 'prescription-expired/blocking']);
});

t.test('prescription-expired: a monitoring that starts before the validity', async (t) => {
  t.strictSame(said(followed(aPrescription().monitoredFrom('2026-03-01'))), ['prescription-expired/blocking']);
});

t.test('one-year-cap', async (t) => {
  const year = aPrescription().from('2026-01-05').to('2027-01-04');
  const f = followed(year);
  t.strictSame(said(f, 12), [], '2026-12-01 to 2026-12-30');
  t.strictSame(said(f, 13), ['one-year-cap/blocking', 'prescription-expired/blocking']);
  t.strictSame(said(followed(aPrescription().from('2026-01-05').to('2027-02-28')), 13), [
    'one-year-cap/blocking',
    'prescription-too-long/blocking',
  ]);
  const renewed = (end: string) =>
    followed(year).prescribed(aPrescription().id('rx2').from('2027-01-05').to(end).replacing('rx1'));
  t.strictSame(said(renewed('2027-01-29'), 13), [], 'a renewal covers the last day');
  t.strictSame(said(renewed('2027-01-28'), 13), ['one-year-cap/blocking', 'prescription-expired/blocking']);
  t.strictSame(said(followed(year.stopped('2027-01-04')), 13), [], 'stopped inside the year');
  t.strictSame(said(followed(year).died('2027-01-04'), 13), ['death-full-period/information']);
  t.strictSame(said(followed(year).died('2027-01-05'), 13), [
    'death-full-period/information',
    'one-year-cap/blocking',
    'prescription-expired/blocking',
  ]);
});

t.test('one-year-cap counts from the start of the prescription, not of the monitoring', async (t) => {
  const f = followed(aPrescription().from('2026-01-05').to('2027-02-28').monitoredFrom('2026-01-12'));
  t.equal(f.decide()[11]?.assessment.period.end, '2027-01-06');
  t.strictSame(said(f, 12), ['one-year-cap/blocking', 'prescription-too-long/blocking']);
});

t.test('consent-refused', async (t) => {
  const refused = ['consent-refused/blocking'];
  const consent = (from?: string, to?: string, type: 'deny' | 'permit' = 'deny', stands = 'active') =>
    followed().having({
      consents: [
        {
          reference: 'Consent/1',
          status: stands,
          type,
          start: from ? day(from) : undefined,
          end: to ? day(to) : undefined,
        },
      ],
    });
  t.strictSame(said(consent()), refused, 'no period: all days');
  t.strictSame(said(consent('2026-03-31')), refused);
  t.strictSame(said(consent('2026-04-01')), []);
  t.strictSame(said(consent('2026-04-01'), 2), refused);
  t.strictSame(said(consent(undefined, '2026-03-02')), refused);
  t.strictSame(said(consent(undefined, '2026-03-01')), []);
  t.strictSame(said(consent(undefined, undefined, 'permit')), []);
  for (const s of ['inactive', 'rejected', 'draft', 'proposed', 'entered-in-error'])
    t.strictSame(said(consent(undefined, undefined, 'deny', s)), [], s);
});

t.test('death-full-period on the first and the last day of a window', async (t) => {
  t.strictSame(said(followed().died('2026-03-02')), ['death-full-period/information']);
  t.strictSame(said(followed().died('2026-03-31')), ['death-full-period/information']);
  t.strictSame(said(followed().died('2026-04-01')), []);
  t.strictSame(said(followed().died('2026-04-01'), 2), ['death-full-period/information']);
  t.equal(followed().died('2026-04-01').decide().length, 2, 'no window begins after the death');
});
