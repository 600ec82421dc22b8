// What the text of R4's search page says where servers often say otherwise: type and query → ids, one line a behaviour.
// https://hl7.org/fhir/R4/search.html
import t from 'tap';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { typeIndex } from '../../../src/fhir/extract/paths.ts';
import { search, searchSystem } from '../../../src/fhir/interactions/search.ts';
import { PARTS } from '../../../src/fhir/search/hierarchies.ts';
import type { Query } from '../../../src/fhir/search/index.ts';
import type { FhirRequest, FhirService } from '../../../src/fhir/service.ts';
import { BASE, type Body, clock, definitions, find, type Line, tryLines, worldStore } from './world.ts';

const UCUM = 'http://unitsofmeasure.org';
const to = (reference: string) => ({ reference });
const weight = (id: string, value: number, comparator?: string): Body => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'poids' },
  valueQuantity: { value, unit: 'kg', system: UCUM, code: 'kg', ...(comparator === undefined ? {} : { comparator }) },
});
const practitioner = (id: string, family: string, ...given: string[]): Body => ({
  resourceType: 'Practitioner',
  id,
  name: [{ family, given }],
});
const place = (id: string, whole?: string): Body => ({
  resourceType: 'Location',
  id,
  ...(whole === undefined ? {} : { partOf: to(`Location/${whole}`) }),
});
const encounter = (id: string, where: string, whole?: string): Body => ({
  resourceType: 'Encounter',
  id,
  status: 'finished',
  class: { code: 'AMB' },
  location: [{ location: to(`Location/${where}`) }],
  ...(whole === undefined ? {} : { partOf: to(`Encounter/${whole}`) }),
});
const answer = (id: string, questionnaire: string): Body => ({
  resourceType: 'QuestionnaireResponse',
  id,
  status: 'completed',
  questionnaire,
});

const BODIES: readonly Body[] = [
  { resourceType: 'Patient', id: 'ada', gender: 'female', identifier: [{ value: 'a\\b' }] },
  { resourceType: 'Patient', id: 'bob', gender: 'male', identifier: [{ value: 'a,b' }] },
  practitioner('irish', "O'Brien", 'Jean-Pierre'),
  practitioner('spanish', 'Carreno Quinones', 'Mary  Ann'),
  practitioner('curly', 'D’Artagnan-Lévêque'),
  weight('over', 70, '>'),
  weight('least', 70, '>='),
  { ...weight('even', 70), encounter: to('Encounter/in-room') },
  {
    resourceType: 'ServiceRequest',
    id: 'order',
    status: 'active',
    intent: 'order',
    subject: to('Patient/ada'),
    authoredOn: '2024-01-01T10:00:00Z',
    occurrencePeriod: { start: '2024-01-01', end: '2024-06-30' },
  },
  weight('most', 70, '<='),
  weight('under', 70, '<'),
  weight('below-zero', -5, '<'),
  weight('above-zero', 0, '>'),
  place('site'),
  place('building', 'site'),
  place('room', 'building'),
  place('other'),
  encounter('in-room', 'room'),
  encounter('in-site', 'site', 'in-room'),
  encounter('elsewhere', 'other'),
  { resourceType: 'Organization', id: 'round', partOf: to('Organization/trip') },
  { resourceType: 'Organization', id: 'trip', partOf: to('Organization/round') },
  {
    resourceType: 'Provenance',
    id: 'of-one',
    target: [to('Observation/even/_history/1'), to('Patient/ada/_history/3')],
    recorded: '2024-01-01T00:00:00Z',
    agent: [{ who: to('Practitioner/irish') }],
  },
  {
    resourceType: 'Provenance',
    id: 'of-any',
    target: [to('Observation/even')],
    recorded: '2024-01-01T00:00:00Z',
    agent: [{ who: to('Practitioner/irish') }],
  },
  { resourceType: 'Questionnaire', id: 'form', url: 'http://example.org/form', version: '1.0', status: 'active' },
  answer('first', 'http://example.org/form|1.0'),
  answer('second', 'http://example.org/form'),
  answer('third', 'http://example.org/other'),
  answer('older', 'http://example.org/form|0.9'),
  {
    resourceType: 'PlanDefinition',
    id: 'plan',
    url: 'http://example.org/plan',
    status: 'active',
    relatedArtifact: [
      { type: 'composed-of', resource: 'http://example.org/set|2' },
      { type: 'depends-on', resource: 'http://example.org/form' },
    ],
  },
  { resourceType: 'StructureDefinition', id: 'mine', url: 'http://example.org/mine' },
  { resourceType: 'Basic', id: 'shaped', meta: { profile: ['http://example.org/mine'] } },
  { resourceType: 'Basic', id: 'plain' },
  {
    resourceType: 'ValueSet',
    id: 'set',
    url: 'http://example.org/set',
    version: '2',
    status: 'active',
    compose: { include: [{ system: 'urn:s', concept: [{ code: 'x' }] }] },
  },
  { resourceType: 'Condition', id: 'coded', code: { coding: [{ system: 'urn:s', code: 'x' }] } },
];

const STRINGS: readonly Line[] = [
  ['Practitioner', 'family=obrien', 'irish'],
  ['Practitioner', "family=O'Brien", 'irish'],
  ['Practitioner', 'family=o brien', 'irish'],
  ['Practitioner', 'family=brien', 'irish'],
  ['Practitioner', "family:exact=O'Brien", 'irish'],
  ['Practitioner', 'family:exact=OBrien', ''],
  ['Practitioner', 'family:contains=obri', 'irish'],
  ['Practitioner', 'given=jeanpierre', 'irish'],
  ['Practitioner', 'given=jean-p', 'irish'],
  ['Practitioner', 'given=pierre', ''],
  ['Practitioner', 'given:contains=pierre', 'irish'],
  ['Practitioner', 'name=JeanPierre', 'irish'],
  ['Practitioner', 'family=dartagnanleveque', 'curly'],
  ['Practitioner', "family=d'artagnan", 'curly'],
  ['Practitioner', 'family=Leveque', 'curly'],
  ['Practitioner', 'family=quinones', 'spanish'],
  ['Practitioner', 'given=mary ann', 'spanish'],
  ['Practitioner', 'given=maryann', ''],
  ['Practitioner', '_sort=family', 'spanish curly irish'],
];

const ESCAPES: readonly Line[] = [
  ['Patient', 'identifier=a\\\\b', 'ada'],
  ['Patient', 'identifier=a\\,b', 'bob'],
  ['Patient', 'identifier=a\\\\b,a\\,b', 'ada bob'],
];

const KG = `|${UCUM}|kg`;
const COMPARATORS: readonly Line[] = [
  ['Observation', `value-quantity=70${KG}`, 'even'],
  ['Observation', `value-quantity=gt70${KG}`, 'over least above-zero'],
  ['Observation', `value-quantity=ge70${KG}`, 'over least even most above-zero'],
  ['Observation', `value-quantity=lt70${KG}`, 'below-zero above-zero under most'],
  ['Observation', `value-quantity=le70${KG}`, 'below-zero above-zero under most even least'],
  ['Observation', `value-quantity=sa70${KG}`, 'over'],
  ['Observation', `value-quantity=eb70${KG}`, 'below-zero under'],
  ['Observation', `value-quantity=eb70000|${UCUM}|g`, 'below-zero under'],
  ['Observation', `value-quantity=sa70000|${UCUM}|g`, 'over'],
  ['Observation', `value-quantity=sa0${KG}`, 'above-zero even least over'],
  ['Observation', `value-quantity=eb-5${KG}`, 'below-zero'],
  ['Observation', `value-quantity=le-5${KG}`, 'below-zero most under'],
  ['Observation', `value-quantity=ge-5${KG}`, 'above-zero even least most over under'],
];

/** The range above a value begins with the value, and what ends within a searched day is not before it. */
const PREFIXES: readonly Line[] = [
  ['ServiceRequest', 'occurrence=ge2024-06-30', 'order'],
  ['ServiceRequest', 'occurrence=ge2024-06-30T23:59:59Z', 'order'],
  ['ServiceRequest', 'occurrence=ge2024-07-01', ''],
  ['ServiceRequest', 'occurrence=gt2024-06-30', ''],
  ['ServiceRequest', 'occurrence=gt2024-06-29', 'order'],
  ['ServiceRequest', 'occurrence=le2024-01-01', 'order'],
  ['ServiceRequest', 'occurrence=le2023-12-31', ''],
  ['ServiceRequest', 'occurrence=lt2024-01-01', ''],
  ['ServiceRequest', 'occurrence=lt2024-01-02', 'order'],
  ['ServiceRequest', 'occurrence=ge2024-06&occurrence=le2024-06', 'order'],
  ['ServiceRequest', 'occurrence=2024-06', ''],
  ['ServiceRequest', 'occurrence=sa2023-12-31', 'order'],
  ['ServiceRequest', 'occurrence=eb2024-07-01', 'order'],
  ['ServiceRequest', 'occurrence=eb2024-06-30', ''],
  ['ServiceRequest', 'authored=ge2024-01-01', 'order'],
  ['ServiceRequest', 'authored=gt2024-01-01', ''],
  ['ServiceRequest', 'authored=le2024-01-01', 'order'],
];

/** A parameter that several types share leads where the element of the type may lead. */
const SHARED: readonly Line[] = [
  ['Observation', 'encounter.location=room', 'even'],
  ['Observation', 'encounter.class=AMB', 'even'],
  ['Condition', 'encounter:missing=true', 'coded'],
];

const HIERARCHIES: readonly Line[] = [
  ['Location', 'partof=site', 'building'],
  ['Location', 'partof:below=site', 'building room'],
  ['Location', 'partof:below=Location/building', 'room'],
  ['Location', 'partof:above=building', 'building room'],
  ['Encounter', 'location=site', 'in-site'],
  ['Encounter', 'location:below=site', 'in-room in-site'],
  ['Encounter', 'location:below=building', 'in-room'],
  ['Encounter', `location:below=${BASE}/Location/building`, 'in-room'],
  ['Encounter', 'location:below=building,other', 'in-room elsewhere'],
  ['Encounter', 'location:above=room', 'in-room in-site'],
  ['Encounter', 'location:above=site', 'in-site'],
  ['Encounter', 'location:below=nowhere', ''],
  ['Encounter', 'part-of:below=in-room', 'in-site'],
  ['Organization', 'partof:below=round', 'round trip'],
  ['Organization', 'partof:above=round', 'round trip'],
];

const VERSIONS: readonly Line[] = [
  ['Provenance', 'target=Observation/even', 'of-one of-any'],
  ['Provenance', 'target=even', 'of-one of-any'],
  ['Provenance', 'target=Observation/even/_history/1', 'of-one'],
  ['Provenance', 'target=Observation/even/_history/2', ''],
  ['Provenance', `target=${BASE}/Observation/even/_history/1`, 'of-one'],
  ['Provenance', 'target=Patient/ada/_history/3', 'of-one'],
  ['Provenance', 'patient=Patient/ada', 'of-one'],
  ['QuestionnaireResponse', 'questionnaire=http://example.org/form', 'first second older'],
  ['QuestionnaireResponse', 'questionnaire=http://example.org/form|1.0', 'first'],
  ['QuestionnaireResponse', 'questionnaire=Questionnaire/form', 'first second older'],
  ['QuestionnaireResponse', `questionnaire=${BASE}/Questionnaire/form`, 'first second older'],
  ['QuestionnaireResponse', 'questionnaire=Questionnaire/none', ''],
  ['Basic', '_profile=http://example.org/mine', 'shaped'],
  ['Basic', '_profile=StructureDefinition/mine', 'shaped'],
  ['Basic', '_profile=StructureDefinition/none', ''],
  ['Condition', 'code:in=http://example.org/set', 'coded'],
  ['Condition', 'code:in=http://example.org/set|2', 'coded'],
  ['Patient', 'gender:in=http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1', 'ada bob'],
];

/** Beside those that the tables of refusals hold without a store. */
const REFUSED: readonly (readonly [type: string, query: string])[] = [
  ['Condition', 'code:in=http://example.org/set|1'],
  ['Condition', 'code:not-in=http://example.org/set|3'],
  ['Patient', 'gender:in=http://hl7.org/fhir/ValueSet/administrative-gender|3.0.1'],
  ['Patient', 'identifier=a\\b'],
  ['Patient', 'identifier=a\\\\\\b'],
  ['Patient', 'identifier=a\\'],
  ['Patient', 'family=a\\b'],
  ['Encounter', 'location:below=Patient/ada'],
  ['Encounter', 'subject:below=ada'],
  ['Observation', 'encounter:EpisodeOfCare=e'],
];

const store = await worldStore(t, BODIES);

for (const [group, lines] of Object.entries({
  STRINGS,
  ESCAPES,
  COMPARATORS,
  PREFIXES,
  SHARED,
  HIERARCHIES,
  VERSIONS,
})) {
  t.test(group.toLowerCase(), (t) => tryLines(t, store, lines));
}

t.test('what is not known in that version, or breaks the rule of escapes, is refused', async (t) => {
  for (const [type, query] of REFUSED) await t.rejects(find(store, type, query), `${type}?${query}`);
});

t.test('hierarchies are the references of R4 by which a resource is part of one of its own type', async (t) => {
  const found = definitions.resourceTypes.flatMap((type) => {
    const { parameters } = typeIndex(definitions, type);
    const codes = ['partof', 'part-of'].filter((code) => parameters.get(code)?.targets.includes(type));
    return codes.map((code): [string, string] => [type, code]);
  });
  t.same(Object.fromEntries(found), PARTS);
});

// ---------------------------------------------------------------- includes by canonical address

/** Matches, and after the bar what they include. */
const INCLUDES: readonly (readonly [type: string, query: string, ids: string])[] = [
  ['QuestionnaireResponse', '_id=first&_include=QuestionnaireResponse:questionnaire', 'first | form'],
  ['QuestionnaireResponse', '_id=second&_include=QuestionnaireResponse:questionnaire', 'second | form'],
  ['QuestionnaireResponse', '_id=third&_include=QuestionnaireResponse:questionnaire', 'third | '],
  ['QuestionnaireResponse', '_id=older&_include=QuestionnaireResponse:questionnaire', 'older | '],
  ['QuestionnaireResponse', '_id=first&_include=QuestionnaireResponse:*', 'first | form'],
  ['QuestionnaireResponse', '_id=first&_include=QuestionnaireResponse:questionnaire:Questionnaire', 'first | form'],
  ['Questionnaire', '_id=form&_revinclude=QuestionnaireResponse:questionnaire', 'form | first second'],
  ['Questionnaire', '_id=form&_revinclude=QuestionnaireResponse:*', 'form | first second'],
  ['PlanDefinition', '_include=PlanDefinition:composed-of', 'plan | set'],
  ['PlanDefinition', '_include=PlanDefinition:composed-of:Questionnaire', 'plan | '],
  ['PlanDefinition', '_include=PlanDefinition:*', 'plan | form set'],
  ['ValueSet', '_id=set&_revinclude=PlanDefinition:composed-of', 'set | plan'],
  [
    'Questionnaire',
    '_id=form&_revinclude:iterate=PlanDefinition:depends-on&_include:iterate=PlanDefinition:composed-of',
    'form | plan set',
  ],
];

t.test('what is named by canonical address is included, both ways, in the version that is named', async (t) => {
  for (const [type, query, ids] of INCLUDES) {
    const { entry = [] } = await shown(type, [...new URLSearchParams(query)]);
    const of = (mode: string) => entry.filter((e) => e.search.mode === mode).map((e) => e.resource.id);
    const included = ids.split(' | ')[1]!.split(' ').sort().join(' ');
    t.equal(
      `${of('match').join(' ')} | ${of('include').sort().join(' ')}`,
      `${ids.split(' |')[0]} | ${included}`,
      query,
    );
  }
  const wrong = 'QuestionnaireResponse:questionnaire:Patient';
  await t.rejects(shown('QuestionnaireResponse', [['_include', wrong]]), 'a canonical leads to no Patient');
});

// ---------------------------------------------------------------- empty parameters

const extractor = createExtractor(definitions, { base: BASE });
const service = { store, clock, definitions, extractor } as unknown as FhirService;

interface Shown {
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly {
    readonly resource: { readonly id: string; readonly issue?: readonly { readonly expression: string[] }[] };
    readonly search: { readonly mode: string };
  }[];
}

async function shown(type: string, query: Query, more: Partial<FhirRequest> = {}): Promise<Shown> {
  const request: FhirRequest = { base: BASE, language: 'en', query, prefer: undefined, ...more };
  const answer = await (type === '' ? searchSystem(service, request) : search(service, type, request));
  return JSON.parse(answer.body!) as Shown;
}

/** Query, ids, and the query of the self link. */
const EMPTY: readonly (readonly [type: string, query: string, ids: string, self: string])[] = [
  ['Patient', 'gender=', 'ada bob', ''],
  ['Patient', 'gender=&gender=male', 'bob', '?gender=male'],
  ['Patient', 'gender:not=&identifier:missing=', 'ada bob', ''],
  ['Patient', 'birthdate=&_count=&_sort=&_total=&_include=&_elements=&_summary=', 'ada bob', ''],
  ['Patient', '_id=&_lastUpdated=&_tag=&_text=&_list=', 'ada bob', ''],
  [
    'Patient',
    'general-practitioner:Practitioner.family=&_has:Provenance:target:agent=&gender=male',
    'bob',
    '?gender=male',
  ],
  ['Provenance', 'target=&_filter=', 'of-any of-one', ''],
  ['', '_type=&_id=ada', 'ada', '?_id=ada'],
  ['', '_type=Patient&_type=&_id=', 'ada bob', '?_type=Patient'],
];

t.test(
  'an empty parameter is no error: it is left out of the search and of self, and the answer says so',
  async (t) => {
    for (const [type, query, ids, self] of EMPTY) {
      const pairs = [...new URLSearchParams(query)];
      const { entry = [], link } = await shown(type, pairs);
      const found = entry.filter((e) => e.search.mode === 'match').map((e) => e.resource.id);
      t.same(found.sort(), ids.split(' '), `${type}?${query}`);
      t.equal(link[0]!.url, `${BASE}${type === '' ? '' : `/${type}`}${self}`);
      const said = entry.filter((e) => e.search.mode === 'outcome').flatMap((e) => e.resource.issue ?? []);
      const empty = pairs.filter(([, value]) => value === '').map(([name]) => `http.${name}`);
      t.same(said.flatMap((i) => i.expression).sort(), empty.sort());
    }
  },
);

t.test('a name or modifier that is wrong is wrong without a value, too', async (t) => {
  for (const name of [
    'bogus',
    'gender:bogus',
    'gender:exact',
    'family:in',
    'bogus.name',
    'link:Group.name',
    '_sort:x',
  ]) {
    await t.rejects(shown('Patient', [[name, '']]), name);
  }
  await t.rejects(shown('Patient', [['gender', 'male,']]), 'an empty alternative');
  const { link } = await shown('Patient', [['bogus', '']], { handling: 'lenient' });
  t.equal(link[0]!.url, `${BASE}/Patient`);
});
