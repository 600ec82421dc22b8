// Batches: each entry on its own. https://hl7.org/fhir/R4/http.html#brules
import t from 'tap';
import { type Json, observation, patient, serve } from '../../http/server.ts';

const s = await serve(t);
const batch = async (entry: Json[], headers = {}) => {
  const answer = await s.post('', { resourceType: 'Bundle', type: 'batch', entry }, headers);
  return {
    ...answer,
    statuses: (answer.json.entry ?? []).map((e: Json) => Number(e.response.status.slice(0, 3))) as number[],
  };
};
const known = (value: string, more: Json = {}) => patient({ identifier: [{ system: 'urn:b', value }], ...more });
const ref = await s.made(known('1'));
const id = ref.split('/')[1];

t.test('every interaction, each with its own outcome, in the order of the entries', async (t) => {
  const gone = await s.made(patient());
  const data = Buffer.from(JSON.stringify([{ op: 'add', path: '/active', value: true }])).toString('base64');
  const { status, json, statuses } = await batch([
    { request: { method: 'GET', url: ref } },
    { request: { method: 'HEAD', url: ref } },
    { request: { method: 'GET', url: `${ref}/_history/1` } },
    { request: { method: 'GET', url: `${ref}/_history` } },
    { request: { method: 'GET', url: 'Patient/_history?_count=1' } },
    { request: { method: 'GET', url: 'Patient?identifier=urn:b|1' } },
    { request: { method: 'GET', url: 'Patient/nobody' } },
    { request: { method: 'GET', url: ref, ifNoneMatch: '*' } },
    { resource: patient(), request: { method: 'POST', url: 'Patient' } },
    { resource: known('1'), request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:b|1' } },
    { resource: patient({ gender: 'F' }), request: { method: 'POST', url: 'Patient' } },
    { resource: known('put', { id: 'put' }), request: { method: 'PUT', url: 'Patient/put' } },
    { resource: known('2'), request: { method: 'PUT', url: 'Patient?identifier=urn:b|2' } },
    {
      resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data },
      request: { method: 'PATCH', url: ref },
    },
    { request: { method: 'DELETE', url: gone } },
    { request: { method: 'DELETE', url: 'Patient?identifier=urn:b|nothing' } },
    { request: { method: 'GET', url: 'Animal/1' } },
    { request: { method: 'GET', url: 'metadata' } },
    { resource: patient({ id: 'x' }), request: { method: 'PUT', url: 'Patient/y' } },
    null,
    { request: { method: 'DELETE', url: ref, ifMatch: 'W/"77"' } },
  ]);
  t.equal(status, 200);
  t.equal(json.type, 'batch-response');
  t.strictSame(
    statuses,
    [200, 200, 200, 200, 200, 200, 404, 304, 201, 200, 422, 201, 201, 200, 204, 204, 400, 200, 400, 400, 412],
  );
  t.equal(json.entry[0].resource.id, id);
  t.equal(json.entry[1].resource, undefined);
  t.equal(json.entry[5].resource.entry.length, 1);
  t.equal(json.entry[6].response.outcome.resourceType, 'OperationOutcome');
  t.strictSame(json.entry[6].response.outcome.issue[0].expression, ['Bundle.entry[6].request.url']);
  t.strictSame(json.entry[10].response.outcome.issue[0].expression, ['Bundle.entry[10].resource.gender']);
  t.match(json.entry[9].response.location, ref);
  t.equal((await s.get(ref)).json.active, true);
  t.equal((await s.get(gone)).status, 410);
});

t.test('Prefer goes for the entries', async (t) => {
  const entry = [{ resource: patient(), request: { method: 'POST', url: 'Patient' } }];
  t.equal((await batch(entry)).json.entry[0].resource, undefined);
  t.equal((await batch(entry, { prefer: 'return=representation' })).json.entry[0].resource.resourceType, 'Patient');
  t.equal(
    (await batch(entry, { prefer: 'return=OperationOutcome' })).json.entry[0].response.outcome.resourceType,
    'OperationOutcome',
  );
});

t.test('operations run in a batch', async (t) => {
  const { statuses, json } = await batch([
    { resource: patient(), request: { method: 'POST', url: 'Patient/$validate' } },
    { request: { method: 'GET', url: `${ref}/$everything` } },
    { request: { method: 'GET', url: `${ref}/$nothing` } },
    { request: { method: 'GET', url: 'Claim/$submit' } },
    { request: { method: 'DELETE', url: `${ref}/$everything` } },
  ]);
  t.strictSame(statuses, [200, 200, 404, 405, 400]);
  t.equal(json.entry[0].resource.resourceType, 'OperationOutcome');
  t.equal(json.entry[1].resource.resourceType, 'Bundle');
});

t.test('an entry that fails fails no other', async (t) => {
  const entry = Array.from({ length: 100 }, (_, i) => ({
    resource: i % 3 === 0 ? observation('Patient/nobody') : observation(ref),
    request: { method: 'POST', url: 'Observation' },
  }));
  const { statuses } = await batch(entry);
  t.strictSame(
    statuses,
    entry.map((_, i) => (i % 3 === 0 ? 422 : 201)),
  );
});

t.test('references between entries of a batch are not followed', async (t) => {
  const { statuses } = await batch([
    {
      fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000001',
      resource: patient(),
      request: { method: 'POST', url: 'Patient' },
    },
    { resource: observation('Patient?identifier=urn:b|1'), request: { method: 'POST', url: 'Observation' } },
  ]);
  t.strictSame(statuses, [201, 422]);
});

t.test('deletions come first, reads last', async (t) => {
  const other = await s.made(known('order'));
  const { statuses, json } = await batch([
    { request: { method: 'GET', url: 'Patient?identifier=urn:b|order' } },
    { resource: known('order'), request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:b|order' } },
    { request: { method: 'DELETE', url: other } },
  ]);
  t.strictSame(statuses, [200, 201, 204]);
  t.equal(json.entry[0].resource.entry.length, 1);
  t.not(`Patient/${json.entry[0].resource.entry[0].resource.id}`, other);
});

t.test('twenty equal conditional creates in one batch make one', async (t) => {
  const entry = Array.from({ length: 20 }, () => ({
    resource: known('race'),
    request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:b|race' },
  }));
  const { statuses } = await batch(entry);
  t.strictSame(statuses.sort(), [...Array(19).fill(200), 201]);
});

t.test('an operation takes no condition of a create', async (t) => {
  const { statuses, json } = await batch([
    {
      resource: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: patient() }] },
      request: { method: 'POST', url: 'Patient/$validate', ifNoneExist: 'identifier=urn:b|1' },
    },
  ]);
  t.strictSame(statuses, [400]);
  t.match(json.entry[0].response.outcome.issue[0].expression, ['Bundle.entry[0].request.ifNoneExist']);
});
