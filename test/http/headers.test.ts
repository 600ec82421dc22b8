// Headers of answers, HEAD, OPTIONS, wrong methods, packing, ids of requests. https://hl7.org/fhir/R4/http.html
import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { patient, refused, serve } from './server.ts';

const s = await serve(t);
const BASE = 'http://localhost:80/fhir';
const MODIFIED = 'Tue, 24 Nov 2026 10:00:00 GMT';

t.test('a create says where and which version', async (t) => {
  const { status, headers, json } = await s.post('Patient', patient());
  t.equal(status, 201);
  t.equal(headers.location, `${BASE}/Patient/${json.id}/_history/1`);
  t.equal(headers.etag, 'W/"1"');
  t.equal(headers['last-modified'], MODIFIED);
});

t.test('an update that creates says where; one that updates says which version', async (t) => {
  const created = await s.put('Patient/p1', patient({ id: 'p1' }));
  t.equal(created.status, 201);
  t.equal(created.headers.location, `${BASE}/Patient/p1/_history/1`);
  const updated = await s.put('Patient/p1', patient({ id: 'p1', active: true }));
  t.equal(updated.status, 200);
  t.equal(updated.headers.etag, 'W/"2"');
  t.equal(updated.headers['last-modified'], MODIFIED);
  t.equal(updated.json.meta.versionId, '2');
});

t.test('a read says version, date and the address of the version', async (t) => {
  const ref = await s.made(patient());
  for (const path of [ref, `${ref}/_history/1`]) {
    const { headers } = await s.get(path);
    t.equal(headers.etag, 'W/"1"');
    t.equal(headers['last-modified'], MODIFIED);
    t.equal(headers['content-location'], `${BASE}/${ref}/_history/1`);
    t.equal(headers.location, undefined);
    t.equal(headers['cache-control'], 'private, no-cache');
  }
});

t.test('conditional reads', async (t) => {
  const ref = await s.made(patient());
  await s.put(ref, patient({ id: ref.split('/')[1], active: true }));
  const lines: readonly (readonly [headers: Record<string, string>, status: number])[] = [
    [{ 'if-none-match': 'W/"2"' }, 304],
    [{ 'if-none-match': '"2"' }, 304],
    [{ 'if-none-match': 'W/"1"' }, 200],
    [{ 'if-none-match': 'W/"1", W/"2"' }, 304],
    [{ 'if-none-match': 'W/"1", W/"3"' }, 200],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': 'W/"abc"' }, 200],
    [{ 'if-none-match': '2' }, 400],
    [{ 'if-modified-since': MODIFIED }, 304],
    [{ 'if-modified-since': 'Tue, 24 Nov 2026 10:00:01 GMT' }, 304],
    [{ 'if-modified-since': 'Tue, 24 Nov 2026 09:59:59 GMT' }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-none-match': 'W/"1"', 'if-modified-since': MODIFIED }, 200],
    [{ 'if-none-match': 'W/"2"', 'if-modified-since': 'Tue, 24 Nov 2020 09:59:59 GMT' }, 304],
  ];
  for (const [headers, status] of lines) {
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await s.send(method, ref, undefined, headers);
      t.equal(answer.status, status, `${method} ${JSON.stringify(headers)}`);
      if (status !== 304) continue;
      t.equal(answer.text, '');
      t.equal(answer.headers.etag, 'W/"2"');
      t.equal(answer.headers['last-modified'], MODIFIED);
    }
  }
  t.equal((await s.get(`${ref}/_history/1`, { 'if-none-match': 'W/"1"' })).status, 304);
  t.equal((await s.get(`${ref}/_history/1`, { 'if-none-match': 'W/"2"' })).status, 200);
});

t.test('a read within the second of a change is not taken for known', async (t) => {
  s.clock.set('2026-11-24T10:00:00.500Z');
  const ref = await s.made(patient());
  s.clock.set('2026-11-24T10:00:00.000Z');
  const { headers } = await s.get(ref);
  t.equal(headers['last-modified'], MODIFIED);
  t.equal((await s.get(ref, { 'if-modified-since': MODIFIED })).status, 304);
  t.equal((await s.get(ref, { 'if-modified-since': 'Tue, 24 Nov 2026 09:59:59 GMT' })).status, 200);
});

t.test('a condition does not turn a 404 or a 410 into a 304', async (t) => {
  const ref = await s.made(patient());
  await s.delete(ref);
  refused(t, await s.get(ref, { 'if-none-match': '*' }), 410);
  refused(t, await s.get('Patient/nobody', { 'if-none-match': '*' }), 404);
});

t.test('HEAD answers as GET does, without the body', async (t) => {
  const ref = await s.made(patient());
  for (const path of [
    'metadata',
    'Patient?_count=1',
    ref,
    `${ref}/_history`,
    `${ref}/_history/1`,
    'Patient/nobody',
    'Nothing',
  ]) {
    const get = await s.get(path);
    const head = await s.send('HEAD', path);
    t.equal(head.status, get.status, path);
    t.equal(head.text, '');
    for (const name of ['etag', 'last-modified', 'content-type', 'content-length', 'content-location']) {
      t.equal(head.headers[name], get.headers[name], `${path} ${name}`);
    }
  }
});

const ALLOWED: readonly (readonly [path: string, allow: string])[] = [
  ['metadata', 'GET, HEAD, OPTIONS'],
  ['Patient/_search', 'POST, OPTIONS'],
  ['Patient/1/_history', 'GET, HEAD, OPTIONS'],
  ['Patient/1/_history/1', 'GET, HEAD, OPTIONS'],
];
for (const [path, allow] of ALLOWED) {
  t.test(`${path} allows ${allow}`, async (t) => {
    const options = await s.send('OPTIONS', path);
    t.equal(options.status, 204);
    t.equal(options.headers.allow, allow);
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      if (allow.includes(method)) continue;
      const body = method === 'GET' || method === 'HEAD' || method === 'DELETE' ? undefined : '<xml/>';
      const answer = await s.send(method, path, body, body === undefined ? {} : { 'content-type': 'application/xml' });
      t.equal(answer.status, 405, method);
      t.equal(answer.headers.allow, allow);
      if (method !== 'HEAD') refused(t, answer, 405, 'method-not-allowed');
    }
  });
}

t.test('OPTIONS tells what a type and an instance take', async (t) => {
  for (const path of ['', 'Patient', 'Patient/1']) {
    const { status, headers } = await s.send('OPTIONS', path);
    t.equal(status, 204);
    t.match(headers.allow, 'OPTIONS');
  }
  refused(t, await s.send('OPTIONS', 'Nothing'), 404);
});

t.test('operations allow their verbs', async (t) => {
  t.equal((await s.send('OPTIONS', 'Claim/$submit')).headers.allow, 'POST, OPTIONS');
  const answer = await s.get('Claim/$submit');
  refused(t, answer, 405, 'method-not-allowed');
  t.equal(answer.headers.allow, 'POST, OPTIONS');
  for (const path of ['Claim/$nothing', '$nothing', 'Patient/1/$nothing', '$nothing?_id=1']) {
    refused(t, await s.get(path), 404, 'operation-unknown');
    refused(t, await s.post(path, {}), 404, 'operation-unknown');
    for (const verb of ['PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      refused(t, await s.send(verb, path), 404, 'address-unknown');
    }
  }
});

const NOWHERE = [
  'Nothing',
  'patient',
  'Patients/1',
  'Patient/1/nothing',
  'Patient/1/_history/1/nothing',
  'Patient/1/2/3/4/5',
];
for (const path of NOWHERE) {
  t.test(`there is nothing at ${path}`, async (t) => {
    refused(t, await s.get(path), 404);
    refused(t, await s.post(path, {}), 404);
  });
}

t.test('an address that is no address is refused in FHIR too', async (t) => {
  refused(t, await s.get('Patient/%zz'), 400);
  refused(t, await s.get(`Patient/${'x'.repeat(300)}`), 414);
});

t.test('unknown parameters of a read or a write are refused', async (t) => {
  const ref = await s.made(patient());
  const id = ref.split('/')[1];
  refused(t, await s.get(`${ref}?foo=1`), 400, 'parameter-unknown');
  refused(t, await s.get(`${ref}/_history/1?foo=1`), 400, 'parameter-unknown');
  refused(t, await s.post('Patient?foo=1', patient()), 400, 'parameter-unknown');
  refused(t, await s.put(`${ref}?foo=1`, patient({ id })), 400, 'parameter-unknown');
  refused(t, await s.delete(`${ref}?foo=1`), 400, 'parameter-unknown');
  refused(t, await s.get('metadata?foo=1'), 400, 'parameter-unknown');
  t.equal((await s.get('metadata?mode=full')).status, 200);
  refused(t, await s.get('metadata?mode=terminology'), 400, 'metadata-mode');
});

t.test('the CapabilityStatement has a tag, and is not sent twice', async (t) => {
  const { headers, json } = await s.get('metadata');
  t.match(headers.etag, /^W\/".+"$/);
  t.equal((await s.get('metadata', { 'if-none-match': String(headers.etag) })).status, 304);
  t.equal((await s.get('metadata', { 'if-none-match': 'W/"1"' })).status, 200);
  t.match(json.rest[0].documentation, '10000 entries');
});

t.test('ids of requests', async (t) => {
  const plain = await s.get('Patient/nobody');
  const next = await s.get('Patient/nobody');
  t.ok(plain.headers['x-request-id'], 'a refusal has one');
  t.not(plain.headers['x-request-id'], next.headers['x-request-id'], 'each has its own');
  t.equal(plain.headers['x-correlation-id'], undefined);
  const named = await s.get('metadata', { 'x-request-id': 'abc-1' });
  t.equal(named.headers['x-request-id'], 'abc-1');
  const odd = await s.get('metadata', { 'x-request-id': 'a b "c"' });
  t.not(odd.headers['x-request-id'], 'a b "c"');
  t.equal(odd.headers['x-correlation-id'], 'a b "c"');
  const both = await s.get('Patient/nobody', { 'x-request-id': 'r', 'x-correlation-id': 'c' });
  t.equal(both.headers['x-request-id'], 'r');
  t.equal(both.headers['x-correlation-id'], 'c');
});

t.test('long answers are packed for those who ask', async (t) => {
  const plain = await s.get('metadata');
  const lines: readonly (readonly [accept: string, packing: string | undefined])[] = [
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['deflate', undefined],
    ['identity', undefined],
    ['gzip;q=0', undefined],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['br;q=0, *', 'gzip'],
    ['x-gzip', 'gzip'],
    ['', undefined],
  ];
  for (const [accept, packing] of lines) {
    const answer = await s.get('metadata', { 'accept-encoding': accept });
    t.equal(answer.headers['content-encoding'], packing, accept);
    const body =
      packing === 'gzip' ? gunzipSync(answer.raw) : packing === 'br' ? brotliDecompressSync(answer.raw) : answer.raw;
    t.equal(body.toString(), plain.text, accept);
    t.equal(Number(answer.headers['content-length']), answer.raw.length);
    t.match(answer.headers.vary, 'Accept-Encoding');
  }
  const head = await s.send('HEAD', 'metadata', undefined, { 'accept-encoding': 'gzip' });
  t.equal(head.headers['content-encoding'], 'gzip');
  t.equal(head.text, '');
});

t.test('short answers are not packed', async (t) => {
  const ref = await s.made(patient());
  t.equal((await s.get(ref, { 'accept-encoding': 'gzip' })).headers['content-encoding'], undefined);
});

t.test('streams are packed too', async (t) => {
  const plain = await s.get('ServiceRequest/$billability', { accept: 'text/csv' });
  const packed = await s.get('ServiceRequest/$billability', { accept: 'text/csv', 'accept-encoding': 'gzip' });
  t.equal(packed.headers['content-encoding'], 'gzip');
  t.equal(gunzipSync(packed.raw).toString(), plain.text);
});

t.test('packed bodies are read', async (t) => {
  const body = Buffer.from(JSON.stringify(patient({ active: true })));
  for (const [packing, packed] of [
    ['gzip', gzipSync(body)],
    ['x-gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['br', brotliCompressSync(body)],
    ['identity', body],
  ] as const) {
    const answer = await s.post('Patient', packed, { 'content-encoding': packing });
    t.equal(answer.status, 201, packing);
    t.equal(answer.json.active, true);
  }
  const broken = await s.post('Patient', Buffer.concat([gzipSync(body).subarray(0, 20), Buffer.from('xxxx')]), {
    'content-encoding': 'gzip',
  });
  refused(t, broken, 400, 'body-unpack');
  refused(t, await s.post('Patient', body, { 'content-encoding': 'gzip' }), 400, 'body-unpack');
  // Refused before it is read: what cannot be unpacked must not be an error that nobody hears.
  for (const path of ['metadata', 'Patient/_search?foo=1', 'Nothing']) {
    t.ok((await s.post(path, body, { 'content-encoding': 'gzip' })).status < 500, path);
    t.ok((await s.post(path, body, { 'content-encoding': 'gzip', 'content-type': 'text/plain' })).status < 500, path);
  }
  t.equal((await s.get('metadata', { 'content-encoding': 'x' })).status, 200);
  const unknown = await s.post('Patient', body, { 'content-encoding': 'zstd-x' });
  refused(t, unknown, 415, 'content-encoding');
  t.equal(unknown.headers['accept-encoding'], 'gzip, deflate, br');
});

t.test('a body is as long as it is once unpacked', async (t) => {
  const small = await serve(t, { bodyLimit: 100_000 });
  const bomb = Buffer.alloc(20_000_000, ' ');
  refused(t, await small.post('Patient', gzipSync(bomb), { 'content-encoding': 'gzip' }), 413, 'body-too-large');
  refused(
    t,
    await small.post('Patient', brotliCompressSync(bomb), { 'content-encoding': 'br' }),
    413,
    'body-too-large',
  );
  refused(t, await small.post('Patient', bomb), 413, 'body-too-large');
  const long = JSON.stringify(patient({ name: [{ family: 'x'.repeat(99_900 - JSON.stringify(patient()).length) }] }));
  t.equal((await small.post('Patient', gzipSync(long), { 'content-encoding': 'gzip' })).status, 201);
});
