import t from 'tap';
import { judge } from '../../src/core/claim/judge.ts';
import type { ClaimDraft, SubmittedClaim, SubmittedItem } from '../../src/core/result.ts';
import { type Cents, cents } from '../../src/kernel/cents.ts';
import { day } from '../../src/kernel/day.ts';
import { aFollowUp, type FollowUp } from '../make/follow-up.ts';
import { days } from '../make/law.ts';
import { aPrescription } from '../make/prescription.ts';

const followed = (level = 1) =>
  aFollowUp()
    .prescribed(aPrescription().from('2026-01-05').to('2026-12-31').level(level))
    .measuredOn(days('2026-01-05', '2026-12-31'))
    .asOf('2026-03-10');

const asSent = (c: ClaimDraft): SubmittedClaim => ({
  kind: c.kind,
  patient: c.patient,
  prescription: c.prescription.split('/')[1],
  provider: c.provider,
  total: c.total,
  items: c.items,
});

/** The drafts of a follow-up as a caller sends them back. */
function sent(f: FollowUp, series?: number): [SubmittedClaim, SubmittedClaim] {
  const drafts = f.draft(series);
  if (drafts.kind !== 'pair') throw new Error(drafts.text.en);
  return [asSent(drafts.operator), asSent(drafts.technical)];
}

function verdict(f: FollowUp, claims: readonly SubmittedClaim[]): readonly string[] {
  const found = judge({ claims, situation: f.situation(), decisions: f.decide(), law: f.law });
  if (found.accepted !== (found.errors.length === 0)) throw new Error('accepted and errors disagree');
  return found.errors.map((e) => [e.claim, e.itemSequence ?? '-', e.detail, e.code].join(' '));
}

const changed = (claim: SubmittedClaim, change: Partial<SubmittedItem>): SubmittedClaim => ({
  ...claim,
  total: undefined,
  items: claim.items.map((item, i) => (i === 0 ? { ...item, ...change } : item)),
});

t.test('a pair of drafts is accepted', async (t) => {
  t.strictSame(verdict(followed(), sent(followed())), []);
  t.strictSame(verdict(followed(2.5), sent(followed(2.5))), []);
});

t.test('one claim without its twin is refused, item by item', async (t) => {
  const [operator, technical] = sent(followed());
  t.strictSame(verdict(followed(), [operator]), [
    'operator 1 twin-missing twin-missing',
    'operator 2 twin-missing twin-missing',
  ]);
  t.strictSame(verdict(followed(), [technical]), [
    'technical 1 twin-missing twin-missing',
    'technical 2 twin-missing twin-missing',
  ]);
  t.equal(verdict(followed(), [operator, operator]).length, 4, 'twice the same kind');
});

t.test('items without a twin are refused', async (t) => {
  const [operator, technical] = sent(followed());
  t.strictSame(
    verdict(followed(), [operator, { ...technical, total: undefined, items: technical.items.slice(0, 1) }]),
    ['operator 2 twin-differs twin-differs'],
  );
});

t.test('a window billed meanwhile is refused', async (t) => {
  const claims = sent(followed());
  const f = followed().having({
    billed: [
      { pathology: 'ic', forfait: 'technical', start: day('2026-01-05'), end: day('2026-02-03'), claim: 'Claim/9' },
    ],
  });
  t.strictSame(verdict(f, claims), [
    'operator 1 already-billed already-billed',
    'technical 1 already-billed already-billed',
  ]);
});

t.test('a window that became not billable is refused with each of its reasons', async (t) => {
  const claims = sent(followed(), 1);
  const f = followed().having({ agreements: [], kinds: { 'Organization/op1': ['esms'] } });
  t.strictSame(verdict(f, [claims[0], claims[1]]), [
    'operator 1 not-billable operator-cannot-bill',
    'operator 1 not-billable agreement-missing',
    'technical 1 not-billable operator-cannot-bill',
    'technical 1 not-billable agreement-missing',
  ]);
});

t.test('a window of which something is missing is refused', async (t) => {
  const claims = sent(followed(), 1);
  const f = followed();
  f.prescriptions[0] = { ...f.prescriptions[0]!, weight: false };
  t.strictSame(verdict(f, claims), [
    'operator 1 not-billable prescription-incomplete',
    'technical 1 not-billable prescription-incomplete',
  ]);
});

const window = (start: string, end: string) => ({ window: { start: day(start), end: day(end) } });
const both = (f: FollowUp, change: Partial<SubmittedItem>) =>
  verdict(
    f,
    sent(followed(), 1).map((c) => changed(c, change)),
  );

t.test('a window that runs, or has not begun, is refused', async (t) => {
  for (const [start, end] of [
    ['2026-03-06', '2026-04-04'],
    ['2026-04-05', '2026-05-04'],
  ] as const)
    t.strictSame(both(followed(), window(start, end)), [
      'operator 1 window-not-over window-not-over',
      'technical 1 window-not-over window-not-over',
    ]);
});

t.test('a window that is none of the follow-up is refused', async (t) => {
  for (const [start, end] of [
    ['2026-01-06', '2026-02-04'],
    ['2026-01-05', '2026-02-04'],
    ['2025-12-06', '2026-01-04'],
    ['2026-04-06', '2026-05-05'],
    ['2027-01-30', '2027-02-28'],
  ] as const)
    t.strictSame(both(followed(), window(start, end)), [
      'operator 1 window-not-of-the-chain window-not-of-the-chain',
      'technical 1 window-not-of-the-chain window-not-of-the-chain',
    ]);
  t.equal(both(followed(), { window: undefined }).length, 2);
});

t.test('a window that begins after the death is refused for it', async (t) => {
  t.strictSame(both(followed().died('2026-02-03'), window('2026-02-04', '2026-03-05')), [
    'operator 1 window-after-death patient-deceased',
    'technical 1 window-after-death patient-deceased',
  ]);
  t.strictSame(both(followed().died('2026-02-04'), window('2026-02-04', '2026-03-05')), []);
});

t.test('a seventh item is refused', async (t) => {
  const f = followed().asOf('2026-12-31');
  const claims = sent(f).map((c) => ({
    ...c,
    total: undefined,
    items: [...c.items, { ...c.items[5]!, sequence: 7, ...window('2026-07-04', '2026-08-02') }],
  }));
  t.strictSame(verdict(f, claims), [
    'operator 7 series-too-long series-too-long',
    'technical 7 series-too-long series-too-long',
  ]);
});

t.test('a window twice in one claim is refused', async (t) => {
  const claims = sent(followed(), 1).map((c) => ({
    ...c,
    total: undefined,
    items: [...c.items, { ...c.items[0]!, sequence: 2 }],
  }));
  t.strictSame(verdict(followed(), claims), [
    'operator 2 window-twice window-twice',
    'technical 2 window-twice window-twice',
  ]);
});

const operatorWith = (change: Partial<SubmittedItem>, level = 1) => {
  const f = followed(level);
  const [operator, technical] = sent(f, 1);
  return verdict(f, [changed(operator, change), technical]);
};
const technicalWith = (change: Partial<SubmittedItem>) => {
  const [operator, technical] = sent(followed(), 1);
  return verdict(followed(), [operator, changed(technical, change)]);
};
const priced = (n: number, factor = 1) => ({ unitPrice: cents(n), net: cents(n * factor), factor });

t.test('a price above the tariff is refused, at it and below it not', async (t) => {
  t.strictSame(operatorWith(priced(2801)), ['operator 1 price-above-tariff price-above-tariff']);
  t.strictSame(technicalWith(priced(5001)), ['technical 1 price-above-tariff price-above-tariff']);
  t.strictSame(operatorWith(priced(2800)), []);
  t.strictSame(technicalWith(priced(4999)), []);
});

t.test('a factor above the level is refused, below it not', async (t) => {
  t.strictSame(operatorWith(priced(2800, 2)), ['operator 1 factor-above-level majore-not-eligible']);
  t.strictSame(operatorWith(priced(2800, 2.5), 2), ['operator 1 factor-above-level majore-not-eligible']);
  t.strictSame(operatorWith(priced(2800, 2), 2.5), []);
  t.strictSame(technicalWith(priced(5000, 2)), ['technical 1 factor-above-level majore-not-eligible']);
});

t.test('a factor beyond the caps is refused for the caps', async (t) => {
  const f = followed(2).asOf('2026-12-31');
  const [operator, technical] = sent(f).map((c) => ({
    ...c,
    total: undefined,
    items: [{ ...c.items[0]!, ...window('2026-07-04', '2026-08-02') }],
  }));
  t.strictSame(verdict(f, [operator!, technical!]), ['operator 1 factor-above-level majore-cap-reached']);
});

t.test('a net that is not price times factor times quantity is refused', async (t) => {
  t.strictSame(operatorWith({ net: cents(2799) }), ['operator 1 wrong-net wrong-net']);
  t.strictSame(operatorWith({ factor: 0, net: cents(0) }), ['operator 1 wrong-net wrong-net']);
  t.strictSame(operatorWith({ factor: -1 }), ['operator 1 wrong-net wrong-net']);
});

t.test('a quantity other than 1, no price, another code are refused', async (t) => {
  t.strictSame(operatorWith({ quantity: 2, net: cents(5600) }), ['operator 1 wrong-quantity wrong-quantity']);
  t.strictSame(operatorWith({ quantity: undefined, factor: undefined }), []);
  t.strictSame(operatorWith({ unitPrice: undefined }), ['operator 1 price-missing price-missing']);
  t.strictSame(operatorWith({ net: undefined }), ['operator 1 price-missing price-missing']);
  t.strictSame(operatorWith({ code: 'TVA' }), ['operator 1 wrong-code wrong-code']);
  t.strictSame(technicalWith({ code: '9999999' }), ['technical 1 wrong-code wrong-code']);
  t.strictSame(technicalWith({ code: undefined }), ['technical 1 wrong-code wrong-code']);
});

t.test('another provider, patient, prescription or total is refused', async (t) => {
  const [operator, technical] = sent(followed(), 1);
  const with_ = (change: Partial<SubmittedClaim>) => verdict(followed(), [{ ...operator, ...change }, technical]);
  t.strictSame(with_({ provider: 'Organization/op2' }), ['operator 1 wrong-provider wrong-provider']);
  t.strictSame(with_({ patient: 'Patient/p2' }), ['operator - wrong-patient wrong-patient']);
  t.strictSame(with_({ prescription: 'rx9' }), ['operator - wrong-prescription wrong-prescription']);
  t.strictSame(with_({ total: 2801 as Cents }), ['operator - wrong-total wrong-total']);
  t.strictSame(with_({ total: undefined }), []);
  t.strictSame(verdict(followed(), [operator, { ...technical, provider: 'Organization/op1' }]), [
    'technical 1 wrong-provider wrong-provider',
  ]);
});

t.test('claims without items are refused', async (t) => {
  const [operator, technical] = sent(followed(), 1).map((c) => ({ ...c, total: undefined, items: [] }));
  t.strictSame(verdict(followed(), [operator!, technical!]), [
    'operator - no-items no-items',
    'technical - no-items no-items',
  ]);
});

t.test('another member of the chain may be named', async (t) => {
  const f = followed();
  f.prescriptions[0] = { ...f.prescriptions[0]!, end: day('2026-02-20') };
  f.prescribed(aPrescription().id('rx2').from('2026-02-21').to('2026-12-31').replacing('rx1'));
  const [operator, technical] = sent(f, 1);
  t.strictSame(verdict(f, [{ ...operator, prescription: 'rx2' }, technical]), []);
});
