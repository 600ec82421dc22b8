// Links between the entries of a transaction, and conditional references. https://hl7.org/fhir/R4/http.html#trules
import t from 'tap';
import { observation, refused, serve } from '../../http/server.ts';
import { at, bundles, known, post, put, statuses, urn } from './bundles.ts';

const s = await serve(t);
const { tx, count, total } = bundles(s);

const HTTP = 'http://example.org/fhir/Device/d';
t.test('links are rewritten wherever they stand', async (t) => {
  const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${HTTP}">a</a> <img src='Device/d' alt="${HTTP}"/> <a href="http://example.org">b</a></div>`;
  const { status, json, text } = await tx(
    post(known('links'), { fullUrl: urn(1) }),
    post(
      observation(urn(1), {
        text: { status: 'additional', div },
        identifier: [{ system: 'urn:ietf:rfc:3986', value: urn(1) }],
        extension: [
          { url: 'urn:e', valueReference: { reference: urn(1) } },
          { url: 'urn:e', valueUri: urn(1) },
          { url: 'urn:e', valueCanonical: urn(1) },
          { url: 'urn:e', valueString: urn(1) },
          { url: 'urn:e', valueUrl: urn(2) },
          { url: 'urn:e', extension: [{ url: 'urn:f', valueUuid: urn(1) }] },
        ],
        contained: [{ resourceType: 'Device', id: 'b', patient: { reference: urn(1) } }],
        meta: { source: urn(1), tag: [{ system: urn(1), code: 'c' }] },
        instantiatesCanonical: undefined,
        hasMember: [{ reference: `${urn(1)}#part` }],
        device: { reference: '#b' },
        focus: [{ reference: `${urn(1)}/_history/7` }, { reference: urn(3) }],
      }),
      { fullUrl: urn(3) },
    ),
    post({
      resourceType: 'CarePlan',
      status: 'active',
      intent: 'plan',
      subject: { reference: urn(1) },
      instantiatesUri: [urn(3), 'urn:other'],
      instantiatesCanonical: [urn(3)],
    }),
    post({ resourceType: 'Device' }, { fullUrl: HTTP }),
  );
  t.equal(status, 200, text);
  const [p, o, c, d] = [at(json, 0), at(json, 1), at(json, 2), at(json, 3)];
  const { json: found } = await s.get(o);
  t.equal(found.subject.reference, p);
  t.equal(found.text.div, div.replace(`href="${HTTP}"`, `href="${d}"`).replace(`src='Device/d'`, `src="${d}"`));
  t.strictSame(found.extension, [
    { url: 'urn:e', valueReference: { reference: p } },
    { url: 'urn:e', valueUri: p },
    { url: 'urn:e', valueCanonical: urn(1) },
    { url: 'urn:e', valueString: urn(1) },
    { url: 'urn:e', valueUrl: urn(2) },
    { url: 'urn:e', extension: [{ url: 'urn:f', valueUuid: p }] },
  ]);
  t.equal(found.identifier[0].value, urn(1), 'an identifier is no link');
  t.equal(found.contained[0].patient.reference, p);
  t.equal(found.meta.source, p);
  t.equal(found.meta.tag[0].system, urn(1));
  t.equal(found.hasMember[0].reference, `${p}#part`);
  t.strictSame(
    found.focus,
    [{ reference: `${p}/_history/1` }, { reference: o }],
    'versions stay versions; a resource may mean itself',
  );
  const plan = (await s.get(c)).json;
  t.strictSame(plan.instantiatesUri, [o, 'urn:other']);
  t.strictSame(plan.instantiatesCanonical, [urn(3)]);
});

t.test('the url that names a definition stays', async (t) => {
  const url = 'http://example.org/fhir/ValueSet/v';
  const { status, json, text } = await tx(post({ resourceType: 'ValueSet', url, status: 'draft' }, { fullUrl: url }));
  t.equal(status, 200, text);
  t.equal((await s.get(at(json, 0))).json.url, url);
});

t.test('entries may refer to each other in circles, by any form of their address', async (t) => {
  const { status, json, text } = await tx(
    post(
      { resourceType: 'Organization', id: 'a', name: 'a', partOf: { reference: 'Organization/b' } },
      { fullUrl: 'http://example.org/fhir/Organization/a' },
    ),
    post({
      resourceType: 'Organization',
      id: 'b',
      name: 'b',
      partOf: { reference: 'http://example.org/fhir/Organization/a' },
    }),
  );
  t.equal(status, 200, text);
  t.equal((await s.get(at(json, 0))).json.partOf.reference, at(json, 1));
  t.equal((await s.get(at(json, 1))).json.partOf.reference, at(json, 0));
});

t.test('a link may mean an entry that a condition finds, or that is updated', async (t) => {
  const there = await s.made(known('found'));
  const { status, json } = await tx(
    post(known('found'), { fullUrl: urn(1), request: { ifNoneExist: 'identifier=urn:t|found' } }),
    { ...put('Patient?identifier=urn:t|new', known('new')), fullUrl: urn(2) },
    post(observation(urn(1))),
    post(observation(urn(2))),
  );
  t.equal(status, 200);
  t.strictSame(statuses(json), [200, 201, 201, 201]);
  t.equal(at(json, 0), there);
  t.equal((await s.get(at(json, 2))).json.subject.reference, there);
  t.equal((await s.get(at(json, 3))).json.subject.reference, at(json, 1));
});

t.test('conditional references', async (t) => {
  const there = await s.made(known('cond'));
  const { status, json, text } = await tx(
    post(
      observation('Patient?identifier=urn:t|cond', { performer: [{ reference: 'Organization?identifier=urn:t|org' }] }),
    ),
    post({ resourceType: 'Organization', name: 'o', identifier: [{ system: 'urn:t', value: 'org' }] }),
  );
  t.equal(status, 200, text);
  const found = (await s.get(at(json, 0))).json;
  t.equal(found.subject.reference, there);
  t.equal(found.performer[0].reference, at(json, 1), 'what the same transaction makes counts');
  t.equal(await count(`Observation?subject=${there}`), 1, 'and it is the patient’s reading');
});

t.test('a conditional reference finds patients that the transaction makes or changes', async (t) => {
  const old = await s.made(known('before'));
  const { status, json, text } = await tx(
    post(observation('Patient?identifier=urn:t|made-here')),
    post(known('made-here')),
    post(observation('Patient?identifier=urn:t|after')),
    put(old, known('after', { id: old.split('/')[1] })),
  );
  t.equal(status, 200, text);
  t.equal((await s.get(at(json, 0))).json.subject.reference, at(json, 1));
  t.equal((await s.get(at(json, 2))).json.subject.reference, old);
  const [row] = await s.query(
    'select count(*)::int as n from reading r join patient p on p.key = r.patient where p.id = $1',
    [at(json, 1).split('/')[1]],
  );
  t.equal(row?.n, 1, 'the reading has the key of the new patient');
});

const REFERENCES: readonly (readonly [name: string, reference: string, status: number, code: string])[] = [
  ['nothing', 'Patient?identifier=urn:t|nobody', 412, 'reference-unmatched'],
  ['several', 'Patient?identifier=urn:t|twins', 412, 'reference-ambiguous'],
  ['one that was changed away', 'Patient?identifier=urn:t|old-name', 412, 'reference-unmatched'],
  ['one here and one in the transaction', 'Patient?identifier=urn:t|double', 412, 'reference-ambiguous'],
  ['no condition', 'Patient?', 400, 'condition-empty'],
  ['a parameter that is unknown', 'Patient?foo=1', 400, 'parameter-unknown'],
  ['a parameter that shapes', 'Patient?identifier=urn:t|cond&_count=1', 400, 'condition-shaping'],
  ['no type', 'Animal?identifier=1', 422, 'reference-format'],
  ['nobody of that name', 'Patient?family=Personne', 412, 'reference-unmatched'],
];
await s.made(known('twins'));
await s.made(known('twins'));
await s.made(known('double'));
const renamed = await s.made(known('old-name'));
for (const [name, reference, status, code] of REFERENCES) {
  t.test(`a conditional reference to ${name} is refused, naming its place`, async (t) => {
    const before = await total();
    const answer = await tx(
      post(known('double')),
      put(renamed, known('new-name', { id: renamed.split('/')[1] })),
      post(observation(reference)),
    );
    const issue = refused(t, answer, status, code === 'parameter-unknown' ? undefined : code);
    t.strictSame(issue.expression, ['Bundle.entry[2].resource.subject.reference']);
    t.equal(await total(), before);
  });
}

t.test('a conditional reference outside a transaction is refused', async (t) => {
  const body = observation('Patient?identifier=urn:t|cond');
  t.equal((await s.post('Observation', body)).status, 422);
  const batch = await s.post('', { resourceType: 'Bundle', type: 'batch', entry: [post(body)] });
  t.strictSame(statuses(batch.json), [422]);
});

t.test('an image may be a Binary of the same transaction', async (t) => {
  const div = `<div xmlns="http://www.w3.org/1999/xhtml"><img src="${urn(8)}" alt="x"/> ${urn(8)}</div>`;
  const binary = { resourceType: 'Binary', contentType: 'image/png', data: 'AAAA' };
  const { status, json, text } = await tx(
    post(binary, { fullUrl: urn(8) }),
    post(known('image', { text: { status: 'additional', div } })),
  );
  t.equal(status, 200, text);
  const stored = (await s.get(at(json, 1))).json.text.div;
  t.match(stored, `<img src="${at(json, 0)}" alt="x"/> ${urn(8)}</div>`);
});
