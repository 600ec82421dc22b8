import t from 'tap';
import { type Day, day } from '../../src/kernel/day.ts';
import type { Exemption, Regime } from '../../src/law/law.ts';
import { aDmn, aFollowUp, type FollowUp, reasons } from '../make/follow-up.ts';
import { aLaw, aLine, days } from '../make/law.ts';
import { aPrescription, type PrescriptionMaker } from '../make/prescription.ts';

const followed = (rx: PrescriptionMaker = aPrescription()) =>
  aFollowUp().prescribed(rx).measuredOn(days('2026-01-01', '2027-12-31')).asOf('2027-12-31');
const operator = (f: FollowUp, i = 1) => pick(f.decide()[i - 1]?.operator);
const technical = (f: FollowUp, i = 1) => pick(f.decide()[i - 1]?.technical);
const pick = (x?: { code?: string; amount: number; amo: number; amc: number }) => x && [x.code, x.amount, x.amo, x.amc];

t.test('the socle and the price of the line, 60 to 40', async (t) => {
  t.strictSame(operator(followed()), ['TVB', 2800, 1680, 1120]);
  t.strictSame(technical(followed()), ['1612544', 5000, 3000, 2000]);
});

t.test('implantable prostheses take TVA and show no technical amount', async (t) => {
  t.strictSame(operator(followed(aPrescription().of('pci'))), ['TVA', 1100, 660, 440]);
  t.equal(technical(followed(aPrescription().of('pci'))), undefined);
});

t.test('a price never comes from the grid where the line may not', async (t) => {
  const f = followed(aPrescription().of('pci')).having({
    dmns: [aDmn({ lines: [{ activity: 'pci', interest: 'mortality' }] })],
  });
  t.equal(technical(f), undefined);
});

for (const [interest, split] of [
  ['organisational', [5000, 3000, 2000]],
  ['quality-of-life', [7333, 4400, 2933]],
  ['morbidity', [8250, 4950, 3300]],
  ['mortality', [9167, 5500, 3667]],
] as const) {
  t.test(`a line without a price takes the grid for ${interest}`, async (t) => {
    const dmn = aDmn({ lines: [{ activity: 'dg-brand', interest, individualCode: '7654321' }] });
    t.strictSame(technical(followed(aPrescription().of('dg-brand')).having({ dmns: [dmn] })), ['7654321', ...split]);
  });
}

t.test('the individual code comes before the code of the line; without both there is none', async (t) => {
  const own = followed().having({ dmns: [aDmn({ lines: [{ activity: 'ic', individualCode: '1111111' }] })] });
  t.equal(own.decide()[0]?.technical?.code, '1111111');
  t.equal(own.decide()[0]?.technical?.codeKind, 'individual');
  t.equal(followed().decide()[0]?.technical?.codeKind, 'latm');
  const none = followed(aPrescription().of('dg-brand')).decide()[0];
  t.equal(none?.status, 'billable');
  t.notOk('code' in none!.technical!);
});

t.test('amounts say up to which day they were seen in force, and where they come from', async (t) => {
  const found = followed().decide()[0]!;
  t.equal(found.technical?.lastVerified, '2024-10-23');
  t.strictSame(
    found.technical?.basis.map((b) => b.parameter),
    ['lines.ic.technical-price', 'shares.general'],
  );
  t.strictSame(
    found.operator?.basis.map((b) => b.parameter),
    ['lines.ic.operator-tariff', 'tvb', 'shares.general'],
  );
});

t.test('a price is that of the first day of the window', async (t) => {
  const base = aLine('ic');
  const entries = [
    ...base.technicalPrice.entries,
    { from: day('2026-03-03'), value: 4000 as never, source: 'test#later' },
  ];
  const f = followed().under(aLaw({ lines: [{ ...base, technicalPrice: { ...base.technicalPrice, entries } }] }));
  t.strictSame([technical(f, 1)?.[1], technical(f, 2)?.[1]], [5000, 4000]);
});

// ------------------------------------------------------------------ shares

const insured = (
  exemptions: readonly { type: Exemption; start?: Day; end?: Day }[],
  more: { regime?: Regime; status?: string; reference?: string; end?: Day } = {},
) =>
  followed(aPrescription().authored('2026-02-20')).having({
    coverages: [{ reference: 'Coverage/c1', status: 'active', exemptions, ...more }],
  });

t.test('an exemption on the day of the ordonnance pays everything', async (t) => {
  const on = day('2026-02-20');
  t.strictSame(operator(insured([{ type: 'ald' }])), ['TVB', 2800, 2800, 0]);
  t.strictSame(technical(insured([{ type: 'ald' }])), ['1612544', 5000, 5000, 0]);
  t.strictSame(operator(insured([{ type: 'maternity', start: on, end: on }])), ['TVB', 2800, 2800, 0]);
  t.strictSame(operator(insured([{ type: 'ald', start: day('2026-02-21') }])), ['TVB', 2800, 1680, 1120]);
  t.strictSame(operator(insured([{ type: 'ald', end: day('2026-02-19') }])), ['TVB', 2800, 1680, 1120]);
});

t.test('an exemption counts for the windows of its prescription only', async (t) => {
  const f = insured([{ type: 'maternity', start: day('2026-04-01') }]);
  f.prescriptions[0] = { ...f.prescriptions[0]!, end: day('2026-03-31') };
  f.prescribed(aPrescription().id('rx2').from('2026-04-01').authored('2026-04-01').replacing('rx1'));
  t.strictSame([operator(f, 1)?.[2], operator(f, 2)?.[2]], [1680, 2800]);
});

t.test('the best exemption applies', async (t) => {
  t.strictSame(operator(insured([{ type: 'other' }]))?.slice(1), [2800, 2240, 560]);
  t.strictSame(operator(insured([{ type: 'other' }, { type: 'ald' }]))?.slice(1), [2800, 2800, 0]);
});

t.test('a regime has its own rate where it is known, else the general one', async (t) => {
  t.equal(operator(insured([], { regime: 'rlam' }))?.[2], 2520);
  t.equal(operator(insured([], { regime: 'crpcen' }))?.[2], 1680);
});

t.test('rights come from the active coverages that the prescription names', async (t) => {
  const ald = [{ type: 'ald' as const }];
  t.equal(operator(insured(ald, { status: 'cancelled' }))?.[2], 1680);
  t.equal(operator(insured(ald, { end: day('2026-02-19') }))?.[2], 1680, 'over on that day');
  t.equal(operator(insured(ald, { reference: 'Coverage/other' }))?.[2], 1680);
  const unnamed = insured(ald, { reference: 'Coverage/other' });
  unnamed.prescriptions[0] = { ...unnamed.prescriptions[0]!, coverages: [] };
  t.equal(operator(unnamed)?.[2], 2800, 'named none: all count');
});

t.test('an unknown share leaves the window undetermined, without amounts', async (t) => {
  const law = aLaw();
  const general = { ...law.shares.general, entries: [{ ...law.shares.general.entries[0]!, value: null }] };
  const f = insured([]).under({ ...law, shares: { ...law.shares, general } });
  t.match(f.decide()[0], { status: 'undetermined', operator: undefined, technical: undefined });
});

// ------------------------------------------------------------------ levels

const coefficients = (f: FollowUp) => f.decide().map((d) => d.operator?.coefficient);
const capped = (f: FollowUp) =>
  f.decide().flatMap((d) => (reasons(d).includes('majore-cap-reached/information') ? [d.assessment.index] : []));

t.test('a level multiplies the operator’s forfait', async (t) => {
  t.strictSame(operator(followed(aPrescription().level(2))), ['TVB', 5600, 3360, 2240]);
  t.strictSame(operator(followed(aPrescription().level(2.5))), ['TVB', 7000, 4200, 2800]);
  t.strictSame(technical(followed(aPrescription().level(2)))?.[1], 5000);
  t.strictSame(reasons(followed(aPrescription().level(1)).decide()[0]), []);
});

t.test('a line without majore, and a coefficient that does not exist, fall back to 1', async (t) => {
  for (const rx of [
    aPrescription().of('iresp').level(2),
    aPrescription().level(3),
    aPrescription().of('dg-brand').level(2.5),
  ]) {
    const [found] = followed(rx).decide();
    t.strictSame(reasons(found), ['majore-not-eligible/information']);
    t.equal(found?.operator?.coefficient, 1);
    t.equal(found?.status, 'billable');
  }
});

t.test('the first prescription has six windows of heart failure', async (t) => {
  const f = followed(aPrescription().from('2026-01-05').to('2026-12-31').level(2)).asOf('2026-09-01');
  t.strictSame(coefficients(f), [2, 2, 2, 2, 2, 2, 1, 1]);
  t.strictSame(capped(f), [7, 8]);
});

t.test('the first prescription has three windows of diabetes', async (t) => {
  const f = followed(aPrescription().of('dt').from('2026-01-05').to('2026-12-31').level(2.5)).asOf('2026-06-01');
  t.strictSame(coefficients(f), [2.5, 2.5, 2.5, 1, 1]);
});

const dt = (id: string, from: string, to: string) => aPrescription().id(id).of('dt').from(from).to(to);

t.test('a renewal that asks has as many again, and no more in all', async (t) => {
  const f = followed(dt('rx1', '2026-01-05', '2026-04-04').level(2)).prescribed(
    dt('rx2', '2026-04-05', '2026-07-03').level(2).replacing('rx1'),
    dt('rx3', '2026-07-04', '2026-12-31').level(2).replacing('rx2'),
  );
  t.strictSame(coefficients(f.asOf('2026-08-30')), [2, 2, 2, 2, 2, 2, 1, 1]);
  t.strictSame(capped(f), [7, 8]);
});

t.test('a renewal that does not ask has none', async (t) => {
  const f = followed(dt('rx1', '2026-01-05', '2026-04-04').level(2)).prescribed(
    dt('rx2', '2026-04-05', '2026-07-03').replacing('rx1'),
  );
  t.strictSame(coefficients(f.asOf('2026-05-20')), [2, 2, 2, 1, 1]);
  t.strictSame(capped(f), []);
});

t.test('a third prescription uses what is left', async (t) => {
  const f = followed(dt('rx1', '2026-01-05', '2026-03-05').level(2)).prescribed(
    dt('rx2', '2026-03-06', '2026-05-04').level(2).replacing('rx1'),
    dt('rx3', '2026-05-05', '2026-12-31').level(2).replacing('rx2'),
  );
  t.strictSame(coefficients(f.asOf('2026-08-10')), [2, 2, 2, 2, 2, 2, 1, 1]);
});

t.test('a window uses up the caps whether it is billable or not', async (t) => {
  const f = followed(dt('rx1', '2026-01-05', '2026-12-31').level(2)).having({ counted: [], agreements: [] });
  t.strictSame(coefficients(f.asOf('2026-05-20')), [2, 2, 2, 1, 1]);
});

t.test('a window that asks beyond its cap counts for the chain too', async (t) => {
  const f = followed(dt('rx1', '2026-01-05', '2026-05-04').level(2)).prescribed(
    dt('rx2', '2026-05-05', '2026-12-31').level(2).replacing('rx1'),
  );
  t.strictSame(coefficients(f.asOf('2026-08-10')), [2, 2, 2, 1, 2, 2, 1, 1]);
});
