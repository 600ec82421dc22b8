// The data of the search figures: readings as devices send them, of several codes, in time, with what is rare among them.
// All of it comes through HTTP, in transactions.
import type { Send } from '../../src/demo/load.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const READINGS_A_PATIENT = 20;
const PATIENTS_A_DEVICE = 5;
const ENTRIES = 200;
const PARALLEL = 6;

const NAMES = ['Martin', 'Bernard', 'Thomas', 'Petit', 'Robert', 'Richard', 'Durand', 'Dubois', 'Moreau', 'Laurent'];
const CODES = [
  { code: '29463-7', display: 'Body weight', unit: 'kg', base: 60 },
  { code: '8867-4', display: 'Heart rate', unit: '/min', base: 50 },
  { code: '59408-5', display: 'Oxygen saturation', unit: '%', base: 85 },
  { code: '2339-0', display: 'Glucose', unit: 'mg/dL', base: 60 },
];

type Resource = { readonly resourceType: string } & Readonly<Record<string, unknown>>;

/** Ids of what was loaded. */
export interface Volume {
  readonly patients: readonly string[];
  readonly devices: readonly string[];
  readonly readings: readonly string[];
}

/**
 * Loads readings, with patients and devices in proportion: a patient has 20 readings whatever their number.
 * @param factor how many times more there are than usual; more patients read at the same hours, not at others
 */
export async function loadVolume(send: Send, readings: number, factor: number): Promise<Volume> {
  const patientCount = readings / READINGS_A_PATIENT;
  const patients = await store(send, patientCount, patientOf);
  const devices = await store(send, patientCount / PATIENTS_A_DEVICE, (i) => ({
    resourceType: 'Device',
    identifier: [{ system: 'urn:example:serial', value: `s-${i}` }],
    manufacturer: `Maker ${i % 40}`,
    patient: { reference: `Patient/${patients[i * PATIENTS_A_DEVICE]}` },
  }));
  await store(send, patientCount, (i) => ({
    resourceType: 'RiskAssessment',
    status: 'final',
    subject: { reference: `Patient/${patients[i]}` },
    prediction: [{ probabilityDecimal: (i % 100) / 100 }],
  }));
  const made = await store(send, readings, (i) => {
    const [patient, device] = [patients[i % patientCount]!, devices[i % devices.length]!];
    return readingOf(i, Math.floor(i / factor), i % factor, patient, device);
  });
  return { patients, devices, readings: made };
}

/** Creates resources in their order, several transactions at a time; returns their ids. */
async function store(send: Send, count: number, make: (i: number) => Resource): Promise<string[]> {
  const ids: string[] = new Array(count);
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      const from = next;
      next = Math.min(count, from + ENTRIES);
      const entry = Array.from({ length: next - from }, (_, i) => {
        const resource = make(from + i);
        return { resource, request: { method: 'POST', url: resource.resourceType } };
      });
      const answer = await send('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
      for (const [i, { response }] of (answer.entry as { response: { location: string } }[]).entries()) {
        ids[from + i] = /([^/]+)\/_history\//.exec(response.location)?.[1] ?? '';
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, one));
  return ids;
}

function patientOf(i: number): Resource {
  return {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:example:ipp', value: i === 0 ? 'rare' : `p-${i}` }],
    name: [{ family: NAMES[i % NAMES.length]!, given: [`Prénom ${i % 7}`] }],
    gender: i % 2 === 0 ? 'female' : 'male',
    birthDate: `${1940 + (i % 50)}-03-0${1 + (i % 9)}`,
    address: [{ city: `Ville ${i % 20}`, postalCode: String(10_000 + (i % 30)), country: 'FR' }],
    ...(i === 0 ? { contact: [{ name: { text: 'Zacharie' } }] } : {}),
  };
}

const concept = (code: string, display: string) => ({ coding: [{ system: LOINC, code, display }], text: display });
const quantity = (value: number, unit: string) => ({ value, unit, system: UCUM, code: unit });

const RARE = 1234;

function readingOf(i: number, hour: number, minute: number, patient: string, device: string): Resource {
  const at = new Date(Date.UTC(2026, 0, 1, hour, 0, minute * 50)).toISOString();
  const common = {
    resourceType: 'Observation',
    status: i === RARE ? 'entered-in-error' : 'final',
    identifier: [{ system: 'urn:example:reading', value: i === RARE ? 'rare' : `r-${i}` }],
    subject: { reference: `Patient/${patient}` },
    device: { reference: `Device/${device}` },
    effectiveDateTime: at,
    ...(i === RARE ? { note: [{ text: 'Zanzibar' }] } : {}),
  };
  if (i % 5 === 4) {
    const component = (code: string, display: string, value: number) => ({
      code: concept(code, display),
      valueQuantity: quantity(value, 'mm[Hg]'),
    });
    return {
      ...common,
      code: concept('85354-9', 'Blood pressure'),
      component: [component('8480-6', 'Systolic', 100 + (i % 80)), component('8462-4', 'Diastolic', 60 + (i % 40))],
    };
  }
  const { code, display, unit, base } = CODES[i % 4]!;
  return {
    ...common,
    code: i === RARE ? concept('rare', 'Rare') : concept(code, display),
    ...(i % 10 === 0 ? { valueDateTime: at } : { valueQuantity: quantity(base + (i % 300) / 10, unit) }),
  };
}
