// A database of some size for tests of cost: resources as devices send them, and the same 64 times over.
import pg from 'pg';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { newId } from '../../../src/storage/ids.ts';
import { openStore } from '../../../src/storage/index.ts';
import { silent } from '../../../src/storage/log.ts';
import type { ResourceWrite, Store } from '../../../src/storage/types.ts';
import { db } from '../../helpers/db.ts';
import { BASE, type Body, clock, definitions } from './world.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const PATIENTS = 100;
const OBSERVATIONS = 2000;
const DEVICES = 20;
const LOCATIONS = 200;

const NAMES = ['Martin', 'Bernard', 'Thomas', 'Petit', 'Robert', 'Richard', 'Durand', 'Dubois', 'Moreau', 'Laurent'];
const CODES = [
  { code: '29463-7', display: 'Body weight', unit: 'kg', base: 60 },
  { code: '8867-4', display: 'Heart rate', unit: '/min', base: 50 },
  { code: '59408-5', display: 'Oxygen saturation', unit: '%', base: 85 },
  { code: '2339-0', display: 'Glucose', unit: 'mg/dL', base: 60 },
];

const concept = (code: string, display: string) => ({ coding: [{ system: LOINC, code, display }], text: display });
const quantity = (value: number, unit: string) => ({ value, unit, system: UCUM, code: unit });

export interface Volume {
  readonly store: Store;
  /** Rows of a statement. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Id of a patient with the usual number of readings. */
  readonly patient: string;
  readonly device: string;
  /** Makes everything 64 times as much, but for what is rare. */
  multiply(): Promise<void>;
}

export async function volume(t: Parameters<typeof db>[0]): Promise<Volume> {
  const address = await db(t);
  const store = await openStore({ address, log: silent });
  const client = new pg.Client(address);
  await client.connect();
  t.teardown(async () => {
    await client.end();
    await store.close();
  });
  const query = async (text: string, values: readonly unknown[] = []) =>
    (await client.query(text, [...values])).rows as Record<string, unknown>[];
  const extractor = createExtractor(definitions, { base: BASE });
  let minute = 0;
  const writeOf = (body: Body, patient: number): ResourceWrite => ({
    type: body.resourceType,
    id: body.id,
    patient,
    version: 1,
    updated: new Date(Date.UTC(2024, 0, 1, 0, minute++)).toISOString(),
    method: 'POST',
    content: JSON.stringify(body),
    rows: extractor.rows(body),
    fact: extractor.fact(body),
    ...(body.resourceType === 'Patient' ? { zone: 'Europe/Paris' } : {}),
  });

  const keys = Array.from({ length: PATIENTS }, () => store.newPatientKey());
  const patients = keys.map((key, i) => patientBody(newId(key, clock), i));
  const devices = Array.from(
    { length: DEVICES },
    (_, i): Body => ({
      resourceType: 'Device',
      id: newId(0, clock),
      manufacturer: `Maker ${i % 4}`,
    }),
  );
  const readings = Array.from({ length: OBSERVATIONS }, (_, i) => {
    const p = i % PATIENTS;
    return {
      key: keys[p]!,
      body: observationBody(newId(keys[p]!, clock), i, patients[p]!.id, devices[i % DEVICES]!.id),
    };
  });
  await store.create(devices.map((d) => writeOf(d, 0)));
  const locations = Array.from({ length: LOCATIONS }, (_, i): Body => {
    // A grid over France, 0.5° by 0.5°.
    const position = { latitude: 43 + (i % 14) / 2, longitude: -2 + Math.floor(i / 14) / 2 };
    return { resourceType: 'Location', id: newId(0, clock), name: `Lieu ${i}`, position };
  });
  await store.create(locations.map((l) => writeOf(l, 0)));
  const requests = patients.map(({ id }, i): [Body, number] => [requestBody(newId(keys[i]!, clock), id, i), keys[i]!]);
  await store.create(patients.map((p, i) => writeOf(p, keys[i]!)));
  const risks = patients.map(({ id }, i): [Body, number] => [riskBody(newId(keys[i]!, clock), id, i), keys[i]!]);
  await store.create(risks.map(([body, key]) => writeOf(body, key)));
  for (let i = 0; i < readings.length; i += 500) {
    await store.create(readings.slice(i, i + 500).map(({ body, key }) => writeOf(body, key)));
  }
  await store.create(requests.map(([body, key]) => writeOf(body, key)));
  await query('vacuum analyze');
  const device = devices[3]!.id;
  return { store, query, patient: patients[7]!.id, device, multiply: () => multiply(query) };
}

function patientBody(id: string, i: number): Body {
  return {
    resourceType: 'Patient',
    id,
    name: [{ family: NAMES[i % NAMES.length]!, given: [`Prénom ${i % 7}`] }],
    gender: i % 2 === 0 ? 'female' : 'male',
    birthDate: `${1940 + (i % 50)}-03-0${1 + (i % 9)}`,
    address: [{ city: `Ville ${i % 20}`, postalCode: String(10_000 + (i % 30)) }],
    ...(i === 0
      ? { identifier: [{ system: 'urn:ins', value: 'rare' }], contact: [{ name: { text: 'Zacharie' } }] }
      : {}),
  };
}

function riskBody(id: string, patient: string, i: number): Body {
  const subject = { reference: `Patient/${patient}` };
  return {
    resourceType: 'RiskAssessment',
    id,
    status: 'final',
    subject,
    prediction: [{ probabilityDecimal: i / 100 }],
  };
}

/** The medication stands inside. */
function requestBody(id: string, patient: string, i: number): Body {
  const code = concept(`m${i % 10}`, `Medication ${i % 10}`);
  return {
    resourceType: 'MedicationRequest',
    id,
    status: 'active',
    intent: 'order',
    subject: { reference: `Patient/${patient}` },
    medicationReference: { reference: '#m' },
    contained: [
      {
        resourceType: 'Medication',
        id: 'm',
        status: i % 2 === 0 ? 'active' : 'inactive',
        code,
        ...(i === 0 ? { identifier: [{ system: 'urn:m', value: 'rare' }] } : {}),
      },
    ],
  };
}

function observationBody(id: string, i: number, patient: string, device: string): Body {
  const at = new Date(Date.UTC(2024, 0, 1) + i * 3_600_000).toISOString();
  const rare = i === 1234;
  const common = {
    resourceType: 'Observation',
    id,
    status: rare ? 'entered-in-error' : 'final',
    subject: { reference: `Patient/${patient}` },
    device: { reference: `Device/${device}` },
    effectiveDateTime: at,
    ...(rare ? { identifier: [{ system: 'urn:device', value: 'rare' }], note: [{ text: 'Zanzibar' }] } : {}),
  };
  if (i % 5 === 4) {
    const component = (code: string, value: number) => ({
      code: concept(code, code),
      valueQuantity: quantity(value, 'mm[Hg]'),
    });
    return {
      ...common,
      code: concept('85354-9', 'Blood pressure'),
      component: [component('8480-6', 100 + (i % 80)), component('8462-4', 60 + (i % 40))],
    };
  }
  const { code, display, unit, base } = CODES[i % 4]!;
  return {
    ...common,
    code: rare ? concept('rare', 'Rare') : concept(code, display),
    valueQuantity: quantity(base + (i % 300) / 10, unit),
    ...(i % 10 === 0 ? { valueDateTime: at, valueQuantity: undefined } : {}),
  };
}

const COPIES = 63;
/** Another patient key and another id for the same resource of copy k: ids keep their order within a copy. */
const KEY = 'case when s.patient = 0 then 0 else s.patient + c.k * 100000 end';
const ID = `(lpad(to_hex(c.k + 16), 2, '0') || substr(s.id::text, 3))::uuid`;
/** Others send at other times. */
const later = (column: string) => `${column} + c.k * interval '53 seconds'`;

async function multiply(query: Volume['query']): Promise<void> {
  const of = (table: string, columns: string) =>
    query(`insert into ${table} (patient, type, id, ${columns})
select ${KEY}, s.type, ${ID}, ${columns.replace(/\w+/g, 's.$&').replace(/s\.(updated|date_lo|date_hi)/g, later)}
from generate_series(1, ${COPIES}) c (k) cross join (select * from ${table} order by id) s
where s.id <> all ((select array_agg(id) from rare)::uuid[])`);
  // What is rare stays alone: the reading in error, and the patient with the identifier.
  await query(`create temporary table rare as select id from resource where content like '%"rare"%'`);
  await query(`insert into patient (key, id, zone)
select p.key + c.k * 100000, (lpad(to_hex(c.k + 16), 2, '0') || substr(p.id, 3)), p.zone from generate_series(1, ${COPIES}) c (k) cross join patient p`);
  await of('resource', 'version, updated, date_lo, date_hi, method, assigned, content, token');
  await of('search_date', 'param, lo, hi, pair');
  await of('search_string', 'param, value, exact, rest, pair');
  await of('search_number', 'param, unit, lo, hi, pair');
  await query('vacuum analyze');
}
