// create, update, delete as R4 asks: ids, meta, Prefer, what is refused. https://hl7.org/fhir/R4/http.html
import t from 'tap';
import { observation, patient, refused, serve } from '../../http/server.ts';

const s = await serve(t);

t.test('a create ignores the id and what the server sets', async (t) => {
  const meta = { versionId: '77', lastUpdated: '2000-01-01T00:00:00Z', tag: [{ code: 'kept' }] };
  const { status, json } = await s.post('Patient', patient({ id: 'mine', meta }));
  t.equal(status, 201);
  t.not(json.id, 'mine');
  t.strictSame(json.meta, { versionId: '1', lastUpdated: '2026-11-24T10:00:00.000Z', tag: [{ code: 'kept' }] });
});

t.test('an update ignores what the server sets', async (t) => {
  const meta = { versionId: '77', lastUpdated: '2000-01-01T00:00:00Z' };
  const { json } = await s.put('Patient/meta', patient({ id: 'meta', meta }));
  t.strictSame(json.meta, { versionId: '1', lastUpdated: '2026-11-24T10:00:00.000Z' });
});

t.test('an update needs the id of its address', async (t) => {
  refused(t, await s.put('Patient/a', patient()), 400, 'update-id');
  refused(t, await s.put('Patient/a', patient({ id: 'b' })), 400, 'update-id');
  refused(t, await s.put('Patient/a_b', patient({ id: 'a_b' })), 422);
  refused(t, await s.put(`Patient/${'x'.repeat(65)}`, patient({ id: 'x'.repeat(65) })), 422);
  t.equal((await s.put(`Patient/${'x'.repeat(64)}`, patient({ id: 'x'.repeat(64) }))).status, 201);
});

t.test('Prefer on every write', async (t) => {
  const ref = await s.made(patient());
  const id = ref.split('/')[1];
  const writes: readonly (readonly [name: string, write: (prefer: string) => ReturnType<typeof s.get>])[] = [
    ['create', (prefer) => s.post('Patient', patient(), { prefer })],
    ['update', (prefer) => s.put(ref, patient({ id }), { prefer })],
    ['conditional update', (prefer) => s.put(`Patient?_id=${id}`, patient(), { prefer })],
    ['patch', (prefer) => s.patch(ref, [], { prefer })],
    ['conditional create', (prefer) => s.post('Patient', patient(), { prefer, 'if-none-exist': `_id=${id}` })],
  ];
  for (const [name, write] of writes) {
    const minimal = await write('return=minimal');
    t.equal(minimal.text, '', name);
    t.equal(minimal.headers['content-type'], undefined);
    t.ok(minimal.headers.etag);
    t.equal(minimal.headers['preference-applied'], 'return=minimal');
    t.equal((await write('return=representation')).json.resourceType, 'Patient', name);
    t.equal((await write('handling=strict; return="representation"')).json.resourceType, 'Patient', name);
    const outcome = await write('return=OperationOutcome');
    t.equal(outcome.json.resourceType, 'OperationOutcome', name);
    t.equal(outcome.json.issue[0].severity, 'information');
    t.ok(outcome.headers.etag);
    t.equal(
      (await write('respond-async, return=bogus')).json.resourceType,
      'Patient',
      'what is not known is left aside',
    );
  }
});

t.test('a delete says what it deleted, once', async (t) => {
  const ref = await s.made(patient());
  const first = await s.delete(ref);
  t.equal(first.status, 204);
  t.equal(first.text, '');
  t.equal(first.headers.etag, 'W/"2"');
  refused(t, await s.get(ref), 410, 'resource-deleted');
  const again = await s.delete(ref);
  t.equal(again.status, 204);
  t.equal(again.headers.etag, 'W/"2"');
  t.equal((await s.delete('Patient/nobody')).status, 204, 'what was never there is gone too');
  const told = await s.delete(await s.made(patient()), { prefer: 'return=OperationOutcome' });
  t.equal(told.status, 200);
  t.equal(told.json.resourceType, 'OperationOutcome');
});

t.test('part of a resource does not take the place of the whole', async (t) => {
  const ref = await s.made(patient({ gender: 'female' }));
  const part = (await s.get(`${ref}?_elements=name`)).json;
  const issue = refused(t, await s.put(ref, part), 422, 'subsetted');
  t.strictSame(issue.expression, ['Patient.meta.tag[0]']);
  refused(t, await s.post('Patient', part), 422, 'subsetted');
  const patch = [{ op: 'add', path: '/meta/tag', value: part.meta.tag }];
  refused(t, await s.patch(ref, patch), 422, 'subsetted');
  t.equal((await s.get(ref)).json.gender, 'female');
  const other = { system: 'urn:own', code: 'SUBSETTED' };
  t.equal((await s.put(ref, patient({ id: part.id, meta: { tag: [other] } }))).status, 200);
});

t.test('a delete keeps to If-Match', async (t) => {
  const ref = await s.made(patient());
  refused(t, await s.delete(ref, { 'if-match': 'W/"2"' }), 412, 'if-match');
  refused(t, await s.delete('Patient/nobody', { 'if-match': '*' }), 412, 'if-match');
  t.equal((await s.delete(ref, { 'if-match': 'W/"1"' })).status, 204);
});

t.test('what was deleted is brought back by an update', async (t) => {
  const ref = await s.made(patient());
  const id = ref.split('/')[1];
  await s.delete(ref);
  const read = await s.get(ref);
  refused(t, read, 410, 'resource-deleted');
  t.equal(read.headers.etag, 'W/"2"');
  const { json } = await s.post('', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url: ref } }],
  });
  t.equal(json.entry[0].response.etag, 'W/"2"');
  for (const other of ['W/"1"', 'W/"3"', '*']) {
    refused(t, await s.put(ref, patient({ id }), { 'if-match': other }), 412, 'if-match');
  }
  const back = await s.put(ref, patient({ id }), { 'if-match': 'W/"2"' });
  t.equal(back.status, 201);
  t.equal(back.json.meta.versionId, '3');
  t.match(back.headers.location, `/${ref}/_history/3`);
});

const TAGS: readonly (readonly [ifMatch: string, status: number])[] = [
  ['W/"1"', 200],
  ['"2"', 200],
  ['*', 200],
  ['W/"1"', 412],
  ['W/"99"', 412],
  ['W/"abc"', 412],
  ['4', 400],
  ['W/4', 400],
  ['W/"3", W/"5"', 412],
  ['W/"4", W/"5"', 200],
  ['W/"4" W/"5"', 400],
];
t.test('the forms of If-Match', async (t) => {
  const ref = await s.made(patient());
  for (const [ifMatch, status] of TAGS) {
    const answer = await s.put(ref, patient({ id: ref.split('/')[1] }), { 'if-match': ifMatch });
    t.equal(answer.status, status, `${ifMatch}: ${answer.text}`);
  }
  refused(t, await s.put('Patient/not-yet', patient({ id: 'not-yet' }), { 'if-match': '*' }), 412, 'if-match');
  refused(t, await s.put(ref, patient({ id: ref.split('/')[1] }), { 'if-none-match': '*' }), 412, 'if-none-match');
});

t.test('a reading that a client named moves between patients with its days', async (t) => {
  const [one, other] = [await s.made(patient()), await s.made(patient())];
  const id = 'named-reading';
  t.equal((await s.put(`Observation/${id}`, observation(one, { id }))).status, 201);
  t.equal((await s.put(`Observation/${id}`, observation(other, { id }))).status, 200);
  const rows = await s.query('select p.id from day_ledger d join patient p on p.key = d.patient');
  t.strictSame(rows, [{ id: other.split('/')[1] }]);
  await s.delete(`Observation/${id}`);
  t.strictSame(await s.query('select * from day_ledger'), []);
});

const BAD: readonly (readonly [name: string, body: string, status: number, code: string | undefined])[] = [
  ['an array', '[]', 400, 'resource-expected'],
  ['a number', '1', 400, 'resource-expected'],
  ['null', 'null', 400, 'resource-expected'],
  ['no resourceType', '{}', 400, 'resource-type-unknown'],
  ['an unknown type', '{"resourceType":"Animal"}', 400, 'resource-type-unknown'],
  ['__proto__ for a type', '{"resourceType":"__proto__"}', 400, 'resource-type-unknown'],
  ['another type', '{"resourceType":"Practitioner"}', 400, 'resource-type-other'],
  ['a doubled name', '{"resourceType":"Patient","active":true,"active":false}', 400, 'body-name-twice'],
  ['__proto__', '{"resourceType":"Patient","__proto__":{"active":true}}', 400, 'body-proto'],
  ['half a character', '{"resourceType":"Patient","name":[{"family":"\\ud83d"}]}', 400, 'body-half-character'],
  ['NUL', '{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}', 400, 'body-nul'],
  ['NaN', '{"resourceType":"Patient","multipleBirthInteger":NaN}', 400, 'body-not-json'],
  ['a number beyond doubles', '{"resourceType":"Patient","multipleBirthInteger":1e999}', 400, 'body-number-range'],
  [
    '20,000 extensions inside each other',
    `{"resourceType":"Patient",${'"extension":[{"url":"u",'.repeat(20_000)}"x":1${'}]'.repeat(20_000)}}`,
    400,
    'body-too-deep',
  ],
  [
    '200 extensions inside each other',
    `{"resourceType":"Patient",${'"extension":[{"url":"u",'.repeat(200)}"valueString":"x"${'}]'.repeat(200)}}`,
    422,
    undefined,
  ],
  ['constructor', '{"resourceType":"Patient","constructor":{"prototype":{"x":1}}}', 422, undefined],
  ['an unknown element', '{"resourceType":"Patient","shoeSize":42}', 422, undefined],
];
for (const [name, body, status, code] of BAD) {
  t.test(`refuses ${name}`, async (t) => {
    const started = performance.now();
    refused(t, await s.post('Patient', body), status, code);
    t.ok(performance.now() - started < 2000, 'in bounded time');
    t.equal(({} as Record<string, unknown>).x, undefined);
  });
}

t.test('what is sent comes back: digits, order, unicode, extensions of primitives, contained resources', async (t) => {
  const body =
    '{"resourceType":"Observation","id":"exact","language":"fr","contained":[{"resourceType":"Device","id":"d","lotNumber":"é😀 \\" \\\\ \\u2028"}],' +
    '"extension":[{"url":"urn:z","valueDecimal":1.0},{"url":"urn:a","valueDecimal":12345678901234567890.123456789012345678}],' +
    '"status":"final","_status":{"extension":[{"url":"urn:x","valueString":"ﬁ é"}]},"code":{"text":"x","coding":[{"code":"b"},{"code":"a"}]},' +
    '"effectiveDateTime":"2026-11","valueQuantity":{"value":0.10,"unit":"mg"},"device":{"reference":"#d"},' +
    '"referenceRange":[{"low":{"value":1e2},"high":{"value":-0.50}}]}';
  t.equal((await s.put('Observation/exact', body)).status, 201);
  const expected = body
    .replace('"id":"exact",', '"id":"exact","meta":{"versionId":"1","lastUpdated":"2026-11-24T10:00:00.000Z"},')
    .replace('\\u2028', '\u2028');
  t.equal((await s.get('Observation/exact')).text, expected);
  t.equal((await s.get('Observation/exact/_history/1')).text, expected);
  t.ok((await s.get('Observation?_id=exact')).text.includes(expected));
  t.ok((await s.get('Observation/exact/_history')).text.includes(expected));
});
