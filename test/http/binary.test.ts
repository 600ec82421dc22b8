// Binary, bytes in and out: https://hl7.org/fhir/R4/binary.html#rest
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { refused, serve } from './server.ts';

const FHIR = { accept: 'application/fhir+json' };
const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200ff00fe', 'hex');
const type = (contentType: string, more: Record<string, string> = {}) => ({ 'content-type': contentType, ...more });

t.test('Binary', async (t) => {
  const s = await serve(t, { bodyLimit: 1_000_000 });
  const pathOf = (answer: { headers: Readonly<Record<string, string>> }) =>
    (answer.headers.location ?? '').replace(/^.*\/fhir\//, '').replace(/\/_history\/.*$/, '');

  t.test('bytes of any type come back as they were, with their type', async (t) => {
    const bodies: readonly (readonly [string, Buffer])[] = [
      ['image/png', PNG],
      ['application/pdf', Buffer.from('%PDF-1.4\n\u0000\xff', 'latin1')],
      ['text/plain; charset=iso-8859-1', Buffer.from('\xe9t\xe9', 'latin1')],
      ['application/xml', Buffer.from('<a/>')],
      ['application/x-www-form-urlencoded', Buffer.from('a=1&b=2')],
      ['application/json', Buffer.from('[1.50, {"a": 1}]')],
      ['application/json', Buffer.from('not json at all')],
      ['application/json-patch+json', Buffer.from('[]')],
      ['application/octet-stream', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
      ['x-vendor/anything', Buffer.from('x')],
    ];
    for (const [contentType, bytes] of bodies) {
      const made = await s.post('Binary', bytes, type(contentType));
      t.equal(made.status, 201, `${contentType} ${made.text}`);
      const got = await s.get(pathOf(made), { accept: '*/*' });
      t.equal(got.status, 200);
      t.equal(got.headers['content-type'], contentType);
      t.ok(got.raw.equals(bytes), contentType);
    }
  });

  t.test('a read asks for bytes unless it names FHIR', async (t) => {
    const path = pathOf(await s.post('Binary', PNG, type('image/png')));
    for (const accept of [
      '*/*',
      'image/png',
      'image/*',
      'image/jpeg',
      'text/html,application/xhtml+xml,*/*;q=0.8',
      '',
    ]) {
      const answer = await s.get(path, { accept });
      t.equal(answer.headers['content-type'], 'image/png', accept);
      t.ok(answer.raw.equals(PNG), accept);
    }
    for (const accept of [
      'application/fhir+json',
      'application/json',
      'application/json+fhir',
      'application/fhir+json, */*;q=0.1',
    ]) {
      const answer = await s.get(path, { accept });
      t.match(answer.headers['content-type'], 'json', accept);
      t.match(answer.json, { resourceType: 'Binary', contentType: 'image/png', data: PNG.toString('base64') }, accept);
    }
    t.equal((await s.get(`${path}?_format=json`)).json.resourceType, 'Binary');
    refused(t, await s.get(path, { accept: 'application/fhir+xml' }), 406);
    refused(t, await s.get(`${path}?_format=xml`), 406);
    refused(t, await s.get(`${path}?_summary=true`), 400);
  });

  t.test('bytes of JSON are bytes unless FHIR is named', async (t) => {
    const path = pathOf(await s.post('Binary', '{"a": 1.50}', type('application/json')));
    t.equal((await s.get(path, { accept: 'application/json' })).text, '{"a": 1.50}');
    t.equal((await s.get(path, FHIR)).json.resourceType, 'Binary');
  });

  t.test('no browser shows bytes as a page of this server', async (t) => {
    const page = '<script>alert(1)</script>';
    const path = pathOf(await s.post('Binary', page, type('text/html')));
    const answer = await s.get(path);
    t.match(answer.headers, {
      'content-type': 'text/html',
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      etag: 'W/"1"',
      'cache-control': 'private, no-cache',
    });
    t.ok(answer.headers['last-modified']);
    const odd = await s.put('Binary/odd', { resourceType: 'Binary', id: 'odd', contentType: 'text/é', data: 'aGk=' });
    refused(t, odd, 422);
  });

  t.test('a Binary resource in JSON is taken like any other', async (t) => {
    const body = { resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' };
    for (const contentType of ['application/fhir+json', 'application/json', 'text/json']) {
      const made = await s.post('Binary', JSON.stringify(body), type(contentType));
      t.equal(made.status, 201, contentType);
      t.match(made.json, body);
      t.equal((await s.get(pathOf(made))).text, 'hello');
    }
    refused(t, await s.post('Binary', { resourceType: 'Patient' }), 400, 'resource-type-other');
    refused(
      t,
      await s.post('Binary', { resourceType: 'Patient' }, type('application/json')),
      400,
      'resource-type-other',
    );
    refused(t, await s.post('Binary', { ...body, data: 'not base64!' }), 422);
    refused(t, await s.post('Binary', '{"resourceType":'), 400, 'body-not-json');
    refused(t, await s.post('Binary', '<Binary/>', type('application/fhir+xml')), 415);
  });

  t.test('PUT of bytes makes versions, each with its own bytes', async (t) => {
    t.equal((await s.put('Binary/photo', PNG, type('image/png'))).status, 201);
    t.equal((await s.put('Binary/photo', 'two', type('text/plain'))).status, 200);
    t.equal((await s.get('Binary/photo')).text, 'two');
    t.equal((await s.get('Binary/photo')).headers.etag, 'W/"2"');
    const first = await s.get('Binary/photo/_history/1');
    t.ok(first.raw.equals(PNG));
    t.equal(first.headers['content-type'], 'image/png');
    t.equal((await s.get('Binary/photo/_history/1', FHIR)).json.meta.versionId, '1');
    t.equal((await s.get('Binary/photo', { 'if-none-match': 'W/"2"' })).status, 304);
    const head = await s.send('HEAD', 'Binary/photo');
    t.equal(head.status, 200);
    t.equal(head.headers['content-type'], 'text/plain');
    t.equal(head.text, '');
    refused(t, await s.get('Binary/photo/_history/9'), 404);
  });

  t.test('what was deleted is gone, what never was is unknown', async (t) => {
    await s.put('Binary/brief', 'x', type('text/plain'));
    t.equal((await s.delete('Binary/brief')).status, 204);
    refused(t, await s.get('Binary/brief'), 410);
    refused(t, await s.get('Binary/never'), 404);
  });

  t.test('X-Security-Context says whose the bytes are', async (t) => {
    await s.put('Patient/p', { resourceType: 'Patient', id: 'p' });
    const made = await s.post('Binary', 'secret', type('text/plain', { 'x-security-context': 'Patient/p' }));
    t.equal(made.status, 201, made.text);
    t.match((await s.get(pathOf(made), FHIR)).json, { securityContext: { reference: 'Patient/p' } });
    t.equal((await s.get(pathOf(made))).headers['x-security-context'], 'Patient/p');
    refused(t, await s.post('Binary', 'secret', type('text/plain', { 'x-security-context': 'Patient/nobody' })), 422);
    const beside = { resourceType: 'Binary', contentType: 'text/plain' };
    refused(t, await s.post('Binary', beside, { 'x-security-context': 'Patient/p' }), 400, 'security-context-beside');
  });

  t.test('empty bytes are a Binary without data', async (t) => {
    const made = await s.post('Binary', Buffer.alloc(0), type('text/plain', { 'content-length': '0' }));
    t.equal(made.status, 201);
    t.notOk('data' in made.json);
    const got = await s.get(pathOf(made));
    t.equal(got.status, 200);
    t.equal(got.text, '');
  });

  t.test('packed bytes are unpacked', async (t) => {
    const made = await s.post(
      'Binary',
      gzipSync('hello '.repeat(500)),
      type('text/plain', { 'content-encoding': 'gzip' }),
    );
    t.equal(made.status, 201);
    t.equal((await s.get(pathOf(made))).text, 'hello '.repeat(500));
  });

  t.test('what could not be sent back as JSON within the limit is refused', async (t) => {
    const most = Math.floor(((1_000_000 - 4096) * 3) / 4);
    const made = await s.post('Binary', Buffer.alloc(most, 7), type('image/png'));
    t.equal(made.status, 201);
    const whole = await s.get(pathOf(made), FHIR);
    t.ok(Buffer.byteLength(whole.text) <= 1_000_000);
    t.equal((await s.put(pathOf(made), whole.text)).status, 200, 'the resource can be sent back');
    refused(t, await s.post('Binary', Buffer.alloc(most + 1), type('image/png')), 413, 'binary-too-large');
    refused(t, await s.post('Binary', Buffer.alloc(1_000_001), type('image/png')), 413);
  });

  t.test('other addresses and types take no bytes', async (t) => {
    refused(t, await s.post('Patient', PNG, type('image/png')), 415, 'content-type');
    refused(t, await s.post('Binary/$validate', PNG, type('image/png')), 415);
    refused(t, await s.post('Binary/_search', PNG, type('image/png')), 415);
    refused(t, await s.post('', PNG, type('image/png')), 415);
  });

  t.test('all else of Binary is as for every type', async (t) => {
    const meta = await s.get('Binary/photo/$meta');
    t.equal(meta.status, 200);
    t.equal(meta.json.resourceType, 'Parameters');
    t.equal((await s.get('Binary?_id=photo')).json.entry.length, 1);
    t.equal((await s.get('Binary/photo/_history')).json.total, 2);
    t.equal((await s.get('Binary/$validate')).status, 405);
    t.match((await s.send('OPTIONS', 'Binary/photo')).headers.allow, 'GET');
  });
});
