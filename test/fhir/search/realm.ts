// Resources for the searches that go beyond one value: sets and hierarchies of codes, components, chains, texts. Ids say what
// the resource is about.
import type { Body } from './world.ts';

export const LOINC = 'http://loinc.org';
export const UCUM = 'http://unitsofmeasure.org';
export const HEART = 'http://example.org/heart';
const INS = 'urn:oid:1.2.250.1.213.1.4.8';
const V2 = 'http://terminology.hl7.org/CodeSystem/v2-0203';

const to = (reference: string, more: object = {}) => ({ reference, ...more });
const concept = (system: string, ...codes: string[]) => ({ coding: codes.map((code) => ({ system, code })) });
const quantity = (value: number, code: string) => ({ value, unit: code, system: UCUM, code });
const component = (code: string, more: object) => ({ code: concept(LOINC, code), ...more });
const narrative = (text: string) => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>`,
});

const PATIENTS: readonly Body[] = [
  {
    resourceType: 'Patient',
    id: 'ada',
    active: true,
    gender: 'female',
    birthDate: '1950-05-05',
    identifier: [
      { system: INS, value: '150', type: concept(V2, 'NH') },
      { system: 'urn:h', value: 'H1', type: { ...concept(V2, 'MR'), text: 'Numéro de dossier' } },
    ],
    name: [{ family: 'Martin', given: ['Ada', 'Zoé'] }],
    generalPractitioner: [to('Practitioner/roux')],
    managingOrganization: to('Organization/chu'),
    text: narrative('<p>Suivie pour une <b>insuffisance cardiaque</b>.</p>'),
  },
  {
    resourceType: 'Patient',
    id: 'bob',
    gender: 'male',
    birthDate: '1970-01-01',
    identifier: [{ system: 'urn:h', value: 'H2', type: concept('urn:types', 'MR') }],
    name: [{ family: 'MARTIN', given: ['Bob'] }],
    generalPractitioner: [to('Practitioner/blanc')],
    managingOrganization: to('Organization/chu'),
    link: [{ other: to('Patient/ada'), type: 'seealso' }],
  },
  {
    resourceType: 'Patient',
    id: 'cyd',
    active: false,
    gender: 'unknown',
    name: [{ text: 'Cyd Saint-Martin', family: 'Saint-Martin' }],
    managingOrganization: to('Organization/clinic'),
    contact: [{ name: { family: 'Martineau' } }],
  },
  { resourceType: 'Patient', id: 'dan', name: [{ family: 'Petit' }] },
];

const PEOPLE: readonly Body[] = [
  { resourceType: 'Organization', id: 'group', name: 'Groupe Est' },
  { resourceType: 'Organization', id: 'chu', name: 'CHU de Nancy', partOf: to('Organization/group') },
  { resourceType: 'Organization', id: 'clinic', name: 'Clinique du Parc' },
  { resourceType: 'Practitioner', id: 'roux', name: [{ family: 'Roux' }], active: true },
  { resourceType: 'Practitioner', id: 'blanc', name: [{ family: 'Blanc' }] },
  {
    resourceType: 'Device',
    id: 'cuff',
    manufacturer: 'Tensio',
    owner: to('Organization/clinic'),
    patient: to('Patient/ada'),
    deviceName: [{ name: 'Tensiomètre', type: 'user-friendly-name' }],
  },
  { resourceType: 'Device', id: 'scale', manufacturer: 'Pèse & Cie', owner: to('Organization/chu') },
];

const observation = (id: string, more: object): Body => ({ resourceType: 'Observation', id, status: 'final', ...more });

const OBSERVATIONS: readonly Body[] = [
  observation('bp-1', {
    code: { coding: [{ system: LOINC, code: '85354-9', display: 'Blood pressure panel' }], text: 'Tension artérielle' },
    subject: to('Patient/ada', { display: 'Ada Martin' }),
    device: to('Device/cuff'),
    performer: [to('Practitioner/roux')],
    effectiveDateTime: '2024-01-01T08:00:00Z',
    component: [
      component('8480-6', { valueQuantity: quantity(150, 'mm[Hg]') }),
      component('8462-4', { valueQuantity: quantity(80, 'mm[Hg]') }),
    ],
    note: [{ text: 'Mesure au repos, après le café.' }],
  }),
  observation('bp-2', {
    code: { coding: [{ system: LOINC, code: '85354-9' }] },
    subject: to('Patient/bob'),
    device: to('Device/cuff'),
    effectiveDateTime: '2024-01-02',
    component: [
      component('8480-6', { valueQuantity: quantity(110, 'mm[Hg]') }),
      component('8462-4', { valueQuantity: quantity(95, 'mm[Hg]') }),
      component('8867-4', { valueCodeableConcept: concept(HEART, 'af') }),
    ],
  }),
  observation('bp-kpa', {
    status: 'preliminary',
    code: concept(LOINC, '85354-9'),
    subject: to('Patient/bob'),
    effectiveDateTime: '2024-01-03',
    component: [component('8480-6', { valueQuantity: quantity(20, 'kPa') })],
  }),
  observation('weight', {
    code: {
      coding: [
        { system: LOINC, code: '29463-7' },
        { system: 'urn:local', code: 'poids' },
      ],
      text: 'Poids',
    },
    subject: to('Patient/ada'),
    device: to('Device/scale'),
    effectiveDateTime: '2024-01-04',
    valueQuantity: quantity(72.4, 'kg'),
  }),
  observation('weight-g', {
    code: concept(LOINC, '29463-7'),
    subject: to('Patient/cyd'),
    valueQuantity: quantity(72400, 'g'),
  }),
  observation('glucose', {
    code: concept(LOINC, '2339-0'),
    subject: to('Patient/ada'),
    effectiveDateTime: '2024-01-05',
    valueQuantity: quantity(72.4, 'mg/dL'),
    derivedFrom: [to('Observation/weight')],
  }),
  observation('fever', {
    code: concept(LOINC, '8310-5'),
    subject: to('Patient/bob'),
    valueQuantity: quantity(38.5, 'Cel'),
    hasMember: [to('Observation/bp-2')],
  }),
  observation('rhythm', {
    code: concept(LOINC, '8884-9'),
    subject: to('Patient/bob'),
    valueCodeableConcept: { coding: [{ system: HEART, code: 'paf', display: 'Fibrillation paroxystique' }] },
  }),
  observation('far', {
    code: concept(HEART, 'rhythm'),
    subject: { identifier: { system: 'urn:elsewhere', value: 'E9' }, display: 'Quelqu’un d’autre' },
    valueString: `Tout va bien ${'x'.repeat(300)} à la fin`,
  }),
  observation('bare', { code: { text: 'Sans code' }, subject: to('Group/ward'), valueDateTime: '2024-02-03' }),
];

const CODES: readonly Body[] = [
  {
    resourceType: 'CodeSystem',
    id: 'heart',
    status: 'active',
    url: HEART,
    content: 'complete',
    hierarchyMeaning: 'is-a',
    concept: [
      {
        code: 'rhythm',
        concept: [{ code: 'af', concept: [{ code: 'paf' }, { code: 'caf' }] }, { code: 'sinus' }],
      },
      { code: 'other' },
    ],
  },
  {
    resourceType: 'ValueSet',
    id: 'fibrillation',
    status: 'active',
    url: 'http://example.org/ValueSet/fibrillation',
    version: '2.0',
    compose: { include: [{ system: HEART, filter: [{ property: 'concept', op: 'is-a', value: 'af' }] }] },
  },
  {
    resourceType: 'ValueSet',
    id: 'vitals',
    status: 'draft',
    url: 'http://example.org/ValueSet/vitals',
    compose: {
      include: [
        { system: LOINC, concept: [{ code: '29463-7' }, { code: '8310-5' }] },
        { valueSet: ['http://example.org/ValueSet/fibrillation'] },
      ],
    },
  },
  { resourceType: 'ValueSet', id: 'other', status: 'retired', url: 'http://example.org/ValueSetting', version: 'V2' },
  { resourceType: 'ValueSet', id: 'oid', status: 'active', url: 'urn:oid:1.2.3' },
];

const OTHERS: readonly Body[] = [
  {
    resourceType: 'Group',
    id: 'ward',
    type: 'person',
    actual: true,
    member: [{ entity: to('Patient/bob') }, { entity: to('Patient/cyd') }],
    characteristic: [
      { code: concept('urn:c', 'gender'), valueCodeableConcept: concept('urn:g', 'mixed'), exclude: false },
      { code: concept('urn:c', 'adult'), valueBoolean: true, exclude: false },
      { code: concept('urn:c', 'smoker'), valueBoolean: false, exclude: false },
    ],
  },
  {
    resourceType: 'Encounter',
    id: 'visit',
    status: 'finished',
    class: { code: 'AMB' },
    subject: to('Patient/ada'),
    serviceProvider: to('Organization/chu'),
    participant: [{ individual: to('Practitioner/roux') }],
  },
  {
    resourceType: 'DiagnosticReport',
    id: 'report',
    status: 'final',
    code: concept(LOINC, '1'),
    subject: to('Patient/ada'),
    result: [to('Observation/bp-1'), to('Observation/glucose')],
  },
  {
    resourceType: 'DocumentReference',
    id: 'doc-1',
    status: 'current',
    content: [{ attachment: { contentType: 'text/xml; charset=UTF-8' } }],
    relatesTo: [
      { code: 'replaces', target: to('DocumentReference/doc-2') },
      { code: 'signs', target: to('DocumentReference/doc-3') },
    ],
  },
  {
    resourceType: 'DocumentReference',
    id: 'doc-2',
    status: 'superseded',
    content: [{ attachment: { contentType: 'text/xml' } }, { attachment: { contentType: 'image/png' } }],
  },
  {
    resourceType: 'DocumentReference',
    id: 'doc-3',
    status: 'current',
    content: [{ attachment: { contentType: 'text/xmlish' } }],
  },
  {
    resourceType: 'Condition',
    id: 'failure',
    code: { coding: [{ system: HEART, code: 'other', display: 'Insuffisance cardiaque' }], text: 'IC gauche' },
    subject: to('Patient/ada'),
    asserter: to('Practitioner/roux'),
    note: [{ text: 'Œdème des chevilles' }],
    text: narrative('Heart failure, œdème'),
  },
  {
    resourceType: 'Condition',
    id: 'asthma',
    code: { text: 'Asthme' },
    subject: to('Patient/bob'),
    stage: [{ summary: { text: 'persistant modéré' } }],
  },
  {
    resourceType: 'List',
    id: 'list',
    status: 'current',
    mode: 'working',
    entry: [
      { item: to('Patient/ada') },
      { item: to('Patient/bob/_history/1') },
      { item: to('Patient/dan'), deleted: true },
      { item: to('Observation/weight') },
      { item: { display: 'nothing' } },
    ],
  },
  {
    resourceType: 'Appointment',
    id: 'appointment',
    status: 'booked',
    participant: [
      { actor: to('Patient/cyd'), status: 'accepted' },
      { actor: to('Practitioner/blanc'), status: 'accepted' },
    ],
  },
  {
    resourceType: 'Appointment',
    id: 'meeting',
    status: 'proposed',
    participant: [{ actor: to('Location/room'), status: 'accepted' }],
  },
  { resourceType: 'Location', id: 'room', name: 'Salle Martin', status: 'active' },
  {
    resourceType: 'Provenance',
    id: 'signed',
    target: [to('Observation/weight'), to('Condition/failure')],
    recorded: '2024-02-01T00:00:00Z',
    agent: [{ who: to('Practitioner/roux') }],
  },
  {
    resourceType: 'MolecularSequence',
    id: 'sequence',
    coordinateSystem: 0,
    referenceSeq: {
      chromosome: concept('urn:chr', '1'),
      referenceSeqId: concept('urn:seq', 'NC_1'),
      windowStart: 5,
      windowEnd: 50,
    },
    variant: [
      { start: 10, end: 20 },
      { start: 30, end: 40 },
    ],
  },
  {
    resourceType: 'Questionnaire',
    id: 'quest',
    status: 'active',
    url: 'http://example.org/q',
    useContext: [
      { code: { system: 'urn:u', code: 'focus' }, valueCodeableConcept: concept('urn:f', 'heart') },
      { code: { system: 'urn:u', code: 'age' }, valueRange: { low: quantity(18, 'a'), high: quantity(65, 'a') } },
    ],
    item: [
      {
        linkId: '1',
        type: 'group',
        text: 'Sommeil',
        item: [{ linkId: '2', type: 'string', text: 'Réveils nocturnes' }],
      },
    ],
  },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'answers',
    status: 'completed',
    questionnaire: 'http://example.org/q|1.2',
  },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'answers-2',
    status: 'in-progress',
    questionnaire: 'http://example.org/q|2.0',
  },
];

export const REALM: readonly Body[] = [...PATIENTS, ...PEOPLE, ...OBSERVATIONS, ...CODES, ...OTHERS];
