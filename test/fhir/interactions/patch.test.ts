// patch and conditional patch: https://hl7.org/fhir/R4/http.html#patch
import t from 'tap';
import { observation, patient, refused, serve } from '../../http/server.ts';

const s = await serve(t);
const idOf = (ref: string) => ref.split('/')[1]!;
const replace = (path: string, value: unknown) => [{ op: 'replace', path, value }];
const fhirPath = (...parts: unknown[]) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'operation', part: parts }],
});
const adding = (path: string, name: string, value: object) =>
  fhirPath(
    { name: 'type', valueCode: 'add' },
    { name: 'path', valueString: path },
    { name: 'name', valueString: name },
    { name: 'value', ...value },
  );

t.test('a JSON Patch makes a new version', async (t) => {
  const ref = await s.made(patient({ active: true }));
  const answer = await s.patch(ref, replace('/active', false));
  t.equal(answer.status, 200);
  t.equal(answer.json.active, false);
  t.equal(answer.json.meta.versionId, '2');
  t.equal(answer.headers.etag, 'W/"2"');
  t.strictSame((await s.get(ref)).json, answer.json);
  const { json } = await s.get(`${ref}/_history`);
  t.equal(json.entry[0].request.method, 'PATCH');
  t.equal(
    (await s.get(`Patient?active=false&_id=${idOf(ref)}`)).json.entry.length,
    1,
    'and is found by what it says now',
  );
});

t.test('a FHIRPath Patch makes a new version', async (t) => {
  const ref = await s.made(patient());
  const answer = await s.patch(ref, adding('Patient', 'birthDate', { valueDate: '1930-01-01' }));
  t.equal(answer.status, 200, answer.text);
  t.equal(answer.json.birthDate, '1930-01-01');
  t.equal(answer.json.meta.versionId, '2');
});

t.test('digits of untouched decimals survive', async (t) => {
  const ref = await s.made(patient());
  const body = `{"resourceType":"Observation","id":"digits","status":"final","code":{"text":"x"},"subject":{"reference":"${ref}"},"valueQuantity":{"value":72.00},"referenceRange":[{"low":{"value":1.50},"high":{"value":0.1234567890123456789}}]}`;
  t.equal((await s.put('Observation/digits', body)).status, 201);
  const json = await s.patch('Observation/digits', replace('/status', 'amended'));
  t.match(json.text, '"value":72.00');
  t.match(json.text, '"value":0.1234567890123456789');
  const added = await s.patch('Observation/digits', '[{"op":"add","path":"/valueQuantity/value","value":73.10}]', {
    'content-type': 'application/json-patch+json',
  });
  t.match(added.text, '"value":73.10');
  t.match((await s.get('Observation/digits')).text, '"low":{"value":1.50}');
});

t.test('Prefer says what comes back', async (t) => {
  const ref = await s.made(patient());
  const minimal = await s.patch(ref, [], { prefer: 'return=minimal' });
  t.equal(minimal.status, 200);
  t.equal(minimal.text, '');
  t.equal(minimal.headers.etag, 'W/"2"');
  const outcome = await s.patch(ref, [], { prefer: 'return=OperationOutcome' });
  t.equal(outcome.json.resourceType, 'OperationOutcome');
});

t.test('If-Match', async (t) => {
  const ref = await s.made(patient());
  refused(t, await s.patch(ref, replace('/name/0/family', 'B'), { 'if-match': 'W/"2"' }), 412, 'if-match');
  t.equal((await s.patch(ref, replace('/name/0/family', 'B'), { 'if-match': 'W/"1"' })).status, 200);
});

t.test('of concurrent patches with one version, one wins; without, all are applied', async (t) => {
  const ref = await s.made(patient());
  const one = await Promise.all(
    Array.from({ length: 10 }, (_, i) => s.patch(ref, replace('/name/0/family', `F${i}`), { 'if-match': 'W/"1"' })),
  );
  t.strictSame(one.map((a) => a.status).sort(), [200, ...Array(9).fill(412)]);
  await s.patch(ref, [
    { op: 'add', path: '/telecom', value: [] },
    { op: 'add', path: '/telecom/-', value: { system: 'phone', value: 'first' } },
  ]);
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      s.patch(ref, [{ op: 'add', path: '/telecom/-', value: { system: 'phone', value: `t${i}` } }]),
    ),
  );
  t.strictSame(new Set(all.map((a) => a.status)), new Set([200]));
  const { telecom } = (await s.get(ref)).json;
  t.strictSame(
    telecom.map((x: { value: string }) => x.value).sort(),
    ['first', ...Array.from({ length: 10 }, (_, i) => `t${i}`)].sort(),
  );
});

t.test('what fails stores nothing', async (t) => {
  const ref = await s.made(patient({ active: true }));
  const lines: readonly (readonly [body: unknown, status: number, code: string | undefined])[] = [
    [[{ op: 'test', path: '/active', value: false }], 422, 'patch-test'],
    [
      [
        { op: 'replace', path: '/active', value: false },
        { op: 'test', path: '/active', value: true },
      ],
      422,
      'patch-test',
    ],
    [[{ op: 'remove', path: '/birthDate' }], 422, 'patch-path'],
    [replace('/active', 'yes'), 422, undefined],
    [replace('/gender', 'F'), 422, undefined],
    [[{ op: 'add', path: '/shoeSize', value: 42 }], 422, undefined],
    [replace('/id', 'other'), 422, 'patch-identity'],
    [[{ op: 'remove', path: '/id' }], 422, 'patch-identity'],
    [replace('/resourceType', 'Practitioner'), 422, 'patch-identity'],
    [[{ op: 'remove', path: '' }], 422, 'patch-identity'],
    [replace('', null), 422, 'patch-identity'],
    [
      [{ op: 'add', path: '/managingOrganization', value: { reference: 'Organization/nobody' } }],
      422,
      'reference-to-nothing',
    ],
    [[{ op: 'nothing', path: '/active' }], 400, 'patch-malformed'],
    [adding('Patient', 'gender', { valueCode: 'F' }), 422, undefined],
    [adding('Patient.name | Patient.name', 'text', { valueString: 'x' }), 422, 'patch-path-beyond'],
    [{ resourceType: 'Parameters', parameter: [{ name: 'x', valueString: 'y' }] }, 400, 'patch-malformed'],
    [
      { resourceType: 'Parameters', parameter: [{ name: 'operation', part: [{ name: 'type', valueCode: 1 }] }] },
      422,
      undefined,
    ],
    [patient(), 400, 'resource-type-other'],
    [{}, 400, undefined],
  ];
  for (const [body, status, code] of lines) refused(t, await s.patch(ref, body), status, code);
  t.equal((await s.get(ref)).json.meta.versionId, '1');
  t.equal((await s.get(`${ref}/_history`)).json.total, 1);
});

t.test('a resource that is not there is not patched', async (t) => {
  refused(t, await s.patch('Patient/nobody', []), 404, 'resource-unknown');
  const ref = await s.made(patient());
  await s.delete(ref);
  refused(t, await s.patch(ref, []), 410, 'resource-deleted');
});

t.test('the kind of a patch is its Content-Type', async (t) => {
  const ref = await s.made(patient());
  const as = (type: string) => ({ 'content-type': type });
  refused(t, await s.patch(ref, '[]', as('application/fhir+json')), 400);
  refused(
    t,
    await s.patch(
      ref,
      JSON.stringify(adding('Patient', 'active', { valueBoolean: true })),
      as('application/json-patch+json'),
    ),
    400,
    'patch-malformed',
  );
  refused(t, await s.patch(ref, '<diff/>', as('application/xml-patch+xml')), 415);
  t.equal((await s.patch(ref, '[]', as('application/json-patch+json; charset=utf-8'))).status, 200);
  t.equal(
    (await s.patch(ref, JSON.stringify(adding('Patient', 'active', { valueBoolean: true })), as('application/json')))
      .status,
    200,
  );
  const { headers } = await s.send('OPTIONS', ref);
  t.match(headers.allow, 'PATCH');
  t.match(headers['accept-patch'], 'application/json-patch+json');
});

t.test('a patch cannot set what the server sets', async (t) => {
  const ref = await s.made(patient());
  const answer = await s.patch(ref, [
    { op: 'replace', path: '/meta/versionId', value: '77' },
    { op: 'replace', path: '/meta/lastUpdated', value: '2000-01-01T00:00:00Z' },
    { op: 'add', path: '/meta/tag', value: [{ code: 't' }] },
  ]);
  t.equal(answer.json.meta.versionId, '2');
  t.equal(answer.json.meta.lastUpdated, '2026-11-24T10:00:00.000Z');
  t.strictSame(answer.json.meta.tag, [{ code: 't' }]);
});

t.test('a narrative that was made of the data goes when the data change', async (t) => {
  const div = '<div xmlns="http://www.w3.org/1999/xhtml">active</div>';
  const of = (status: string) => s.made(patient({ active: true, text: { status, div } }));
  for (const status of ['generated', 'extensions']) {
    const answer = await s.patch(await of(status), replace('/active', false));
    t.equal(answer.json.text, undefined, status);
  }
  const own = await of('additional');
  refused(t, await s.patch(own, replace('/active', false)), 422, 'patch-narrative');
  const both = await s.patch(own, [
    ...replace('/active', false),
    ...replace('/text/div', div.replace('active', 'inactive')),
  ]);
  t.equal(both.status, 200, both.text);
  t.match(both.json.text.div, 'inactive');
});

t.test('a narrative stays when no data change', async (t) => {
  const div = '<div xmlns="http://www.w3.org/1999/xhtml">active</div>';
  const patches = [
    [{ op: 'add', path: '/meta/tag', value: [{ system: 'urn:t', code: 'c' }] }],
    [{ op: 'test', path: '/active', value: true }],
    replace('/active', true),
    { resourceType: 'Parameters' },
  ];
  for (const status of ['generated', 'extensions', 'additional']) {
    for (const patch of patches) {
      const answer = await s.patch(await s.made(patient({ active: true, text: { status, div } })), patch);
      t.equal(answer.status, 200, answer.text);
      t.strictSame(answer.json.text, { status, div }, JSON.stringify(patch));
    }
  }
});

t.test('a reading that moves to another patient is the other’s', async (t) => {
  const [one, other] = [await s.made(patient()), await s.made(patient())];
  const ref = await s.made(observation(one));
  t.equal((await s.patch(ref, replace('/subject/reference', other))).status, 200);
  t.equal((await s.get(`Observation?subject=${one}`)).json.entry, undefined);
  t.equal((await s.get(`Observation?subject=${other}`)).json.entry.length, 1);
});

t.test('conditional patch', async (t) => {
  const identifier = (value: string) => [{ system: 'urn:c', value }];
  const ref = await s.made(patient({ identifier: identifier('1') }));
  await s.made(patient({ identifier: identifier('2') }));
  await s.made(patient({ identifier: identifier('2') }));
  const answer = await s.patch('Patient?identifier=urn:c|1', replace('/name/0/family', 'B'));
  t.equal(answer.status, 200);
  t.equal(`Patient/${answer.json.id}`, ref);
  refused(t, await s.patch('Patient?identifier=urn:c|3', []), 404, 'condition-nothing');
  refused(t, await s.patch('Patient?identifier=urn:c|2', []), 412, 'condition-ambiguous');
  refused(t, await s.patch('Patient', []), 400, 'condition-empty');
  refused(t, await s.patch('Patient?foo=1', []), 400);
  refused(t, await s.patch('Patient?identifier=urn:c|1&_count=1', []), 400, 'condition-shaping');
  refused(t, await s.patch('Patient?identifier=urn:c|1', [], { 'if-match': 'W/"1"' }), 412, 'if-match');
});
