// What testers send at the edges of HTTP: odd encodings, conditions out of place, what is no request at all.
// https://hl7.org/fhir/R4/http.html, RFC 9110

import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import t from 'tap';
import { patient, refused, serve } from './server.ts';

const s = await serve(t);
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

t.test('a form carries a search and nothing else', async (t) => {
  const ref = await s.made(patient());
  t.equal((await s.post('Patient/_search', '_count=1', FORM)).status, 200);
  t.equal((await s.post('Patient/_search?_count=1', 'active=true', FORM)).status, 200);
  for (const path of ['Patient', '', 'Patient?name=_search', `${ref}/$meta-add`]) {
    refused(t, await s.post(path, 'a=b', FORM), 415, 'content-type');
  }
  refused(t, await s.put(ref, 'a=b', FORM), 415, 'content-type');
});

t.test('a patch of another kind is told which ones are read', async (t) => {
  const ref = await s.made(patient());
  for (const type of ['application/merge-patch+json', 'application/xml-patch+xml', 'text/plain']) {
    const answer = await s.patch(ref, '[]', { 'content-type': type });
    refused(t, answer, 415);
    t.equal(answer.headers['accept-patch'], 'application/json-patch+json, application/fhir+json', type);
  }
  t.equal((await s.put(ref, '', { 'content-type': 'text/plain' })).headers['accept-patch'], undefined);
});

t.test('the name of a media type has no case', async (t) => {
  const body = JSON.stringify([{ op: 'add', path: '/gender', value: 'male' }]);
  for (const type of ['Application/JSON-Patch+JSON', 'application/json-PATCH+json; charset=UTF-8']) {
    const ref = await s.made(patient());
    const answer = await s.patch(ref, body, { 'content-type': type });
    t.equal(answer.json.gender, 'male', answer.text);
    refused(t, await s.put(ref, answer.json, { 'content-type': type }), 415, 'patch-elsewhere');
  }
});

t.test('If-Match takes a list of versions', async (t) => {
  const ref = await s.made(patient());
  const body = patient({ id: ref.split('/')[1] });
  refused(t, await s.put(ref, body, { 'if-match': 'W/"7", W/"8"' }), 412, 'if-match');
  t.equal((await s.put(ref, body, { 'if-match': 'W/"7", W/"1"' })).json.meta.versionId, '2');
  t.equal((await s.put(ref, body, { 'if-match': '"2"' })).json.meta.versionId, '3');
  t.equal((await s.put(ref, body, { 'if-match': '*' })).json.meta.versionId, '4');
  for (const value of ['', '4', 'W/4', 'W/"4', 'w/"4"', 'W/"4" W/"5"', '*, W/"4"', 'W/"4",']) {
    refused(t, await s.put(ref, body, { 'if-match': value }), 400, 'entity-tag-form');
  }
});

t.test('a condition that means nothing to the interaction is refused, not ignored', async (t) => {
  const ref = await s.made(patient());
  const body = patient({ id: ref.split('/')[1] });
  const bundle = { resourceType: 'Bundle', type: 'batch' };
  const lines = [
    ['POST', 'Patient', 'if-match', 'W/"1"', patient()],
    ['GET', ref, 'if-match', 'W/"1"'],
    ['POST', '', 'if-match', 'W/"1"', bundle],
    ['POST', 'Patient', 'if-none-match', '*', patient()],
    ['DELETE', ref, 'if-none-match', 'W/"1"'],
    ['PUT', ref, 'if-none-exist', 'name=x', body],
    ['GET', 'Patient', 'if-none-exist', 'name=x'],
    ['POST', '', 'if-none-exist', 'name=x', bundle],
    ['PUT', ref, 'if-unmodified-since', 'Tue, 24 Nov 2020 09:59:59 GMT', body],
    ['PUT', ref, 'content-range', 'bytes 0-10/20', body],
  ] as const;
  for (const [method, path, header, value, sent] of lines) {
    refused(t, await s.send(method, path, sent, { [header]: value }), 400, 'condition-elsewhere');
  }
  t.equal((await s.get(ref)).json.meta.versionId, '1', 'nothing was written');
});

t.test('If-Modified-Since is ignored where it means nothing, as RFC 9110 asks', async (t) => {
  const header = { 'if-modified-since': 'Tue, 24 Nov 2026 10:00:00 GMT' };
  t.equal((await s.post('Patient', patient(), header)).status, 201);
});

t.test('_format and _pretty stand once, and _pretty is true or false', async (t) => {
  const ref = await s.made(patient());
  refused(t, await s.get(`${ref}?_format=json&_format=xml`), 400, 'parameter-twice');
  t.equal((await s.get(`${ref}?_format=json&_format=json`)).status, 200);
  refused(t, await s.get(`${ref}?_pretty=yes`), 400, 'pretty-value');
  refused(t, await s.get(`${ref}?_pretty=true&_pretty=false`), 400, 'parameter-twice');
});

t.test('an error is indented when that is asked for', async (t) => {
  t.match((await s.get('Patient/none?_pretty=true')).text, /^\{\n {2}"resourceType"/);
  t.notMatch((await s.get('Patient/none?_pretty=false')).text, /\n/);
});

t.test('what is not percent-encoded UTF-8 is refused, and not searched for as something else', async (t) => {
  for (const query of ['name=%zz', 'name=%ff', 'name=100%', 'na%8=x', 'name=%ed%a0%80']) {
    refused(t, await s.get(`Patient?${query}`), 400, 'query-encoding');
    refused(t, await s.post('Patient/_search', query, FORM), 400, 'query-encoding');
  }
  t.equal((await s.get('Patient?name=%C3%A9+x')).status, 200);
  const english = refused(t, await s.get('Patient/%zz'), 400, 'url-encoding');
  const french = refused(t, await s.get('Patient/%zz', { 'accept-language': 'fr' }), 400, 'url-encoding');
  t.not(english.details.text, french.details.text);
});

t.test('If-None-Exist may hold UTF-8 as bytes or percent-encoded, and nothing else', async (t) => {
  const name = { name: [{ family: 'Éloïse-Ŵ' }] };
  const ref = await s.made(patient(name));
  const bytes = Buffer.from('family:exact=Éloïse-Ŵ', 'utf8').toString('latin1');
  for (const value of [bytes, `family:exact=${encodeURIComponent('Éloïse-Ŵ')}`]) {
    const answer = await s.post('Patient', patient(name), { 'if-none-exist': value });
    t.equal(answer.status, 200, value);
    t.equal(`Patient/${answer.json.id}`, ref);
  }
  const latin = Buffer.from('family:exact=Éloïse', 'latin1').toString('latin1');
  refused(t, await s.post('Patient', patient(name), { 'if-none-exist': latin }), 400, 'condition-encoding');
  for (const value of ['family=%zz', 'family=%ff']) {
    refused(t, await s.post('Patient', patient(name), { 'if-none-exist': value }), 400, 'query-encoding');
    const request = { method: 'POST', url: 'Patient', ifNoneExist: value };
    const sent = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: patient(), request }] };
    refused(t, await s.post('', sent), 400, 'query-encoding');
    const put = { method: 'PUT', url: `Patient?${value}` };
    refused(t, await s.post('', { ...sent, entry: [{ resource: patient(), request: put }] }), 400, 'query-encoding');
  }
});

t.test('a language of weight 0 is not wanted', async (t) => {
  t.match((await s.get('Patient/none', { 'accept-language': 'fr;q=0' })).text, /There is no Patient/);
  t.match((await s.get('Patient/none', { 'accept-language': 'en;q=0.1, fr;q=0.2' })).text, /Aucune ressource/);
});

t.test('a Host that is none makes no links', async (t) => {
  refused(t, await s.post('Patient', patient(), { host: 'evil"><x' }), 400, 'host-form');
  for (const host of ['vigie.example', 'vigie.example:8080', '[::1]:8080', '127.0.0.1', 'a_b.example']) {
    const answer = await s.post('Patient', patient(), { host });
    t.equal(answer.headers.location?.startsWith(`http://${host}/fhir/Patient/`), true, host);
  }
});

t.test('what is no HTTP request is answered with an OperationOutcome', async (t) => {
  await s.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = s.app.server.address() as AddressInfo;
  const say = (text: string) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
    });
  const lines = [
    ['GET /fhir/Patient HTTP/1.1\r\nHost x\r\n\r\n', 400],
    ['hello\r\n\r\n', 400],
    [`GET /fhir/Patient HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const;
  for (const [text, status] of lines) {
    const answer = await say(text);
    t.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    t.match(head, /content-type: application\/fhir\+json/i);
    t.equal(JSON.parse(body).resourceType, 'OperationOutcome');
  }
});

t.test('a body that trickles in is not waited for without end', async (t) => {
  t.equal(s.app.server.requestTimeout, 300_000);
  t.ok(s.app.server.headersTimeout > 0 && s.app.server.headersTimeout <= 60_000);
});
