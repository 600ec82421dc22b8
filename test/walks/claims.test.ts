// From readings to stored claims, and the whole population at once, through the server (contract 2.5 to 2.8).
import t from 'tap';
import { plain } from '../operations/plain.ts';
import { type Json, world } from '../operations/world.ts';
import { each, type Stage, stage } from './stage.ts';

const w = await world(t);
const half = { start: '2026-01-05', end: '2026-12-31' };

interface Item {
  sequence: number;
  servicedPeriod: { start: string; end: string };
  unitPrice: { value: number };
  net: { value: number };
}
type Claim = Json & { item: Item[]; total: { value: number }; provider: { reference: string } };

/** The pair of drafts: operator, technical. */
async function drafts(s: Stage, query: string): Promise<Claim[]> {
  const { json } = await w.get(`${s.cohort.ref('rx')}/$draft-claims?${query}`);
  const entry = json.entry as readonly { resource: Claim }[];
  return entry.map((e) => e.resource).filter((r) => r.resourceType === 'Claim');
}

const starts = (claim: Claim | undefined) => claim?.item.map((i) => i.servicedPeriod.start);

/** Outcome of a submission and the reasons it names. */
async function submit(claims: readonly Claim[]): Promise<{ outcome: unknown; reasons: string[] }> {
  const [only] = claims;
  const body =
    claims.length === 1
      ? only
      : { resourceType: 'Bundle', type: 'collection', entry: claims.map((resource) => ({ resource })) };
  const { status, json, text } = await w.post('Claim/$submit', body);
  if (status !== 200) throw new Error(text);
  const responses = json.entry === undefined ? [json] : (json.entry as { resource: Json }[]).map((e) => e.resource);
  const reasons = [...text.matchAll(/tls-billability-reason","code":"([a-z-]+)"/g)].map((m) => m[1]!);
  return { outcome: responses.some((r) => r.outcome !== 'complete') ? 'error' : 'complete', reasons };
}

async function stored(s: Stage): Promise<unknown> {
  return (await w.get(`Claim?patient=${s.cohort.ref('p')}&_summary=count`)).json.total;
}

t.test('windows leave the drafts as they are submitted, whatever is billable comes next', async (t) => {
  const s = await stage(w, {
    ordonnances: { rx: half },
    readings: [...each('2026-01-05', '2026-02-03'), ...each('2026-03-06', '2026-06-03')],
  });
  const pair = await drafts(s, 'asOf=2026-06-10&series=2');
  t.same(pair.map(starts), [
    ['2026-01-05', '2026-03-06'],
    ['2026-01-05', '2026-03-06'],
  ]);
  t.match(await submit(pair), { outcome: 'complete' });
  t.equal(await stored(s), 2);
  t.match(await submit(pair), { outcome: 'error', reasons: ['already-billed'] });
  t.equal(await stored(s), 2);
  t.same(starts((await drafts(s, 'asOf=2026-06-10'))[0]), ['2026-04-05', '2026-05-05']);
  t.same(await s.verdicts('rx', 'asOf=2026-06-10&end=2026-04-04'), [
    '1 billed already-billed?',
    '2 not-billable transmission-interrupted',
    '3 billed already-billed?',
  ]);
});

t.test('a pair has one operator: after a renewal the next one takes its turn', async (t) => {
  const s = await stage(w, {
    ordonnances: {
      rx: { start: '2026-01-05', end: '2026-03-05' },
      next: { start: '2026-03-06', end: '2026-12-31', replaces: 'rx', operator: 'op2' },
    },
    readings: each('2026-01-05', '2026-06-03'),
    more: (c) => {
      const ic = { coding: [{ system: 'https://w3id.org/vigie/fhir/CodeSystem/tls-activity', code: 'ic' }] };
      c.operator('op2').declaration('declaration2', 'op2', [ic]);
      c.add('agreement2', {
        resourceType: 'Contract',
        status: 'executed',
        issued: '2022-02-01',
        subject: [c.to('op2'), c.to('ex1')],
        type: {
          coding: [{ system: 'https://w3id.org/vigie/fhir/CodeSystem/tls-contract-type', code: 'dmn-agreement' }],
        },
        topicReference: c.to('dmn1'),
      });
    },
  });
  const first = await drafts(s, 'asOf=2026-06-10');
  t.same(starts(first[0]), ['2026-01-05', '2026-02-04']);
  t.equal(first[0]!.provider.reference, s.cohort.ref('op1'));
  t.match(await submit(first), { outcome: 'complete' });
  const second = await drafts(s, 'asOf=2026-06-10');
  t.same(starts(second[0]), ['2026-03-06', '2026-04-05', '2026-05-05']);
  t.equal(second[0]!.provider.reference, s.cohort.ref('op2'));
  t.match(second[0], { prescription: { reference: s.cohort.ref('rx') } });
});

for (const [title, change] of [
  ['one side alone', (pair) => pair.splice(1)],
  ['a price above the tariff', (pair) => dearer(pair[1]!)],
  ['a window that is none', (pair) => pair.map(shift)],
  ['sides that differ', (pair) => shift(pair[0]!)],
  ['a window twice', (pair) => pair.map(repeat)],
  ['a window that runs', (pair) => pair.map((c) => extend(c, 1, '2026-11-01', '2026-11-30'))],
] as readonly (readonly [string, (pair: Claim[]) => unknown])[]) {
  t.test(`${title} is refused, and nothing is stored`, async (t) => {
    const s = await stage(w, { ordonnances: { rx: half }, readings: each('2026-01-05', '2026-06-03') });
    const pair = await drafts(s, 'asOf=2026-06-10&series=3');
    change(pair);
    t.match(await submit(pair), { outcome: 'error' });
    t.equal(await stored(s), 0);
    t.match(await s.verdicts('rx', 'asOf=2026-06-10&end=2026-02-03'), ['1 billable']);
  });
}

function dearer(claim: Claim): void {
  const [item] = claim.item;
  claim.total.value = Number((claim.total.value + 0.01).toFixed(2));
  item!.unitPrice.value += 0.01;
  item!.net.value += 0.01;
}
function shift(claim: Claim): void {
  claim.item[0]!.servicedPeriod = { start: '2026-01-06', end: '2026-02-04' };
}
function repeat(claim: Claim): void {
  claim.item[1]!.servicedPeriod = { ...claim.item[0]!.servicedPeriod };
}
/** Adds `n` items for one window. */
function extend(claim: Claim, n: number, start: string, end: string): void {
  for (let i = 0; i < n; i++) {
    const last = claim.item.at(-1)!;
    claim.item.push({ ...structuredClone(last), sequence: last.sequence + 1, servicedPeriod: { start, end } });
    claim.total.value += last.net.value;
  }
}

t.test('a window after the death is refused as such', async (t) => {
  const s = await stage(w, {
    person: { deceasedDateTime: '2026-02-20' },
    ordonnances: { rx: half },
    readings: each('2026-01-05', '2026-02-20'),
  });
  const pair = await drafts(s, 'asOf=2026-06-10');
  t.same(starts(pair[0]), ['2026-01-05', '2026-02-04']);
  for (const claim of pair) extend(claim, 1, '2026-03-06', '2026-04-04');
  const { outcome, reasons } = await submit(pair);
  t.equal(outcome, 'error');
  t.ok(reasons.includes('patient-deceased'));
});

t.test('a pair is judged with the data of today, not those of the draft', async (t) => {
  const s = await stage(w, { ordonnances: { rx: half }, readings: [{ name: 'only', at: '2026-01-10' }] });
  const pair = await drafts(s, 'asOf=2026-02-10');
  t.equal((await w.delete(s.cohort.ref('only'))).status, 204);
  t.match(await submit(pair), { outcome: 'error', reasons: ['transmission-interrupted'] });
  t.equal(await stored(s), 0);
});

t.test(
  'the population looks at the latest member, and leaves out what is no prescription or has no window',
  async (t) => {
    const s = await stage(w, {
      others: ['q', 'r', 'u'],
      ordonnances: {
        rx: { start: '2026-01-05', end: '2026-03-05' },
        next: { start: '2026-03-06', end: '2026-09-05', replaces: 'rx' },
        theirs: { person: 'q', activity: 'dt', start: '2026-02-04', end: '2026-08-03' },
        draft: { person: 'r', start: '2026-02-04', end: '2026-08-03', status: 'draft' },
        error: { person: 'r', activity: 'dt', start: '2026-02-04', end: '2026-08-03', status: 'entered-in-error' },
        later: { person: 'u', start: '2026-05-01', end: '2026-08-03' },
      },
      readings: [...each('2026-01-05', '2026-02-03'), ...each('2026-03-06', '2026-04-04')],
    });
    const ours = `operator=${s.cohort.ref('op1')}&asOf=2026-04-20`;
    const found = async (query: string) => {
      const { json } = await w.get(`ServiceRequest/$billability?${ours}&${query}`);
      const entry = (json.entry ?? []) as readonly { resource: Json }[];
      const told = entry.map(({ resource }) => {
        const { prescription, period } = plain(resource) as { prescription: string; period: { index: number }[] };
        const name = ['rx', 'next', 'theirs', 'draft', 'error', 'later'].find((n) => s.cohort.ref(n) === prescription);
        return `${name} ${period.map((p) => p.index).join(',')}`;
      });
      return [json.total, ...told.sort()];
    };
    t.same(await found(''), [2, 'next 1,2,3,4', 'theirs 1,2,3']);
    t.same(await found('status=billable'), [1, 'next 1,3']);
    t.same(await found('status=in-progress&status=billable&start=2026-03-01'), [2, 'next 3,4', 'theirs 3']);
    t.same(await found('activity=dt'), [1, 'theirs 1,2,3']);
    t.same(await found(`patient=${s.cohort.ref('r')}`), [0]);
    t.same(await found(`patient=${s.cohort.ref('p')}&status=billed`), [0]);
    t.same(await found(`exploitant=${s.cohort.ref('ex1')}&end=2026-02-03`), [1, 'next 1']);
    for (const name of ['draft', 'error']) {
      for (const operation of ['observance', 'billability', 'draft-claims']) {
        const { status, json } = await w.get(`${s.cohort.ref(name)}/$${operation}?asOf=2026-04-20`);
        t.match([status, json.resourceType], [422, 'OperationOutcome']);
      }
    }
  },
);
