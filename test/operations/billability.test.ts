// $billability of one prescription through the whole server: amounts, texts, policies, chains (contract 2.4).
import t from 'tap';
import { Cohort, ours } from './cohort.ts';
import { periodsOf, plain, reasonsOf } from './plain.ts';
import { type Json, world } from './world.ts';

const w = await world(t);
const parties = await new Cohort().parties(['ic', 'pci', 'dg-mydiabby']).load(w);

/** Another patient beside the shared parties. */
function cohort(): Cohort {
  return parties;
}
let serial = 0;
/** A name nobody has used yet: all cases share one database. */
const fresh = (what: string) => `${what}${++serial}`;

async function ask(rx: string, query = 'asOf=2026-03-10'): Promise<Json> {
  const answer = await w.get(`${parties.ref(rx)}/$billability?${query}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json;
}

t.test('a window with all its data is billable, with both forfaits and their shares', async (t) => {
  const [p, rx] = [fresh('p'), fresh('rx')];
  await cohort().patient(p).prescription(rx, { patient: p }).daily(fresh('r'), '2026-01-05', '2026-02-20', p).load(w);
  const json = await ask(rx);
  t.match(plain(json), {
    prescription: parties.ref(rx),
    patient: parties.ref(p),
    policy: 'guide-2023',
    asOf: '2026-03-10',
  });
  const [first, second, third] = periodsOf(json);
  t.same(first, {
    index: 1,
    window: '2026-01-05/2026-02-03',
    status: 'billable',
    observance: { unit: 'day', expected: 30, received: 30, ratio: 1, status: 'sufficient' },
    operator: { code: 'TVB', coefficient: 1, amount: 28, amo: 16.8, amc: 11.2 },
    technical: { code: '1612544', amount: 50, amo: 30, amc: 20, lastVerified: (first!.technical as Json).lastVerified },
  });
  t.match((first!.technical as Json).lastVerified, /^\d{4}-\d{2}-\d{2}$/);
  t.match(second, { status: 'billable', observance: { received: 17 } });
  t.match(third, { status: 'in-progress' });
  t.equal(periodsOf(json).length, 3);
});

t.test('amounts are printed with two decimals', async (t) => {
  const [p, rx] = [fresh('p'), fresh('rx')];
  await cohort().patient(p).prescription(rx, { patient: p }).load(w);
  const { text } = await w.get(`${parties.ref(rx)}/$billability?asOf=2026-03-10`);
  t.match(text, '{"name":"amount","valueMoney":{"value":28.00,"currency":"EUR"}}');
  t.match(text, '{"name":"amo","valueMoney":{"value":16.80,"currency":"EUR"}}');
});

t.test('texts and legal references come with each reason, in the language asked', async (t) => {
  const [p, rx] = [fresh('p'), fresh('rx')];
  await cohort().patient(p).prescription(rx, { patient: p }).load(w);
  const english = (periodsOf(await ask(rx))[0]!.reason as Json[])[0]!;
  t.match(english, { code: 'transmission-interrupted', severity: 'blocking', legal: /^https:/ });
  const { json } = await w.get(`${parties.ref(rx)}/$billability?asOf=2026-03-10`, { 'accept-language': 'fr' });
  const french = (periodsOf(json)[0]!.reason as Json[])[0]!;
  t.not(french.text, english.text);
  t.equal(french.legal, english.legal);
});

const full = (c: Cohort, p: string) => c.daily(fresh('r'), '2026-01-05', '2026-02-03', p);

t.test('the other policy is told where it differs', async (t) => {
  const [p, rx] = [fresh('p'), fresh('rx')];
  await cohort().patient(p).prescription(rx, { patient: p }).daily(fresh('r'), '2026-01-05', '2026-01-18', p).load(w);
  const [guide] = periodsOf(await ask(rx));
  t.match(guide, { status: 'billable', otherPolicy: 'not-billable' });
  const [css, second] = periodsOf(await ask(rx, 'asOf=2026-03-10&policy=css'));
  t.match(css, { status: 'not-billable', otherPolicy: 'billable' });
  t.equal(second!.otherPolicy, undefined);
});

t.test('an exemption on the day of the ordonnance pays all', async (t) => {
  const [p, rx] = [fresh('p'), fresh('rx')];
  const exemption = { type: ours('tls-exemption', 'ald'), period: { start: '2025-12-31', end: '2025-12-31' } };
  cohort()
    .patient(p)
    .add(fresh('coverage'), {
      resourceType: 'Coverage',
      status: 'active',
      type: ours('tls-regime', 'general'),
      beneficiary: cohort().to(p),
      payor: [{ display: 'AMO' }],
      costToBeneficiary: [{ valueQuantity: { value: 0 }, exception: [exemption] }],
    });
  await cohort()
    .prescription(rx, { patient: p, change: { insurance: [parties.to(`coverage${serial}`)] } })
    .load(w);
  t.match(periodsOf(await ask(rx))[0], { operator: { amount: 28, amo: 28, amc: 0 }, technical: { amo: 50, amc: 0 } });
});

t.test('any member answers for the whole chain, under its own name', async (t) => {
  const [p, first, second] = [fresh('p'), fresh('rx'), fresh('rx')];
  await cohort()
    .patient(p)
    .prescription(first, { patient: p, end: '2026-02-15' })
    .prescription(second, { patient: p, start: '2026-02-16', end: '2026-08-15', replaces: first })
    .load(w);
  const [one, two] = [await ask(first), await ask(second)];
  t.equal(plain(one).prescription, parties.ref(first));
  t.equal(plain(two).prescription, parties.ref(second));
  t.same(periodsOf(one), periodsOf(two));
});

t.test('a death without its day cuts no window', async (t) => {
  const [p, rx] = [fresh('p'), fresh('rx')];
  await full(cohort().patient(p, { deceasedBoolean: true }).prescription(rx, { patient: p }), p).load(w);
  const periods = periodsOf(await ask(rx));
  t.equal(periods.length, 3);
  t.same(reasonsOf(periods[0]), []);
});

t.test('a time of death in the evening belongs to the day of the patient’s zone', async (t) => {
  const [p, rx] = [fresh('p'), fresh('rx')];
  await cohort().patient(p, { deceasedDateTime: '2026-02-03T23:30:00Z' }).prescription(rx, { patient: p }).load(w);
  const periods = periodsOf(await ask(rx));
  t.equal(periods.length, 2, 'it is 4 February in Paris: window 2 has begun');
  t.same(reasonsOf(periods[1]), ['death-full-period/information']);
});

t.test('a register that lacks what it should have is a missing condition, never an error', async (t) => {
  const [p, rx, dmn, op] = [fresh('p'), fresh('rx'), fresh('dmn'), fresh('op')];
  await cohort()
    .patient(p)
    .add(dmn, { resourceType: 'Device' })
    .add(op, { resourceType: 'Practitioner' })
    .add(fresh('contract'), { resourceType: 'Contract', subject: [parties.to(op)] })
    .prescription(rx, { patient: p, dmn, operator: op })
    .load(w);
  const [period] = periodsOf(await ask(rx));
  t.equal(period?.status, 'not-billable');
  for (const code of [
    'device-not-on-line',
    'device-certificate-missing',
    'operator-not-declared',
    'agreement-missing',
  ]) {
    t.ok(reasonsOf(period).includes(`${code}/blocking`), code);
  }
});

t.test('a person may be the operator, declared by the same reference', async (t) => {
  const [p, rx, op] = [fresh('p'), fresh('rx'), fresh('op')];
  cohort()
    .patient(p)
    .add(op, { resourceType: 'Practitioner', name: [{ family: 'LIBERAL' }] });
  cohort().declaration(fresh('d'), op, [ours('tls-activity', 'ic')]);
  cohort().add(fresh('agreement'), {
    resourceType: 'Contract',
    status: 'executed',
    issued: '2022',
    subject: [parties.to(op), parties.to('ex1')],
    type: ours('tls-contract-type', 'dmn-agreement'),
    topicReference: parties.to('dmn1'),
  });
  await full(cohort().prescription(rx, { patient: p, operator: op }), p).load(w);
  t.match(periodsOf(await ask(rx))[0], { status: 'billable' });
});
