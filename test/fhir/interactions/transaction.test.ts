// Transactions: conditions, order, identities, what comes back. https://hl7.org/fhir/R4/http.html#trules
import t from 'tap';
import { type Json, observation, patient, refused, serve } from '../../http/server.ts';
import { at, bundles, del, get, known, post, put, statuses, urn } from './bundles.ts';

const s = await serve(t);
const { tx, count } = bundles(s);

t.test('an empty transaction is answered', async (t) => {
  const { status, json } = await tx();
  t.equal(status, 200);
  t.strictSame(json, { resourceType: 'Bundle', type: 'transaction-response' });
});

t.test('answers stand in the order of the entries', async (t) => {
  const gone = await s.made(patient());
  const { status, json } = await tx(
    get(`Patient?identifier=urn:t|order`),
    put('Patient/order', known('order-put', { id: 'order' })),
    del(gone),
    post(known('order')),
  );
  t.equal(status, 200);
  t.strictSame(statuses(json), [200, 201, 204, 201]);
  t.equal(json.entry[0].resource.entry.length, 1, 'a read sees what the transaction wrote');
  t.match(json.entry[3].response, { etag: 'W/"1"', lastModified: '2026-11-24T10:00:00.000Z' });
  t.match(json.entry[3].response.location, /^Patient\/.+\/_history\/1$/);
  t.equal(json.entry[3].resource, undefined);
});

t.test('Prefer says what each entry brings back', async (t) => {
  const entry = [post(known('prefer')), put('Patient/prefer', known('prefer-put', { id: 'prefer' }))];
  const send = (prefer: string) => s.post('', { resourceType: 'Bundle', type: 'transaction', entry }, { prefer });
  for (const e of (await send('return=minimal')).json.entry)
    t.strictSame([e.resource, e.response.outcome], [undefined, undefined]);
  for (const e of (await send('return=representation')).json.entry) t.equal(e.resource.resourceType, 'Patient');
  for (const e of (await send('return=OperationOutcome')).json.entry) {
    t.equal(e.resource, undefined);
    t.equal(e.response.outcome.resourceType, 'OperationOutcome');
  }
});

t.test('conditional creates, updates, deletes and patches', async (t) => {
  const [a, b, c] = [await s.made(known('ca')), await s.made(known('cb')), await s.made(known('cc'))];
  const { status, json, text } = await tx(
    post(known('ca', { active: true }), { request: { ifNoneExist: 'identifier=urn:t|ca' } }),
    put('Patient?identifier=urn:t|cb', known('cb', { active: true })),
    del('Patient?identifier=urn:t|cc'),
    del('Patient?identifier=urn:t|nothing'),
    put('Patient?identifier=urn:t|cd', known('cd')),
  );
  t.equal(status, 200, text);
  t.strictSame(statuses(json), [200, 200, 204, 204, 201]);
  t.equal(at(json, 0), a);
  t.equal((await s.get(a)).json.active, undefined);
  t.equal(at(json, 1), b);
  t.equal((await s.get(b)).json.active, true);
  t.equal((await s.get(c)).status, 410);
  t.equal(await count('Patient?identifier=urn:t|cd'), 1);
});

t.test('the same conditional create twice makes one, and the second finds it', async (t) => {
  const create = post(known('same'), { request: { ifNoneExist: 'identifier=urn:t|same' } });
  const { status, json } = await tx(
    { ...create, fullUrl: urn(1) },
    { ...create, fullUrl: urn(2) },
    post(observation(urn(2))),
  );
  t.equal(status, 200);
  t.strictSame(statuses(json), [201, 200, 201]);
  t.equal(at(json, 0), at(json, 1));
  t.equal((await s.get(at(json, 2))).json.subject.reference, at(json, 0));
  t.equal(await count('Patient?identifier=urn:t|same'), 1);
});

t.test('what is deleted is not found by the conditions of the same transaction', async (t) => {
  const ref = await s.made(known('swap'));
  const { status, json } = await tx(
    post(known('swap'), { request: { ifNoneExist: 'identifier=urn:t|swap' } }),
    del(ref),
  );
  t.equal(status, 200);
  t.strictSame(statuses(json), [201, 204]);
  t.not(at(json, 0), ref);
});

t.test('patches', async (t) => {
  const data = (operations: unknown) => Buffer.from(JSON.stringify(operations)).toString('base64');
  const binary = (operations: unknown) => ({
    resourceType: 'Binary',
    contentType: 'application/json-patch+json',
    data: data(operations),
  });
  const adding = (path: string, name: string, value: Json) => ({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'add' },
          { name: 'path', valueString: path },
          { name: 'name', valueString: name },
          { name: 'value', ...value },
        ],
      },
    ],
  });
  const patch = (url: string, resource: Json, request: Json = {}) => ({
    resource,
    request: { method: 'PATCH', url, ...request },
  });
  const [a, b] = [await s.made(known('pa')), await s.made(known('pb'))];
  const reading = await s.made(observation(a));
  const { status, json, text } = await tx(
    patch(a, binary([{ op: 'add', path: '/active', value: true }])),
    patch('Patient?identifier=urn:t|pb', adding('Patient', 'birthDate', { valueDate: '1930-01-01' })),
    post({ resourceType: 'Organization', name: 'o' }, { fullUrl: urn(1) }),
    patch(
      reading,
      binary([
        { op: 'add', path: '/performer', value: [{ reference: urn(1) }, { reference: 'Patient?identifier=urn:t|pa' }] },
      ]),
    ),
  );
  t.equal(status, 200, text);
  t.strictSame(statuses(json), [200, 200, 201, 200]);
  t.equal((await s.get(a)).json.active, true);
  t.equal((await s.get(b)).json.birthDate, '1930-01-01');
  t.strictSame((await s.get(reading)).json.performer, [{ reference: at(json, 2) }, { reference: a }]);
  await s.made(known('twins'));
  await s.made(known('twins'));
  const refusals: readonly (readonly [entry: Json, status: number, code: string])[] = [
    [patch(a, binary([{ op: 'test', path: '/active', value: false }])), 422, 'patch-test'],
    [patch(a, binary([]), { ifMatch: 'W/"1"' }), 412, 'if-match'],
    [patch('Patient/nobody', binary([])), 404, 'resource-unknown'],
    [patch('Patient?identifier=urn:t|nobody', binary([])), 404, 'condition-nothing'],
    [patch('Patient?identifier=urn:t|twins', binary([])), 412, 'condition-ambiguous'],
    [patch(a, { resourceType: 'Binary', contentType: 'text/plain', data: data([]) }), 400, 'entry-patch'],
    [patch(a, { resourceType: 'Binary', contentType: 'application/json-patch+json', data: '%%%' }), 400, 'entry-patch'],
    [
      patch(a, {
        resourceType: 'Binary',
        contentType: 'application/json-patch+json',
        data: Buffer.from('[').toString('base64'),
      }),
      400,
      'body-not-json',
    ],
    [
      patch(
        a,
        binary([
          { op: 'remove', path: '/name' },
          { op: 'add', path: '/gender', value: 'F' },
        ]),
      ),
      422,
      'binding',
    ],
  ];
  for (const [entry, status, code] of refusals) {
    const issue = refused(t, await tx(post(known('never')), entry), status, code === 'binding' ? undefined : code);
    t.match(issue.expression[0], /^Bundle\.entry\[1\]/);
  }
  t.equal(await count('Patient?identifier=urn:t|never'), 0);
});

t.test('conditions on versions', async (t) => {
  const ref = await s.made(known('versions'));
  const id = ref.split('/')[1];
  refused(t, await tx(put(ref, known('versions', { id }), { ifMatch: 'W/"2"' })), 412, 'if-match');
  refused(t, await tx(del(ref, { ifMatch: 'W/"2"' })), 412, 'if-match');
  refused(t, await tx(put(ref, known('versions', { id }), { ifNoneMatch: '*' })), 412, 'if-none-match');
  const { json } = await tx(
    put(ref, known('versions', { id }), { ifMatch: 'W/"1"' }),
    get(ref, { ifNoneMatch: 'W/"2"' }),
    get(ref, { ifNoneMatch: 'W/"1"' }),
    get(ref, { ifModifiedSince: '2026-11-24T10:00:00Z' }),
    { request: { method: 'HEAD', url: ref } },
    get(`${ref}/_history/1`),
    get(`${ref}/_history`),
  );
  t.strictSame(statuses(json), [200, 304, 200, 304, 200, 200, 200]);
  t.equal(json.entry[1].resource, undefined);
  t.equal(json.entry[2].resource.id, id);
  t.equal(json.entry[4].resource, undefined);
  t.equal(json.entry[5].resource.meta.versionId, '1');
  t.equal(json.entry[6].resource.type, 'history');
});

const kept = await s.made(known('kept'));

t.test('digits of every entry survive, also in long bundles', async (t) => {
  const p = await s.made(patient());
  const entry = Array.from(
    { length: 300 },
    (_, i) =>
      `{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"${p}"},"valueQuantity":{"value":${i}.50,"unit":"kg"}},"request":{"method":"POST","url":"Observation"}}`,
  );
  const { json } = await s.post('', `{"resourceType":"Bundle","type":"transaction","entry":[${entry.join(',')}]}`);
  for (const i of [0, 7, 299]) t.match((await s.get(at(json, i))).text, `"value":${i}.50,`);
  const mixed = await s.post(
    '',
    `{"resourceType":"Bundle","type":"transaction","entry":[${entry.slice(0, 3).join(',')},{"request":{"method":"DELETE","url":"Patient/nobody"}}]}`,
  );
  t.match((await s.get(at(mixed.json, 2))).text, '"value":2.50,');
});

t.test('addresses may be absolute below the base', async (t) => {
  const { json, status, text } = await tx(
    get(`http://localhost:80/fhir/${kept}`),
    get(`/${kept}`),
    del('http://localhost:80/fhir/Patient/nobody'),
  );
  t.equal(status, 200, text);
  t.strictSame(statuses(json), [200, 200, 204]);
});
