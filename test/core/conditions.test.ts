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

t.test('a window that lacks nothing is billable without a word', async (t) => {
  t.strictSame(said(followed()), []);
  t.equal(status(followed()), 'billable');
});

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
