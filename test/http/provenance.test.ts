// X-Provenance: a Provenance stored with what it speaks of, or a refusal. https://hl7.org/fhir/R4/provenance.html#header
import t from 'tap';
import { at, bundles, del, get, known, post, put, statuses } from '../fhir/interactions/bundles.ts';
import { type Answer, type Json, observation, patient, refused, serve } from './server.ts';

const s = await serve(t);
const { total } = bundles(s);
const author = await s.made({ resourceType: 'Practitioner' });

const provenance = (more: Json = {}): Json => ({
  resourceType: 'Provenance',
  recorded: '2026-11-24T09:00:00.120+01:00',
  agent: [{ who: { reference: author } }],
  ...more,
});
/** Headers carry bytes: what is not ASCII goes as UTF-8. */
const said = (more: Json = {}) => ({
  'x-provenance': Buffer.from(JSON.stringify(provenance(more)), 'utf8').toString('latin1'),
});
const about = async (reference: string): Promise<Json[]> =>
  ((await s.get(`Provenance?target=${reference}&_sort=_id`)).json.entry ?? []).map((e: Json) => e.resource);
const located = (a: Answer) => a.headers.location!.replace(/^.*\/fhir\//, '').replace(/\/_history.*/, '');
const fhirPatch = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: 'Patient.gender' },
        { name: 'value', valueCode: 'female' },
      ],
    },
  ],
};
const jsonPatch = [{ op: 'replace', path: '/gender', value: 'female' }];
const person = (n: string) => known(n, { gender: 'unknown' });

const WRITES: readonly (readonly [name: string, status: number, version: number, (n: string) => Promise<Answer>])[] = [
  ['a create', 201, 1, (n) => s.post('Patient', person(n), said())],
  ['a conditional create', 201, 1, (n) => s.post('Patient', person(n), { ...said(), ...unless(n) })],
  ['an update', 200, 2, async (n) => updated(n, await s.made(person(n)))],
  ['an update as create', 201, 1, (n) => s.put(`Patient/${n}`, { ...person(n), id: n }, said())],
  ['a conditional update that creates', 201, 1, (n) => s.put(`Patient?identifier=urn:t|${n}`, person(n), said())],
  ['a conditional update', 200, 2, (n) => after(n, () => s.put(`Patient?identifier=urn:t|${n}`, person(n), said()))],
  ['a JSON Patch', 200, 2, async (n) => s.patch(await s.made(person(n)), jsonPatch, said())],
  ['a FHIRPath Patch', 200, 2, async (n) => s.patch(await s.made(person(n)), fhirPatch, { ...said(), ...FHIR })],
  ['a conditional patch', 200, 2, (n) => after(n, () => s.patch(`Patient?identifier=urn:t|${n}`, jsonPatch, said()))],
];
const FHIR = { 'content-type': 'application/fhir+json' };
const unless = (n: string) => ({ 'if-none-exist': `identifier=urn:t|${n}` });
const updated = (n: string, ref: string) =>
  s.put(ref, { ...person(n), id: ref.split('/')[1] }, { ...said(), 'if-match': 'W/"1"' });
async function after(n: string, run: () => Promise<Answer>): Promise<Answer> {
  await s.made(person(n));
  return run();
}

for (const [i, [name, status, version, write]] of WRITES.entries()) {
  t.test(`${name} is answered as without, and its Provenance names the version`, async (t) => {
    const before = Number(await total());
    const answer = await write(`w${i}`);
    t.equal(answer.status, status, answer.text);
    t.equal(answer.json.resourceType, 'Patient', 'the resource is the answer');
    t.equal(answer.headers.etag, `W/"${version}"`);
    t.equal(answer.json.meta.versionId, String(version));
    const [one, second] = await about(located(answer));
    t.equal(second, undefined);
    t.strictSame(one?.target, [{ reference: `${located(answer)}/_history/${version}` }]);
    t.strictSame(one?.agent, provenance().agent);
    t.equal(one?.recorded, '2026-11-24T09:00:00.120+01:00', 'as it was sent');
    t.equal(Number(await total()) - before, version + 1);
  });
}

t.test('preferences hold as without', async (t) => {
  const minimal = await s.post('Patient', patient(), { ...said(), prefer: 'return=minimal' });
  t.strictSame([minimal.status, minimal.text], [201, '']);
  const outcome = await s.post('Patient', patient(), { ...said(), prefer: 'return=OperationOutcome' });
  t.equal(outcome.json.resourceType, 'OperationOutcome');
});

t.test('digits and accents of both stay', async (t) => {
  const who = await s.made(patient());
  const body = JSON.stringify(observation(who)).replace(/"value":[\d.]+/, '"value":72.40');
  const extension = '"extension":[{"url":"urn:x","valueDecimal":1.50},{"url":"urn:y","valueString":"é€𝄞"}]';
  const header = JSON.stringify(provenance()).replace('{', `{${extension},`);
  const headers = { 'x-provenance': Buffer.from(header, 'utf8').toString('latin1') };
  const answer = await s.send('POST', 'Observation', body, { ...FHIR, ...headers });
  t.equal(answer.status, 201, answer.text);
  t.match(answer.text, '"value":72.40');
  const { text } = await s.get(`Provenance?target=${located(answer)}`);
  t.match(text, '"valueDecimal":1.50');
  t.match(text, '"valueString":"é€𝄞"');
});

t.test('of a transaction it names all that is written, and nothing else', async (t) => {
  const old = await s.made(person('tx-old'));
  const gone = await s.made({ resourceType: 'Device' });
  const there = await s.made(person('tx-there'));
  const entry = [
    post(person('tx-new')),
    put(old, { ...person('tx-old'), id: old.split('/')[1] }),
    post(person('tx-there'), { request: { ifNoneExist: 'identifier=urn:t|tx-there' } }),
    del(gone),
    get(author),
  ];
  const answer = await s.post('', { resourceType: 'Bundle', type: 'transaction', entry }, said());
  t.strictSame(statuses(answer.json), [201, 200, 200, 204, 200], 'an answer for each entry that was sent');
  const [one] = await about(at(answer.json, 0));
  t.strictSame(one?.target, [{ reference: `${at(answer.json, 0)}/_history/1` }, { reference: `${old}/_history/2` }]);
  t.strictSame(await about(there), []);
});

t.test('a transaction of creates alone, with a Provenance that names an entry and a condition', async (t) => {
  const fullUrl = 'urn:uuid:00000000-0000-4000-8000-00000000aaaa';
  const agent = [{ who: { reference: fullUrl } }, { who: { reference: 'Practitioner?identifier=urn:t|cond' } }];
  const entry = [post({ resourceType: 'Practitioner', identifier: [{ system: 'urn:t', value: 'cond' }] }, { fullUrl })];
  const answer = await s.post('', { resourceType: 'Bundle', type: 'transaction', entry }, said({ agent }));
  t.equal(answer.status, 200, answer.text);
  const who = at(answer.json, 0);
  const [one] = await about(who);
  t.strictSame(one?.agent, [{ who: { reference: who } }, { who: { reference: who } }]);
});

t.test('a conditional create that finds its resource stores none', async (t) => {
  const there = await s.made(person('found'));
  const before = await total();
  const answer = await s.post('Patient', person('found'), { ...said(), ...unless('found') });
  t.equal(answer.status, 200);
  t.equal(await total(), before);
  t.strictSame(await about(there), []);
});

const REFUSED: readonly (readonly [
  name: string,
  header: Json | string,
  status: number,
  code: string,
  place?: string,
])[] = [
  ['no JSON', '{"resourceType":', 400, 'provenance-form'],
  ['another resource', { resourceType: 'Patient' }, 400, 'resource-type-other', 'Patient'],
  ['an array', '[]', 400, 'resource-expected'],
  [
    'targets of its own',
    provenance({ target: [{ reference: author }] }),
    400,
    'provenance-target',
    'Provenance.target',
  ],
  ['no agent', provenance({ agent: undefined }), 422, 'missing-element', 'Provenance.agent'],
  [
    'an author that is not here',
    provenance({ agent: [{ who: { reference: 'Practitioner/nobody' } }] }),
    422,
    'reference-to-nothing',
    'Provenance.agent[0].who',
  ],
];
for (const [name, header, status, code, place] of REFUSED) {
  t.test(`${name} is refused, and nothing is stored`, async (t) => {
    const before = await total();
    const headers = { 'x-provenance': typeof header === 'string' ? header : JSON.stringify(header) };
    for (const answer of [
      await s.post('Patient', patient(), headers),
      await s.post('', { resourceType: 'Bundle', type: 'transaction', entry: [post(patient())] }, headers),
    ]) {
      const issue = refused(t, answer, status, code);
      if (place !== undefined) t.strictSame(issue.expression, [place]);
    }
    t.equal(await total(), before);
  });
}

t.test('a fault of the resource is told as without', async (t) => {
  const bad = patient({ gender: 'none-such' });
  for (const headers of [{}, said()]) {
    const answer = await s.post('Patient', bad, headers);
    t.strictSame(refused(t, answer, 422, 'code-not-in-value-set').expression, ['Patient.gender']);
    const other = await s.put('Patient/x', { ...patient(), id: 'y' }, headers);
    t.strictSame(refused(t, other, 400, 'update-id').expression, ['Patient.id']);
    const lost = await s.post('Observation', observation('Patient/nobody'), headers);
    t.strictSame(refused(t, lost, 422, 'reference-to-nothing').expression, ['Observation.subject']);
    const conditional = await s.post('Observation', observation('Patient?identifier=urn:t|w0'), headers);
    refused(t, conditional, 422, 'reference-format');
    const stale = await s.put('Patient/stale', { ...patient(), id: 'stale' }, { ...headers, 'if-match': 'W/"7"' });
    t.equal(refused(t, stale, 412, 'if-match').expression, undefined);
  }
});

t.test('where nothing is written it is refused, not ignored', async (t) => {
  const ref = await s.made(patient());
  const bundle = (type: string, ...entry: Json[]) => s.post('', { resourceType: 'Bundle', type, entry }, said());
  for (const answer of [
    await s.get(ref, said()),
    await s.get('Patient', said()),
    await s.get('Binary/x', said()),
    await s.get('metadata', said()),
    await s.delete(ref, said()),
    await s.send('POST', 'Patient/_search', 'gender=male', {
      ...said(),
      'content-type': 'application/x-www-form-urlencoded',
    }),
    await s.post('Patient/$validate', patient(), said()),
    await s.post(`${ref}/$meta-add`, { resourceType: 'Parameters' }, said()),
    await bundle('batch', post(patient())),
    await bundle('transaction', del(ref), get(author)),
  ]) {
    refused(t, answer, 400, 'provenance-elsewhere');
  }
  t.equal((await s.get(ref)).status, 200);
});
