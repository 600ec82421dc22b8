// $draft-claims through the whole server (contract 2.6, 3).
import t from 'tap';
import { billing, type Claim, resources } from './claims.ts';
import { B } from './cohort.ts';
import type { Json } from './world.ts';

const b = await billing(t);

t.test('drafts are a pair for the same windows, the oldest first', async (t) => {
  const rx = await b.followed('2026-03-05');
  const answer = await b.drafts(rx);
  t.equal(answer.status, 200);
  t.match(answer.json, { resourceType: 'Bundle', type: 'collection' });
  const [operator, technical] = resources(answer) as unknown as Claim[];
  t.match(operator, {
    resourceType: 'Claim',
    meta: { profile: [`${B}/StructureDefinition/tls-claim-operator`] },
    status: 'draft',
    use: 'claim',
    created: '2026-11-24',
    patient: { reference: b.patientOf(rx) },
    provider: { reference: b.c.ref('op1') },
    prescription: { reference: b.c.ref(rx) },
    billablePeriod: { start: '2026-01-05', end: '2026-03-05' },
    insurance: [{ sequence: 1, focal: true, coverage: { reference: b.c.ref(`coverage:${rx.replace('rx', 'p')}`) } }],
    total: { value: 56, currency: 'EUR' },
  });
  t.match(technical, {
    meta: { profile: [`${B}/StructureDefinition/tls-claim-technical`] },
    provider: { reference: b.c.ref('ex1') },
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
  t.equal(await b.kept(rx), 0, 'a draft is not stored');
});

t.test('drafts carry as many windows as asked, and answer GET', async (t) => {
  const rx = await b.followed('2026-03-05');
  const answer = await b.w.get(`${b.c.ref(rx)}/$draft-claims?series=1`);
  t.same(
    (resources(answer) as unknown as Claim[]).map((claim) => claim.item.length),
    [1, 1],
  );
});

t.test('without a billable window the drafts say why', async (t) => {
  const rx = await b.followed('2026-01-05', {}, { activity: 'pci' });
  const [outcome, ...rest] = resources(await b.drafts(rx));
  t.same(rest, []);
  t.match(outcome, { resourceType: 'OperationOutcome', issue: [{ severity: 'information', code: 'informational' }] });
  t.match((outcome!.issue as { details: Json }[])[0]!.details.text, /Nothing is billable/);
  const french = await b.w.get(`${b.c.ref(rx)}/$draft-claims`, { 'accept-language': 'fr' });
  t.match(french.text, /Rien n’est facturable/);
});

t.test('the same question gets the same drafts, each entry with an address of its own', async (t) => {
  const rx = await b.followed('2026-03-05');
  const [one, two] = [await b.drafts(rx), await b.drafts(rx)];
  t.equal(one.text, two.text);
  const urls = (one.json.entry as readonly { fullUrl: string }[]).map((e) => e.fullUrl);
  t.equal(new Set(urls).size, 2);
  for (const url of urls) t.match(url, /^urn:uuid:[0-9a-f-]{36}$/);
});
