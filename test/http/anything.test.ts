// Whatever is sent: an answer below 500, in FHIR when it is a refusal, and nothing half done. Seeds are printed by fast-check.
import fc from 'fast-check';
import t from 'tap';
import { type Json, observation, patient, serve } from './server.ts';

const s = await serve(t);
const p = await s.made(patient({ identifier: [{ system: 'urn:x', value: '1' }] }));
const o = await s.made(observation(p));
const RUNS = { numRuns: 300 };

const type = fc.constantFrom(
  'Patient',
  'Observation',
  'Device',
  'Bundle',
  'Parameters',
  'Binary',
  'Animal',
  'metadata',
  '__proto__',
);
const id = fc.constantFrom(
  p.split('/')[1]!,
  o.split('/')[1]!,
  'x',
  '_history',
  '_search',
  '$validate',
  '$x',
  'a b',
  '%00',
  '..',
);
const query = fc.constantFrom(
  '',
  '?_format=json',
  '?_format=xml',
  '?identifier=urn:x|1',
  '?_id=x',
  '?_count=0',
  '?_since=x',
  '?a=%',
  '?_cursor=AAAA',
  '?_at=2026',
);
const wild = fc
  .array(fc.oneof(type, id), { maxLength: 5 })
  .map((parts) => parts.map((x) => encodeURIComponent(x).replace('%2500', '%00')).join('/'));
const served = fc.constantFrom(
  '',
  'Patient',
  p,
  `${p}/_history`,
  `${p}/_history/1`,
  'Patient/_history',
  '_history',
  'Observation',
  o,
  'Patient/_search',
  'metadata',
  'Patient/x',
);
const path = fc.tuple(fc.oneof(wild, served), query).map(([where, q]) => `${where}${q}`);
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');
const scalar = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    0,
    -1,
    1.5,
    '',
    'x',
    'Patient',
    p,
    'urn:uuid:1',
    'Patient?identifier=urn:x|1',
    '2026-01-01',
    'W/"1"',
    'transaction',
    'batch',
    '1',
    '$validate',
  ),
  fc.string(),
);

/** A valid body with some of its members replaced, removed, doubled in lists, or wrapped. */
function mutated(of: Json): fc.Arbitrary<Json> {
  return fc
    .array(fc.tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'wrap', 'list', 'add'), scalar), { maxLength: 4 })
    .map((changes) => {
      const copy = structuredClone(of);
      for (const [at, how, value] of changes) {
        const places: [Json, string][] = [];
        const walk = (node: Json) => {
          for (const key of Object.keys(node)) {
            places.push([node, key]);
            if (typeof node[key] === 'object' && node[key] !== null) walk(node[key]);
          }
        };
        walk(copy);
        const place = places[at % Math.max(places.length, 1)];
        if (place === undefined) continue;
        const [node, key] = place;
        if (how === 'remove') delete node[key];
        else if (how === 'wrap') node[key] = { value: node[key] };
        else if (how === 'list') node[key] = [node[key], node[key]];
        else if (how === 'add' && !Array.isArray(node))
          node[typeof value === 'string' && value !== '__proto__' ? value : 'x'] = value;
        else node[key] = value;
      }
      return copy;
    });
}

const entries = [
  {
    fullUrl: 'urn:uuid:1',
    resource: patient(),
    request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:x|2' },
  },
  {
    resource: observation('urn:uuid:1', {
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><a href="urn:uuid:1">x</a></div>' },
    }),
    request: { method: 'POST', url: 'Observation' },
  },
  { resource: { ...patient(), id: 'x' }, request: { method: 'PUT', url: 'Patient/x', ifMatch: 'W/"1"' } },
  {
    resource: {
      resourceType: 'Binary',
      contentType: 'application/json-patch+json',
      data: Buffer.from('[{"op":"add","path":"/active","value":true}]').toString('base64'),
    },
    request: { method: 'PATCH', url: p },
  },
  { request: { method: 'GET', url: 'Patient?identifier=urn:x|1' } },
  { request: { method: 'DELETE', url: 'Device?identifier=urn:x|9' } },
];
const bundles = fc
  .constantFrom('transaction', 'batch')
  .chain((kind) =>
    fc.subarray(entries, { minLength: 1 }).chain((entry) => mutated({ resourceType: 'Bundle', type: kind, entry })),
  );
const patches = fc.oneof(
  mutated([
    { op: 'add', path: '/active', value: true },
    { op: 'test', path: '/name/0/family', value: 'Exemple' },
    { op: 'move', from: '/name', path: '/contact' },
  ]),
  mutated({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'replace' },
          { name: 'path', valueString: 'Patient.name[0].family' },
          { name: 'value', valueString: 'x' },
        ],
      },
    ],
  }),
);
const bodies = fc.oneof(mutated(patient()), mutated(observation(p)), bundles, patches, scalar);
const headers = fc.record(
  {
    accept: fc.constantFrom(
      '*/*',
      'application/fhir+json',
      'text/html',
      'application/xml',
      ';q=x',
      ',,,',
      'application/fhir+json;fhirVersion=9',
    ),
    'content-type': fc.constantFrom(
      'application/fhir+json',
      'application/json',
      'application/json-patch+json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'x',
      ';;',
    ),
    'if-match': fc.constantFrom('W/"1"', '*', '1', '""', 'W/"1", W/"2"'),
    'if-none-match': fc.constantFrom('W/"1"', '*', 'x', ','),
    'if-none-exist': fc.constantFrom('', 'identifier=urn:x|1', '_sort=x', '%', 'a=b'),
    'if-modified-since': fc.constantFrom('x', 'Tue, 24 Nov 2026 10:00:00 GMT'),
    prefer: fc.constantFrom('return=minimal', 'return=OperationOutcome', 'return=x', 'handling=lenient', ';;'),
    'content-encoding': fc.constantFrom('identity', 'gzip', 'x'),
    'accept-encoding': fc.constantFrom('gzip', 'br', '*;q=0', 'x;q=y'),
  },
  { requiredKeys: [] },
);

function sane(
  answer: { status: number; text: string; json: Json; headers: Record<string, string> },
  verb: string,
): void {
  if (answer.status >= 500) throw new Error(`${answer.status} ${answer.text}`);
  if (answer.status < 400 || verb === 'HEAD') return;
  if (answer.headers['content-encoding'] !== undefined) return;
  if (answer.json.resourceType !== 'OperationOutcome')
    throw new Error(`${answer.status} without outcome: ${answer.text.slice(0, 200)}`);
}

t.test('any request is answered below 500, and refused in FHIR', async (t) => {
  await fc.assert(
    fc.asyncProperty(method, path, bodies, headers, async (verb, where, body, head) => {
      const has = verb === 'POST' || verb === 'PUT' || verb === 'PATCH';
      sane(await s.send(verb, where, has ? JSON.stringify(body) : undefined, head as Record<string, string>), verb);
    }),
    { numRuns: 1500 },
  );
  t.pass('1500 requests');
});

t.test('any bundle is answered below 500, and every entry of a batch too', async (t) => {
  await fc.assert(
    fc.asyncProperty(bundles, fc.constantFrom('return=representation', 'return=minimal'), async (body, prefer) => {
      const before = (await s.query('select count(*)::int as n from resource'))[0]!.n as number;
      const answer = await s.post('', body, { prefer });
      sane(answer, 'POST');
      for (const entry of answer.json.entry ?? []) {
        if (/^5/.test(entry.response.status)) throw new Error(JSON.stringify(entry));
      }
      const after = (await s.query('select count(*)::int as n from resource'))[0]!.n as number;
      if (answer.status >= 400 && after !== before) throw new Error('a refused bundle left something behind');
    }),
    RUNS,
  );
  t.pass('300 bundles');
});

t.test('any patch is answered below 500, and what it leaves is valid', async (t) => {
  const target = await s.made(patient());
  await fc.assert(
    fc.asyncProperty(patches, async (body) => {
      const answer = await s.patch(target, body);
      sane(answer, 'PATCH');
      const { json } = await s.get(target);
      const valid = await s.post('Patient/$validate', json);
      if (valid.json.issue.some((i: Json) => i.severity === 'error')) throw new Error(valid.text);
    }),
    RUNS,
  );
  t.pass('300 patches');
});

t.test('any bytes for a body are answered below 500', async (t) => {
  const text = JSON.stringify(patient({ text: undefined }));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b)),
    fc
      .tuple(fc.nat(text.length), fc.uint8Array({ maxLength: 3 }))
      .map(([at, more]) =>
        Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from(more), Buffer.from(text.slice(at))]),
      ),
  );
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.constantFrom('application/fhir+json', 'application/json-patch+json'),
      async (body, contentType) => {
        sane(await s.send('POST', 'Patient', body, { 'content-type': contentType }), 'POST');
        sane(await s.send('PATCH', p, body, { 'content-type': contentType }), 'PATCH');
        sane(await s.send('POST', '', body, { 'content-type': contentType }), 'POST');
      },
    ),
    RUNS,
  );
  t.pass('300 bodies');
});
