// What ordinary writes may do to Claims that bill forfaits: a window is billed once, and freed when its Claim ends.
import t from 'tap';
import { type Billing, billing, bundle, type Claim, codesOf, responsesOf } from './claims.ts';
import { periodsOf } from './plain.ts';
import type { Answer, Json } from './world.ts';

const b = await billing(t);
const { w } = b;

/** A patient whose first window is billed: the prescription and the two Claims as stored. */
async function billed(of: Billing = b): Promise<{ rx: string; claims: string[] }> {
  const rx = await of.followed('2026-02-03');
  const answer = await of.submit(bundle(...(await of.pairOf(rx))));
  return { rx, claims: responsesOf(answer).map((r) => r.request!.reference) };
}

async function statusOf(rx: string): Promise<unknown> {
  return periodsOf((await w.get(`${b.c.ref(rx)}/$billability?asOf=2026-03-10`)).json)[0]?.status;
}

const stored = async (reference: string) => (await w.get(reference)).json as unknown as Claim & { id: string };
const said = (a: Answer) => {
  const issues = (a.json.issue ?? []) as readonly { details: { coding: Json[] }; expression: string[] }[];
  return [a.status, ...issues.map((i) => `${i.details.coding[0]?.code} ${i.expression?.[0]}`)];
};

const jsonPatch = (status: string) => [{ op: 'replace', path: '/status', value: status }];
const fhirPatch = (status: string) => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: 'Claim.status' },
        { name: 'value', valueCode: status },
      ],
    },
  ],
});

type Write = (reference: string, status: string) => Promise<Answer>;
const WAYS: Readonly<Record<string, Write>> = {
  PUT: async (reference, status) => w.put(reference, { ...(await stored(reference)), status }),
  'conditional PUT': async (reference, status) =>
    w.put(`Claim?_id=${reference.split('/')[1]}`, { ...(await stored(reference)), status }),
  'JSON Patch': (reference, status) =>
    w.patch(reference, jsonPatch(status), { 'content-type': 'application/json-patch+json' }),
  'FHIRPath Patch': (reference, status) => w.patch(reference, fhirPatch(status)),
  'PUT in a transaction': async (reference, status) =>
    w.post('', entry('transaction', 'PUT', reference, { ...(await stored(reference)), status })),
  'PATCH in a transaction': (reference, status) =>
    w.post('', entry('transaction', 'PATCH', reference, fhirPatch(status))),
};

const entry = (type: string, method: string, url: string, resource: unknown) => ({
  resourceType: 'Bundle',
  type,
  entry: [{ request: { method, url }, resource }],
});

for (const [way, write] of Object.entries(WAYS)) {
  for (const status of ['cancelled', 'entered-in-error']) {
    t.test(`${way} to ${status} of both claims frees their windows, to be billed again`, async (t) => {
      const { rx, claims } = await billed();
      t.equal(await statusOf(rx), 'billed');
      const [one, other] = claims as [string, string];
      t.equal((await write(one, status)).status, 200);
      t.equal(await statusOf(rx), 'billed', 'its twin bills the window still');
      t.equal((await write(other, status)).status, 200);
      t.equal(await statusOf(rx), 'billable');
      const again = responsesOf(await b.submit(bundle(...(await b.pairOf(rx)))));
      t.same(
        again.map((r) => r.outcome),
        ['complete', 'complete'],
      );
      t.equal(await statusOf(rx), 'billed');
    });
  }

  t.test(`${way} makes no claim active again, billed elsewhere or not`, async (t) => {
    const { rx, claims } = await billed();
    for (const one of claims) await write(one, 'cancelled');
    const refused = await write(claims[0]!, 'active');
    t.equal(refused.status, 422, refused.text);
    t.match(refused.text, /claim-only-submitted/);
    t.match(refused.text, /Claim\/\$submit/);
    t.equal(await statusOf(rx), 'billable');
    t.equal((await stored(claims[0]!)).status, 'cancelled');
  });

  t.test(`${way} makes no draft of a submitted claim`, async (t) => {
    const { rx, claims } = await billed();
    t.match((await write(claims[0]!, 'draft')).text, /claim-not-a-draft/);
    t.equal(await statusOf(rx), 'billed');
  });
}

t.test('an active claim for forfaits is stored by $submit alone', async (t) => {
  const rx = await b.followed('2026-02-03');
  const [draft] = await b.pairOf(rx);
  const active = { ...draft!, status: 'active' };
  const only = [422, 'claim-only-submitted Claim.status'];
  t.same(said(await w.post('Claim', active)), only);
  t.same(said(await w.put('Claim/given', { ...active, id: 'given' })), only);
  t.same(said(await w.post('Claim', active, { 'if-none-exist': 'identifier=urn:none|1' })), only);
  for (const type of ['POST', 'PUT']) {
    const sent = entry('transaction', type, type === 'PUT' ? 'Claim/given' : 'Claim', { ...active, id: 'given' });
    t.same(said(await w.post('', sent)), [422, 'claim-only-submitted Bundle.entry[0].resource.status'], type);
  }
  t.equal(await b.kept(rx), 0);
  t.equal((await w.post('Claim', draft)).status, 201, 'a draft is stored by anyone');
  const withoutProfile = { ...active, meta: undefined };
  t.same(said(await w.post('Claim', withoutProfile)), only, 'known by its codes too');
});

t.test('a claim of another kind may be active', async (t) => {
  const rx = await b.followed('2026-02-03');
  const other = {
    resourceType: 'Claim',
    status: 'active',
    use: 'claim',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/claim-type', code: 'oral' }] },
    patient: { reference: b.patientOf(rx) },
    created: '2026-02-03',
    provider: { reference: b.c.ref('op1') },
    priority: { text: 'normal' },
    insurance: [{ sequence: 1, focal: true, coverage: { display: 'x' } }],
  };
  const made = await w.post('Claim', other);
  t.equal(made.status, 201, made.text);
  const reference = `Claim/${made.json.id}`;
  t.equal((await w.put(reference, { ...made.json, created: '2026-02-04' })).status, 200);
  const asForfait = { ...made.json, type: (await b.pairOf(rx))[0]!.type };
  t.same(said(await w.put(reference, asForfait)), [422, 'claim-only-submitted Claim.status']);
  const profile = 'https://w3id.org/vigie/fhir/StructureDefinition/tls-claim-operator';
  const label = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { profile: [profile] } }] };
  t.equal((await w.post(`${reference}/$meta-add`, label)).status, 422);
});

t.test('what was judged of a submitted claim stays, everything else may change', async (t) => {
  const { rx, claims } = await billed();
  const [reference] = claims as [string];
  const before = await stored(reference);
  const moved = { ...before.item[0]!, servicedPeriod: { start: '2026-01-06', end: '2026-02-04' } };
  const other = await b.followed('2026-02-03');
  for (const [change, ...elements] of [
    [{ item: [moved] }, 'item'],
    [{ item: [...before.item, { ...moved, sequence: 2 }] }, 'item'],
    [{ total: { value: 1, currency: 'EUR' } }, 'total'],
    [{ patient: { reference: b.patientOf(other) } }, 'patient'],
    [{ prescription: { reference: b.c.ref(other) }, created: '2026-03-01' }, 'created', 'prescription'],
    [{ meta: undefined, type: { text: 'x' } }, 'type'],
  ] as readonly (readonly [object, ...string[]])[]) {
    const refused = await w.put(reference, { ...before, ...change });
    t.same(said(refused), [422, ...elements.map((e) => `claim-billed Claim.${e}`)], refused.text.slice(0, 300));
  }
  t.equal(await statusOf(rx), 'billed');
  const identifier = [{ system: 'urn:factures', value: `${rx}-1` }];
  t.equal((await w.put(reference, { ...before, identifier })).status, 200, 'the number of the invoice');
  t.equal(await statusOf(rx), 'billed');
  t.equal((await w.put(reference, { ...before, status: 'cancelled', item: [moved] })).status, 200);
  t.equal((await w.put(reference, { ...before, status: 'draft' })).status, 200, 'what is cancelled bills nothing');
});

t.test('a deletion of another type under the id of a claim frees nothing', async (t) => {
  const { rx, claims } = await billed();
  const id = claims[0]!.split('/')[1]!;
  const basic = { resourceType: 'Basic', id, code: { text: 'x' } };
  t.equal((await w.put(`Basic/${id}`, basic)).status, 201);
  t.equal((await w.delete(`Basic/${id}`)).status, 204);
  t.equal((await w.post('', entry('transaction', 'PUT', `Basic/${id}`, basic))).status, 200);
  const gone = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ request: { method: 'DELETE', url: `Basic/${id}` } }],
  };
  t.equal((await w.post('', gone)).status, 200);
  t.equal(await statusOf(rx), 'billed');
});

t.test('of a cancellation and many submissions at once, the window is billed once at most', async (t) => {
  for (let round = 0; round < 5; round++) {
    const { rx, claims } = await billed();
    const pair = bundle(...(await pairAgain(claims)));
    const answers = await Promise.all([
      ...claims.map((c) => WAYS.PUT!(c, 'cancelled')),
      ...Array.from({ length: 6 }, () => b.submit(pair)),
    ]);
    t.same([...new Set(answers.map((a) => a.status))], [200]);
    const won = answers.slice(2).filter((a) => responsesOf(a).every((r) => r.outcome === 'complete'));
    for (const a of answers.slice(2)) {
      for (const r of responsesOf(a)) if (r.outcome !== 'complete') t.same(codesOf(r), ['1 already-billed']);
    }
    t.ok(won.length <= 1);
    t.equal(await statusOf(rx), won.length === 1 ? 'billed' : 'billable');
    const rows = (await w.store.billedWindows([await keyOf(rx)])).map((r) => r.forfait);
    t.same(rows.sort(), won.length === 1 ? ['operator', 'technical'] : []);
  }
});

async function pairAgain(claims: readonly string[]): Promise<unknown[]> {
  return Promise.all(claims.map(async (c) => ({ ...(await stored(c)), id: undefined, status: 'draft' })));
}

async function keyOf(rx: string): Promise<number> {
  const id = b.patientOf(rx).split('/')[1]!;
  return (await w.store.patientKeys([id])).get(id)!;
}

t.test('no deletion overtakes a submission that refers to what it deletes', async (t) => {
  const seen = new Set<string>();
  for (let round = 0; round < 20; round++) {
    const rx = await b.followed('2026-02-03');
    const someone = `Practitioner/${(await w.post('Practitioner', { resourceType: 'Practitioner' })).json.id}`;
    const careTeam = [{ sequence: 1, provider: { reference: someone } }];
    const pair = (await b.pairOf(rx)).map((claim) => ({ ...claim, careTeam }));
    const deletion = async () => {
      for (let turn = 0; turn < round % 7; turn++) await new Promise(setImmediate);
      return w.delete(someone);
    };
    const [submitted, deleted] = await Promise.all([b.submit(bundle(...pair)), deletion()]);
    const both = `${submitted.status} ${deleted.status}`;
    seen.add(both);
    t.ok(['200 409', '422 204'].includes(both), both);
    t.equal(await b.kept(rx), submitted.status === 200 ? 2 : 0);
  }
  t.comment([...seen].join(', '));
});
