// The envelope of a transaction or batch: nothing in it is ignored. https://hl7.org/fhir/R4/bundle-definitions.html
import t from 'tap';
import { observation, patient, refused, serve } from '../../http/server.ts';

const s = await serve(t);
const POST = { resource: patient(), request: { method: 'POST', url: 'Patient' } };
const A = 'urn:uuid:3f2c0d54-7a7e-4c9e-9d0a-0b8a6f2c1d11';
const bundle = (type: string, ...entry: object[]) => ({ resourceType: 'Bundle', type, entry });
const count = async () => (await s.query('select count(*)::int as n from resource'))[0]?.n;

t.test('an element that is not understood is refused where it stands', async (t) => {
  const before = await count();
  const lines: readonly (readonly [sent: object, code: string, place: string])[] = [
    [{ ...bundle('transaction', POST), foo: 1 }, 'envelope-unknown', 'Bundle.foo'],
    [{ ...bundle('transaction', POST), extension: [] }, 'envelope-unknown', 'Bundle.extension'],
    [{ ...bundle('transaction', POST), total: 1 }, 'envelope-elsewhere', 'Bundle.total'],
    [bundle('transaction', { ...POST, foo: 1 }), 'envelope-unknown', 'Bundle.entry[0].foo'],
    [bundle('transaction', { ...POST, search: { mode: 'match' } }), 'envelope-elsewhere', 'Bundle.entry[0].search'],
    [bundle('transaction', { ...POST, response: { status: '200' } }), 'envelope-elsewhere', 'Bundle.entry[0].response'],
    [
      bundle('transaction', POST, { ...POST, request: { ...POST.request, ifNonExist: 'name=x' } }),
      'envelope-unknown',
      'Bundle.entry[1].request.ifNonExist',
    ],
    [
      bundle('transaction', { ...POST, modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }),
      'envelope-unknown',
      'Bundle.entry[0].modifierExtension',
    ],
  ];
  for (const [sent, code, place] of lines)
    t.strictSame(refused(t, await s.post('', sent), 400, code).expression, [place]);
  t.equal(await count(), before);
});

t.test('what R4 lets stand around entries is taken', async (t) => {
  const sent = {
    ...bundle('transaction', {
      id: 'a',
      extension: [{ url: 'urn:x', valueString: 'y' }],
      link: [{ relation: 'alternate', url: 'https://example.org/a' }],
      fullUrl: A,
      ...POST,
    }),
    id: 'b',
    meta: { tag: [{ system: 'urn:t', code: 'c' }] },
    language: 'fr',
    identifier: { system: 'urn:s', value: 'v' },
    timestamp: '2026-11-24T10:00:00Z',
    link: [{ relation: 'self', url: 'https://example.org/b' }],
  };
  t.equal((await s.post('', sent)).status, 200);
});

t.test('a fullUrl names no version, and is a text', async (t) => {
  for (const fullUrl of ['https://example.org/fhir/Patient/1/_history/2', '', 'a b', 1, null]) {
    refused(t, await s.post('', bundle('transaction', { fullUrl, ...POST })), 400, 'full-url-form');
  }
});

t.test('in a batch only the entry with the odd element fails', async (t) => {
  const { json } = await s.post('', bundle('batch', { ...POST, foo: 1 }, POST));
  t.match(json.entry[0].response.status, /^400/);
  t.equal(json.entry[0].response.outcome.issue[0].expression[0], 'Bundle.entry[0].foo');
  t.match(json.entry[1].response.status, /^201/);
});

t.test('an address is never empty', async (t) => {
  refused(t, await s.post('', bundle('transaction', { request: { method: 'GET', url: '' } })), 400, 'entry-url');
});

for (const type of ['transaction', 'batch']) {
  t.test(`the CapabilityStatement is read in a ${type}`, async (t) => {
    const read = (url: string) => s.post('', bundle(type, { request: { method: 'GET', url } }));
    const [entry] = (await read('metadata')).json.entry;
    t.match(entry.response.status, /^200/);
    t.strictSame(entry.resource, (await s.get('metadata')).json);
    t.match((await read('metadata?mode=full')).json.entry[0].resource.resourceType, 'CapabilityStatement');
    for (const url of ['metadata?mode=terminology', 'metadata?foo=1', 'metadata?_summary=true']) {
      const answer = await read(url);
      t.match(type === 'batch' ? answer.json.entry[0].response.status : String(answer.status), /^400/, url);
    }
  });

  t.test(`an answer in a ${type} is JSON`, async (t) => {
    const ref = await s.made(patient());
    const read = (url: string) => s.post('', bundle(type, { request: { method: 'GET', url } }));
    for (const format of ['xml', 'ttl', 'csv', 'application/fhir+xml', '']) {
      const answer = await read(`${ref}?_format=${format}`);
      t.match(type === 'batch' ? answer.json.entry[0].response.status : String(answer.status), /^406/, format);
    }
    for (const format of [
      'json',
      'application/fhir+json',
      'application/fhir%2Bjson',
      'application/json;charset=utf-8',
    ]) {
      t.match((await read(`${ref}?_format=${format}`)).json.entry[0].response.status, /^200/, format);
    }
  });
}

t.test('an entry of a batch that refers to what another one makes is refused alone', async (t) => {
  const dependent = { resource: observation(A), request: { method: 'POST', url: 'Observation' } };
  const { json } = await s.post('', bundle('batch', { fullUrl: A, ...POST }, dependent, POST));
  t.strictSame(
    json.entry.map((e: { response: { status: string } }) => e.response.status),
    ['201 Created', '400 Bad Request', '201 Created'],
  );
  t.equal(json.entry[1].response.outcome.issue[0].details.coding[0].code, 'batch-link');
});

t.test('a Bundle that is stored keeps the links between its own entries', async (t) => {
  const inner = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { fullUrl: A, resource: patient() },
      { fullUrl: 'urn:uuid:5b1c6f0e-2f8b-4d53-8a44-4f9f1a2b3c4d', resource: observation(A) },
    ],
  };
  const keep = { resource: inner, request: { method: 'POST', url: 'Bundle' } };
  for (const sent of [
    bundle('transaction', keep),
    bundle('transaction', { fullUrl: A, ...POST }, keep),
    bundle('batch', keep),
  ]) {
    const answer = await s.post('', sent);
    t.equal(answer.status, 200, answer.text);
    const stored = (await s.get(answer.json.entry.at(-1).response.location)).json;
    t.strictSame(stored.entry, inner.entry);
  }
});
