// What Claim/$submit refuses: by a ClaimResponse when a Claim is not due, by an OperationOutcome when it is none.
import t from 'tap';
import { billing, bundle, type Claim, codesOf, responsesOf } from './claims.ts';
import type { Json } from './world.ts';

const b = await billing(t);

interface Refused {
  readonly name: string;
  readonly until?: string;
  readonly change?: Json;
  readonly prescription?: object;
  /** Changes the pair of drafts before it is sent. */
  readonly before?: (pair: Claim[], rx: string) => unknown;
  /** Codes by claim that must be said. */
  readonly says: readonly (readonly string[])[];
}

/** Gives every item of the pair another window. */
const moved = (start: string, end: string) => (pair: Claim[]) => {
  for (const claim of pair) for (const item of claim.item) item.servicedPeriod = { start, end };
};

const REFUSED: readonly Refused[] = [
  {
    name: 'a price above the tariff',
    before: ([operator]) => {
      Object.assign(operator!.item[0]!, {
        unitPrice: { value: 28.01, currency: 'EUR' },
        net: { value: 28.01, currency: 'EUR' },
      });
      operator!.total!.value = 28.01;
    },
    says: [['1 price-above-tariff'], []],
  },
  {
    name: 'a negative price',
    before: ([operator]) => {
      Object.assign(operator!.item[0]!, {
        unitPrice: { value: -1, currency: 'EUR' },
        net: { value: -1, currency: 'EUR' },
      });
      operator!.total = undefined as never;
    },
    says: [['1 price-missing'], []],
  },
  {
    name: 'a factor that is not granted',
    before: ([operator]) => {
      Object.assign(operator!.item[0]!, { factor: 2, net: { value: 56, currency: 'EUR' } });
      operator!.total!.value = 56;
    },
    says: [['1 majore-not-eligible'], []],
  },
  {
    name: 'another provider',
    before: ([operator]) => {
      operator!.provider.reference = b.c.ref('op2');
    },
    says: [['1 wrong-provider'], []],
  },
  {
    name: 'a window of nobody',
    before: moved('2026-01-06', '2026-02-04'),
    says: [['1 window-not-of-the-chain'], ['1 window-not-of-the-chain']],
  },
  {
    name: 'a window that is not over',
    before: moved('2026-11-01', '2026-11-30'),
    says: [['1 window-not-over'], ['1 window-not-over']],
  },
  {
    name: 'a window without data',
    before: moved('2026-02-04', '2026-03-05'),
    says: [['1 transmission-interrupted'], ['1 transmission-interrupted']],
  },
  {
    name: 'a window after the death',
    change: { deceasedDateTime: '2026-02-03' },
    before: moved('2026-02-04', '2026-03-05'),
    says: [['1 patient-deceased'], ['1 patient-deceased']],
  },
  {
    name: 'different windows in the twins',
    until: '2026-03-05',
    before: ([, technical]) => {
      technical!.item.pop();
      technical!.total = undefined as never;
    },
    says: [['2 twin-differs'], []],
  },
  { name: 'the operator’s claim alone', before: ([operator]) => operator, says: [['1 twin-missing']] },
  { name: 'the technical claim alone', before: ([, technical]) => technical, says: [['1 twin-missing']] },
  {
    name: 'a pair of one kind',
    before: ([operator]) => bundle(operator, operator),
    says: [['1 twin-missing'], ['1 twin-missing']],
  },
  {
    name: 'another patient',
    before: (pair) => {
      for (const claim of pair) claim.patient.reference = b.c.ref('p1');
    },
    says: [['- wrong-patient'], ['- wrong-patient']],
  },
];

for (const { name, until = '2026-02-03', change, prescription, before, says } of REFUSED) {
  t.test(`${name} is refused: the response names the item and the reason, and nothing is stored`, async (t) => {
    const rx = await b.followed(until, change, prescription);
    const pair = await b.pairOf(rx);
    const sent = before?.(pair, rx) ?? bundle(...pair);
    const answer = await b.submit(sent);
    t.equal(answer.status, 200, answer.text);
    const responses = responsesOf(answer);
    t.same(new Set(responses.map((r) => r.outcome)), new Set(['error']));
    for (const [i, codes] of says.entries()) t.strictSame(codesOf(responses[i]!).slice(0, codes.length), codes);
    for (const e of responses.flatMap((r) => r.error ?? [])) t.ok(e.code.text.length > 10);
    t.equal(await b.kept(rx), 0);
    t.equal(await b.kept(rx, 'ClaimResponse'), 0);
  });
}

t.test('a seventh item is refused', async (t) => {
  const rx = await b.followed('2026-09-01');
  const pair = await b.pairOf(rx);
  for (const claim of pair) {
    t.equal(claim.item.length, 6);
    claim.item.push({
      ...structuredClone(claim.item[5]!),
      sequence: 7,
      servicedPeriod: { start: '2026-07-04', end: '2026-08-02' },
    });
    claim.total = undefined as never;
  }
  const responses = responsesOf(await b.submit(bundle(...pair)));
  t.same(responses.map(codesOf), [['7 series-too-long'], ['7 series-too-long']]);
  t.equal(await b.kept(rx), 0);
});

const MALFORMED: readonly (readonly [name: string, status: number, make: (pair: Claim[]) => unknown])[] = [
  ['an unknown element of the Bundle', 422, (pair) => ({ ...bundle(...pair), foo: 1 })],
  ['broken JSON', 400, () => '{"resourceType":"Claim"'],
  ['nothing', 400, () => undefined],
  ['another resource', 400, () => ({ resourceType: 'Patient' })],
  ['an array', 400, ([operator]) => [operator]],
  ['an empty Bundle', 400, () => ({ resourceType: 'Bundle', type: 'collection' })],
  ['a transaction', 400, (pair) => ({ ...bundle(...pair), type: 'transaction' })],
  ['three claims', 400, ([o, x]) => bundle(o, x, o)],
  ['a Bundle of something else', 400, ([operator]) => bundle(operator, { resourceType: 'Patient' })],
  ['a Bundle entry without a resource', 400, () => ({ resourceType: 'Bundle', type: 'collection', entry: [null, {}] })],
  ['Parameters without a resource', 400, () => ({ resourceType: 'Parameters', parameter: [{ name: 'claim' }] })],
  ['a Claim that breaks R4', 422, ([operator]) => ({ ...operator, created: 'yesterday' })],
  ['a Claim that breaks its profile', 422, ([operator]) => ({ ...operator, billablePeriod: undefined })],
  ['a cancelled Claim', 422, ([operator]) => ({ ...operator, status: 'cancelled' })],
  ['a predetermination', 422, ([operator]) => ({ ...operator, meta: undefined, use: 'predetermination' })],
  ['a Claim without prescription', 422, ([operator]) => ({ ...operator, meta: undefined, prescription: undefined })],
  [
    'a prescription that does not exist',
    422,
    ([operator]) => ({ ...operator, prescription: { reference: 'ServiceRequest/nobody' } }),
  ],
  [
    'a provider that does not exist',
    422,
    ([operator]) => ({ ...operator, provider: { reference: 'Organization/nobody' } }),
  ],
];
for (const [name, status, make] of MALFORMED) {
  t.test(`${name} is answered by ${status}, and nothing is stored`, async (t) => {
    const rx = await b.followed('2026-02-03');
    const answer = await b.submit(make(await b.pairOf(rx)));
    t.equal(answer.status, status, answer.text);
    t.equal(answer.json.resourceType, 'OperationOutcome');
    t.equal(await b.kept(rx), 0);
  });
}

t.test('a fault in an entry is named at the entry', async (t) => {
  const rx = await b.followed('2026-02-03');
  const [operator, technical] = await b.pairOf(rx);
  const answer = await b.submit(bundle(operator, { ...technical, status: 'cancelled' }));
  t.match(answer.json, { issue: [{ expression: ['Bundle.entry[1].resource.status'] }] });
});

t.test('a prescription that is none is the Claim’s fault', async (t) => {
  const rx = await b.followed('2026-02-03');
  const [operator] = await b.pairOf(rx);
  const request = (await b.w.get(b.c.ref(rx))).json;
  await b.w.put(b.c.ref(rx), { ...request, status: 'entered-in-error' });
  const answer = await b.submit(operator);
  t.equal(answer.status, 422);
  t.match(answer.json, { issue: [{ expression: ['Claim.prescription'] }] });
});

t.test('the address takes no parameters', async (t) => {
  const rx = await b.followed('2026-02-03');
  t.equal((await b.w.post('Claim/$submit?asOf=2026-03-10', bundle(...(await b.pairOf(rx))))).status, 400);
  t.equal(await b.kept(rx), 0);
});
