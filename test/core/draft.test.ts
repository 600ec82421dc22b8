import t from 'tap';
import type { ClaimDraft } from '../../src/core/result.ts';
import { aDmn, aFollowUp, type FollowUp } from '../make/follow-up.ts';
import { days } from '../make/law.ts';
import { aPrescription } from '../make/prescription.ts';

const followed = (asOf: string) =>
  aFollowUp()
    .prescribed(aPrescription().from('2026-01-05').to('2026-12-31'))
    .measuredOn(days('2026-01-05', '2026-12-31'))
    .asOf(asOf);

function pair(f: FollowUp, series?: number, asked?: string): { operator: ClaimDraft; technical: ClaimDraft } {
  const found = f.draft(series, asked);
  if (found.kind !== 'pair') throw new Error(found.text.en);
  return found;
}
const starts = (c: ClaimDraft) => c.items.map((i) => i.window.start);

t.test('both claims carry the same windows, the oldest first, six at most', async (t) => {
  const { operator, technical } = pair(followed('2026-08-10'));
  const six = ['2026-01-05', '2026-02-04', '2026-03-06', '2026-04-05', '2026-05-05', '2026-06-04'];
  t.strictSame(starts(operator), six);
  t.strictSame(starts(technical), six);
  t.match(operator, {
    kind: 'operator',
    patient: 'Patient/p1',
    prescription: 'ServiceRequest/rx1',
    provider: 'Organization/op1',
    coverages: ['Coverage/c1'],
    billablePeriod: { start: '2026-01-05', end: '2026-07-03' },
    total: 16800,
  });
  t.match(technical, { provider: 'Organization/ex1', total: 30000 });
  t.strictSame(technical.items[5], {
    sequence: 6,
    window: { start: '2026-06-04', end: '2026-07-03' },
    code: '1612544',
    factor: 1,
    quantity: 1,
    unitPrice: 5000,
    net: 5000,
    amo: 3000,
    amc: 2000,
  });
});

t.test('series asks for fewer, never for more than the law allows', async (t) => {
  t.equal(pair(followed('2026-08-10'), 1).operator.items.length, 1);
  t.equal(pair(followed('2026-08-10'), 5).operator.items.length, 5);
  t.equal(pair(followed('2026-08-10'), 9).operator.items.length, 6);
});

t.test('windows that are billed, not billable or not over are left out', async (t) => {
  const f = followed('2026-05-20').having({
    billed: [
      {
        pathology: 'ic',
        forfait: 'operator',
        start: '2026-01-05' as never,
        end: '2026-02-03' as never,
        claim: 'Claim/1',
      },
    ],
    counted: [...days('2026-01-05', '2026-02-03'), ...days('2026-03-06', '2026-12-31')],
  });
  t.strictSame(starts(pair(f).operator), ['2026-03-06', '2026-04-05']);
});

t.test('a level is the factor, and unit price stays the tariff', async (t) => {
  const f = followed('2026-03-10');
  f.prescriptions[0] = { ...f.prescriptions[0]!, level: 2.5 };
  const { operator, technical } = pair(f);
  t.match(operator.items[0], { factor: 2.5, unitPrice: 2800, net: 7000, amo: 4200, amc: 2800 });
  t.match(technical.items[0], { factor: 1, net: 5000 });
  t.equal(operator.total, 14000);
});

const renewed = () =>
  followed('2026-05-20').having({
    prescriptions: [
      aPrescription().from('2026-01-05').to('2026-03-05').make(),
      aPrescription()
        .id('rx2')
        .from('2026-03-06')
        .to('2026-12-31')
        .replacing('rx1')
        .with({ operator: 'Organization/op2' })
        .make(),
    ],
  });

t.test('a pair has one operator: windows of another are left for the next', async (t) => {
  const f = renewed();
  t.strictSame(starts(pair(f).operator), ['2026-01-05', '2026-02-04']);
  t.equal(pair(f).operator.provider, 'Organization/op1');
  f.having({
    billed: [
      {
        pathology: 'ic',
        forfait: 'operator',
        start: '2026-01-05' as never,
        end: '2026-03-05' as never,
        claim: 'Claim/1',
      },
    ],
  });
  t.strictSame(starts(pair(f).operator), ['2026-03-06', '2026-04-05']);
  t.equal(pair(f).operator.provider, 'Organization/op2');
});

t.test('a pair has one DMN', async (t) => {
  const f = renewed();
  f.prescriptions[1] = { ...f.prescriptions[1]!, operator: 'Organization/op1', dmn: 'Device/dmn2' };
  f.dmns = [aDmn(), aDmn({ reference: 'Device/dmn2', exploitant: 'Organization/ex2' })];
  t.strictSame(starts(pair(f).technical), ['2026-01-05', '2026-02-04']);
  t.equal(pair(f).technical.provider, 'Organization/ex1');
});

t.test('the drafts name the prescription that was asked, whatever window they carry', async (t) => {
  t.equal(pair(renewed(), undefined, 'rx2').operator.prescription, 'ServiceRequest/rx2');
});

t.test('nothing billable says why', async (t) => {
  const said = (f: FollowUp) => {
    const found = f.draft();
    return found.kind === 'nothing' ? found.text.en : 'a pair';
  };
  t.equal(said(followed('2026-02-03')), 'Nothing is billable. The running window ends on 2026-02-03.');
  t.equal(said(followed('2026-01-04')), 'Nothing is billable: no window has begun.');
  t.match(said(followed('2026-02-10').having({ agreements: [] })), /No executed convention/);
  t.match(said(followed('2026-02-10').having({ counted: [] })), /No data arrived/);
});
