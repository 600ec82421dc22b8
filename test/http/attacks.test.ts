// Attacks that FHIR servers have met, one line each: what is sent, and what this server answers.
//
// Elsewhere: patterns, depth, bombs and floods in bounded.test.ts; random hostility in storm.test.ts; SQL in
// storage/sql-injection.test.ts; archives that lead out of their folder in fhir/profiles/package.test.ts; records that tell of
// other patients in operations/everything.test.ts; doubled, shifted and backdated readings in operations/ and storage/days.test.ts.
import { createServer } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { type Answer, type Json, observation, patient, serve } from './server.ts';

t.setTimeout(120_000);
const s = await serve(t);
const p = await s.made(patient());
const o = await s.made(observation(p));
const DIV = (inside: string) => `<div xmlns="http://www.w3.org/1999/xhtml">${inside}</div>`;
const told = (inside: string) => patient({ text: { status: 'generated', div: DIV(inside) } });
const jsonPatch = (...operations: object[]) => s.patch(p, operations);
const text = (body: string) => s.post('Patient', body);

interface Attack {
  readonly name: string;
  readonly ask: () => Promise<Answer>;
  readonly answers: number;
  readonly and?: (answer: Answer) => boolean | Promise<boolean>;
}

const ATTACKS: Readonly<Record<string, readonly Attack[]>> = {
  'what a client may not say': [
    {
      name: 'its own version and date',
      ask: () => s.post('Patient', patient({ meta: { versionId: '77', lastUpdated: '1999-01-01T00:00:00Z' } })),
      answers: 201,
      and: ({ json }) => json.meta.versionId === '1' && json.meta.lastUpdated.startsWith('2026'),
    },
    {
      name: 'its own id in a create',
      ask: () => s.post('Patient', patient({ id: 'mine' })),
      answers: 201,
      and: async ({ json }) => json.id !== 'mine' && (await s.get('Patient/mine')).status === 404,
    },
    {
      name: 'another id than that of the address',
      ask: () => s.put(p, patient({ id: 'other' })),
      answers: 400,
    },
    {
      name: 'that a Claim for a forfait is active, without $submit',
      ask: () =>
        s.post('Claim', {
          resourceType: 'Claim',
          meta: { profile: ['https://w3id.org/vigie/fhir/StructureDefinition/tls-claim-operator'] },
          status: 'active',
          type: { text: 'x' },
          use: 'claim',
          patient: { reference: p },
          created: '2026-01-01',
          provider: { display: 'x' },
          priority: { text: 'x' },
          insurance: [{ sequence: 1, focal: true, coverage: { display: 'x' } }],
        }),
      answers: 422,
    },
    {
      name: 'a good entry beside a bad one',
      ask: () =>
        s.post('', {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: [
            { resource: patient({ id: 'half' }), request: { method: 'PUT', url: 'Patient/half' } },
            { resource: patient({ gender: 'x' }), request: { method: 'POST', url: 'Patient' } },
          ],
        }),
      answers: 422,
      and: async () => (await s.get('Patient/half')).status === 404,
    },
    { name: 'deletes what others refer to', ask: () => s.delete(p), answers: 409 },
  ],
  'doors that are not there': [
    ...['$export', '$graphql', 'Patient/$export', '$loadIG', '$expunge', '$reindex', '$import', 'admin'].map(
      (path) => ({
        name: path,
        ask: () => s.get(path),
        answers: 404,
      }),
    ),
    ...['../package.json', '..%2f..%2fetc%2fpasswd', 'Patient/..%2f..%2fmetadata', 'Patient/%2e%2e/metadata'].map(
      (path) => ({
        name: path,
        ask: () => s.get(path),
        answers: path.includes('%2e%2e') ? 200 : 404,
        and: ({ text: body }: Answer) => !body.includes('root:') && !body.includes('devDependencies'),
      }),
    ),
  ],
  'XML and entities': [
    ...['application/fhir+xml', 'application/xml', 'text/xml'].map((type) => ({
      name: `a DTD as ${type}`,
      ask: () =>
        s.send('POST', 'Patient', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Patient>&e;</Patient>', {
          'content-type': type,
        }),
      answers: 415,
    })),
    { name: 'a DTD in a narrative', ask: () => s.post('Patient', told('<!DOCTYPE x>')), answers: 422 },
    { name: 'an entity in a narrative', ask: () => s.post('Patient', told('&xxe;')), answers: 422 },
    { name: 'a processing instruction', ask: () => s.post('Patient', told('<?php x ?>')), answers: 422 },
    { name: 'CDATA', ask: () => s.post('Patient', told('<![CDATA[<script>]]>')), answers: 422 },
  ],
  'scripts that are stored': [
    ...[
      '<script>alert(1)</script>',
      '<SCRIPT>alert(1)</SCRIPT>',
      '<img src="x" onerror="alert(1)"/>',
      '<a href="javascript:alert(1)">x</a>',
      '<a href="java&#115;cript:alert(1)">x</a>',
      '<a href=" javascript:alert(1)">x</a>',
      '<a href="data:text/html,x">x</a>',
      '<iframe src="http://example.org"/>',
      '<object data="x"/>',
      '<form action="x"><input/></form>',
      '<style>@import "http://example.org"</style>',
      '<p style="background:url(http://example.org)">x</p>',
      '<svg><script>x</script></svg>',
      '<math href="javascript:x">x</math>',
      '<base href="http://example.org"/>',
      '<meta http-equiv="refresh" content="0"/>',
    ].map((inside) => ({ name: inside, ask: () => s.post('Patient', told(inside)), answers: 422 })),
    {
      name: 'HTML in a Binary',
      ask: async () => {
        const sent = { 'content-type': 'text/html' };
        const made = await s.send('POST', 'Binary', Buffer.from('<script>alert(1)</script>'), sent);
        return s.get(made.headers.location!.replace(/\/_history.*/, ''), { accept: 'text/html' });
      },
      answers: 200,
      and: ({ headers }) =>
        headers['content-disposition']?.startsWith('attachment') === true &&
        headers['x-content-type-options'] === 'nosniff' &&
        headers['content-security-policy']?.includes('sandbox') === true,
    },
    {
      name: 'a header in the media type of a Binary',
      ask: async () => {
        const body = { resourceType: 'Binary', contentType: 'text/plain\r\nset-cookie: x=1', data: 'QQ==' };
        const made = await s.post('Binary', body);
        return made.status === 201 ? s.get(`Binary/${made.json.id}`) : made;
      },
      answers: 422,
      and: ({ headers }) => headers['set-cookie'] === undefined,
    },
    {
      name: 'markup in an address',
      ask: () => s.get('Patient/%3Cscript%3Ealert(1)%3C%2Fscript%3E'),
      answers: 404,
      and: ({ headers }) => headers['content-type']!.startsWith('application/fhir+json'),
    },
  ],
  'JSON that readers take differently': [
    {
      name: 'a member twice',
      ask: () => text('{"resourceType":"Patient","active":true,"active":false}'),
      answers: 400,
    },
    {
      name: 'a member twice, once escaped',
      ask: () => text('{"resourceType":"Patient","active":true,"\\u0061ctive":false}'),
      answers: 400,
    },
    { name: '__proto__', ask: () => text('{"resourceType":"Patient","__proto__":{"active":true}}'), answers: 400 },
    { name: 'constructor', ask: () => text('{"resourceType":"Patient","constructor":{"prototype":{}}}'), answers: 422 },
    { name: 'half a surrogate pair', ask: () => text('{"resourceType":"Patient","language":"\\ud800"}'), answers: 400 },
    { name: 'NUL', ask: () => text('{"resourceType":"Patient","language":"\\u0000"}'), answers: 400 },
    { name: 'NaN', ask: () => text('{"resourceType":"Patient","multipleBirthInteger":NaN}'), answers: 400 },
    { name: '1e999', ask: () => text('{"resourceType":"Patient","multipleBirthInteger":1e999}'), answers: 400 },
    { name: 'a comment', ask: () => text('{"resourceType":"Patient"/* */}'), answers: 400 },
    { name: 'two documents', ask: () => text('{"resourceType":"Patient"}{"resourceType":"Patient"}'), answers: 400 },
    {
      name: 'overlong UTF-8',
      ask: () => s.post('Patient', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])),
      answers: 400,
    },
    {
      name: 'thirty digits',
      ask: () =>
        s.post(
          'Observation',
          JSON.stringify(observation(p, { valueQuantity: { value: 4242 } })).replace(
            '4242',
            '0.123456789012345678901234567890',
          ),
        ),
      answers: 201,
      and: ({ text: body }) => body.includes('0.123456789012345678901234567890'),
    },
    ...['/__proto__/polluted', '/constructor/prototype/polluted', '/name/__proto__', '/__proto__'].map((path) => ({
      name: `a patch of ${path}`,
      ask: () => jsonPatch({ op: 'add', path, value: true }),
      answers: 422,
      and: () => (Object.prototype as Json).polluted === undefined && ({} as Json).polluted === undefined,
    })),
    {
      name: 'a test of what all objects have',
      ask: () => jsonPatch({ op: 'test', path: '/toString', value: {} }),
      answers: 422,
    },
  ],
  'parameters that others pass over': [
    ...[
      '_count=abc',
      '_count=-5',
      '_count=1e3',
      'code:bogus=1',
      'cod=1',
      'family=%00',
      '_sort=nothing',
      '_include=*:*:*',
    ].map((query) => ({
      name: query,
      ask: () => s.get(`Observation?${query}`),
      answers: 400,
    })),
    {
      name: 'thousands of values',
      ask: () =>
        s.send('POST', 'Patient/_search', `family=${Array(5000).fill('x').join(',')}`, {
          'content-type': 'application/x-www-form-urlencoded',
        }),
      answers: 400,
    },
    { name: 'a cursor of its own making', ask: () => s.get('Patient?_cursor=WyJ4Il0'), answers: 400 },
    { name: 'a link to the next page of another', ask: () => s.get(`${p}/$everything?_cursor=WyJ4Il0`), answers: 400 },
  ],
  'headers that lie': [
    {
      name: 'another host, told by a proxy that nobody has',
      ask: () => s.get('Patient', { 'x-forwarded-host': 'evil.example' }),
      answers: 200,
      and: ({ text: body }) => !body.includes('evil.example'),
    },
    {
      name: 'a host that is markup',
      ask: () => s.get('Patient', { host: 'a"><script>' }),
      answers: 400,
    },
    {
      name: 'a request id as long as a book',
      ask: () => s.get('Nothing', { 'x-request-id': 'x'.repeat(5000) }),
      answers: 404,
      and: ({ headers }) => (headers['x-request-id']?.length ?? 0) < 300,
    },
    {
      name: 'another method in a header',
      ask: () => s.send('GET', o, undefined, { 'x-http-method-override': 'DELETE' }),
      answers: 200,
    },
  ],
};

for (const [kind, attacks] of Object.entries(ATTACKS)) {
  t.test(kind, async (t) => {
    for (const { name, ask, answers, and } of attacks) {
      const answer = await ask();
      t.equal(answer.status, answers, `${name}: ${answer.text.slice(0, 200)}`);
      if (answers >= 400) t.equal(answer.json.resourceType, 'OperationOutcome', name);
      if (and !== undefined)
        t.ok(await and(answer), `${name}: and more`, { answer: answer.text.slice(0, 300), headers: answer.headers });
    }
    t.equal((await s.get(p)).status, 200, 'what was there is there');
  });
}

t.test('nothing that a client names is fetched', async (t) => {
  let visits = 0;
  const trap = createServer((_request, response) => {
    visits++;
    response.end('{}');
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  t.teardown(() => trap.close());
  const { port } = trap.address() as { port: number };
  const url = `http://127.0.0.1:${port}/x`;
  const post = (resource: Json) => s.post(resource.resourceType, resource);
  const answers = await Promise.all([
    post({
      resourceType: 'Subscription',
      status: 'active',
      reason: 'x',
      criteria: 'Patient',
      channel: { type: 'rest-hook', endpoint: url },
    }),
    post(
      patient({
        meta: { profile: [url] },
        implicitRules: url,
        photo: [{ url }],
        extension: [{ url, valueString: 'x' }],
      }),
    ),
    post(observation(p, { performer: [{ reference: `http://127.0.0.1:${port}/fhir/Patient/1` }] })),
    post({ resourceType: 'ValueSet', status: 'draft', url, compose: { include: [{ system: url, valueSet: [url] }] } }),
    s.post(`Patient/$validate?profile=${encodeURIComponent(url)}`, patient()),
    s.get(`Observation?code:in=${encodeURIComponent(url)}`),
    s.get(`Patient?organization:Organization.endpoint=${encodeURIComponent(url)}`),
    s.post('', { resourceType: 'Bundle', type: 'batch', entry: [{ fullUrl: url, request: { method: 'GET', url } }] }),
    s.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ fullUrl: url, resource: patient(), request: { method: 'POST', url: 'Patient' } }],
    }),
    s.post('Patient', told(`<img src="${url}"/>`)),
  ]);
  await s.made(patient());
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal(visits, 0);
  t.ok(answers.every(({ status }) => status < 500));
  t.equal(answers[0]!.status, 201, 'a Subscription is kept, and does nothing');
});

const LINES = (...lines: string[]) => lines.join('\r\n');
/** What is no HTTP, or two requests in one: each gets one answer, an error in FHIR, and the connection ends. */
const WIRES: Readonly<Record<string, string>> = {
  'no HTTP': 'hello\r\n\r\n',
  'two lengths': LINES('POST /fhir/Patient HTTP/1.1', 'Host: x', 'Content-Length: 2', 'Content-Length: 3', '', '{}x'),
  'a length and chunks': LINES(
    'POST /fhir/Patient HTTP/1.1',
    'Host: x',
    'Content-Length: 3',
    'Transfer-Encoding: chunked',
    '',
    '0',
    '',
    'GET / HTTP/1.1',
    '',
    '',
  ),
  'a chunk of no size': LINES('POST /fhir/Patient HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked', '', 'zz', '', ''),
  'a space before the colon': LINES('GET /fhir/Patient HTTP/1.1', 'Host : x', '', ''),
  'a folded header': LINES('GET /fhir/Patient HTTP/1.1', 'Host: x', ' folded', '', ''),
  'a length below zero': LINES('POST /fhir/Patient HTTP/1.1', 'Host: x', 'Content-Length: -1', '', ''),
  'no host': LINES('GET /fhir/Patient HTTP/1.1', '', ''),
  'a method of its own': LINES('HACK /fhir/Patient HTTP/1.1', 'Host: x', '', ''),
  'a megabyte of header': LINES('GET /fhir/Patient HTTP/1.1', 'Host: x', `X: ${'x'.repeat(1_000_000)}`, '', ''),
  'a control character in a header': LINES('GET /fhir/Patient HTTP/1.1', 'Host: x', 'X: a\u0000b', '', ''),
};

t.test('what is no HTTP', async (t) => {
  const address = await s.app.listen({ port: 0, host: '127.0.0.1' });
  const port = Number(new URL(address).port);
  const send = (bytes: string) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
      socket.setTimeout(5000, () => socket.destroy());
      socket.on('data', (chunk) => {
        answer += chunk.toString('utf8');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
    });
  for (const [name, bytes] of Object.entries(WIRES)) {
    const answer = await send(bytes);
    t.match(answer, /^HTTP\/1\.1 4\d\d /, `${name}: ${answer.slice(0, 80)}`);
    t.equal(answer.match(/HTTP\/1\.1/g)?.length, 1, `${name}: one answer`);
    // Without a host Node answers itself, without a body.
    if (name !== 'no host') t.match(answer, '"resourceType":"OperationOutcome"', name);
  }
  t.equal((await fetch(`${address}/fhir/${p}`)).status, 200, 'and it serves on');
});
