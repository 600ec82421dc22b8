// $billability of a population through the whole server: filters, pages, formats (contract 2.5, 2.8).
import t from 'tap';
import { Cohort } from './cohort.ts';
import { periodsOf, plain } from './plain.ts';
import { type Answer, type Json, world } from './world.ts';

const w = await world(t);
const c = new Cohort();
await c
  .parties(['ic', 'irc'])
  .operator('op2')
  .add('ex2', { resourceType: 'Organization', name: 'Exploitant' })
  .dmn('dmn2')
  .patient('p1')
  .patient('p2')
  .patient('p3')
  // A chain of two whose operator, and then DMN, changed.
  .prescription('a1', { end: '2026-02-15' })
  .prescription('a2', { start: '2026-02-16', end: '2026-08-15', replaces: 'a1', operator: 'op2' })
  .prescription('b', { patient: 'p2', operator: 'op2' })
  .prescription('c', { patient: 'p3', activity: 'irc' })
  // Not begun on the day asked, and no prescription at all.
  .prescription('later', { patient: 'p3', start: '2026-03-11', end: '2026-09-10' })
  .prescription('draft', { patient: 'p3', change: { status: 'draft' } })
  .add('nursing', { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: c.to('p3') })
  .daily('r', '2026-01-05', '2026-02-03')
  .load(w);

const BASE = 'ServiceRequest/$billability?asOf=2026-03-10';

function keysOf(bundle: Json): string[] {
  const entries = (bundle.entry ?? []) as readonly { resource: Json }[];
  return entries.map((e) => nameOf(plain(e.resource).prescription as string));
}

const NAMES = ['a1', 'a2', 'b', 'c', 'later', 'draft'];
function nameOf(reference: string): string {
  return NAMES.find((n) => c.ref(n) === reference) ?? reference;
}

function linkOf(bundle: Json, relation: string): string | undefined {
  return (bundle.link as readonly { relation: string; url: string }[]).find((l) => l.relation === relation)?.url;
}

/** Follows the next links. */
async function pages(path: string, between: () => Promise<unknown> = async () => undefined): Promise<Answer[]> {
  const found: Answer[] = [];
  for (let next: string | undefined = path; next !== undefined; next = linkOf(found.at(-1)!.json, 'next')) {
    if (found.length > 0) await between();
    found.push(await w.get(next));
    if (found.at(-1)!.status !== 200) throw new Error(found.at(-1)!.text);
  }
  return found;
}

t.test('each chain once, by its latest member; what has no window is left out', async (t) => {
  const { status, json } = await w.get(BASE);
  t.equal(status, 200);
  t.match(json, { resourceType: 'Bundle', type: 'searchset', total: 3 });
  t.same(keysOf(json), ['a2', 'b', 'c']);
  const [entry] = json.entry as readonly Json[];
  t.match(entry, { search: { mode: 'match' }, fullUrl: /\/fhir\/ServiceRequest\/.*\/\$billability$/ });
});

t.test('an entry is the answer of its prescription', async (t) => {
  const { json } = await w.get(BASE);
  const [entry] = json.entry as readonly { resource: Json }[];
  t.same(entry?.resource, (await w.get(`${c.ref('a2')}/$billability?asOf=2026-03-10`)).json);
});

const FILTERS: readonly (readonly [query: string, expected: readonly string[]])[] = [
  [`operator=${c.ref('op1')}`, ['c']],
  [`operator=${c.ref('op2')}`, ['a2', 'b']],
  [`exploitant=${c.ref('ex1')}`, ['a2', 'b', 'c']],
  [`exploitant=${c.ref('ex2')}`, []],
  [`patient=${c.ref('p1')}`, ['a2']],
  ['activity=ic', ['a2', 'b']],
  ['activity=dt', []],
  [`activity=ic&operator=${c.ref('op2')}&patient=${c.ref('p1')}`, ['a2']],
  [`activity=irc&patient=${c.ref('p1')}`, []],
  ['status=billable', ['a2']],
  ['status=not-billable', ['a2', 'b']],
  ['status=undetermined', ['c']],
  ['status=billable,undetermined', ['a2', 'c']],
  ['status=billable&status=undetermined', ['a2', 'c']],
  ['status=billed', []],
  ['start=2026-04-05', []],
  ['end=2026-01-04', []],
  ['start=2026-03-06&end=2026-03-06', ['a2', 'b', 'c']],
];
for (const [query, expected] of FILTERS) {
  t.test(`${query.replaceAll(/[0-9a-f-]{36}/g, '…')} keeps ${expected.join(', ') || 'nothing'}`, async (t) => {
    const { json } = await w.get(`${BASE}&${query}`);
    t.same(keysOf(json), expected);
    t.equal(json.total, expected.length);
  });
}

t.test('status and range keep only the windows that match', async (t) => {
  const { json } = await w.get(`${BASE}&status=billable`);
  const [entry] = json.entry as readonly { resource: Json }[];
  t.same(
    periodsOf(entry!.resource).map((p) => [p.index, p.status]),
    [[1, 'billable']],
  );
  const ranged = await w.get(`${BASE}&start=2026-02-04&end=2026-02-04`);
  const [first] = ranged.json.entry as readonly { resource: Json }[];
  t.same(
    periodsOf(first!.resource).map((p) => p.index),
    [2],
  );
});

t.test('pages join to the whole, with the total on each', async (t) => {
  for (const query of ['', '&status=not-billable,billable,undetermined']) {
    const found = await pages(`${BASE}&_count=1${query}`);
    t.equal(found.length, 3);
    t.same(
      found.flatMap((p) => keysOf(p.json)),
      ['a2', 'b', 'c'],
    );
    t.same(
      found.map((p) => p.json.total),
      [3, 3, 3],
    );
    t.equal(linkOf(found[1]!.json, 'self'), linkOf(found[0]!.json, 'next'));
  }
});

t.test('a count of nothing gives the total alone', async (t) => {
  const { json } = await w.get(`${BASE}&_count=0`);
  t.match(json, { total: 3, entry: undefined });
  t.equal(linkOf(json, 'next'), undefined);
});

t.test('a page takes no more than its limit, whatever is asked', async (t) => {
  const { json } = await w.get(`${BASE}&_count=100000`);
  t.match(linkOf(json, 'self'), /_count=1000\b/);
});

t.test('a cursor belongs to its search', async (t) => {
  const [first] = await pages(`${BASE}&_count=1`);
  const next = linkOf(first!.json, 'next')!;
  t.equal((await w.get(next.replace('_count=1', '_count=2'))).status, 400);
  t.equal((await w.get(`${next}x`)).status, 400);
  t.equal((await w.get(next)).status, 200);
});

t.test('a POST answers the same, and its next page is an address', async (t) => {
  const body = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'asOf', valueDate: '2026-03-10' },
      { name: 'status', valueCode: 'billable' },
      { name: 'status', valueCode: 'undetermined' },
      { name: 'exploitant', valueString: c.ref('ex1') },
      { name: '_count', valueInteger: 1 },
    ],
  };
  const posted = await w.post('ServiceRequest/$billability', body);
  t.same(keysOf(posted.json), ['a2']);
  t.same(keysOf((await w.get(linkOf(posted.json, 'next')!)).json), ['c']);
});

t.test('NDJSON gives one Parameters a line, the same as the entries', async (t) => {
  const answer = await w.get(BASE, { accept: 'application/fhir+ndjson' });
  t.match(answer.type, /^application\/fhir\+ndjson/);
  const lines = answer.text.trimEnd().split('\n');
  const { json } = await w.get(BASE);
  t.same(
    lines.map((l) => JSON.parse(l) as Json),
    (json.entry as readonly { resource: Json }[]).map((e) => e.resource),
  );
  t.ok(answer.text.endsWith('\n'));
  t.equal((await w.get(`${BASE}&activity=dt&_format=ndjson`)).text, '');
});

t.test('CSV gives one window a line, for a spreadsheet', async (t) => {
  const answer = await w.get(`${BASE}&patient=${c.ref('p1')}`, { accept: 'text/csv' });
  t.match(answer.type, /^text\/csv/);
  const [head, first, second, ...rest] = answer.text.split('\r\n');
  t.match(head, /^\uFEFFpatient,prescription,activity,index,start,end,status,/);
  t.match(first, `${c.ref('p1')},${c.ref('a2')},ic,1,2026-01-05,2026-02-03,`);
  t.match(first, ',28.00,16.80,11.20,');
  t.match(second, ',2026-02-04,2026-03-05,not-billable,');
  t.equal(rest.length, 2);
  t.equal(rest[1], '');
});

t.test('CSV in French has semicolons and decimal commas', async (t) => {
  const answer = await w.get(`${BASE}&patient=${c.ref('p1')}`, { accept: 'text/csv', 'accept-language': 'fr' });
  t.match(answer.text, ';28,00;16,80;11,20;');
});

t.test('today is the day of each patient’s zone, and stays so on every page', async (t) => {
  await c
    .patient('p4', { address: [{ postalCode: '98800' }] })
    .prescription('noumea', { patient: 'p4', start: '2026-10-01', end: '2027-03-31' })
    .load(w);
  w.clock.set('2026-10-20T22:30:00Z');
  const asOfs: unknown[] = [];
  for (let next: string | undefined = 'ServiceRequest/$billability?_count=1&start=2026-10-01'; next !== undefined; ) {
    const { json } = await w.get(next);
    for (const e of json.entry as readonly { resource: Json }[]) asOfs.push(plain(e.resource).asOf);
    next = linkOf(json, 'next');
    w.clock.set('2026-10-25T22:30:00Z');
  }
  t.ok(asOfs.includes('2026-10-21'), 'morning in Nouméa');
  t.notOk(asOfs.some((d) => (d as string) > '2026-10-21'));
  w.clock.set('2026-11-24T10:00:00Z');
});

t.test('no chain is skipped or shown twice while others are written', async (t) => {
  const before = new Cohort().parties();
  for (let i = 0; i < 12; i++) before.patient(`q${i}`).prescription(`x${i}`, { patient: `q${i}` });
  await before.load(w);
  const operator = `&operator=${before.ref('op1')}`;
  let n = 100;
  const found = await pages(`${BASE}${operator}&_count=3`, async () => {
    const i = n++;
    await before
      .patient(`q${i}`)
      .prescription(`x${i}`, { patient: `q${i}` })
      .load(w);
    const rx = before.ref(`x${i - 100}`);
    await w.put(rx, { ...(await w.get(rx)).json, note: [{ text: 'seen' }] });
  });
  const seen = found.flatMap((p) =>
    (p.json.entry as readonly { resource: Json }[]).map((e) => plain(e.resource).prescription),
  );
  t.equal(new Set(seen).size, seen.length, 'none twice');
  for (let i = 0; i < 12; i++) t.ok(seen.includes(before.ref(`x${i}`)), `x${i}`);
});

t.test('a prescription without a DMN is judged among others, where it lacks something', async (t) => {
  const one = await new Cohort()
    .parties()
    .patient('p')
    .prescription('rx', { patient: 'p', change: { meta: undefined, extension: undefined } })
    .load(w);
  const { json } = await w.get(`${BASE}&operator=${one.ref('op1')}`);
  const [entry] = json.entry as readonly { resource: Json }[];
  t.match(periodsOf(entry!.resource)[0], { status: 'not-billable' });
});

t.test('chains of one patient are told apart', async (t) => {
  const one = await new Cohort()
    .parties(['ic', 'irc'])
    .patient('p')
    .prescription('heart', { patient: 'p' })
    .prescription('kidney', { patient: 'p', activity: 'irc' })
    .load(w);
  const { json } = await w.get(`${BASE}&patient=${one.ref('p')}`);
  const activities = (json.entry as readonly { resource: Json }[]).map((e) => plain(e.resource).activity);
  t.same(activities, ['ic', 'irc']);
});

t.test('a page is valid R4', async (t) => {
  const kept = await w.post('Bundle', (await w.get(`${BASE}&_count=3`)).json);
  t.equal(kept.status, 201, kept.text);
});
