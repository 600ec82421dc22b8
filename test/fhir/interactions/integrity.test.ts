// A deletion leaves no reference to nothing. https://hl7.org/fhir/R4/http.html#delete
import t from 'tap';
import { type Json, observation, patient, refused, serve } from '../../http/server.ts';
import { bundles, del, known, post, put, statuses, urn } from './bundles.ts';

const s = await serve(t);
const { tx, total } = bundles(s);
const device = () => s.made({ resourceType: 'Device' });
const to = (reference: string) => ({ reference });

/** Who refers: in a place that R4 can search, or anywhere else. */
const REFERRERS: readonly (readonly [
  name: string,
  target: () => Promise<string>,
  referrer: (ref: string, patient: string) => Json,
])[] = [
  ['a patient by a reading', () => s.made(patient()), (ref) => observation(ref)],
  ['a patient by another', () => s.made(patient()), (ref) => patient({ link: [{ other: to(ref), type: 'seealso' }] })],
  ['a patient by who performs', () => s.made(patient()), (ref, own) => observation(own, { performer: [to(ref)] })],
  [
    'a patient by who is named by identifier',
    () => s.made(known('logical')),
    () => observation('', { subject: { identifier: { system: 'urn:t', value: 'logical' } } }),
  ],
  ['a device', device, (ref, own) => observation(own, { device: to(ref) })],
  [
    'an organization by a part of it',
    () => s.made({ resourceType: 'Organization', name: 'o' }),
    (ref) => ({ resourceType: 'Organization', name: 'p', partOf: to(ref) }),
  ],
  [
    'a reading by its version',
    async () => s.made(observation(await s.made(patient()))),
    (ref, own) => observation(own, { hasMember: [to(`${ref}/_history/1`)] }),
  ],
  [
    'what a Provenance speaks of',
    device,
    (ref) => ({
      resourceType: 'Provenance',
      target: [to(ref)],
      recorded: '2026-11-24T10:00:00Z',
      agent: [{ who: { display: 'x' } }],
    }),
  ],
  ['a device by an extension', device, (ref, own) => observation(own, { extension: [pointing(ref)] })],
  [
    'a device by an extension within an extension of a code',
    device,
    (ref, own) => observation(own, { code: { text: 'x', extension: [{ url: 'urn:a', extension: [pointing(ref)] }] } }),
  ],
  [
    'a device by an extension of a primitive',
    device,
    (ref, own) => observation(own, { _status: { extension: [pointing(ref)] } }),
  ],
  [
    'a device by an extension of a reference that is indexed',
    device,
    (ref, own) => observation(own, { device: { display: 'x', extension: [pointing(ref)] } }),
  ],
  [
    'a device by a resource that is contained',
    device,
    (ref, own) =>
      observation(own, {
        device: to('#inner'),
        contained: [{ resourceType: 'Device', id: 'inner', parent: to(ref) }],
      }),
  ],
  [
    'a practitioner by the author of a note',
    () => s.made({ resourceType: 'Practitioner' }),
    (ref, own) => observation(own, { note: [{ text: 'x', authorReference: to(ref) }] }),
  ],
  [
    'a patient by the author of a note',
    () => s.made(patient()),
    (ref, own) => observation(own, { note: [{ text: 'x', authorReference: to(ref) }] }),
  ],
];
const pointing = (reference: string) => ({ url: 'urn:points', valueReference: to(reference) });

for (const [name, target, referrer] of REFERRERS) {
  t.test(`${name} is not deleted while it is referred to`, async (t) => {
    const own = await s.made(patient());
    const ref = await target();
    const who = await s.made(referrer(ref, own));
    const before = await total();
    const issue = refused(t, await s.delete(ref), 409, 'delete-referenced');
    t.match(issue.details.text, `${who} refers to it`);
    t.equal(issue.code, 'conflict');
    const entry = refused(t, await tx(del(ref), del('Device/nothing')), 409, 'delete-referenced');
    t.strictSame(entry.expression, ['Bundle.entry[0]']);
    const batch = await s.post('', { resourceType: 'Bundle', type: 'batch', entry: [del(ref)] });
    t.strictSame(statuses(batch.json), [409]);
    t.equal(await total(), before);
    t.equal((await s.get(ref)).status, 200);
    t.equal((await s.delete(who)).status, 204);
    t.equal((await s.delete(ref)).status, 204, 'when nobody refers to it any more, it goes');
  });
}

t.test('both go in one transaction', async (t) => {
  const ref = await device();
  const who = await s.made(observation(await s.made(patient()), { device: to(ref) }));
  t.strictSame(statuses((await tx(del(ref), del(who))).json), [204, 204]);
});

t.test('one goes when the other is changed in the same transaction', async (t) => {
  const [ref, own] = [await device(), await s.made(patient())];
  const who = await s.made(observation(own, { device: to(ref) }));
  const { json, text } = await tx(del(ref), put(who, observation(own, { id: who.split('/')[1] })));
  t.strictSame(statuses(json), [204, 200], text);
});

t.test('a whole patient goes in one transaction', async (t) => {
  const own = await s.made(patient());
  const readings = await Promise.all(Array.from({ length: 60 }, () => s.made(observation(own))));
  refused(t, await tx(del(own), ...readings.slice(1).map((r) => del(r))), 409, 'delete-referenced');
  t.equal((await tx(del(own), ...readings.map((r) => del(r)))).status, 200);
  t.equal((await s.get(own)).status, 410);
});

t.test('the entry that is in use is named', async (t) => {
  const [free, used] = [await device(), await device()];
  await s.made(observation(await s.made(patient()), { device: to(used) }));
  const issue = refused(
    t,
    await tx(post(patient(), { fullUrl: urn(1) }), del(free), del(used)),
    409,
    'delete-referenced',
  );
  t.strictSame(issue.expression, ['Bundle.entry[2]']);
  t.equal((await s.get(free)).status, 200);
});

t.test('conditional deletes keep to it', async (t) => {
  const own = await s.made(known('used'));
  await s.made(observation(own));
  refused(t, await s.delete('Patient?identifier=urn:t|used'), 409, 'delete-referenced');
});

t.test('past versions and deleted resources are in nobody’s way', async (t) => {
  const [ref, own] = [await device(), await s.made(patient())];
  const who = await s.made(observation(own, { device: to(ref) }));
  await s.put(who, observation(own, { id: who.split('/')[1] }));
  t.equal((await s.delete(ref)).status, 204);
});
