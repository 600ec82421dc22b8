// References that name this server by its address mean what they name. https://hl7.org/fhir/R4/references.html#literal
import t from 'tap';
import { type Json, observation, patient, refused, serve } from '../../http/server.ts';

const s = await serve(t);
const BASE = 'http://localhost:80/fhir';
const ELSEWHERE = 'https://elsewhere.example/fhir/Patient/1';
const subjectOf = async (ref: string) => (await s.get(ref)).json.subject.reference;
const found = async (ref: string) =>
  ((await s.get(`Observation?subject=${ref}`)).json.entry ?? []).map((e: Json) => `Observation/${e.resource.id}`);

t.test('a resource that is created or updated so is found, and holds what it names', async (t) => {
  const ref = await s.made(patient());
  const made = await s.post('Observation', observation(`${BASE}/${ref}`));
  t.equal(made.json.subject.reference, ref);
  const o = `Observation/${made.json.id}`;
  t.strictSame(await found(ref), [o]);
  refused(t, await s.delete(ref), 409);
  const updated = await s.put(o, { ...made.json, subject: { reference: `${BASE}/${ref}/_history/1` } });
  t.equal(updated.json.subject.reference, `${ref}/_history/1`);
  t.strictSame(await found(ref), [o]);
  const versioned = (await s.get(`${ref}/$everything`)).json.entry.map((e: Json) => e.resource.resourceType);
  t.strictSame(versioned, ['Patient', 'Observation']);
});

t.test('one to nothing is refused as any other', async (t) => {
  refused(t, await s.post('Observation', observation(`${BASE}/Patient/nobody`)), 422, 'reference-to-nothing');
});

t.test('a slash may be escaped', async (t) => {
  const ref = await s.made(patient());
  const text = JSON.stringify(observation(`${BASE}/${ref}`)).replaceAll('/', '\\/');
  t.equal((await s.post('Observation', text)).json.subject.reference, ref);
});

t.test('addresses elsewhere, and addresses that are no references, stay', async (t) => {
  const ref = await s.made(patient());
  const url = `${BASE}/${ref}`;
  const sent = observation(ELSEWHERE, {
    extension: [{ url: 'urn:x', valueUri: url }],
    note: [{ text: url }],
    performer: [{ reference: `${BASE}2/${ref}` }, { reference: `${BASE}/${ref}/$everything` }],
  });
  const { status, json } = await s.post('Observation', sent);
  t.equal(status, 201);
  t.equal(json.subject.reference, ELSEWHERE);
  t.strictSame([json.extension, json.note, json.performer], [sent.extension, sent.note, sent.performer]);
});

t.test('entries of a transaction and a batch', async (t) => {
  const ref = await s.made(patient());
  const entry = { resource: observation(`${BASE}/${ref}`), request: { method: 'POST', url: 'Observation' } };
  for (const type of ['transaction', 'batch']) {
    const { json } = await s.post('', { resourceType: 'Bundle', type, entry: [entry] });
    t.equal(await subjectOf(json.entry[0].response.location), ref, type);
  }
  const fullUrl = `${BASE}/Patient/of-the-sender`;
  const linked = { resource: observation(fullUrl), request: { method: 'POST', url: 'Observation' } };
  const posted = { fullUrl, resource: patient(), request: { method: 'POST', url: 'Patient' } };
  const { json } = await s.post('', { resourceType: 'Bundle', type: 'transaction', entry: [linked, posted] });
  const [id] = json.entry[1].response.location.split('/_history');
  t.equal(await subjectOf(json.entry[0].response.location), id);
});

t.test('what a patch puts in', async (t) => {
  const ref = await s.made(patient());
  const absolute = `${BASE}/${ref}`;
  const part = (name: string, value: object) => ({ name, ...value });
  const fhirPath = (path: string, value: object) => ({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [part('type', { valueCode: 'replace' }), part('path', { valueString: path }), part('value', value)],
      },
    ],
  });
  const patches = [
    [{ op: 'replace', path: '/subject', value: { reference: absolute } }],
    [{ op: 'replace', path: '/subject/reference', value: absolute }],
    fhirPath('Observation.subject', { valueReference: { reference: absolute } }),
    fhirPath('Observation.subject.reference', { valueString: absolute }),
  ];
  for (const patch of patches) {
    const o = await s.made(observation(ELSEWHERE));
    t.equal((await s.patch(o, patch)).json.subject?.reference, ref, JSON.stringify(patch));
    const again = await s.made(observation(ELSEWHERE));
    const data = Buffer.from(JSON.stringify(patch)).toString('base64');
    const resource = Array.isArray(patch)
      ? { resourceType: 'Binary', contentType: 'application/json-patch+json', data }
      : patch;
    const entry = [{ resource, request: { method: 'PATCH', url: again } }];
    t.equal((await s.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200);
    t.equal(await subjectOf(again), ref);
  }
});

t.test('a Bundle that is stored keeps its own', async (t) => {
  const entry = [{ fullUrl: `${BASE}/Observation/inner`, resource: observation(`${BASE}/Patient/inner`) }];
  const { status, json } = await s.post('Bundle', { resourceType: 'Bundle', type: 'collection', entry });
  t.equal(status, 201);
  t.strictSame(json.entry, entry);
});

t.test('a urn outside a transaction is kept as it was sent: it may name what another system holds', async (t) => {
  const urn = 'urn:uuid:3f2c0d54-7a7e-4c9e-9d0a-0b8a6f2c1d11';
  const sent = (subject: string): Json => observation(subject, { device: { reference: urn } });
  const subject = await s.made(patient());
  const o = await s.made(sent(subject));
  t.equal((await s.get(o)).json.device.reference, urn);
  t.equal((await s.put(o, { ...sent(subject), id: o.split('/')[1] })).json.device.reference, urn);
  const entry = [{ resource: sent(subject), request: { method: 'POST', url: 'Observation' } }];
  refused(t, await s.post('', { resourceType: 'Bundle', type: 'transaction', entry }), 422, 'urn-to-nothing');
});
