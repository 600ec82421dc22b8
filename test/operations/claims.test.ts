// $draft-claims and Claim/$submit through the whole server: both forfaits or none, once (contract 2.6, 2.7, 3).
import t from 'tap';
import { B, Cohort } from './cohort.ts';
import { periodsOf, reasonsOf } from './plain.ts';
import { type Answer, type Json, world } from './world.ts';

const w = await world(t);
const c = await new Cohort().parties(['ic', 'pci']).operator('op2').load(w);
let serial = 0;

/** A patient followed from 5 January 2026 with data until a day; the name of the prescription. */
async function followed(until: string, change: Json = {}, rx: object = {}): Promise<string> {
  const n = ++serial;
  const patient = `p${n}`;
  await c
    .patient(patient, change)
    .prescription(`rx${n}`, { patient, end: '2026-12-31', ...rx })
    .daily(`r${n}`, '2026-01-05', until, patient)
    .load(w);
  return `rx${n}`;
}

const patientOf = (rx: string) => c.ref(rx.replace('rx', 'p'));
const drafts = (rx: string, query = 'asOf=2026-11-24') => w.post(`${c.ref(rx)}/$draft-claims?${query}`, undefined);
const resources = ({ json }: Answer) => (json.entry as readonly { resource: Json }[]).map((e) => e.resource);
const pairOf = async (rx: string, query?: string) => structuredClone(resources(await drafts(rx, query))) as Claim[];
const bundle = (...claims: unknown[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: claims.map((resource) => ({ resource })),
});
const stored = async (rx: string) => (await w.get(`Claim?patient=${patientOf(rx)}&_summary=count`)).json.total;
const answered = async (rx: string) =>
  (await w.get(`ClaimResponse?patient=${patientOf(rx)}&_summary=count`)).json.total;

interface Item {
  sequence: number;
  servicedPeriod: { start: string; end: string };
  unitPrice: { value: number };
  net: { value: number };
  factor?: number;
  productOrService: { coding: { code: string }[] };
}
interface Claim {
  resourceType: string;
  status: string;
  use: string;
  item: Item[];
  total?: { value: number };
  provider: { reference: string };
  patient: { reference: string };
  prescription?: { reference: string };
  [element: string]: unknown;
}
interface Response {
  readonly id?: string;
  readonly outcome: string;
  readonly request?: { readonly reference: string };
  readonly error?: readonly {
    readonly itemSequence?: number;
    readonly code: { readonly coding: readonly Json[]; readonly text: string };
  }[];
}

function responsesOf(answer: Answer): Response[] {
  return (answer.json.resourceType === 'Bundle' ? resources(answer) : [answer.json]) as unknown as Response[];
}
const codesOf = (r: Response) => (r.error ?? []).map((e) => `${e.itemSequence ?? '-'} ${e.code.coding[0]?.code}`);

t.test('drafts are a pair for the same windows, the oldest first', async (t) => {
  const rx = await followed('2026-03-05');
  const answer = await drafts(rx);
  t.equal(answer.status, 200);
  t.match(answer.json, { resourceType: 'Bundle', type: 'collection' });
  const [operator, technical] = resources(answer) as unknown as Claim[];
  t.match(operator, {
    resourceType: 'Claim',
    meta: { profile: [`${B}/StructureDefinition/tls-claim-operator`] },
    status: 'draft',
    use: 'claim',
    created: '2026-11-24',
    patient: { reference: patientOf(rx) },
    provider: { reference: c.ref('op1') },
    prescription: { reference: c.ref(rx) },
    billablePeriod: { start: '2026-01-05', end: '2026-03-05' },
    insurance: [{ sequence: 1, focal: true, coverage: { reference: c.ref(`coverage:${rx.replace('rx', 'p')}`) } }],
    total: { value: 56, currency: 'EUR' },
  });
  t.match(technical, {
    meta: { profile: [`${B}/StructureDefinition/tls-claim-technical`] },
    provider: { reference: c.ref('ex1') },
    total: { value: 100 },
  });
  for (const claim of [operator!, technical!]) {
    t.same(
      claim.item.map((i) => i.servicedPeriod),
      [
        { start: '2026-01-05', end: '2026-02-03' },
        { start: '2026-02-04', end: '2026-03-05' },
      ],
    );
  }
  t.match(operator!.item[0], {
    sequence: 1,
    productOrService: { coding: [{ system: `${B}/CodeSystem/tls-forfait`, code: 'TVB' }] },
    quantity: { value: 1 },
    factor: 1,
    unitPrice: { value: 28, currency: 'EUR' },
    extension: [
      {
        url: `${B}/StructureDefinition/tls-share`,
        extension: [
          { url: 'amo', valueMoney: { value: 16.8 } },
          { url: 'amc', valueMoney: { value: 11.2 } },
        ],
      },
    ],
  });
  t.match(technical!.item[0], {
    productOrService: { coding: [{ system: `${B}/CodeSystem/tls-latm-code`, code: '1612544' }] },
  });
  t.match(answer.text, '"net":{"value":28.00,"currency":"EUR"}');
  t.equal(await stored(rx), 0, 'a draft is not stored');
});

t.test('drafts carry as many windows as asked, and answer GET', async (t) => {
  const rx = await followed('2026-03-05');
  const answer = await w.get(`${c.ref(rx)}/$draft-claims?series=1`);
  t.same(
    (resources(answer) as unknown as Claim[]).map((claim) => claim.item.length),
    [1, 1],
  );
});

t.test('without a billable window the drafts say why', async (t) => {
  const rx = await followed('2026-01-05', {}, { activity: 'pci' });
  const [outcome, ...rest] = resources(await drafts(rx));
  t.same(rest, []);
  t.match(outcome, { resourceType: 'OperationOutcome', issue: [{ severity: 'information', code: 'informational' }] });
  t.match((outcome!.issue as { details: Json }[])[0]!.details.text, /Nothing is billable/);
  const french = await w.get(`${c.ref(rx)}/$draft-claims`, { 'accept-language': 'fr' });
  t.match(french.text, /Rien n’est facturable/);
});

t.test('a submitted pair is stored active, answered, and billed', async (t) => {
  const rx = await followed('2026-03-05');
  const { text } = await drafts(rx, 'series=1');
  const answer = await w.post('Claim/$submit', text);
  t.equal(answer.status, 200, answer.text);
  t.match(answer.json, { resourceType: 'Bundle', type: 'collection' });
  const responses = responsesOf(answer);
  t.same(
    responses.map((r) => r.outcome),
    ['complete', 'complete'],
  );
  for (const r of responses) {
    const claim = await w.get(r.request!.reference);
    t.match(claim.json, { resourceType: 'Claim', status: 'active', meta: { versionId: '1' } });
    t.match(claim.text, /"unitPrice":\{"value":(28|50)\.00,/, 'digits as sent');
    const kept = await w.get(`ClaimResponse/${r.id}`);
    t.same(kept.json, r);
    t.equal((await w.put(`ClaimResponse/${r.id}`, kept.json)).status, 200, 'the response is valid R4');
  }
  t.match(responses[0], {
    item: [
      {
        itemSequence: 1,
        adjudication: [{ amount: { value: 28 } }, { amount: { value: 16.8 } }, { amount: { value: 11.2 } }],
      },
    ],
  });
  const [first, second] = periodsOf((await w.get(`${c.ref(rx)}/$billability?asOf=2026-03-10`)).json);
  t.equal(first?.status, 'billed');
  t.same(reasonsOf(first), ['already-billed/information']);
  t.same(
    new Set((first!.reason as { evidence: string[] }[])[0]!.evidence),
    new Set(responses.map((r) => r.request!.reference)),
  );
  t.equal(second?.status, 'billable');
});

t.test('Parameters with the pair as resource are taken too', async (t) => {
  const rx = await followed('2026-02-03');
  const pair = bundle(...(await pairOf(rx)));
  const answer = await w.post('Claim/$submit', {
    resourceType: 'Parameters',
    parameter: [{ name: 'resource', resource: pair }],
  });
  t.same(
    responsesOf(answer).map((r) => r.outcome),
    ['complete', 'complete'],
  );
});

t.test('the same pair twice is refused the second time, and stores nothing', async (t) => {
  const rx = await followed('2026-02-03');
  const pair = bundle(...(await pairOf(rx)));
  await w.post('Claim/$submit', pair);
  const again = await w.post('Claim/$submit', pair);
  t.equal(again.status, 200);
  for (const r of responsesOf(again)) {
    t.equal(r.outcome, 'error');
    t.equal(r.id, undefined);
    t.equal(r.request, undefined);
    t.same(codesOf(r), ['1 already-billed']);
  }
  t.equal(await stored(rx), 2);
  t.equal(await answered(rx), 2);
});

t.test('of twenty submissions at once one wins', async (t) => {
  const rx = await followed('2026-02-03');
  const pair = bundle(...(await pairOf(rx)));
  const answers = await Promise.all(Array.from({ length: 20 }, () => w.post('Claim/$submit', pair)));
  t.same(new Set(answers.map((a) => a.status)), new Set([200]));
  const won = answers.filter((a) => responsesOf(a).every((r) => r.outcome === 'complete'));
  const lost = answers.filter((a) => responsesOf(a).every((r) => r.outcome === 'error'));
  t.equal(won.length, 1);
  t.equal(lost.length, 19);
  t.equal(await stored(rx), 2);
  t.equal(await answered(rx), 2);
});

t.test('a window that was billed unseen is refused by the schema', async (t) => {
  const rx = await followed('2026-02-03');
  const pair = bundle(...(await pairOf(rx)));
  await w.post('Claim/$submit', pair);
  const store = w.store as { billedWindows: typeof w.store.billedWindows };
  const seeing = store.billedWindows;
  store.billedWindows = async () => [];
  const answer = await w.post('Claim/$submit', pair);
  store.billedWindows = seeing;
  t.same(responsesOf(answer).map(codesOf), [['1 already-billed'], ['1 already-billed']]);
  t.equal(await stored(rx), 2);
});

t.test('deleted claims free their windows', async (t) => {
  const rx = await followed('2026-02-03');
  const answer = await w.post('Claim/$submit', bundle(...(await pairOf(rx))));
  for (const r of responsesOf(answer)) await w.delete(r.request!.reference);
  const [first] = periodsOf((await w.get(`${c.ref(rx)}/$billability?asOf=2026-03-10`)).json);
  t.equal(first?.status, 'billable');
});

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
    says: [['1 line-not-formalised'], []],
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
    says: [['1 line-not-formalised'], []],
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
      operator!.provider.reference = c.ref('op2');
    },
    says: [['1 operator-not-declared'], []],
  },
  {
    name: 'a window of nobody',
    before: moved('2026-01-06', '2026-02-04'),
    says: [['1 prescription-expired'], ['1 prescription-expired']],
  },
  {
    name: 'a window that is not over',
    before: moved('2026-11-01', '2026-11-30'),
    says: [['1 insufficient-data'], ['1 insufficient-data']],
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
    says: [['2 prescription-incomplete'], []],
  },
  { name: 'the operator’s claim alone', before: ([operator]) => operator, says: [['1 prescription-incomplete']] },
  { name: 'the technical claim alone', before: ([, technical]) => technical, says: [['1 prescription-incomplete']] },
  {
    name: 'a pair of one kind',
    before: ([operator]) => bundle(operator, operator),
    says: [['1 prescription-incomplete'], ['1 prescription-incomplete']],
  },
  {
    name: 'another patient',
    before: (pair) => {
      for (const claim of pair) claim.patient.reference = c.ref('p1');
    },
    says: [['- duplicate-follow-up'], ['- duplicate-follow-up']],
  },
];

for (const { name, until = '2026-02-03', change, prescription, before, says } of REFUSED) {
  t.test(`${name} is refused: the response names the item and the reason, and nothing is stored`, async (t) => {
    const rx = await followed(until, change, prescription);
    const pair = await pairOf(rx);
    const sent = before?.(pair, rx) ?? bundle(...pair);
    const answer = await w.post('Claim/$submit', sent);
    t.equal(answer.status, 200, answer.text);
    const responses = responsesOf(answer);
    t.same(new Set(responses.map((r) => r.outcome)), new Set(['error']));
    for (const [i, codes] of says.entries()) t.strictSame(codesOf(responses[i]!).slice(0, codes.length), codes);
    for (const e of responses.flatMap((r) => r.error ?? [])) t.ok(e.code.text.length > 10);
    t.equal(await stored(rx), 0);
    t.equal(await answered(rx), 0);
  });
}

t.test('a seventh item is refused', async (t) => {
  const rx = await followed('2026-09-01');
  const pair = await pairOf(rx);
  for (const claim of pair) {
    t.equal(claim.item.length, 6);
    claim.item.push({
      ...structuredClone(claim.item[5]!),
      sequence: 7,
      servicedPeriod: { start: '2026-07-04', end: '2026-08-02' },
    });
    claim.total = undefined as never;
  }
  const responses = responsesOf(await w.post('Claim/$submit', bundle(...pair)));
  t.same(responses.map(codesOf), [['7 one-year-cap'], ['7 one-year-cap']]);
  t.equal(await stored(rx), 0);
});

t.test('what changed since the draft counts', async (t) => {
  const rx = await followed('2026-02-03');
  const pair = bundle(...(await pairOf(rx)));
  for (let i = 0; i < 30; i++) await w.delete(c.ref(`${rx.replace('rx', 'r')}:${i}`));
  const responses = responsesOf(await w.post('Claim/$submit', pair));
  t.same(responses.map(codesOf), [['1 transmission-interrupted'], ['1 transmission-interrupted']]);
});

t.test('a refusal is told in the language asked', async (t) => {
  const rx = await followed('2026-02-03');
  const [operator] = await pairOf(rx);
  const answer = await w.post('Claim/$submit', operator, { 'accept-language': 'fr' });
  t.match(responsesOf(answer)[0]?.error?.[0]?.code.text, /les deux forfaits|s’envoient ensemble/);
});

const MALFORMED: readonly (readonly [name: string, status: number, make: (pair: Claim[]) => unknown])[] = [
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
    const rx = await followed('2026-02-03');
    const answer = await w.post('Claim/$submit', make(await pairOf(rx)));
    t.equal(answer.status, status, answer.text);
    t.equal(answer.json.resourceType, 'OperationOutcome');
    t.equal(await stored(rx), 0);
  });
}

t.test('a fault in an entry is named at the entry', async (t) => {
  const rx = await followed('2026-02-03');
  const [operator, technical] = await pairOf(rx);
  const answer = await w.post('Claim/$submit', bundle(operator, { ...technical, status: 'cancelled' }));
  t.match(answer.json, { issue: [{ expression: ['Bundle.entry[1].resource.status'] }] });
});

t.test('a prescription that is none is the Claim’s fault', async (t) => {
  const rx = await followed('2026-02-03');
  const [operator] = await pairOf(rx);
  const request = (await w.get(c.ref(rx))).json;
  await w.put(c.ref(rx), { ...request, status: 'entered-in-error' });
  const answer = await w.post('Claim/$submit', operator);
  t.equal(answer.status, 422);
  t.match(answer.json, { issue: [{ expression: ['Claim.prescription'] }] });
});

t.test('the address takes no parameters', async (t) => {
  const rx = await followed('2026-02-03');
  t.equal((await w.post('Claim/$submit?asOf=2026-03-10', bundle(...(await pairOf(rx))))).status, 400);
  t.equal(await stored(rx), 0);
});
