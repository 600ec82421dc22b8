import t from 'tap';
import { extended, faultsOf, type Json, observation } from './check.ts';
import { codeSystem, consent, dispense, naming, request, structure, without } from './make.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const code = { coding: [{ system: LOINC, code: '85354-9' }] };
const reason = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unknown' }] };
const range = (...ranges: Json[]) => observation({ referenceRange: ranges });
const inRange = (low: Json, high: Json) => extended('valueRange', { low, high });
const kg = (value: number) => ({ value, unit: 'kg', system: UCUM, code: 'kg' });
const period = (start?: string, end?: string) =>
  extended('valuePeriod', { ...(start && { start }), ...(end && { end }) });
const timing = (repeat: Json) => extended('valueTiming', { repeat });
const quantity = (value: Json) => extended('valueQuantity', value);
const organization = (o: Json) => ({ resourceType: 'Organization', ...o });
const bundle = (type: string, ...entry: Json[]) => ({
  resourceType: 'Bundle',
  type,
  ...(entry.length > 0 && { entry }),
});
const question = (...item: Json[]) => ({ resourceType: 'Questionnaire', status: 'draft', item });
const risk = (prediction: Json) => ({
  resourceType: 'RiskAssessment',
  status: 'final',
  subject: { display: 'x' },
  prediction: [prediction],
});
const document = (change: Json) => ({
  ...bundle('document', { fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource: composition }),
  identifier: { system: 'http://e.org', value: '1' },
  timestamp: '2026-01-01T00:00:00Z',
  ...change,
});
const composition = {
  resourceType: 'Composition',
  status: 'final',
  type: { text: 'x' },
  date: '2026',
  author: [{ display: 'x' }],
  title: 'x',
};

/** key, a resource that keeps the rule, a resource that breaks it and nothing else. */
const table: readonly [key: string, good: unknown, bad: unknown][] = [
  ['obs-3', range({ text: 'x' }), range({ type: { text: 'x' } })],
  [
    'obs-3',
    range({ low: kg(1) }),
    observation({ component: [{ code, referenceRange: [{ appliesTo: [{ text: 'x' }] }] }] }),
  ],
  ['obs-6', observation({ dataAbsentReason: reason }), observation({ dataAbsentReason: reason, valueString: 'x' })],
  [
    'obs-7',
    observation({ code, component: [{ code, valueString: 'x' }] }),
    observation({ code, valueString: 'x', component: [{ code, valueString: 'x' }] }),
  ],
  [
    'obs-7',
    observation({ code, valueString: 'x', component: [{ code: { coding: [{ system: LOINC, code: '8480-6' }] } }] }),
    observation({
      code,
      valueString: 'x',
      component: [{ code: { coding: [{ system: LOINC, code: '1' }, ...code.coding] } }],
    }),
  ],
  ['qty-3', quantity({ value: 1, unit: 'kg' }), quantity({ value: 1, code: 'kg' })],
  ['sqty-1', range({ low: kg(1) }), range({ low: { ...kg(1), comparator: '<' } })],
  ['rng-2', inRange(kg(1), kg(1)), inRange(kg(2), kg(1))],
  ['rng-2', inRange(kg(2), { value: 1, unit: 't' }), inRange({ value: 2 }, { value: 1 })],
  ['per-1', period('2026-01-31', '2026-01-31'), period('2026-02-01', '2026-01-31')],
  ['per-1', period('2026-01', '2026-01-31'), period('2026-02', '2026-01-31')],
  [
    'per-1',
    period('2026-01-31T08:00:00+01:00', '2026-01-31T07:00:00Z'),
    period('2026-01-31T08:00:00+01:00', '2026-01-31T06:59:59Z'),
  ],
  [
    'per-1',
    period('2026-03-29T03:30:00+02:00', '2026-03-29T01:30:00Z'),
    period('2026-10-25T02:30:00+01:00', '2026-10-25T02:30:00+02:00'),
  ],
  ['per-1', period('2026-01-31'), period('2026', '2025')],
  [
    'ext-1',
    extended('valueString', 'x'),
    { resourceType: 'Basic', code: { text: 'x' }, extension: [{ url: 'http://e.org/x' }] },
  ],
  [
    'ext-1',
    {
      resourceType: 'Patient',
      birthDate: '1950',
      _birthDate: { extension: [{ url: 'http://e.org/x', valueCode: 'x' }] },
    },
    {
      resourceType: 'Patient',
      birthDate: '1950',
      _birthDate: { extension: [{ url: 'http://e.org/x', valueCode: 'x', extension: [{ url: 'a', valueCode: 'b' }] }] },
    },
  ],
  [
    'att-1',
    extended('valueAttachment', { data: 'AAAA', contentType: 'text/plain' }),
    extended('valueAttachment', { data: 'AAAA' }),
  ],
  [
    'cpt-2',
    { resourceType: 'Patient', telecom: [{ system: 'phone', value: '1' }] },
    { resourceType: 'Patient', telecom: [{ value: '1' }] },
  ],
  [
    'rat-1',
    extended('valueRatio', { numerator: kg(1), denominator: kg(2) }),
    extended('valueRatio', { numerator: kg(1) }),
  ],
  [
    'drt-1',
    extended('valueDuration', { value: 1, system: UCUM, code: 'd' }),
    extended('valueDuration', { value: 1, system: 'http://e.org', code: 'd' }),
  ],
  [
    'age-1',
    extended('valueAge', { value: 1, system: UCUM, code: 'a' }),
    extended('valueAge', { value: 0, system: UCUM, code: 'a' }),
  ],
  [
    'cnt-3',
    extended('valueCount', { value: 2, system: UCUM, code: '1' }),
    extended('valueCount', { value: 2.5, system: UCUM, code: '1' }),
  ],
  [
    'exp-1',
    extended('valueExpression', { language: 'text/fhirpath', expression: 'x' }),
    extended('valueExpression', { language: 'text/fhirpath' }),
  ],
  [
    'trd-3',
    extended('valueTriggerDefinition', { type: 'named-event', name: 'x' }),
    extended('valueTriggerDefinition', { type: 'periodic' }),
  ],
  ['tim-1', timing({ duration: 1, durationUnit: 'h' }), timing({ duration: 1 })],
  ['tim-2', timing({ period: 1, periodUnit: 'd' }), timing({ period: 1 })],
  ['tim-4', timing({ duration: 0, durationUnit: 'h' }), timing({ duration: -1, durationUnit: 'h' })],
  ['tim-5', timing({ period: 0, periodUnit: 'd' }), timing({ period: -1, periodUnit: 'd' })],
  ['tim-6', timing({ period: 1, periodMax: 2, periodUnit: 'd' }), timing({ periodMax: 2, periodUnit: 'd' })],
  ['tim-7', timing({ duration: 1, durationMax: 2, durationUnit: 'h' }), timing({ durationMax: 2 })],
  ['tim-8', timing({ count: 1, countMax: 2 }), timing({ countMax: 2 })],
  ['tim-9', timing({ when: ['MORN'], offset: 5 }), timing({ when: ['C'], offset: 5 })],
  ['tim-9', timing({ when: ['AC', 'PC'], offset: 5 }), timing({ offset: 5 })],
  ['tim-10', timing({ timeOfDay: ['08:00:00'] }), timing({ timeOfDay: ['08:00:00'], when: ['MORN'] })],
  ['org-1', organization({ name: 'x' }), organization({ active: true })],
  [
    'org-2',
    organization({ name: 'x', address: [{ use: 'work', text: 'x' }] }),
    organization({ name: 'x', address: [{ use: 'home', text: 'x' }] }),
  ],
  [
    'org-3',
    organization({ name: 'x', telecom: [{ use: 'work', text: 'x' }].map(() => ({ use: 'work', system: 'phone' })) }),
    organization({ name: 'x', telecom: [{ use: 'home', system: 'phone' }] }),
  ],
  [
    'pat-1',
    { resourceType: 'Patient', contact: [{ name: { text: 'x' } }] },
    { resourceType: 'Patient', contact: [{ gender: 'female' }] },
  ],
  [
    'ait-1',
    {
      resourceType: 'AllergyIntolerance',
      patient: { display: 'x' },
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
      },
    },
    { resourceType: 'AllergyIntolerance', patient: { display: 'x' } },
  ],
  [
    'app-2',
    { resourceType: 'Appointment', status: 'proposed', participant: [{ status: 'accepted', actor: { display: 'x' } }] },
    {
      resourceType: 'Appointment',
      status: 'proposed',
      start: '2026-01-01T00:00:00Z',
      participant: [{ status: 'accepted', actor: { display: 'x' } }],
    },
  ],
  ['ppc-1', consent({ policyRule: { text: 'x' } }), consent({})],
  ['prr-1', request({ code: { text: 'x' }, orderDetail: [{ text: 'y' }] }), request({ orderDetail: [{ text: 'y' }] })],
  ['ras-2', risk({ probabilityDecimal: 100 }), risk({ probabilityDecimal: 101 })],
  [
    'ras-2',
    risk({ probabilityRange: { low: { value: 500, system: UCUM, code: '%' } } }),
    risk({ probabilityDecimal: 100.5 }),
  ],
  [
    'ras-1',
    risk({ probabilityRange: { low: { value: 5, system: UCUM, code: '%' } } }),
    risk({ probabilityRange: { low: { value: 5, system: UCUM, code: 'kg' } } }),
  ],
  ['bdl-1', { ...bundle('searchset'), total: 1 }, { ...bundle('collection'), total: 1 }],
  [
    'bdl-3',
    bundle('transaction', { resource: observation(), request: { method: 'POST', url: 'Observation' } }),
    bundle('transaction', { resource: observation() }),
  ],
  [
    'bdl-3',
    bundle('collection', { resource: observation() }),
    bundle('collection', { resource: observation(), request: { method: 'POST', url: 'Observation' } }),
  ],
  [
    'bdl-5',
    bundle('collection', { resource: observation() }),
    bundle('collection', { fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' }),
  ],
  [
    'bdl-7',
    bundle(
      'collection',
      { fullUrl: 'http://e.org/1', resource: observation() },
      { fullUrl: 'http://e.org/2', resource: observation() },
    ),
    bundle(
      'collection',
      { fullUrl: 'http://e.org/1', resource: observation() },
      { fullUrl: 'http://e.org/1', resource: observation() },
    ),
  ],
  [
    'bdl-8',
    bundle('collection', { fullUrl: 'http://e.org/1', resource: observation() }),
    bundle('collection', { fullUrl: 'http://e.org/1/_history/2', resource: observation() }),
  ],
  ['bdl-9', document({}), document({ identifier: { value: '1' } })],
  ['bdl-10', document({}), without(document({}), 'timestamp')],
  ['bdl-11', document({}), document({ entry: [{ fullUrl: 'http://e.org/1', resource: observation() }] })],
  [
    'bdl-12',
    bundle('message', {
      resource: { resourceType: 'MessageHeader', eventUri: 'http://e.org', source: { endpoint: 'http://e.org' } },
    }),
    bundle('message', { resource: observation() }),
  ],
  [
    'inv-1',
    { resourceType: 'Parameters', parameter: [{ name: 'a', valueCode: 'b' }] },
    { resourceType: 'Parameters', parameter: [{ name: 'a' }] },
  ],
  [
    'inv-1',
    { resourceType: 'Task', status: 'draft', intent: 'order', authoredOn: '2026-01-01', lastModified: '2026-01-02' },
    { resourceType: 'Task', status: 'draft', intent: 'order', authoredOn: '2026-01-02', lastModified: '2026-01-01' },
  ],
  [
    'que-1',
    question({ linkId: '1', type: 'group', item: [{ linkId: '2', type: 'display' }] }),
    question({ linkId: '1', type: 'group' }),
  ],
  [
    'que-2',
    question({ linkId: '1', type: 'string' }, { linkId: '2', type: 'string' }),
    question({ linkId: '1', type: 'string' }, { linkId: '1', type: 'string' }),
  ],
  [
    'que-2',
    question({ linkId: '1', type: 'group', item: [{ linkId: '2', type: 'string' }] }),
    question({ linkId: '1', type: 'group', item: [{ linkId: '1', type: 'string' }] }),
  ],
  [
    'que-7',
    question({ linkId: '1', type: 'string', enableWhen: [{ question: '2', operator: 'exists', answerBoolean: true }] }),
    question({ linkId: '1', type: 'string', enableWhen: [{ question: '2', operator: 'exists', answerInteger: 1 }] }),
  ],
  [
    'que-12',
    question({ linkId: '1', type: 'string' }),
    question({
      linkId: '1',
      type: 'string',
      enableWhen: ['a', 'b', 'c'].map((q) => ({ question: q, operator: '=', answerInteger: 1 })),
    }),
  ],
  ['csd-1', codeSystem('a', 'b'), codeSystem('a', 'a')],
  ['nsd-2', naming(true, false), naming(true, true)],
  ['eld-3', structure({ max: '*' }), structure({ max: '-1' })],
  ['eld-2', structure({ min: 1, max: '2' }), structure({ min: 3, max: '2' })],
  [
    'eld-16',
    structure({ path: 'Patient.name', sliceName: 'a/b' }),
    structure({ path: 'Patient.name', sliceName: 'a b' }),
  ],
  [
    'lst-1',
    { resourceType: 'List', status: 'current', mode: 'working', emptyReason: { text: 'x' } },
    {
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      emptyReason: { text: 'x' },
      entry: [{ item: { display: 'x' } }],
    },
  ],
  [
    'msq-3',
    { resourceType: 'MolecularSequence', coordinateSystem: 0 },
    { resourceType: 'MolecularSequence', coordinateSystem: 2 },
  ],
  ['mdd-1', dispense('2026-01-01', '2026-01-02'), dispense('2026-01-02', '2026-01-01')],
];

t.test('rules are kept and broken', async (t) => {
  for (const [key, good, bad] of table) {
    t.same(faultsOf(good), [], `${key} kept: ${JSON.stringify(good)}`);
    const found = faultsOf(bad);
    t.ok(found.length === 1 && found[0]?.startsWith(`invariant-${key} `), `${key} broken: ${JSON.stringify(bad)}`, {
      found,
    });
  }
});

t.test('a rule is judged only on an element whose structure is good', async (t) => {
  t.same(faultsOf(observation({ dataAbsentReason: reason, valueString: 5 })), [
    'bad-format Observation.value.ofType(string)',
  ]);
});

t.test('rules that only advise warn', async (t) => {
  t.same(faultsOf({ ...codeSystem('a'), name: 'with space' }), ['warning invariant-csd-0 CodeSystem']);
  t.same(
    faultsOf({
      resourceType: 'NutritionOrder',
      status: 'active',
      intent: 'order',
      patient: { display: 'x' },
      dateTime: '2026',
    }),
    ['warning invariant-nor-1 NutritionOrder'],
  );
});

t.test('names the element on which the rule stands', async (t) => {
  t.same(faultsOf({ resourceType: 'Patient', name: [{ text: 'x' }, { period: { start: '2026', end: '2025' } }] }), [
    'invariant-per-1 Patient.name[1].period',
  ]);
  t.same(faultsOf(structure({ max: '-1' })), ['invariant-eld-3 StructureDefinition.differential.element[0].max']);
});
