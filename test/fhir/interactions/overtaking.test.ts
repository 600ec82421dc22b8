// References that are being written and deletions of what they name, at once: nothing is left pointing to nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Deletions } from '../../../src/fhir/interactions/deletions.ts';
import { type Json, observation, patient, serve } from '../../http/server.ts';
import { bundles, del, post, put, urn } from './bundles.ts';

t.test('a deletion waits for those who refer already, and for nobody else', async (t) => {
  const deletions = new Deletions();
  const [one, other] = [deletions.begin(), deletions.begin()];
  deletions.refer(one, new Set(['Device/1']));
  deletions.refer(other, new Set(['Device/2']));
  let announced = false;
  const waiting = deletions.announce(['Device/1']).then((release) => {
    announced = true;
    return release;
  });
  await sleep(5);
  t.equal(announced, false);
  deletions.end(one);
  (await waiting)();
  t.equal(announced, true);
});

t.test('who comes to refer meanwhile begins again when it is over', async (t) => {
  const deletions = new Deletions();
  const before = deletions.begin();
  const release = await deletions.announce(['Device/1', 'Device/2']);
  const during = deletions.begin();
  const references = new Set(['Device/0', 'Device/2']);
  t.throws(() => deletions.refer(during, references), /Device\/2/);
  t.doesNotThrow(() => deletions.refer(during, new Set(['Device/0'])));
  release();
  t.throws(() => deletions.refer(before, references), /Device\/2/, 'its view of the database may be older');
  t.doesNotThrow(() => deletions.refer(deletions.begin(), references), 'a later one looks and finds nothing');
  t.doesNotThrow(() => deletions.refer(deletions.begin(new Set(['Device/2'])), references));
});

t.test('of two deletions of one the second waits, and none waits for ever', async (t) => {
  const deletions = new Deletions();
  const done: string[] = [];
  const run = async (name: string, references: string[]) => {
    const release = await deletions.announce(references);
    await sleep(2);
    done.push(name);
    release();
  };
  await Promise.all([run('a', ['1', '2']), run('b', ['2', '1']), run('c', ['2', '3']), run('d', ['3', '1'])]);
  t.equal(done.length, 4);
});

t.test('any writes at once leave no reference to nothing', async (t) => {
  const s = await serve(t);
  const { tx } = bundles(s);
  const own = await s.made(patient());
  const statuses = new Map<string, number>();
  const said = (what: string, status: number) =>
    statuses.set(`${what} ${status}`, (statuses.get(`${what} ${status}`) ?? 0) + 1);
  for (let round = 0; round < 25; round++) {
    const device = await s.made({ resourceType: 'Device' });
    const organization = await s.made({ resourceType: 'Organization', name: 'o' });
    const free = await s.made(observation(own));
    const reading = observation(own, { device: { reference: device } });
    const free2 = free.split('/')[1];
    const works: (() => Promise<{ status: number }>)[] = [
      () => s.post('Observation', reading),
      () => s.put(`Observation/r${round}`, { ...reading, id: `r${round}` }),
      () => s.post('Observation', reading, { 'if-none-exist': `identifier=urn:o|${round}` }),
      () => s.put(`Observation?identifier=urn:o|${round}`, reading),
      () => s.patch(free, [{ op: 'add', path: '/device', value: { reference: device } }]),
      () => tx(post(reading), post(patient(), { fullUrl: urn(1) })),
      () => tx(post(reading), put(free, { ...observation(own), id: free2 })),
      () => tx(del(organization), post(reading)),
      () => s.delete(device),
      () => tx(del(device), post({ resourceType: 'Organization', name: 'p', partOf: { reference: organization } })),
      () => s.delete(organization),
    ];
    const order = works.map((work, i) => ({ work, i, at: Math.sin(round * 97 + i * 31) })).sort((a, b) => a.at - b.at);
    await Promise.all(
      order.map(async ({ work, i }) => {
        if (i % 3 === round % 3) await sleep(round % 4);
        said(String(i), (await work()).status);
      }),
    );
  }
  const dangling = await s.query(`select r.content from resource r
    cross join lateral (values (r.content::jsonb #>> '{device,reference}'), (r.content::jsonb #>> '{partOf,reference}')) as l (reference)
    where l.reference is not null
    and not exists (select from resource d where d.id::text = split_part(l.reference, '/', 2))`);
  t.strictSame(dangling, []);
  t.notOk(
    [...statuses.keys()].some((k) => / 5/.test(k)),
    [...statuses].join(' '),
  );
  t.ok((statuses.get('8 204') ?? 0) + (statuses.get('9 200') ?? 0) > 0, 'some deletions came first');
  t.ok((statuses.get('8 409') ?? 0) > 0, 'some came too late');
  t.ok((statuses.get('0 422') ?? 0) > 0, 'some references too');
});

t.test('a bundle that deletes and refers does not wait for one that does the opposite', async (t) => {
  const s = await serve(t);
  const { tx } = bundles(s);
  for (let round = 0; round < 10; round++) {
    const [a, b] = [
      await s.made({ resourceType: 'Organization', name: 'a' }),
      await s.made({ resourceType: 'Organization', name: 'b' }),
    ];
    const part = (of: string): Json => post({ resourceType: 'Organization', name: 'part', partOf: { reference: of } });
    const answers = await Promise.all([tx(del(a), part(b)), tx(del(b), part(a))]);
    for (const { status, text } of answers) t.ok(status === 200 || status === 409 || status === 422, text);
    t.ok(answers.some(({ status }) => status === 200) || answers.every(({ status }) => status === 409));
  }
});
