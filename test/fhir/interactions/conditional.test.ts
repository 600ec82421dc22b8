// Conditional create, update, delete: https://hl7.org/fhir/R4/http.html#ccreate, #cond-update. Many at once make one.
import t from 'tap';
import { type Json, observation, patient, refused, serve } from '../../http/server.ts';

const s = await serve(t);
const known = (value: string, more: Json = {}) => patient({ identifier: [{ system: 'urn:c', value }], ...more });
const where = (value: string) => `Patient?identifier=urn:c|${value}`;
const ids = async (query: string) =>
  ((await s.get(query)).json.entry ?? []).map((e: Json) => e.resource.id) as string[];

t.test('a conditional create makes what is not there', async (t) => {
  const header = { 'if-none-exist': 'identifier=urn:c|create' };
  const first = await s.post('Patient', known('create'), header);
  t.equal(first.status, 201);
  const second = await s.post('Patient', known('create', { active: true }), header);
  t.equal(second.status, 200);
  t.equal(second.json.id, first.json.id);
  t.equal(second.json.active, undefined, 'the post is ignored');
  t.equal(second.headers.etag, 'W/"1"');
  t.equal((await ids(where('create'))).length, 1);
  t.equal(
    (await s.post('Patient', known('create'), { 'if-none-exist': '?identifier=urn:c|create' })).status,
    200,
    'with its ?',
  );
});

t.test('a conditional create among several is refused', async (t) => {
  await s.made(known('several'));
  await s.made(known('several'));
  refused(
    t,
    await s.post('Patient', known('several'), { 'if-none-exist': 'identifier=urn:c|several' }),
    412,
    'condition-ambiguous',
  );
});

const CONDITIONS: readonly (readonly [condition: string, code: string | undefined])[] = [
  ['', 'condition-empty'],
  ['_sort=_id', 'condition-shaping'],
  ['identifier=urn:c|1&_count=1', 'condition-shaping'],
  ['_include=Patient:organization', 'condition-shaping'],
  ['_format=json', 'condition-shaping'],
  ['foo=1', undefined],
  ['birthdate=never', undefined],
];
for (const [condition, code] of CONDITIONS) {
  t.test(`"${condition}" is no condition`, async (t) => {
    refused(t, await s.post('Patient', known('x'), { 'if-none-exist': condition }), 400, code);
    const query = condition.replace('_format=json', '');
    refused(t, await s.put(`Patient?${query}`, known('x')), 400, query === '' ? 'condition-empty' : code);
    refused(t, await s.delete(`Patient?${query}`), 400, query === '' ? 'condition-empty' : code);
    t.strictSame(await ids(where('x')), []);
  });
}

t.test('a condition that its own resource does not match creates each time', async (t) => {
  const header = { 'if-none-exist': 'identifier=urn:c|another' };
  t.equal((await s.post('Patient', known('mine'), header)).status, 201);
  t.equal((await s.post('Patient', known('mine'), header)).status, 201);
  t.equal((await s.post('Patient', known('another'), header)).status, 201);
  t.equal((await s.post('Patient', known('another'), header)).status, 200);
});

t.test('a condition makes anew when what it made is gone or changed', async (t) => {
  const header = { 'if-none-exist': 'identifier=urn:c|again' };
  const first = await s.post('Patient', known('again'), header);
  await s.delete(`Patient/${first.json.id}`);
  const second = await s.post('Patient', known('again'), header);
  t.equal(second.status, 201);
  await s.put(`Patient/${second.json.id}`, known('renamed', { id: second.json.id }));
  t.equal((await s.post('Patient', known('again'), header)).status, 201);
});

t.test('a conditional update creates where nothing matches, and updates what does', async (t) => {
  const created = await s.put(where('update'), known('update'));
  t.equal(created.status, 201);
  t.match(created.headers.location, `/Patient/${created.json.id}/_history/1`);
  const updated = await s.put(where('update'), known('update', { active: true }));
  t.equal(updated.status, 200);
  t.equal(updated.json.id, created.json.id);
  t.equal(updated.json.meta.versionId, '2');
  const named = await s.put(where('update'), known('update', { id: created.json.id, active: false }));
  t.equal(named.status, 200, 'the body may name the match');
  t.equal((await ids(where('update'))).length, 1);
});

t.test('a conditional update that matches another than the body names is refused', async (t) => {
  const ref = await s.made(known('mismatch'));
  refused(t, await s.put(where('mismatch'), known('mismatch', { id: 'other' })), 400, 'update-id');
  t.equal((await s.get(ref)).json.meta.versionId, '1');
});

t.test('a conditional update that matches nothing takes the body’s id, when it is free', async (t) => {
  const created = await s.put(where('own-id'), known('own-id', { id: 'own-id' }));
  t.equal(created.status, 201);
  t.equal(created.json.id, 'own-id');
  refused(t, await s.put(where('elsewhere'), known('elsewhere', { id: 'own-id' })), 409, 'id-in-use');
  await s.delete('Patient/own-id');
  const revived = await s.put(where('own-id'), known('own-id', { id: 'own-id' }));
  t.equal(revived.status, 201);
  t.equal(revived.json.meta.versionId, '3');
});

t.test('a conditional update among several is refused', async (t) => {
  await s.made(known('two'));
  await s.made(known('two'));
  refused(t, await s.put(where('two'), known('two')), 412, 'condition-ambiguous');
});

t.test('conditional updates keep to If-Match and If-None-Match', async (t) => {
  await s.put(where('if'), known('if'));
  refused(t, await s.put(where('if'), known('if'), { 'if-match': 'W/"2"' }), 412, 'if-match');
  refused(t, await s.put(where('if'), known('if'), { 'if-none-match': '*' }), 412, 'if-none-match');
  refused(t, await s.put(where('if-not'), known('if-not'), { 'if-match': 'W/"1"' }), 412, 'if-match');
  t.equal((await s.put(where('if'), known('if'), { 'if-match': 'W/"1"' })).status, 200);
  t.equal((await s.put(where('if-not'), known('if-not'), { 'if-none-match': '*' })).status, 201);
});

t.test('a conditional update is validated like any', async (t) => {
  refused(t, await s.put(where('bad'), known('bad', { gender: 'F' })), 422);
  refused(t, await s.put(where('bad'), observation('Patient/nobody')), 400, 'resource-type-other');
  refused(
    t,
    await s.put('Observation?identifier=urn:c|bad', observation('Patient/nobody')),
    422,
    'reference-to-nothing',
  );
});

t.test('conditional deletes', async (t) => {
  const ref = await s.made(known('delete'));
  await s.made(known('keep'));
  await s.made(known('keep'));
  const nothing = await s.delete(where('nothing'));
  t.equal(nothing.status, 204, 'nothing to delete is a success');
  refused(t, await s.delete(where('keep')), 412, 'condition-ambiguous');
  refused(t, await s.delete(where('delete'), { 'if-match': 'W/"2"' }), 412, 'if-match');
  const deleted = await s.delete(where('delete'));
  t.equal(deleted.status, 204);
  t.equal(deleted.headers.etag, 'W/"2"');
  t.equal((await s.get(ref)).status, 410);
  t.equal((await s.delete(where('delete'))).status, 204);
  const told = await s.delete(where('delete'), { prefer: 'return=OperationOutcome' });
  t.equal(told.status, 200);
  t.equal(told.json.resourceType, 'OperationOutcome');
});

t.test('twenty conditional creates at once make one resource', async (t) => {
  for (let round = 0; round < 5; round++) {
    const value = `race-create-${round}`;
    const header = { 'if-none-exist': `identifier=urn:c|${value}` };
    const answers = await Promise.all(Array.from({ length: 20 }, () => s.post('Patient', known(value), header)));
    t.strictSame(answers.map((a) => a.status).sort(), [...Array(19).fill(200), 201]);
    t.equal(new Set(answers.map((a) => a.json.id)).size, 1);
    t.equal((await ids(where(value))).length, 1);
  }
});

t.test('twenty conditional updates at once make one resource with twenty versions', async (t) => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => s.put(where('race-update'), known('race-update'))),
  );
  t.strictSame(answers.map((a) => a.status).sort(), [...Array(19).fill(200), 201]);
  t.strictSame(
    answers.map((a) => Number(a.json.meta.versionId)).sort((x, y) => x - y),
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  t.equal((await ids(where('race-update'))).length, 1);
});

t.test('conditional creates, updates and transactions at once make one resource', async (t) => {
  const value = 'race-mixed';
  const ifNoneExist = `identifier=urn:c|${value}`;
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: known(value), request: { method: 'POST', url: 'Patient', ifNoneExist } }],
  };
  const answers = await Promise.all(
    Array.from({ length: 21 }, (_, i) =>
      i % 3 === 0
        ? s.post('Patient', known(value), { 'if-none-exist': ifNoneExist })
        : i % 3 === 1
          ? s.put(where(value), known(value))
          : s.post('', bundle),
    ),
  );
  t.ok(
    answers.every((a) => a.status < 300),
    answers.map((a) => a.status).join(),
  );
  t.equal((await ids(where(value))).length, 1);
});

t.test('of updates with one version at once, one wins', async (t) => {
  const ref = await s.made(known('etag'));
  const id = ref.split('/')[1];
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      s.put(ref, known('etag', { id, birthDate: `19${10 + i}-01-01` }), { 'if-match': 'W/"1"' }),
    ),
  );
  t.strictSame(answers.map((a) => a.status).sort(), [200, ...Array(19).fill(412)]);
  const winner = answers.find((a) => a.status === 200);
  t.strictSame((await s.get(ref)).json, winner?.json);
  t.equal((await s.get(`${ref}/_history`)).json.total, 2);
});

t.test('of first updates of one id at once, one creates', async (t) => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => s.put('Patient/first', known('first', { id: 'first' }))),
  );
  t.strictSame(answers.map((a) => a.status).sort(), [...Array(19).fill(200), 201]);
  const only = await Promise.all(
    Array.from({ length: 10 }, () => s.put('Patient/only', known('only', { id: 'only' }), { 'if-none-match': '*' })),
  );
  t.strictSame(only.map((a) => a.status).sort(), [201, ...Array(9).fill(412)]);
});

t.test('of conditional deletes at once, all succeed and one deletes', async (t) => {
  const ref = await s.made(known('race-delete'));
  const answers = await Promise.all(Array.from({ length: 10 }, () => s.delete(where('race-delete'))));
  t.ok(answers.every((a) => a.status === 204));
  t.equal((await s.get(`${ref}/_history`)).json.total, 2);
});
