// The resources that the search tests look for, and a store that holds them. Ids say what the resource is about.

import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { parseSearch, type SearchOptions } from '../../../src/fhir/search/index.ts';
import { fixedClock } from '../../../src/kernel/clock.ts';
import { FaultError } from '../../../src/kernel/fault.ts';
import { openStore } from '../../../src/storage/index.ts';
import { silent } from '../../../src/storage/log.ts';
import { everything, type Page, type ResourceWrite, type Store } from '../../../src/storage/types.ts';
import { db } from '../../helpers/db.ts';

export const definitions = loadDefinitions();
export const clock = fixedClock('2024-06-01T12:00:00Z');
export const BASE = 'http://127.0.0.1:8080/fhir';

export type Body = { readonly resourceType: string; readonly id: string } & Readonly<Record<string, unknown>>;

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const INS = 'urn:oid:1.2.250.1.213.1.4.8';

const patient = (id: string, more: object): Body => ({ resourceType: 'Patient', id, ...more });
const observation = (id: string, more: object): Body => ({ resourceType: 'Observation', id, status: 'final', ...more });
const concept = (system: string | undefined, ...codes: string[]) => ({
  coding: codes.map((code) => (system === undefined ? { code } : { system, code })),
});
const quantity = (value: number, code: string, unit = code) => ({ value, unit, system: UCUM, code });
const to = (reference: string) => ({ reference });

const PATIENTS: readonly Body[] = [
  patient('amelie', {
    active: true,
    identifier: [
      { system: INS, value: '2850375056001' },
      { system: 'urn:hospital', value: 'A-1' },
    ],
    name: [{ use: 'official', family: 'Lefèvre', given: ['Amélie', 'Zoé'] }],
    gender: 'female',
    birthDate: '1985-03-07',
    telecom: [
      { system: 'phone', use: 'mobile', value: '+33 6 00 00 00 01' },
      { system: 'email', value: 'amelie@example.org' },
    ],
    address: [{ line: ['3 rue des Lilas'], city: 'Saint-Étienne', postalCode: '42000', country: 'FR' }],
    generalPractitioner: [to('Practitioner/dr-roux')],
  }),
  patient('bruno', {
    active: false,
    identifier: [{ system: 'urn:hospital', value: 'B,2|x' }],
    name: [{ family: 'Le Goff', given: ['Bruno'], prefix: ['Dr'] }],
    gender: 'male',
    birthDate: '1950',
    deceasedDateTime: '2024-02-11',
    address: [{ city: 'Brest', postalCode: '29200', use: 'home' }],
  }),
  patient('coralie', {
    identifier: [{ value: 'A-1' }],
    name: [{ text: 'Coralie Œuvrard-Lefevre' }],
    gender: 'female',
    birthDate: '1985-03',
    deceasedBoolean: false,
    meta: {
      profile: ['https://w3id.org/vigie/fhir/StructureDefinition/tls-patient|1.0'],
      tag: [{ system: 'urn:tags', code: 'demo' }],
      source: 'urn:gateway:7',
    },
    managingOrganization: to('Organization/chu'),
  }),
];

const READINGS: readonly Body[] = [
  observation('weight-1', {
    identifier: [{ system: 'urn:gateway', value: 'w1' }],
    category: [concept(CATEGORY, 'vital-signs')],
    code: concept(LOINC, '29463-7'),
    subject: to('Patient/amelie'),
    effectiveDateTime: '2024-01-10T08:30:00+01:00',
    valueQuantity: quantity(72.5, 'kg'),
    device: to('Device/scale'),
    basedOn: [to('ServiceRequest/order-a')],
    performer: [to('Patient/amelie')],
  }),
  observation('weight-2', {
    status: 'amended',
    category: [concept(CATEGORY, 'vital-signs')],
    code: concept(LOINC, '29463-7', '3141-9'),
    subject: to('Patient/amelie'),
    effectiveDateTime: '2024-01-31T23:30:00+01:00',
    valueQuantity: quantity(71, 'kg'),
    basedOn: [to('ServiceRequest/order-b')],
  }),
  observation('weight-3', {
    status: 'entered-in-error',
    code: concept(LOINC, '29463-7'),
    subject: to('Patient/bruno'),
    effectiveDateTime: '2024-02-01',
    valueQuantity: quantity(71000, 'g', 'grammes'),
  }),
  observation('pressure', {
    category: [concept(CATEGORY, 'vital-signs')],
    code: concept(LOINC, '85354-9'),
    subject: to('Patient/bruno'),
    effectivePeriod: { start: '2024-01-31T10:00:00Z', end: '2024-02-02T10:00:00Z' },
    component: [
      { code: concept(LOINC, '8480-6'), valueQuantity: quantity(132, 'mm[Hg]', 'mmHg') },
      { code: concept(LOINC, '8462-4'), valueQuantity: quantity(81, 'mm[Hg]', 'mmHg') },
    ],
  }),
  observation('survey', {
    category: [concept(CATEGORY, 'survey')],
    code: concept('urn:local', '29463-7'),
    subject: to('Patient/coralie'),
    effectiveDateTime: '2024-03',
    valueCodeableConcept: concept('urn:answers', 'yes'),
  }),
  observation('note', {
    status: 'preliminary',
    code: concept(undefined, 'note'),
    subject: to('Patient/coralie'),
    effectivePeriod: { start: '2023-06-01' },
    valueString: 'Œdème   des CHEVILLES',
  }),
  observation('old', {
    code: concept(LOINC, '2708-6'),
    subject: to('Group/ward'),
    effectiveDateTime: '2019',
    valueQuantity: { ...quantity(88, '%'), comparator: '<' },
  }),
  observation('undated', {
    code: concept(LOINC, '2708-6'),
    subject: { identifier: { system: INS, value: '2850375056001' } },
    dataAbsentReason: concept('http://terminology.hl7.org/CodeSystem/data-absent-reason', 'unknown'),
    focus: [to('http://other.example/fhir/Observation/77')],
  }),
];

const OTHERS: readonly Body[] = [
  {
    resourceType: 'ServiceRequest',
    id: 'order-a',
    status: 'active',
    intent: 'order',
    subject: to('Patient/amelie'),
    authoredOn: '2024-01-05',
    occurrencePeriod: { start: '2024-01-08', end: '2024-07-07' },
    code: concept('https://w3id.org/vigie/fhir/CodeSystem/tls-activity', 'ic'),
    performer: [to('Organization/chu')],
  },
  {
    resourceType: 'ServiceRequest',
    id: 'order-b',
    status: 'completed',
    intent: 'order',
    subject: to('Patient/amelie'),
    authoredOn: '2023-07-01T10:00:00+02:00',
    replaces: [to('ServiceRequest/order-a')],
  },
  {
    resourceType: 'Device',
    id: 'scale',
    patient: to('Patient/amelie'),
    deviceName: [{ name: 'Balance Aéro', type: 'user-friendly-name' }],
  },
  {
    resourceType: 'Device',
    id: 'dmn',
    deviceName: [{ name: 'DMN', type: 'model-name' }],
    owner: to('Organization/chu'),
  },
  { resourceType: 'Organization', id: 'chu', name: 'CHU de Saint-Étienne', active: true },
  {
    resourceType: 'RiskAssessment',
    id: 'risk-low',
    status: 'final',
    subject: to('Patient/amelie'),
    prediction: [{ probabilityDecimal: 0.1 }],
  },
  {
    resourceType: 'RiskAssessment',
    id: 'risk-high',
    status: 'final',
    subject: to('Patient/bruno'),
    prediction: [{ probabilityDecimal: 0.85 }],
  },
  {
    resourceType: 'RiskAssessment',
    id: 'risk-span',
    status: 'final',
    subject: to('Patient/bruno'),
    prediction: [{ probabilityRange: { low: { value: 0.2 }, high: { value: 0.9 } } }],
  },
  { resourceType: 'Questionnaire', id: 'quest', status: 'active', url: 'http://example.org/q/1', version: '2' },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'answers-2',
    status: 'completed',
    questionnaire: 'http://example.org/q/1|2',
    subject: to('Patient/amelie'),
  },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'answers-none',
    status: 'completed',
    questionnaire: 'http://example.org/q/1',
    subject: to('Patient/bruno'),
  },
  {
    resourceType: 'Appointment',
    id: 'visit',
    status: 'booked',
    participant: [
      { actor: to('Patient/amelie'), status: 'accepted' },
      { actor: to('Practitioner/dr-roux'), status: 'accepted' },
    ],
    start: '2024-05-02T09:00:00Z',
  },
  {
    resourceType: 'Coverage',
    id: 'cover',
    status: 'active',
    beneficiary: to('Patient/bruno'),
    payor: [to('Organization/chu')],
    subscriber: to('Patient/amelie'),
  },
  { resourceType: 'Invoice', id: 'bill', status: 'issued', totalGross: { value: 50, currency: 'EUR' } },
  {
    resourceType: 'Group',
    id: 'ward',
    type: 'person',
    actual: true,
    characteristic: [{ code: concept('urn:x', 'smoker'), valueBoolean: true, exclude: false }],
  },
];

export const WORLD: readonly Body[] = [...PATIENTS, ...READINGS, ...OTHERS];

/** When each resource of the world was stored: one minute apart, in the order above, from 2024-04-01T00:00Z. */
export function storedAt(index: number): string {
  return new Date(Date.UTC(2024, 3, 1, 0, index)).toISOString();
}

/** What storing a resource of the world means. */
export function writeOf(body: Body, patientKey: number, updated: string): ResourceWrite {
  const extractor = createExtractor(definitions, { base: BASE });
  return {
    type: body.resourceType,
    id: body.id,
    patient: patientKey,
    version: 1,
    updated,
    method: 'PUT',
    content: JSON.stringify(body),
    rows: extractor.rows(body),
    fact: extractor.fact(body),
    ...(body.resourceType === 'Patient' ? { zone: extractor.zone(body) } : {}),
  };
}

/** A store of its own that holds the world, or other resources: patients first, as their keys are needed for what they own. */
export async function worldStore(t: Parameters<typeof db>[0], bodies: readonly Body[] = WORLD): Promise<Store> {
  const store = await openStore({ address: await db(t), log: silent });
  t.teardown(() => store.close());
  const keys = new Map<string, number>();
  const extractor = createExtractor(definitions, { base: BASE });
  for (const [i, body] of bodies.entries()) {
    const owner =
      extractor.compartmentPatient(body) ?? (extractor.logicalPatient(body) === undefined ? undefined : 'amelie');
    if (body.resourceType === 'Patient') keys.set(body.id, store.newPatientKey());
    const key = owner === undefined ? 0 : (keys.get(owner) ?? 0);
    const write = writeOf(body, key, storedAt(i));
    await store.transaction([key], (tx) => tx.write([write]));
  }
  return store;
}

/** A line of a table of behaviours: type, query, and the ids that it finds; in their order where `_sort` stands. */
export type Line = readonly [type: string, query: string, ids: string];

interface Checks {
  same(found: unknown, wanted: unknown, name: string): unknown;
  fail(name: string): unknown;
}

/** Tries each line of a table. */
export async function tryLines(t: Checks, store: Store, lines: readonly Line[]): Promise<void> {
  for (const [type, query, ids] of lines) {
    try {
      const found = (await find(store, type, query)).rows.map((r) => r.id);
      const wanted = ids === '' ? [] : ids.split(' ');
      const sorted = query.includes('_sort');
      t.same(sorted ? found : found.sort(), sorted ? wanted : wanted.sort(), `${type}?${query}`);
    } catch (error) {
      t.fail(`${type}?${query}: ${error instanceof FaultError ? error.message : String(error)}`);
    }
  }
}

/** One page of a search written as a query string. */
export async function find(
  store: Store,
  type: string,
  query: string,
  options: SearchOptions = { base: BASE },
): Promise<Page> {
  const search = await parseSearch({ definitions, clock }, store, type, [...new URLSearchParams(query)], options);
  return store.search({ ...search.plan, reach: everything });
}
