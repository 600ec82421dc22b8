// What fails a transaction: the whole is undone, and the entry is named. https://hl7.org/fhir/R4/http.html#trules
import t from 'tap';
import { type Json, observation, patient, refused, serve } from '../../http/server.ts';
import { bundles, del, get, known, post, put, urn } from './bundles.ts';

const s = await serve(t);
const { tx, total } = bundles(s);

await s.made(known('twins'));
await s.made(known('twins'));
const kept = await s.made(known('kept'));
const keptId = kept.split('/')[1];
await s.made(known('kept-2'));
const ORG = { resourceType: 'Organization', name: 'o' };
type Refusal = readonly [name: string, entries: Json[], status: number, code: string | undefined, expression: string];
const REFUSED: readonly Refusal[] = [
  [
    'the same update twice',
    [put(kept, known('kept', { id: keptId })), put(kept, known('kept', { id: keptId }))],
    400,
    'entry-twice',
    'Bundle.entry[1]',
  ],
  [
    'an update and a delete of one',
    [put(kept, known('kept', { id: keptId })), del(kept)],
    400,
    'entry-twice',
    'Bundle.entry[1]',
  ],
  ['the same delete twice', [del(kept), del(kept)], 400, 'entry-twice', 'Bundle.entry[1]'],
  [
    'an update by id and one by condition',
    [put(kept, known('kept', { id: keptId })), put('Patient?identifier=urn:t|kept', known('kept'))],
    400,
    'entry-twice',
    'Bundle.entry[1]',
  ],
  [
    'two conditions that mean one',
    [put('Patient?identifier=urn:t|kept', known('kept')), put(`Patient?_id=${keptId}`, known('kept'))],
    400,
    'entry-twice',
    'Bundle.entry[1]',
  ],
  [
    'one condition that creates twice',
    [put('Patient?identifier=urn:t|none', known('none')), put('Patient?identifier=urn:t|none', known('none'))],
    400,
    'entry-twice',
    'Bundle.entry[1]',
  ],
  [
    'a conditional create and a conditional update of one',
    [
      post(known('none'), { request: { ifNoneExist: 'identifier=urn:t|none' } }),
      put('Patient?identifier=urn:t|none', known('none')),
    ],
    400,
    'entry-twice',
    'Bundle.entry[1]',
  ],
  [
    'a conditional delete and an update of one',
    [del('Patient?identifier=urn:t|kept'), put(kept, known('kept', { id: keptId }))],
    400,
    'entry-twice',
    'Bundle.entry[1]',
  ],
  [
    'a fullUrl twice',
    [post(ORG, { fullUrl: urn(1) }), post(ORG, { fullUrl: urn(1) })],
    400,
    'full-url-twice',
    'Bundle.entry[1].fullUrl',
  ],
  [
    'several matches of a conditional create',
    [post(ORG), post(known('twins'), { request: { ifNoneExist: 'identifier=urn:t|twins' } })],
    412,
    'condition-ambiguous',
    'Bundle.entry[1]',
  ],
  [
    'several matches of a conditional update',
    [post(ORG), put('Patient?identifier=urn:t|twins', known('twins'))],
    412,
    'condition-ambiguous',
    'Bundle.entry[1]',
  ],
  [
    'several matches of a conditional delete',
    [post(ORG), del('Patient?identifier=urn:t|twins')],
    412,
    'condition-ambiguous',
    'Bundle.entry[1]',
  ],
  [
    'another id than the match',
    [put('Patient?identifier=urn:t|kept', known('kept', { id: 'other' }))],
    400,
    'update-id',
    'Bundle.entry[0].resource.id',
  ],
  [
    'another id than the address',
    [put(kept, known('kept', { id: 'other' }))],
    400,
    'update-id',
    'Bundle.entry[0].resource.id',
  ],
  [
    'an invalid resource',
    [post(ORG), post(patient({ gender: 'F' }))],
    422,
    undefined,
    'Bundle.entry[1].resource.gender',
  ],
  [
    'a reference to nothing',
    [post(ORG), post(observation('Patient/nobody'))],
    422,
    'reference-to-nothing',
    'Bundle.entry[1].resource.subject',
  ],
  [
    'a reference to what is deleted',
    [del(kept), post(observation(kept))],
    422,
    'reference-to-nothing',
    'Bundle.entry[1].resource.subject',
  ],
  [
    'a urn to nothing',
    [post(ORG), post(patient({ managingOrganization: { reference: urn(9) } }))],
    422,
    'urn-to-nothing',
    'Bundle.entry[1].resource.managingOrganization.reference',
  ],
  ['a read of nothing', [post(ORG), get('Patient/nobody')], 404, 'resource-unknown', 'Bundle.entry[1].request.url'],
  ['a search that is not understood', [post(ORG), get('Patient?foo=1')], 400, undefined, 'Bundle.entry[1].request.url'],
  ['a read with a parameter', [post(ORG), get(`${kept}?foo=1`)], 400, 'entry-url', 'Bundle.entry[1].request.url'],
  [
    'an operation',
    [post(ORG), { request: { method: 'POST', url: 'Patient/$validate' } }],
    400,
    'entry-operation',
    'Bundle.entry[1].request.url',
  ],
  ['no request', [{ resource: ORG }], 400, 'entry-request', 'Bundle.entry[0].request'],
  ['an entry that is null', [null], 400, 'entry-request', 'Bundle.entry[0].request'],
  [
    'an unknown method',
    [{ request: { method: 'MERGE', url: kept } }],
    400,
    'entry-method',
    'Bundle.entry[0].request.method',
  ],
  [
    'no url',
    [{ request: { method: 'GET' } }, { request: { method: 'DELETE' } }],
    400,
    'entry-url',
    'Bundle.entry[0].request.url',
  ],
  [
    'an unknown type',
    [{ resource: ORG, request: { method: 'POST', url: 'Animal' } }],
    400,
    'entry-url',
    'Bundle.entry[0].request.url',
  ],
  [
    'an address elsewhere',
    [{ request: { method: 'DELETE', url: 'http://example.org/fhir/Patient/1' } }],
    400,
    'entry-url',
    'Bundle.entry[0].request.url',
  ],
  [
    'a create at an id',
    [{ resource: ORG, request: { method: 'POST', url: 'Organization/1' } }],
    400,
    'entry-url',
    'Bundle.entry[0].request.url',
  ],
  [
    'an update of a type',
    [{ resource: ORG, request: { method: 'PUT', url: 'Organization' } }],
    400,
    'entry-url',
    'Bundle.entry[0].request.url',
  ],
  [
    'an update of an id with a search',
    [{ resource: ORG, request: { method: 'PUT', url: 'Organization/1?name=x' } }],
    400,
    'entry-url',
    'Bundle.entry[0].request.url',
  ],
  [
    'a create without a resource',
    [{ request: { method: 'POST', url: 'Patient' } }],
    400,
    'entry-resource',
    'Bundle.entry[0].resource',
  ],
  [
    'a delete with a resource',
    [{ resource: ORG, request: { method: 'DELETE', url: kept } }],
    400,
    'entry-resource',
    'Bundle.entry[0].resource',
  ],
  [
    'a resource of another type',
    [{ resource: ORG, request: { method: 'POST', url: 'Patient' } }],
    400,
    'resource-type-other',
    'Bundle.entry[0].resource',
  ],
  [
    'an ifMatch that is none',
    [put(kept, known('kept', { id: keptId }), { ifMatch: '1' })],
    400,
    'entity-tag-form',
    'Bundle.entry[0].request.ifMatch',
  ],
  [
    'an ifMatch that is a number',
    [put(kept, known('kept', { id: keptId }), { ifMatch: 1 })],
    400,
    'entry-condition',
    'Bundle.entry[0].request.ifMatch',
  ],
  ['an ifMatch with GET', [get(kept, { ifMatch: 'W/"1"' })], 400, 'entry-condition', 'Bundle.entry[0].request.ifMatch'],
  [
    'an ifNoneMatch with POST',
    [post(ORG, { request: { ifNoneMatch: '*' } })],
    400,
    'entry-condition',
    'Bundle.entry[0].request.ifNoneMatch',
  ],
  [
    'an ifModifiedSince that is none',
    [get(kept, { ifModifiedSince: '2026-02-30T10:00:00Z' })],
    400,
    'entry-condition',
    'Bundle.entry[0].request.ifModifiedSince',
  ],
  [
    'an ifNoneExist with PUT',
    [put(kept, known('kept', { id: keptId }), { ifNoneExist: 'identifier=1' })],
    400,
    'entry-condition',
    'Bundle.entry[0].request.ifNoneExist',
  ],
  [
    'an empty ifNoneExist',
    [post(known('x'), { request: { ifNoneExist: '' } })],
    400,
    'condition-empty',
    'Bundle.entry[0]',
  ],
];
for (const [name, entries, status, code, expression] of REFUSED) {
  t.test(`${name} fails the whole, and names the entry`, async (t) => {
    const before = await total();
    const issue = refused(t, await tx(...entries), status, code);
    t.strictSame(issue.expression, [expression]);
    t.equal(await total(), before, 'nothing is stored');
  });
}

t.test('all invalid entries are told at once', async (t) => {
  const { json } = await tx(post(patient({ gender: 'F' })), post(ORG), post(patient({ gender: 'M' })));
  t.strictSame(
    json.issue.map((i: Json) => i.expression[0]),
    ['Bundle.entry[0].resource.gender', 'Bundle.entry[2].resource.gender'],
  );
});

t.test('bundles that are none', async (t) => {
  refused(t, await s.post('', patient()), 400, 'bundle-expected');
  refused(t, await s.post('', []), 400, 'bundle-expected');
  refused(t, await s.post('', { resourceType: 'Bundle', type: 'collection' }), 400, 'bundle-type');
  refused(t, await s.post('', { resourceType: 'Bundle', type: 'transaction', entry: {} }), 400, 'bundle-entry');
  refused(t, await s.post('', { resourceType: 'Bundle', type: 'transaction', entry: [] }), 400, 'bundle-entry');
  const many = Array.from({ length: 10_001 }, () => ({ request: { method: 'GET', url: 'Patient/1' } }));
  refused(t, await s.post('', { resourceType: 'Bundle', type: 'transaction', entry: many }), 413, 'bundle-too-long');
});
