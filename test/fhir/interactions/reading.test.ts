// Reads of parts, searches of everything and of a patient's compartment, on their addresses and in bundles.
import t from 'tap';
import { type Json, observation, patient, refused, serve } from '../../http/server.ts';
import { bundles, get, known, statuses } from './bundles.ts';

const s = await serve(t);
const { tx } = bundles(s);
const div = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>';
const ref = await s.made(known('r', { text: { status: 'generated', div }, active: true, birthDate: '1930-01-01' }));
const other = await s.made(patient());
const reading = await s.made(observation(ref));
await s.made(observation(other));
const device = await s.made({ resourceType: 'Device', patient: { reference: ref } });
const ids = (bundle: Json) =>
  (bundle.entry ?? []).map((e: Json) => `${e.resource.resourceType}/${e.resource.id}`).sort() as string[];

const PARTS: readonly (readonly [query: string, keys: readonly string[]])[] = [
  ['_summary=text', ['id', 'meta', 'resourceType', 'text']],
  ['_summary=data', ['active', 'birthDate', 'id', 'identifier', 'meta', 'name', 'resourceType']],
  ['_elements=birthDate', ['birthDate', 'id', 'meta', 'resourceType']],
  ['_elements=birthDate,active', ['active', 'birthDate', 'id', 'meta', 'resourceType']],
];
for (const [query, keys] of PARTS) {
  t.test(`${query} is a part, marked as one`, async (t) => {
    for (const path of [ref, `${ref}/_history/1`]) {
      const { json, headers } = await s.get(`${path}?${query}`);
      t.strictSame(Object.keys(json).sort(), keys, path);
      t.match(json.meta.tag, [{ code: 'SUBSETTED' }]);
      t.equal(headers.etag, 'W/"1"');
    }
    const inHistory = (await s.get(`${ref}/_history?${query}`)).json.entry[0].resource;
    t.strictSame(Object.keys(inHistory).sort(), keys);
    const { json } = await tx(get(`${ref}?${query}`), get(`${ref}/_history/1?${query}`));
    for (const e of json.entry) t.strictSame(Object.keys(e.resource).sort(), keys);
  });
}

t.test('_summary=false is the whole', async (t) => {
  t.equal((await s.get(`${ref}?_summary=false`)).text, (await s.get(ref)).text);
});

t.test('_summary=count is for what can be counted', async (t) => {
  refused(t, await s.get(`${ref}?_summary=count`), 400, 'form-count');
  const { json } = await s.get(`${ref}/_history?_summary=count`);
  t.equal(json.total, 1);
  t.equal(json.entry, undefined);
});

for (const query of [
  '_summary=bogus',
  '_elements=bogus',
  '_elements=',
  '_summary=text&_elements=active',
  '_summary=text&_summary=text',
]) {
  t.test(`${query} is refused`, async (t) => {
    refused(t, await s.get(`${ref}?${query}`), 400);
    refused(t, await s.get(`${ref}/_history?${query}`), 400);
  });
}

t.test('a part cannot be sent where a resource is written', async (t) => {
  refused(t, await s.put(`${ref}?_summary=text`, patient()), 400, 'parameter-unknown');
});

t.test('a search of everything', async (t) => {
  const { status, json } = await s.get('?_type=Observation,Device');
  t.equal(status, 200);
  t.equal(json.type, 'searchset');
  t.equal(json.entry.length, 3);
  t.equal((await s.get(`?_id=${ref.split('/')[1]}`)).json.entry.length, 1);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  t.strictSame(ids((await s.post('_search', '_type=Device', form)).json), [device]);
  refused(t, await s.get('?_type=Animal'), 400);
  refused(t, await s.get('?identifier=x'), 400);
});

t.test('a search of a compartment', async (t) => {
  t.strictSame(ids((await s.get(`${ref}/Observation`)).json), [reading]);
  t.strictSame(ids((await s.get(`${ref}/Observation?status=final`)).json), [reading]);
  t.strictSame(ids((await s.get(`${ref}/Observation?status=amended`)).json), []);
  t.strictSame(ids((await s.get(`${ref}/*`)).json).includes(reading), true);
  t.strictSame(ids((await s.get(`${ref}/*`)).json).includes(`Observation/${other}`), false);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  t.strictSame(ids((await s.post(`${ref}/Observation/_search`, 'status=final', form)).json), [reading]);
  refused(t, await s.get(`${ref}/Animal`), 404);
  refused(t, await s.get(`${ref}/StructureDefinition`), 400);
  t.strictSame(ids((await s.get(`${device}/Observation`)).json), []);
  refused(t, await s.get(`${device}/Patient`), 400, 'search-value');
  refused(t, await s.get('Organization/x/Observation'), 404);
  refused(t, await s.post(`${ref}/Observation`, {}), 405, 'method-not-allowed');
  t.equal((await s.send('OPTIONS', `${ref}/Observation`)).headers.allow, 'GET, HEAD, OPTIONS');
});

t.test('both in bundles', async (t) => {
  const entries = [
    get('?_type=Device'),
    get(`${ref}/Observation`),
    get(`${ref}/*`),
    get('Patient?identifier=urn:t|r'),
    get('_history?_count=1'),
  ];
  const { json } = await tx(...entries);
  t.strictSame(statuses(json), [200, 200, 200, 200, 200]);
  t.strictSame(ids(json.entry[0].resource), [device]);
  t.strictSame(ids(json.entry[1].resource), [reading]);
  const batch = await s.post('', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [...entries, get('Organization/x/Observation'), get(`${device}/Observation`)],
  });
  t.strictSame(statuses(batch.json), [200, 200, 200, 200, 200, 400, 200]);
});

t.test('handling says what becomes of unknown parameters', async (t) => {
  refused(t, await s.get('Patient?foo=1'), 400);
  refused(t, await s.get('Patient?foo=1', { prefer: 'handling=strict' }), 400);
  const lenient = await s.get('Patient?foo=1&active=true', { prefer: 'handling=lenient' });
  t.equal(lenient.status, 200);
  t.notMatch(lenient.json.link[0].url, 'foo');
  t.match(lenient.json.link[0].url, 'active=true');
});
