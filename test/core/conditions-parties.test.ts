import t from 'tap';
import { day } from '../../src/kernel/day.ts';
import { aDeclaration, aDmn, aFollowUp, anAgreement, type FollowUp, reasons } from '../make/follow-up.ts';
import { aLaw, aLine, days, parameter } from '../make/law.ts';
import { aPrescription, type PrescriptionMaker } from '../make/prescription.ts';

// One prescription from 2026-03-02 with a reading every day, asked in 2027 unless the test says otherwise.
const followed = (rx: PrescriptionMaker = aPrescription()) =>
  aFollowUp().prescribed(rx).measuredOn(days('2026-01-01', '2027-12-31')).asOf('2027-12-31');
const said = (f: FollowUp, index = 1, asked?: string) => reasons(f.decide('guide-2023', asked)[index - 1]);
const status = (f: FollowUp, index = 1, asked?: string) => f.decide('guide-2023', asked)[index - 1]?.status;

t.test('line-not-in-force', async (t) => {
  const later = (start: string) => followed(aPrescription().of('later').from(start).to('2026-12-31'));
  t.strictSame(said(later('2026-03-31')), ['line-not-in-force/blocking']);
  t.strictSame(said(later('2026-04-01')), []);
  t.strictSame(said(later('2026-03-31'), 2), [], 'the window after it begins on the list');
  const gone = (start: string) =>
    followed(aPrescription().of('gone').from(start).to('2025-06-30')).measuredOn(days('2024-12-01', '2025-06-30'));
  t.strictSame(said(gone('2025-01-01')), ['line-not-in-force/blocking']);
  t.strictSame(said(gone('2024-12-31')), []);
  t.strictSame(said(gone('2024-12-31'), 2), ['line-not-in-force/blocking'], 'struck off meanwhile');
  t.strictSame(said(followed(aPrescription().of('nothing'))), ['line-not-in-force/blocking']);
  t.equal(later('2026-03-31').decide()[0]?.operator, undefined, 'no amount is due');
});

t.test('line-not-formalised', async (t) => {
  t.strictSame(said(followed(aPrescription().of('irc'))), ['line-not-formalised/missing']);
  t.strictSame(said(followed(aPrescription().of('irc').expecting(1, 1, 'd'))), []);
  t.strictSame(
    said(followed(aPrescription().of('irc')).asOf('2026-03-20')),
    ['line-not-formalised/missing'],
    'at once',
  );
  t.equal(status(followed(aPrescription().of('irc')).asOf('2026-03-20')), 'undetermined');
  t.strictSame(said(followed(aPrescription().of('pci'))), ['line-not-formalised/missing']);
  t.strictSame(
    said(followed(aPrescription().of('unsure'))),
    ['line-not-formalised/missing'],
    'a listing that is not known',
  );
  const brand = (interest: 'morbidity' | undefined) =>
    followed(aPrescription().of('dg-brand')).having({ dmns: [aDmn({ lines: [{ activity: 'dg-brand', interest }] })] });
  t.strictSame(said(brand('morbidity')), []);
  t.strictSame(said(brand(undefined)), ['line-not-formalised/missing'], 'no price, no interest');
});

t.test('line-not-formalised: a window of death needs no rule on data, but a price', async (t) => {
  t.strictSame(said(followed(aPrescription().of('irc')).died('2026-03-10')), ['death-full-period/information']);
  t.strictSame(said(followed(aPrescription().of('pci')).died('2026-03-10')), [
    'death-full-period/information',
    'line-not-formalised/missing',
  ]);
});

t.test(
  'a line that is not listed is refused for that alone, though its rules came and went with the listing',
  async (t) => {
    const base = aLine('gone', {
      listed: [
        ['2018-01-01', false],
        ['2024-01-01', true],
        ['2025-01-01', false],
        ['2026-01-01', true],
      ],
    });
    const frequency = parameter<'daily'>('f', [
      ['2024-01-01', 'daily'],
      ['2025-01-01', null],
      ['2026-01-01', 'daily'],
    ]);
    const on = (start: string, end: string) =>
      followed(aPrescription().of('gone').from(start).to(end))
        .under(aLaw({ lines: [{ ...base, frequency }] }))
        .measuredOn(days('2023-06-01', '2025-12-31'));
    t.strictSame(said(on('2023-06-01', '2023-12-31')), ['line-not-in-force/blocking'], 'before');
    t.strictSame(said(on('2024-06-01', '2024-12-31')), []);
    t.strictSame(said(on('2025-06-01', '2025-12-31')), ['line-not-in-force/blocking'], 'between');
    const once = {
      ...base,
      frequency,
      listed: parameter('l', [
        ['2024-01-01', true],
        ['2025-01-01', false],
      ]),
    };
    const after = followed(aPrescription().of('gone')).under(aLaw({ lines: [once] }));
    t.strictSame(said(after), ['line-not-in-force/blocking'], 'after');
  },
);

t.test('device-not-on-line', async (t) => {
  const f = followed().having({ dmns: [aDmn({ lines: [{ activity: 'dt' }] })] });
  t.strictSame(said(f), ['device-not-on-line/blocking']);
  t.strictSame(f.decide()[0]?.reasons[0]?.evidence, ['Device/dmn1', 'ServiceRequest/rx1']);
});

t.test('device-certificate-missing and device-certificate-expired', async (t) => {
  const certified = (start?: string, end?: string) =>
    followed().having({
      dmns: [aDmn({ certificate: { start: start ? day(start) : undefined, end: end ? day(end) : undefined } })],
    });
  t.strictSame(said(followed().having({ dmns: [aDmn({ certificate: undefined })] })), [
    'device-certificate-missing/blocking',
  ]);
  t.strictSame(said(certified()), []);
  t.strictSame(said(certified('2026-03-02')), []);
  t.strictSame(said(certified('2026-03-03')), ['device-certificate-expired/blocking']);
  t.strictSame(said(certified(undefined, '2026-03-02')), [], 'valid on the first day is enough');
  t.strictSame(said(certified(undefined, '2026-03-02'), 2), ['device-certificate-expired/blocking']);
  t.strictSame(said(certified(undefined, '2026-03-01')), ['device-certificate-expired/blocking']);
});

t.test('operator-not-declared', async (t) => {
  const declared = (change: Parameters<typeof aDeclaration>[2], activities = ['ic']) =>
    followed().having({ declarations: [aDeclaration('Organization/op1', activities, change)] });
  const refused = ['operator-not-declared/blocking'];
  t.strictSame(said(followed().having({ declarations: [] })), refused);
  t.strictSame(said(declared({ issued: day('2026-03-02') })), []);
  t.strictSame(said(declared({ issued: day('2026-03-03') })), refused);
  t.strictSame(said(declared({ issued: day('2026-03-03') }), 2), []);
  t.strictSame(said(declared({ issued: undefined })), refused);
  t.strictSame(said(declared({}, ['dt', 'ic'])), []);
  t.strictSame(said(declared({}, ['dt'])), refused);
  t.strictSame(said(declared({ end: day('2026-03-02') })), []);
  t.strictSame(said(declared({ end: day('2026-03-01') })), refused, 'validity over');
  t.strictSame(said(declared({ start: day('2026-03-03') })), refused, 'validity not begun');
  t.strictSame(said(declared({ status: 'entered-in-error' })), refused);
  t.strictSame(said(declared({ status: undefined })), []);
  t.strictSame(said(followed().having({ declarations: [aDeclaration('Organization/op2', ['ic'])] })), refused);
});

t.test('operator-cannot-bill', async (t) => {
  t.strictSame(said(followed().having({ kinds: { 'Organization/op1': ['esms'] } })), ['operator-cannot-bill/blocking']);
  t.strictSame(said(followed().having({ kinds: { 'Organization/op1': ['es', 'esms'] } })), [
    'operator-cannot-bill/blocking',
  ]);
  t.strictSame(said(followed().having({ kinds: { 'Organization/op1': [] } })), []);
});

t.test('agreement-missing', async (t) => {
  const agreed = (change: Parameters<typeof anAgreement>[2]) =>
    followed().having({ agreements: [anAgreement('Organization/op1', aDmn(), change)] });
  const refused = ['agreement-missing/blocking'];
  t.strictSame(said(followed().having({ agreements: [] })), refused);
  t.strictSame(said(followed().having({ agreements: [] }).asOf('2026-03-10')), refused, 'at once');
  t.strictSame(said(agreed({ signed: day('2026-03-31') })), []);
  t.strictSame(said(agreed({ signed: day('2026-04-01') })), refused);
  t.strictSame(said(agreed({ signed: day('2026-04-01') }), 2), []);
  t.strictSame(said(agreed({ signed: undefined })), refused);
  for (const s of ['negotiable', 'executable', 'offered', 'cancelled', 'terminated', 'entered-in-error'])
    t.strictSame(said(agreed({ status: s })), refused, s);
  t.strictSame(said(agreed({ subjects: ['Organization/op1'] })), refused, 'no exploitant');
  t.strictSame(said(agreed({ subjects: ['Organization/ex1', 'Organization/op2'] })), refused, 'another operator');
  t.strictSame(said(agreed({ dmn: 'Device/other' })), refused, 'another DMN');
  t.strictSame(said(agreed({ end: day('2026-03-01') })), refused, 'over before the window');
  t.strictSame(said(agreed({ end: day('2026-03-02') })), []);
  t.strictSame(said(followed().having({ dmns: [aDmn({ exploitant: undefined })] })), refused);
});
