// `_contained`: resources inside others are found, and their containers answered.
import t from 'tap';
import { MOST_INSIDE } from '../../../src/fhir/extract/contained.ts';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { search } from '../../../src/fhir/interactions/search.ts';
import type { FhirService } from '../../../src/fhir/service.ts';
import { FaultError } from '../../../src/kernel/fault.ts';
import { BASE, type Body, clock, definitions, worldStore, writeOf } from './world.ts';

const to = (reference: string) => ({ reference });
const RX = 'urn:rx';
const concept = (system: string, code: string, text?: string) => ({
  coding: [{ system, code }],
  ...(text === undefined ? {} : { text }),
});
const medication = (id: string, code: string, more: object = {}) => ({
  resourceType: 'Medication',
  id,
  code: concept(RX, code),
  ...more,
});
const request = (id: string, contained: readonly object[], more: object = {}): Body => ({
  resourceType: 'MedicationRequest',
  id,
  status: 'active',
  intent: 'order',
  subject: to('Patient/ada'),
  medicationReference: to('#m1'),
  contained,
  ...more,
});

const HOUSE: readonly Body[] = [
  { resourceType: 'Patient', id: 'ada', name: [{ family: 'Martin' }] },
  { resourceType: 'Patient', id: 'bob', name: [{ family: 'Petit' }] },
  { ...medication('own', 'a'), status: 'active' } as Body,
  request('r-a', [medication('m1', 'a', { status: 'active', identifier: [{ system: 'urn:i', value: '1' }] })]),
  request('r-b', [medication('m1', 'b', { status: 'inactive' })]),
  // Neither of the two is an active b.
  request('r-two', [medication('m1', 'a', { status: 'active' }), medication('m2', 'b', { status: 'inactive' })]),
  request('r-both', [medication('m1', 'b', { status: 'active' }), medication('m2', 'c')]),
  { ...request('plain', []), medicationReference: to('Medication/own') },
  {
    resourceType: 'MedicationDispense',
    id: 'd-a',
    status: 'completed',
    subject: to('Patient/bob'),
    medicationReference: to('#x'),
    contained: [medication('x', 'a', { form: concept('urn:form', 'tablet', 'Comprimé sécable') })],
  },
  {
    resourceType: 'Observation',
    id: 'obs',
    status: 'final',
    code: { text: 'x' },
    subject: to('#p'),
    contained: [
      {
        resourceType: 'Patient',
        id: 'p',
        name: [{ family: 'Lefèvre', given: ['Zoé'] }],
        birthDate: '1950-05-05',
        gender: 'female',
      },
      {
        resourceType: 'Observation',
        id: 'o',
        status: 'amended',
        code: concept('http://loinc.org', '29463-7'),
        subject: to('Patient/bob'),
        effectiveDateTime: '2024-03-01',
        valueQuantity: { value: 72.4, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
        component: [{ code: concept('urn:c', 'x'), valueQuantity: { value: 5 } }],
      },
    ],
  },
  {
    resourceType: 'Basic',
    id: 'place',
    code: { text: 'x' },
    contained: [{ resourceType: 'Location', id: 'l', position: { latitude: 48.69, longitude: 6.18 } }],
  },
];

type Line = readonly [type: string, query: string, matches: string];

const R = (ids: string) =>
  ids
    .split(' ')
    .map((id) => `MedicationRequest/${id}`)
    .join(' ');

const LINES: readonly Line[] = [
  // The default: what is inside is no match.
  ['Medication', '', 'Medication/own'],
  ['Medication', '_contained=false&code=a', 'Medication/own'],
  ['Medication', '_contained=true', `MedicationDispense/d-a ${R('r-a r-b r-both r-two')}`],
  ['Medication', '_contained=true&_containedType=container', `MedicationDispense/d-a ${R('r-a r-b r-both r-two')}`],
  ['Medication', '_contained=both', `Medication/own MedicationDispense/d-a ${R('r-a r-b r-both r-two')}`],
  ['Medication', '_contained=true&code=a', `MedicationDispense/d-a ${R('r-a r-two')}`],
  ['Medication', '_contained=true&code=urn:rx|a', `MedicationDispense/d-a ${R('r-a r-two')}`],
  ['Medication', '_contained=true&code=urn:other|a', ''],
  ['Medication', '_contained=true&code=urn:rx|', `MedicationDispense/d-a ${R('r-a r-b r-both r-two')}`],
  ['Medication', '_contained=both&code=a', `Medication/own MedicationDispense/d-a ${R('r-a r-two')}`],
  ['Medication', '_contained=true&code=b', R('r-b r-both r-two')],
  ['Medication', '_contained=true&code=b&status=active', R('r-both')],
  ['Medication', '_contained=true&code=b&status=inactive', R('r-b r-two')],
  ['Medication', '_contained=true&code=a,c', `MedicationDispense/d-a ${R('r-a r-both r-two')}`],
  ['Medication', '_contained=true&code:not=a', R('r-b r-both r-two')],
  ['Medication', '_contained=true&code:not=a,b', R('r-both')],
  ['Medication', '_contained=true&status:missing=true', `MedicationDispense/d-a ${R('r-both')}`],
  ['Medication', '_contained=true&status:missing=false&code=a', R('r-a r-two')],
  ['Medication', '_contained=true&form:missing=false', 'MedicationDispense/d-a'],
  ['Medication', '_contained=true&form:text=comprime', 'MedicationDispense/d-a'],
  ['Medication', '_contained=true&identifier=urn:i|1', R('r-a')],
  ['Medication', '_contained=true&identifier=urn:i|2', ''],
  ['Medication', '_contained=true&_id=m2', R('r-both r-two')],
  ['Medication', '_contained=true&_id=m2&code=b', R('r-two')],
  ['Medication', '_contained=true&_id=m1&code=b', R('r-b r-both')],
  ['Medication', '_contained=true&_filter=code eq b and status eq active', R('r-both')],
  ['Medication', '_contained=true&_filter=not (code eq a)', R('r-b r-both r-two')],
  ['Medication', '_contained=true&_filter=code eq c or status eq inactive', R('r-b r-both r-two')],
  ['Patient', '_contained=true', 'Observation/obs'],
  ['Patient', '_contained=true&name=lefevre', 'Observation/obs'],
  ['Patient', '_contained=true&family:exact=Lefèvre', 'Observation/obs'],
  ['Patient', '_contained=true&given:contains=o', 'Observation/obs'],
  ['Patient', '_contained=true&name=martin', ''],
  ['Patient', '_contained=both&name=martin', 'Patient/ada'],
  ['Patient', '_contained=both&gender=female', 'Observation/obs'],
  ['Patient', '_contained=true&birthdate=lt1960&gender=female', 'Observation/obs'],
  ['Patient', '_contained=true&birthdate=gt1960', ''],
  ['Observation', '_contained=true', 'Observation/obs'],
  ['Observation', '_contained=true&status=final', ''],
  ['Observation', '_contained=both&status=final', 'Observation/obs'],
  ['Observation', '_contained=both&status=amended', 'Observation/obs'],
  ['Observation', '_contained=both&status=preliminary', ''],
  ['Observation', '_contained=true&patient=bob', 'Observation/obs'],
  ['Observation', '_contained=true&subject=Patient/bob', 'Observation/obs'],
  ['Observation', '_contained=true&patient=ada', ''],
  ['Observation', '_contained=true&patient:missing=false', 'Observation/obs'],
  ['Observation', '_contained=true&patient:missing=true', ''],
  ['Observation', '_contained=true&date=2024-03-01', 'Observation/obs'],
  ['Observation', '_contained=true&date=ge2024-03-02', ''],
  ['Observation', '_contained=true&value-quantity=72400|http://unitsofmeasure.org|g', 'Observation/obs'],
  ['Observation', '_contained=true&value-quantity=gt80', ''],
  ['Observation', '_contained=true&code-value-quantity=29463-7$gt70', 'Observation/obs'],
  ['Observation', '_contained=true&code-value-quantity=29463-7$gt80', ''],
  ['Observation', '_contained=true&component-code-value-quantity=x$5', 'Observation/obs'],
  ['Observation', '_contained=true&component-code-value-quantity=x$6', ''],
  ['Location', '_contained=true&near=48.7|6.2|10|km', 'Basic/place'],
  ['Location', '_contained=true&near=0|0|10|km', ''],
  ['Medication', '_contained=true&code=b&_sort=-_lastUpdated', R('r-both r-two r-b')],
  [
    'Medication',
    '_contained=true&code=a&_include=MedicationRequest:patient',
    `MedicationDispense/d-a ${R('r-a r-two')}`,
  ],
  // Chains look inside: what is named there, not what merely stands there.
  ['MedicationRequest', 'medication.code=a', R('plain r-a r-two')],
  ['MedicationRequest', 'medication.code=urn:rx|a', R('plain r-a r-two')],
  ['MedicationRequest', 'medication.code=b', R('r-b r-both')],
  ['MedicationRequest', 'medication.code=c', ''],
  ['MedicationRequest', 'medication.code=a&medication.status=active', R('plain r-a r-two')],
  ['MedicationRequest', 'medication.code=b&medication.status=active', R('r-both')],
  ['MedicationRequest', 'medication.code:not=a', R('r-b r-both')],
  ['MedicationRequest', 'medication.identifier=urn:i|1', R('r-a')],
  ['MedicationRequest', 'medication.status:missing=true', ''],
  ['MedicationRequest', 'medication.form:missing=true', R('plain r-a r-b r-both r-two')],
  ['MedicationRequest', 'medication._id=m1', R('r-a r-b r-both r-two')],
  ['MedicationRequest', 'medication.code=a&patient.name=martin', R('plain r-a r-two')],
  ['MedicationRequest', 'medication.code=a&patient.name=petit', ''],
  ['MedicationDispense', 'medication.code=a', 'MedicationDispense/d-a'],
  ['MedicationDispense', 'medication.form:text=comprime', 'MedicationDispense/d-a'],
  ['MedicationRequest', '_filter=medication.code eq b', R('r-b r-both')],
  ['MedicationRequest', '_filter=medication[status eq active].code eq b', R('r-both')],
  ['MedicationRequest', '_filter=not (medication.code eq b)', R('plain r-a r-two')],
  ['Observation', 'patient.name=lefevre', 'Observation/obs'],
  ['Observation', 'subject:Patient.birthdate=1950-05-05', 'Observation/obs'],
  ['Observation', 'subject:Patient.gender=male', ''],
  ['Patient', '_has:MedicationRequest:patient:medication.code=b', 'Patient/ada'],
  ['MedicationRequest', 'medication.code=a&_sort=-_lastUpdated', R('plain r-two r-a')],
  ['Group', '_contained=true', ''],
  ['Group', '_contained=both', ''],
];

const REFUSALS: readonly (readonly [type: string, query: string, detail: string])[] = [
  ['Medication', '_contained=true&_containedType=contained', 'search-not-supported'],
  ['Medication', '_contained=true&_contained=true', 'search-not-supported'],
  ['Medication', '_contained=yes', 'search-value'],
  ['Medication', '_contained=true&bogus=1', 'search-parameter-unknown'],
  ['Medication', '_contained=true&code:bogus=1', 'search-modifier'],
  ['Medication', '_contained=true&_sort=code', 'search-value'],
  ['Medication', '_contained=true&_lastUpdated=gt2020', 'search-not-supported'],
  ['Medication', '_contained=true&_content=x', 'search-not-supported'],
  ['Medication', '_contained=true&manufacturer.name=x', 'search-not-supported'],
  ['Patient', '_contained=true&_has:Observation:patient:status=final', 'search-not-supported'],
];

const store = await worldStore(t, HOUSE);
const service = {
  store,
  clock,
  definitions,
  extractor: createExtractor(definitions, { base: BASE }),
} as unknown as FhirService;

async function shown(type: string, query: string) {
  const pairs = [...new URLSearchParams(query)];
  const answer = await search(service, type, { base: BASE, language: 'en', query: pairs, prefer: undefined });
  return JSON.parse(answer.body!) as {
    total?: number;
    link: { relation: string; url: string }[];
    entry?: { resource: { resourceType: string; id: string }; search: { mode: string } }[];
  };
}

const named = (bundle: Awaited<ReturnType<typeof shown>>, mode: string) =>
  (bundle.entry ?? []).filter((e) => e.search.mode === mode).map((e) => `${e.resource.resourceType}/${e.resource.id}`);

t.test('containers of what matches', async (t) => {
  for (const [type, query, matches] of LINES) {
    const found = named(await shown(type, query), 'match');
    const wanted = matches === '' ? [] : matches.split(' ');
    const sorted = query.includes('_sort');
    t.same(sorted ? found : found.sort(), sorted ? wanted : wanted.sort(), `${type}?${query}`);
  }
  const counted = await shown('Medication', '_contained=both&code=a&_count=0');
  t.equal(counted.total, 4);
  const including = await shown('Medication', '_contained=true&code=a&_include=MedicationRequest:patient');
  t.same(named(including, 'include'), ['Patient/ada']);
  t.match(including.link[0]!.url, /_contained=true/);
});

t.test('page by page', async (t) => {
  for (const query of ['_contained=true', '_contained=both', '_contained=both&_sort=-_lastUpdated']) {
    const whole = named(await shown('Medication', query), 'match');
    const seen: string[] = [];
    for (let next: string | undefined = `${query}&_count=2`; next !== undefined; ) {
      const bundle = await shown('Medication', next);
      seen.push(...named(bundle, 'match'));
      next = bundle.link.find((l) => l.relation === 'next')?.url.split('?')[1];
    }
    t.same(seen, whole, query);
    t.ok(seen.length > 4);
  }
});

t.test('what is not kept of resources inside is refused', async (t) => {
  for (const [type, query, detail] of REFUSALS) {
    const error = await shown(type, query).catch((e: unknown) => e);
    t.equal(error instanceof FaultError ? error.faults[0]?.detail : 'taken', detail, `${type}?${query}`);
  }
});

t.test('an update and a deletion take along what was inside', async (t) => {
  const body = request('r-b', [medication('m1', 'z')]);
  const write = (version: number, of: Body | null) =>
    store.transaction([1], (tx) => {
      const made = writeOf(of ?? body, 1, `2024-05-01T00:0${version}:00.000Z`);
      return tx.write([{ ...made, version, ...(of === null ? { method: 'DELETE', content: null, rows: null } : {}) }]);
    });
  await write(2, body);
  t.same(named(await shown('Medication', '_contained=true&code=z'), 'match'), ['MedicationRequest/r-b']);
  t.notOk(named(await shown('Medication', '_contained=true&code=b'), 'match').includes('MedicationRequest/r-b'));
  await write(3, null);
  t.same(named(await shown('Medication', '_contained=true&code=z'), 'match'), []);
});

t.test('more of a type than are indexed are refused, not forgotten', async (t) => {
  const many = (id: string, n: number): Body => ({
    resourceType: 'Basic',
    id,
    code: { text: 'x' },
    contained: Array.from({ length: n }, (_, i) => ({
      resourceType: 'Device',
      id: `d${i}`,
      manufacturer: `maker ${i}`,
    })),
  });
  const own = await worldStore(t, [many('full', MOST_INSIDE)]);
  const ask = (query: string) =>
    search({ ...service, store: own } as FhirService, 'Device', {
      base: BASE,
      language: 'fr',
      query: [...new URLSearchParams(query)],
      prefer: undefined,
    });
  const last = `_contained=true&manufacturer=maker ${MOST_INSIDE - 1}`;
  t.match((await ask(last)).body, '"id":"full"');
  await own.transaction([0], (tx) => tx.write([writeOf(many('over', MOST_INSIDE + 1), 0, '2024-05-01T00:00:00.000Z')]));
  const error = await ask(last).catch((e: unknown) => e);
  t.ok(error instanceof FaultError);
  const [fault] = error instanceof FaultError ? error.faults : [];
  t.match(fault, {
    detail: 'search-not-supported',
    text: { en: /a Basic here holds more/, fr: /une ressource Basic/ },
  });
});

t.test('a resource without others inside has the same rows as before', (t) => {
  const extractor = createExtractor(definitions, { base: BASE });
  const body = { resourceType: 'Observation', id: 'o', status: 'final', code: concept('urn:x', 'y') };
  t.same(extractor.rows({ ...body, contained: [] }), extractor.rows(body));
  t.equal(extractor.rows(body).inside, undefined);
  t.end();
});
