// `_filter`, `near` and compartments on their addresses: GET, forms, bundles, several types, pages and conditions.
import t from 'tap';
import { type Json, observation, patient, refused, serve } from '../../http/server.ts';
import { bundles, get, known, statuses } from './bundles.ts';

const s = await serve(t);
const { tx } = bundles(s);
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const ada = await s.made(known('ada', { gender: 'female', birthDate: '1950-05-05' }));
const bob = await s.made(patient({ gender: 'male', birthDate: '1970-01-01' }));
const one = await s.made(observation(ada));
const two = await s.made(observation(bob));
const nancy = await s.made({ resourceType: 'Location', name: 'Nancy', position: { latitude: 48.69, longitude: 6.18 } });
await s.made({ resourceType: 'Location', name: 'Cayenne', position: { latitude: 4.92, longitude: -52.31 } });
const ids = (bundle: Json) =>
  (bundle.entry ?? []).map((e: Json) => `${e.resource.resourceType}/${e.resource.id}`).sort() as string[];
const filter = (text: string) => `_filter=${encodeURIComponent(text)}`;

t.test('by GET and by POST, with the expression in the link', async (t) => {
  const query = filter('gender eq female and birthdate lt 1960');
  const got = await s.get(`Patient?${query}`);
  t.strictSame(ids(got.json), [ada]);
  t.equal(new URL(got.json.link[0].url).searchParams.get('_filter'), 'gender eq female and birthdate lt 1960');
  t.strictSame(ids((await s.post('Patient/_search', query, form)).json), [ada]);
  t.strictSame(ids((await s.get(`Observation?${filter('patient.gender eq male')}`)).json), [two]);
  t.strictSame(ids((await s.get(`Observation?${filter(`subject re ${ada}`)}`)).json), [one]);
  refused(t, await s.get('Patient?_filter=gender%20is%20female'), 400, 'search-filter');
});

t.test('over several types, and in a compartment', async (t) => {
  const named = filter(`_id eq ${ada.split('/')[1]} or status eq final`);
  refused(t, await s.get(`?_type=Patient,Observation&${named}`), 400, 'search-filter');
  const either = filter(`_id eq ${ada.split('/')[1]} or _id eq ${two.split('/')[1]}`);
  t.strictSame(ids((await s.get(`?_type=Patient,Observation&${either}`)).json), [two, ada].sort());
  refused(t, await s.get(`?${either}`), 400, 'search-not-supported');
  t.strictSame(ids((await s.get(`${ada}/Observation?${filter('status eq final')}`)).json), [one]);
  t.strictSame(ids((await s.get(`${ada}/Observation?${filter('status ne final')}`)).json), []);
});

t.test('page by page', async (t) => {
  const seen: string[] = [];
  const query = filter('gender eq male or gender eq female');
  for (let url: string | undefined = `Patient?${query}&_count=1`; url !== undefined; ) {
    const { json } = await s.get(url);
    seen.push(...ids(json));
    url = json.link.find((l: Json) => l.relation === 'next')?.url;
  }
  t.strictSame(seen.sort(), [ada, bob].sort());
  const { json } = await s.get(`Patient?${query}&_count=1`);
  const next = new URL(json.link.find((l: Json) => l.relation === 'next').url);
  next.searchParams.set('_filter', 'gender eq male');
  refused(t, await s.get(next.href), 400, 'search-value');
});

t.test('in bundles', async (t) => {
  const { json } = await tx(
    get(`Patient?${filter('gender eq female')}`),
    get('Location?near=48.7|6.2|10|km'),
    get(`${ada}/*?_type=Observation`),
    get(`Practitioner/nobody/*`),
  );
  t.strictSame(statuses(json), [200, 200, 200, 200]);
  t.strictSame(
    json.entry.map((e: Json) => ids(e.resource)),
    [[ada], [nancy], [one], []],
  );
});

t.test('as a condition', async (t) => {
  const condition = filter('identifier eq urn:c|1');
  const one = { resourceType: 'Basic', code: { text: 'x' }, identifier: [{ system: 'urn:c', value: '1' }] };
  const made = await s.post('Basic', one, { 'if-none-exist': condition });
  t.equal(made.status, 201);
  t.equal((await s.post('Basic', one, { 'if-none-exist': condition })).status, 200);
  const updated = await s.put(`Basic?${condition}`, { ...one, language: 'fr' });
  t.equal(updated.status, 200);
  t.equal(updated.json.id, made.json.id);
  t.equal((await s.put(`Basic?${filter('identifier eq')}`, one)).status, 400);
  t.equal((await s.delete(`Basic?${condition}`)).status, 204);
});

t.test('near by GET and by POST', async (t) => {
  t.strictSame(ids((await s.get('Location?near=48.7|6.2|10|km')).json), [nancy]);
  t.strictSame(ids((await s.post('Location/_search', 'near=48.7%7C6.2%7C10%7Ckm', form)).json), [nancy]);
  await s.put(nancy, { resourceType: 'Location', id: nancy.split('/')[1], name: 'Nancy' });
  t.strictSame(ids((await s.get('Location?near=48.7|6.2|10|km')).json), [], 'it has no position any more');
});

t.test('compartments by GET and by POST', async (t) => {
  const doctor = await s.made({ resourceType: 'Practitioner', name: [{ family: 'Roux' }] });
  const visit = await s.made({
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: ada },
    participant: [{ individual: { reference: doctor } }],
  });
  const seen = await s.made(observation(ada, { encounter: { reference: visit } }));
  t.strictSame(ids((await s.get(`${doctor}/Encounter`)).json), [visit]);
  t.strictSame(ids((await s.get(`${visit}/*`)).json), [visit, seen].sort());
  t.strictSame(ids((await s.post(`${visit}/Observation/_search`, 'status=final', form)).json), [seen]);
  t.strictSame(ids((await s.post(`${visit}/*/_search`, '_type=Encounter', form)).json), [visit]);
  const { json } = await s.get(`${visit}/Observation?_count=1`);
  t.match(json.link[0].url, new RegExp(`/${visit}/Observation\\?_count=1$`));
  refused(t, await s.get(`${visit}/Patient`), 400, 'search-value');
  refused(t, await s.get(`${nancy}/Observation`), 404);
  refused(t, await s.post(`${visit}/Observation`, {}), 405, 'method-not-allowed');
});
