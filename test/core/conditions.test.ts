import t from 'tap';
import { day } from '../../src/kernel/day.ts';
import { aDmn, aFollowUp, type FollowUp, reasons } from '../make/follow-up.ts';
import { days } from '../make/law.ts';
import { aPrescription, type PrescriptionMaker } from '../make/prescription.ts';

// One prescription from 2026-03-02 with a reading every day, asked in 2027 unless the test says otherwise.
const followed = (rx: PrescriptionMaker = aPrescription()) =>
  aFollowUp().prescribed(rx).measuredOn(days('2026-01-01', '2027-12-31')).asOf('2027-12-31');
const said = (f: FollowUp, index = 1, asked?: string) => reasons(f.decide('guide-2023', asked)[index - 1]);
const status = (f: FollowUp, index = 1, asked?: string) => f.decide('guide-2023', asked)[index - 1]?.status;

t.test('a window that lacks nothing is billable without a word', async (t) => {
  t.strictSame(said(followed()), []);
  t.equal(status(followed()), 'billable');
});

t.test('duplicate-follow-up goes to the younger chain, on the days that both run', async (t) => {
  const other = (rx: PrescriptionMaker) => followed().prescribed(rx.id('rx0').from('2026-02-20').to('2026-04-10'));
  const refused = ['duplicate-follow-up/blocking'];
  const f = other(aPrescription());
  t.strictSame([said(f, 1), said(f, 2), said(f, 3)], [refused, refused, []]);
  t.strictSame(said(f, 1, 'rx0'), []);
  t.strictSame(f.decide()[0]?.reasons[0]?.evidence, ['ServiceRequest/rx0']);
  t.strictSame(said(other(aPrescription().of('dt'))), [], 'another pathology');
  t.strictSame(said(other(aPrescription().stopped('2026-03-01'))), [], 'stopped the day before');
  t.strictSame(said(other(aPrescription().stopped('2026-03-02'))), refused);
});

t.test('duplicate-follow-up: lines of one pathology', async (t) => {
  const f = followed(aPrescription().of('dg')).prescribed(aPrescription().id('rx0').of('dg-brand').from('2026-02-20'));
  t.strictSame(said(f), ['duplicate-follow-up/blocking']);
});

t.test('duplicate-follow-up: the same start goes by authoredOn, then by id', async (t) => {
  const both = (a: string, b: string) =>
    followed(aPrescription().id('rx1').authored(a)).prescribed(aPrescription().id('rx2').authored(b));
  const refused = ['duplicate-follow-up/blocking'];
  t.strictSame(
    [said(both('2026-02-01', '2026-02-02')), said(both('2026-02-01', '2026-02-02'), 1, 'rx2')],
    [[], refused],
  );
  t.strictSame(
    [said(both('2026-02-02', '2026-02-01')), said(both('2026-02-02', '2026-02-01'), 1, 'rx2')],
    [refused, []],
  );
  t.strictSame(
    [said(both('2026-02-01', '2026-02-01')), said(both('2026-02-01', '2026-02-01'), 1, 'rx2')],
    [[], refused],
  );
});

t.test('already-billed', async (t) => {
  const billed = (start: string, end: string, pathology = 'ic') =>
    followed().having({
      billed: [{ pathology, forfait: 'operator', start: day(start), end: day(end), claim: 'Claim/1' }],
    });
  const f = billed('2026-03-02', '2026-03-31');
  t.strictSame(said(f), ['already-billed/information']);
  t.equal(status(f), 'billed');
  t.strictSame(f.decide()[0]?.reasons[0]?.evidence, ['Claim/1']);
  t.equal(status(f, 2), 'billable');
  t.equal(status(billed('2026-03-02', '2026-03-31', 'dt')), 'billable');
  t.equal(status(billed('2026-02-10', '2026-03-11')), 'billed', 'days of it were billed');
  t.equal(status(billed('2026-02-01', '2026-03-01')), 'billable');
});

t.test('a billed window that became not billable says both', async (t) => {
  const f = followed().having({
    billed: [
      { pathology: 'ic', forfait: 'operator', start: day('2026-03-02'), end: day('2026-03-31'), claim: 'Claim/1' },
    ],
    agreements: [],
  });
  t.strictSame(said(f), ['agreement-missing/blocking', 'already-billed/information']);
  t.equal(status(f), 'not-billable');
});

t.test('every reason that holds is listed', async (t) => {
  const f = followed(
    aPrescription().with({ weight: false, dmn: 'Device/dmn1' }).to('2027-03-31').authored('2025-01-01'),
  ).having({
    declarations: [],
    agreements: [],
    kinds: { 'Organization/op1': ['esms'] },
    dmns: [aDmn({ lines: [], certificate: undefined })],
    consents: [{ reference: 'Consent/1', status: 'active', type: 'deny' }],
    counted: [],
  });
  t.strictSame(said(f), [
    'agreement-missing/blocking',
    'consent-refused/blocking',
    'device-certificate-missing/blocking',
    'device-not-on-line/blocking',
    'operator-cannot-bill/blocking',
    'operator-not-declared/blocking',
    'prescription-incomplete/missing',
    'prescription-stale/blocking',
    'prescription-too-long/blocking',
    'transmission-interrupted/blocking',
  ]);
});

t.test('a reason names its legal text when the law has one, and speaks both languages', async (t) => {
  const [found] = followed().having({ agreements: [] }).decide()[0]!.reasons;
  t.match(found, { legal: 'https://law.example/r162-99', text: { en: /2026-03-31/, fr: /31\/03\/2026/ } });
  const [other] = followed().having({ declarations: [] }).decide()[0]!.reasons;
  t.notOk('legal' in other!);
});

t.test('a window is judged with the parties of the prescription that covers its first day', async (t) => {
  const f = followed(aPrescription().to('2026-03-20'))
    .prescribed(
      aPrescription()
        .id('rx2')
        .from('2026-03-21')
        .replacing('rx1')
        .with({ operator: 'Organization/op2', dmn: 'Device/dmn2' }),
    )
    .having({ kinds: { 'Organization/op2': ['esms'] } });
  t.strictSame([said(f, 1), said(f, 2)], [[], ['operator-cannot-bill/blocking']]);
});
