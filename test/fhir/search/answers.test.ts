// The Bundles that answer searches: includes, summaries, totals, what was left out; searches over several types.
import t from 'tap';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { search, searchCompartment, searchSystem } from '../../../src/fhir/interactions/search.ts';
import { readJson } from '../../../src/fhir/json.ts';
import type { FhirRequest, FhirService } from '../../../src/fhir/service.ts';
import { FaultError } from '../../../src/kernel/fault.ts';
import { REALM } from './realm.ts';
import { BASE, clock, definitions, worldStore, writeOf } from './world.ts';

interface Shown {
  readonly total?: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly {
    readonly fullUrl?: string;
    readonly resource: { readonly resourceType: string; readonly id: string } & Record<string, unknown>;
    readonly search: { readonly mode: string };
  }[];
}

const store = await worldStore(t, REALM);
const extractor = createExtractor(definitions, { base: BASE });
const service = { store, clock, definitions, extractor } as unknown as FhirService;

const requestOf = (query: string, more: Partial<FhirRequest> = {}): FhirRequest => ({
  base: BASE,
  language: 'en',
  query: [...new URLSearchParams(query)],
  prefer: undefined,
  ...more,
});

async function shown(type: string, query: string, more?: Partial<FhirRequest>): Promise<Shown> {
  const request = requestOf(query, more);
  const [, owner, id, inner] = /^(\w+)\/(\w+)\/(.+)$/.exec(type) ?? [];
  const answer =
    type === ''
      ? searchSystem(service, request)
      : owner === undefined
        ? search(service, type, request)
        : searchCompartment(service, { type: owner, id: id! }, inner!, request);
  return JSON.parse((await answer).body!) as Shown;
}

const named = (bundle: Shown, mode: string): string =>
  (bundle.entry ?? [])
    .filter((e) => e.search.mode === mode)
    .map((e) => `${e.resource.resourceType}/${e.resource.id}`)
    .sort()
    .join(' ');

type Line = readonly [type: string, query: string, matches: string, includes?: string];

const OBS = (ids: string) =>
  ids
    .split(' ')
    .map((id) => `Observation/${id}`)
    .join(' ');

const INCLUDES: readonly Line[] = [
  ['Observation', '_id=bp-1&_include=Observation:subject', OBS('bp-1'), 'Patient/ada'],
  ['Observation', '_id=bp-1,weight&_include=Observation:patient', OBS('bp-1 weight'), 'Patient/ada'],
  ['Observation', '_id=bare&_include=Observation:subject', OBS('bare'), 'Group/ward'],
  ['Observation', '_id=bare&_include=Observation:subject:Patient', OBS('bare'), ''],
  ['Observation', '_id=bare&_include=Observation:patient', OBS('bare'), ''],
  ['Observation', '_id=far&_include=Observation:subject', OBS('far'), ''],
  ['Observation', '_id=bp-1&_include=Observation:*', OBS('bp-1'), 'Device/cuff Patient/ada Practitioner/roux'],
  ['Observation', '_id=bp-1&_include=*', OBS('bp-1'), 'Device/cuff Patient/ada Practitioner/roux'],
  ['Observation', '_id=bp-1&_include=Observation:*:Device', OBS('bp-1'), 'Device/cuff'],
  ['Observation', '_id=glucose,weight&_include=Observation:derived-from', OBS('glucose weight'), ''],
  [
    'Observation',
    '_id=bp-1&_include=Observation:patient&_include:iterate=Patient:organization',
    OBS('bp-1'),
    'Organization/chu Patient/ada',
  ],
  [
    'Observation',
    '_id=bp-1&_include=Observation:patient&_include:iterate=Patient:organization&_include:iterate=Organization:partof',
    OBS('bp-1'),
    'Organization/chu Organization/group Patient/ada',
  ],
  ['Observation', '_id=bp-1&_include:iterate=Patient:organization', OBS('bp-1'), ''],
  ['Patient', '_id=bob&_include:iterate=Patient:link', 'Patient/bob', 'Patient/ada'],
  [
    'DocumentReference',
    '_id=doc-1&_include=DocumentReference:relatesto',
    'DocumentReference/doc-1',
    'DocumentReference/doc-2 DocumentReference/doc-3',
  ],
  ['Patient', '_id=cyd&_revinclude=Observation:patient', 'Patient/cyd', 'Observation/weight-g'],
  ['Patient', '_id=cyd&_revinclude=Appointment:actor', 'Patient/cyd', 'Appointment/appointment'],
  [
    'Patient',
    '_id=cyd&_revinclude=Group:member&_revinclude=Observation:subject',
    'Patient/cyd',
    'Group/ward Observation/weight-g',
  ],
  ['Patient', '_id=cyd&_revinclude=*', 'Patient/cyd', 'Appointment/appointment Group/ward Observation/weight-g'],
  ['Patient', '_id=cyd&_revinclude=Observation:*', 'Patient/cyd', 'Observation/weight-g'],
  ['Patient', '_id=dan&_revinclude=Observation:patient', 'Patient/dan', ''],
  ['Observation', '_id=weight&_revinclude=Provenance:target', OBS('weight'), 'Provenance/signed'],
  ['Observation', '_id=weight&_revinclude=Provenance:target:Condition', OBS('weight'), ''],
  ['Device', '_id=cuff&_revinclude=Observation:device', 'Device/cuff', OBS('bp-1 bp-2')],
  [
    'Device',
    '_id=cuff&_revinclude=Observation:device&_include:iterate=Observation:patient',
    'Device/cuff',
    `${OBS('bp-1 bp-2')} Patient/ada Patient/bob`,
  ],
  [
    'Observation',
    '_id=bp-2&_revinclude:iterate=Observation:has-member&_revinclude:iterate=DiagnosticReport:result',
    OBS('bp-2'),
    OBS('fever'),
  ],
  [
    'Patient',
    'gender=male&_include=Patient:organization&_revinclude=Condition:patient',
    'Patient/bob',
    'Condition/asthma Organization/chu',
  ],
];

const WIDE: readonly Line[] = [
  [
    '',
    '_type=Practitioner,Organization',
    'Organization/chu Organization/clinic Organization/group Practitioner/blanc Practitioner/roux',
  ],
  ['', '_type=Patient,Group&_id=ada,ward', 'Group/ward Patient/ada'],
  ['', '_type=Patient,Practitioner&name=roux', 'Practitioner/roux'],
  ['', '_type=Patient,Practitioner&active=true', 'Patient/ada Practitioner/roux'],
  ['', '_type=Condition,Observation&patient=ada', `Condition/failure ${OBS('bp-1 glucose weight')}`],
  ['', '_type=Observation&code=29463-7', OBS('weight weight-g')],
  ['', '_id=ada', 'Patient/ada'],
  ['', '_id=ward,list', 'Group/ward List/list'],
  ['', '_content=martin', `Location/room Observation/bp-1 Patient/ada Patient/bob Patient/cyd`],
  ['', '_lastUpdated=lt2024-04-01T00:02', 'Patient/ada Patient/bob'],
  ['', '_tag=nothing', ''],
  ['Patient/ada/Observation', '', OBS('bp-1 glucose weight')],
  ['Patient/ada/Observation', 'code=29463-7', OBS('weight')],
  ['Patient/ada/Observation', 'subject=Patient/bob', ''],
  ['Patient/ada/Observation', '_include=Observation:device', OBS('bp-1 glucose weight'), 'Device/cuff Device/scale'],
  ['Patient/nobody/Observation', '', ''],
  ['Patient/ada/Condition', '', 'Condition/failure'],
  ['Patient/bob/Group', '', 'Group/ward'],
  ['Patient/cyd/Appointment', '', 'Appointment/appointment'],
  [
    'Patient/ada/*',
    '',
    `Condition/failure DiagnosticReport/report Encounter/visit ${OBS('bp-1 glucose weight')} Patient/bob`,
  ],
  ['Patient/ada/*', '_type=Observation,Condition', `Condition/failure ${OBS('bp-1 glucose weight')}`],
];

t.test('includes', async (t) => {
  for (const [type, query, matches, includes = ''] of INCLUDES) {
    const bundle = await shown(type, query);
    t.equal(named(bundle, 'match'), matches, `${type}?${query}`);
    t.equal(named(bundle, 'include'), includes, `${type}?${query} includes`);
    t.equal(named(bundle, 'outcome'), '');
  }
});

t.test('everything and compartments', async (t) => {
  for (const [type, query, matches, includes = ''] of WIDE) {
    const bundle = await shown(type, query);
    t.equal(named(bundle, 'match'), matches, `${type}?${query}`);
    t.equal(named(bundle, 'include'), includes);
  }
});

t.test('what is refused over several types', async (t) => {
  const detail = (type: string, query: string) =>
    shown(type, query).then(
      () => 'taken',
      (error: unknown) => (error instanceof FaultError ? error.faults[0]?.detail : String(error)),
    );
  t.equal(await detail('', 'name=x'), 'search-not-supported', 'without _type only what every resource has');
  t.equal(await detail('', '_type=Patient,Observation&name=x'), 'search-parameter-unknown');
  t.equal(await detail('', '_type=Patient,Nothing'), 'search-value');
  t.equal(
    await detail('', '_type=Patient,Observation&_has:Group:member:_id=ward'),
    'search-value',
    'no member is an Observation',
  );
  t.equal(await detail('', '_type=Patient&_type=Group'), 'search-repeated');
  t.equal(await detail('', '_type=Observation,Patient&_sort=date'), 'search-value');
  t.equal(await detail('Patient/ada/Organization', ''), 'search-value', 'it stands in no compartment');
  t.equal(await detail('Patient/ada/*', '_type=Organization'), 'search-value');
});

t.test('pages over several types neither skip nor repeat, also where ids are alike', async (t) => {
  for (const type of ['Basic', 'Flag', 'Group']) {
    const body = {
      resourceType: type,
      id: 'alike',
      status: 'active',
      subject: { reference: 'Group/ward' },
      code: { text: 'x' },
    };
    await store.transaction([0], (tx) => tx.write([writeOf(body, 0, '2024-05-01T00:00:00.000Z')]));
  }
  for (const order of ['', '&_sort=_lastUpdated', '&_sort=-_lastUpdated', '&_sort=-_id', '&_sort=_id']) {
    const query = `_type=Basic,Flag,Group,Patient,Practitioner${order}`;
    const whole = (await shown('', query)).entry!.map((e) => `${e.resource.resourceType}/${e.resource.id}`);
    t.equal(whole.length, 10);
    for (const count of [1, 2, 3, 4]) {
      const met: string[] = [];
      let next: string | undefined = `${query}&_count=${count}`;
      for (let pages = 0; next !== undefined && pages < 20; pages++) {
        const bundle: Shown = await shown('', next);
        met.push(...(bundle.entry ?? []).map((e) => `${e.resource.resourceType}/${e.resource.id}`));
        next = bundle.link.find((l) => l.relation === 'next')?.url.split('?')[1];
      }
      t.same(met, whole, `${query}, ${count} a page`);
    }
  }
});

t.test('a reverse include beyond the limit is cut, and said to be', async (t) => {
  const many = Array.from({ length: 1005 }, (_, i) =>
    writeOf(
      { resourceType: 'Basic', id: `b${i}`, code: { text: 'x' }, subject: { reference: 'Location/room' } },
      0,
      '2024-05-02T00:00:00.000Z',
    ),
  );
  await store.transaction([0], (tx) => tx.write(many));
  const bundle = await shown('Location', '_id=room&_revinclude=Basic:subject');
  t.equal(bundle.entry!.filter((e) => e.search.mode === 'include').length, 1000);
  const said = bundle.entry!.find((e) => e.search.mode === 'outcome')!;
  t.match(said.resource, { issue: [{ severity: 'warning', details: { coding: [{ code: 'search-includes-cut' }] } }] });
  t.equal(said.fullUrl, undefined);
});

t.test('a version that a reference names is what is included', async (t) => {
  const first = writeOf({ resourceType: 'Device', id: 'renamed', manufacturer: 'Old' }, 0, '2024-05-03T00:00:00.000Z');
  await store.transaction([0], (tx) => tx.write([first]));
  const second = writeOf({ resourceType: 'Device', id: 'renamed', manufacturer: 'New' }, 0, '2024-05-04T00:00:00.000Z');
  await store.transaction([0], (tx) => tx.write([{ ...second, version: 2 }]));
  for (const [id, reference] of [
    ['versioned', 'Device/renamed/_history/1'],
    ['current', 'Device/renamed'],
  ] as const) {
    const body = { resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, device: { reference } };
    await store.transaction([0], (tx) => tx.write([writeOf(body, 0, '2024-05-05T00:00:00.000Z')]));
  }
  const maker = async (id: string) =>
    (await shown('Observation', `_id=${id}&_include=Observation:device`)).entry![1]?.resource.manufacturer;
  t.equal(await maker('versioned'), 'Old');
  t.equal(await maker('current'), 'New');
});

t.test('totals', async (t) => {
  const total = async (query: string) => (await shown('Patient', query)).total;
  t.equal(await total(''), undefined);
  t.equal(await total('_total=none'), undefined);
  t.equal(await total('_total=accurate'), 4);
  t.equal(await total('_total=estimate&gender=female'), 1, 'exact while they are few');
  t.equal(await total('_count=0'), 4);
  t.equal(await total('_summary=count&family=martin'), 3);
  t.equal((await shown('Patient', '_count=0')).entry, undefined);
  t.equal(
    (await shown('Patient', '_count=1&_total=accurate&_include=Patient:organization')).total,
    4,
    'of all pages, without includes',
  );
  t.equal((await shown('', '_type=Patient,Practitioner&_total=accurate')).total, 6);
  t.same(
    (await shown('Patient', '_count=0')).link.map((l) => l.relation),
    ['self'],
  );
});

t.test('lenient handling leaves out what is unknown, and says so', async (t) => {
  const lenient = { handling: 'lenient' } as const;
  const bundle = await shown('Patient', 'gender=female&bogus=1&_score=x&family=martin', lenient);
  t.equal(named(bundle, 'match'), 'Patient/ada');
  t.equal(bundle.link[0]?.url, `${BASE}/Patient?gender=female&family=martin`);
  const { issue } = bundle.entry!.at(-1)!.resource as unknown as {
    issue: { severity: string; expression: string[] }[];
  };
  t.same(
    issue.map((i) => [i.severity, i.expression[0]]),
    [
      ['warning', 'http.bogus'],
      ['warning', 'http._score'],
    ],
  );
  t.equal(named(await shown('Patient', 'gender=female', lenient), 'outcome'), '');
  for (const query of ['family:bogus=x', 'birthdate=x', '_query=x', '_sort=bogus', 'bogus=1&_count=x']) {
    await t.rejects(shown('Patient', query, lenient), FaultError, `${query} is an error all the same`);
  }
  const wide = await shown('', 'name=x&_id=ada', lenient);
  t.equal(named(wide, 'match'), 'Patient/ada');
  t.equal(wide.link[0]?.url, `${BASE}?_id=ada`);
  const uneven = await shown('', '_type=Group,Patient&name=martin&_id=ada,ward', lenient);
  t.equal(named(uneven, 'match'), 'Group/ward Patient/ada', 'left out for all types, when one does not have it');
  t.match(named(uneven, 'outcome'), /OperationOutcome/);
});

t.test('a link keeps what was asked, and works', async (t) => {
  const bundle = await shown('Observation', 'patient.given=ada&_include=Observation:patient&_count=2&_elements=status');
  const next = bundle.link.find((l) => l.relation === 'next')!.url;
  t.match(next, /patient.given=ada&_include=Observation%3Apatient&_count=2&_elements=status&_cursor=/);
  const second = await shown('Observation', next.split('?')[1]!);
  t.equal(second.entry!.filter((e) => e.search.mode === 'match').length, 1);
  t.equal(named(second, 'include'), 'Patient/ada', 'each page stands for itself');
});

t.test('texts that hold digits keep them, whole or in part', async (t) => {
  const content =
    '{"resourceType":"Observation","id":"digits","meta":{"versionId":"1"},"status":"final","code":{"text":"x"},"valueQuantity":{"value":72.40,"unit":"kg"},"component":[{"code":{"text":"y"},"valueQuantity":{"value":1.0E2}}]}';
  const body = readJson(content).value as { resourceType: string; id: string };
  const write = { ...writeOf(body, 0, '2024-05-06T00:00:00.000Z'), content };
  await store.transaction([0], (tx) => tx.write([write]));
  const body_ = async (more: string) => (await search(service, 'Observation', requestOf(`_id=digits${more}`))).body!;
  t.match(await body_(''), content);
  t.match(await body_('&_summary=true'), /"value":72\.40,.*"value":1\.0E2/);
  t.match(await body_('&_elements=value'), /"valueQuantity":\{"value":72\.40,"unit":"kg"\}/);
  t.notMatch(await body_('&_elements=value'), /1\.0E2/);
  t.notMatch(await body_('&_elements=subject'), /72/);
});
