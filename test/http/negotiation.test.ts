// What is read and what is answered: media types, versions, character sets. https://hl7.org/fhir/R4/http.html#mime-type
import t from 'tap';
import { patient, refused, serve } from './server.ts';

const s = await serve(t);
const ref = await s.made(patient());
const FHIR = 'application/fhir+json; charset=utf-8';

const ACCEPTED: readonly (readonly [accept: string, type: string])[] = [
  ['application/fhir+json', FHIR],
  ['Application/FHIR+JSON', FHIR],
  ['application/json', 'application/json; charset=utf-8'],
  ['text/json', 'text/json; charset=utf-8'],
  ['application/json+fhir', 'application/json+fhir; charset=utf-8'],
  ['*/*', FHIR],
  ['application/*', FHIR],
  ['text/*', 'text/json; charset=utf-8'],
  ['', FHIR],
  ['application/fhir+json; fhirVersion=4.0', FHIR],
  ['application/fhir+json;fhirVersion="4.0";q=0.5', FHIR],
  ['application/fhir+xml, application/fhir+json;q=0.9', FHIR],
  ['application/fhir+json;q=0.1, application/json;q=0.8', 'application/json; charset=utf-8'],
  ['text/html, application/xhtml+xml, */*;q=0.8', FHIR],
  ['application/fhir+json;q=0, */*', 'application/json; charset=utf-8'],
  ['application/fhir+json;q=abc', FHIR],
  ['application/fhir+json;fhirVersion=3.0, application/fhir+json;fhirVersion=4.0', FHIR],
];
for (const [accept, type] of ACCEPTED) {
  t.test(`Accept: ${accept} is answered in ${type}`, async (t) => {
    const answer = await s.get(ref, { accept });
    t.equal(answer.status, 200);
    t.equal(answer.headers['content-type'], type);
  });
}

const NOT_ACCEPTED = [
  'application/fhir+xml',
  'application/xml',
  'text/html',
  'text/turtle',
  'text/csv',
  'application/fhir+json;q=0',
  '*/*;q=0',
  'application/fhir+json; fhirVersion=3.0',
  'application/fhir+json; fhirVersion=5.0',
];
for (const accept of NOT_ACCEPTED) {
  t.test(`Accept: ${accept} is not acceptable`, async (t) => {
    refused(t, await s.get(ref, { accept }), 406, 'format-not-offered');
  });
}

t.test('a write that could not be answered stores nothing', async (t) => {
  const before = await s.query('select count(*)::int as n from resource');
  refused(t, await s.post('Patient', patient(), { accept: 'application/fhir+xml' }), 406);
  refused(t, await s.post('Patient?_format=xml', patient()), 406);
  t.strictSame(await s.query('select count(*)::int as n from resource'), before);
});

for (const format of ['json', 'application/json', 'application/fhir+json', 'application/fhir%2Bjson', 'text/json']) {
  t.test(`_format=${format} is answered, whatever Accept says`, async (t) => {
    const answer = await s.get(`${ref}?_format=${format}`, { accept: 'application/fhir+xml' });
    t.equal(answer.status, 200);
    t.equal(answer.headers['content-type'], FHIR);
  });
}
for (const format of ['xml', 'text/xml', 'application/fhir+xml', 'ttl', 'html', 'csv', 'bogus', '']) {
  t.test(`_format=${format} is not acceptable, whatever Accept says`, async (t) => {
    refused(t, await s.get(`${ref}?_format=${format}`, { accept: 'application/fhir+json' }), 406, 'format-not-offered');
  });
}

t.test('_format stands on every interaction', async (t) => {
  for (const path of ['metadata', 'Patient', ref, `${ref}/_history`, `${ref}/_history/1`]) {
    t.equal((await s.get(`${path}?_format=json`)).status, 200, path);
    t.equal((await s.get(`${path}?_format=xml`)).status, 406, path);
  }
});

t.test('the form of a search by POST may ask for the format', async (t) => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const pretty = await s.post('Patient/_search', '_format=json&_pretty=true&_count=1', form);
  t.equal(pretty.status, 200);
  t.match(pretty.text, '\n  "type": "searchset"');
  refused(t, await s.post('Patient/_search', '_format=xml', form), 406);
  refused(t, await s.post('Patient/_search', '{}'), 415, 'search-form');
});

t.test('_pretty indents, and keeps the digits', async (t) => {
  const id = await s.made({ resourceType: 'Observation', status: 'final', code: { text: 'x' } });
  const body = `{"resourceType":"Observation","id":"${id.split('/')[1]}","status":"final","code":{"text":"x"},"valueQuantity":{"value":72.00}}`;
  t.equal((await s.put(id, body)).status, 200);
  const pretty = await s.get(`${id}?_pretty=true`);
  t.match(pretty.text, '\n  "status": "final"');
  t.match(pretty.text, '"value": 72.00');
  t.notMatch((await s.get(`${id}?_pretty=false`)).text, '\n');
});

const READ = ['application/fhir+json', 'application/json', 'text/json', 'application/json+fhir'].flatMap((type) => [
  type,
  `${type}; charset=utf-8`,
  `${type};charset="UTF-8"`,
  `${type}; fhirVersion=4.0`,
]);
for (const type of READ) {
  t.test(`Content-Type: ${type} is read`, async (t) => {
    t.equal((await s.post('Patient', patient(), { 'content-type': type })).status, 201);
  });
}

const NOT_READ: readonly (readonly [type: string, code: string])[] = [
  ['application/fhir+xml', 'content-type'],
  ['text/plain', 'content-type'],
  ['application/xml', 'content-type'],
  ['application/json-patch+json', 'patch-elsewhere'],
  ['application/fhir+json; charset=iso-8859-1', 'charset-not-utf8'],
  ['application/fhir+json; charset=utf-16', 'charset-not-utf8'],
  ['application/fhir+json; fhirVersion=3.0', 'fhir-version'],
  ['nonsense', 'content-type'],
  ['', 'content-type'],
];
for (const [type, code] of NOT_READ) {
  t.test(`Content-Type: ${type} is not read`, async (t) => {
    refused(t, await s.post('Patient', JSON.stringify(patient()), { 'content-type': type }), 415, code);
  });
}

t.test('a byte order mark in front of the body is skipped', async (t) => {
  const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(patient()))]);
  t.equal((await s.post('Patient', body)).status, 201);
});

t.test('a body that is missing is asked for', async (t) => {
  refused(t, await s.send('POST', 'Patient'), 400, 'body-missing');
  refused(t, await s.send('PUT', ref), 400, 'body-missing');
  refused(t, await s.send('POST', 'Patient', '', { 'content-type': 'application/fhir+json' }), 400, 'body-missing');
});

t.test('a DELETE with a body is refused, one with an empty body is not', async (t) => {
  const gone = await s.made(patient());
  refused(t, await s.send('DELETE', gone, { a: 1 }), 400, 'body-unexpected');
  t.equal((await s.send('DELETE', gone, undefined, { 'content-type': 'application/fhir+json' })).status, 204);
});

t.test('refusals speak the language that is asked for', async (t) => {
  t.match(
    refused(t, await s.get('Patient/nobody', { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.1' }), 404).details.text,
    'Aucune',
  );
  t.match(
    refused(t, await s.get('Patient/nobody', { 'accept-language': 'de, en;q=0.5' }), 404).details.text,
    'There is no',
  );
});
