// The five compartments of R4: what stands in each, by the parameters that their definitions list.
import t from 'tap';
import { COMPARTMENTS, ITSELF } from '../../../src/fhir/definitions/compartments.ts';
import { typeIndex } from '../../../src/fhir/extract/paths.ts';
import { searchCompartment } from '../../../src/fhir/interactions/search.ts';
import type { FhirService } from '../../../src/fhir/service.ts';
import { FaultError } from '../../../src/kernel/fault.ts';
import { BASE, type Body, clock, definitions, worldStore } from './world.ts';

const to = (reference: string) => ({ reference });
const code = { text: 'x' };
const observation = (id: string, more: object): Body => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code,
  subject: to('Patient/ada'),
  ...more,
});

const HOUSE: readonly Body[] = [
  { resourceType: 'Patient', id: 'ada', generalPractitioner: [to('Practitioner/roux')], gender: 'female' },
  { resourceType: 'Patient', id: 'bob', link: [{ other: to('RelatedPerson/eva'), type: 'seealso' }] },
  { resourceType: 'Practitioner', id: 'roux' },
  { resourceType: 'Practitioner', id: 'blanc' },
  { resourceType: 'RelatedPerson', id: 'eva', patient: to('Patient/ada') },
  { resourceType: 'Device', id: 'cuff', patient: to('Patient/ada') },
  { resourceType: 'Device', id: 'scale' },
  {
    resourceType: 'Encounter',
    id: 'visit',
    status: 'finished',
    class: { code: 'AMB' },
    subject: to('Patient/ada'),
    participant: [{ individual: to('Practitioner/roux') }, { individual: to('RelatedPerson/eva') }],
  },
  { resourceType: 'Encounter', id: 'call', status: 'planned', class: { code: 'VR' }, subject: to('Patient/bob') },
  observation('in-visit', { encounter: to('Encounter/visit'), performer: [to('Practitioner/roux')] }),
  observation('by-eva', { performer: [to('RelatedPerson/eva')], encounter: to('Encounter/call') }),
  observation('by-cuff', { device: to('Device/cuff'), effectiveDateTime: '2024-02-01' }),
  observation('of-cuff', { subject: to('Device/cuff') }),
  observation('far', { subject: to('Patient/bob'), device: to('Device/scale') }),
  { resourceType: 'Condition', id: 'told', subject: to('Patient/ada'), asserter: to('RelatedPerson/eva') },
  {
    resourceType: 'Communication',
    id: 'letter',
    status: 'completed',
    sender: to('Practitioner/roux'),
    recipient: [to('Practitioner/blanc'), to('Practitioner/roux'), to('RelatedPerson/eva'), to('Device/cuff')],
    encounter: to('Encounter/visit'),
  },
  {
    resourceType: 'MedicationAdministration',
    id: 'pump',
    status: 'completed',
    subject: to('Patient/ada'),
    context: to('Encounter/visit'),
    device: [to('Device/cuff')],
    medicationCodeableConcept: code,
    effectiveDateTime: '2024-01-01',
  },
  {
    resourceType: 'DocumentManifest',
    id: 'dossier',
    status: 'current',
    content: [to('Observation/by-eva')],
    related: [{ ref: to('Encounter/visit') }],
  },
  {
    resourceType: 'Person',
    id: 'eva',
    link: [{ target: to('RelatedPerson/eva') }, { target: to('Practitioner/blanc') }],
  },
  { resourceType: 'PractitionerRole', id: 'role', practitioner: to('Practitioner/roux') },
  {
    resourceType: 'ServiceRequest',
    id: 'order',
    status: 'active',
    intent: 'order',
    subject: to('Patient/bob'),
    requester: to('Practitioner/roux'),
    performer: [to('RelatedPerson/eva')],
    encounter: to('Encounter/call'),
  },
];

const store = await worldStore(t, HOUSE);
const service = { store, clock, definitions, extractor: undefined } as unknown as FhirService;

async function members(address: string): Promise<string> {
  const [path = '', query = ''] = address.split('?');
  const [type = '', id = '', member = ''] = path.split('/');
  const request = { base: BASE, language: 'en', query: [...new URLSearchParams(query)], prefer: undefined } as const;
  const answer = await searchCompartment(service, { type, id }, member, request);
  const { entry = [] } = JSON.parse(answer.body!) as { entry?: { resource: { resourceType: string; id: string } }[] };
  return entry
    .map(({ resource }) => (member === '*' ? `${resource.resourceType}/${resource.id}` : resource.id))
    .sort()
    .join(' ');
}

const LINES: readonly (readonly [address: string, members: string])[] = [
  ['Encounter/visit/Observation', 'in-visit'],
  ['Encounter/visit/Observation?status=final', 'in-visit'],
  ['Encounter/visit/Observation?status=amended', ''],
  ['Encounter/visit/Observation?performer=Practitioner/roux', 'in-visit'],
  ['Encounter/visit/Observation?performer=Practitioner/blanc', ''],
  ['Encounter/visit/MedicationAdministration', 'pump'],
  ['Encounter/visit/DocumentManifest', 'dossier'],
  ['Encounter/visit/Encounter', 'visit'],
  ['Encounter/visit/Encounter?status=planned', ''],
  [
    'Encounter/visit/*',
    'Communication/letter DocumentManifest/dossier Encounter/visit MedicationAdministration/pump Observation/in-visit',
  ],
  ['Encounter/visit/*?_type=Observation,Encounter', 'Encounter/visit Observation/in-visit'],
  ['Encounter/visit/*?_id=letter,by-eva', 'Communication/letter'],
  ['Encounter/call/*', 'Encounter/call Observation/by-eva ServiceRequest/order'],
  ['Encounter/none/*', ''],
  ['Encounter/none/Observation', ''],
  ['RelatedPerson/eva/Observation', 'by-eva'],
  ['RelatedPerson/eva/Patient', 'bob'],
  ['RelatedPerson/eva/Person', 'eva'],
  ['RelatedPerson/eva/Encounter', 'visit'],
  ['RelatedPerson/eva/RelatedPerson', 'eva'],
  [
    'RelatedPerson/eva/*',
    'Communication/letter Condition/told Encounter/visit Observation/by-eva Patient/bob Person/eva RelatedPerson/eva ServiceRequest/order',
  ],
  ['Practitioner/roux/Patient', 'ada'],
  ['Practitioner/roux/Patient?gender=male', ''],
  ['Practitioner/roux/Communication', 'letter'],
  ['Practitioner/blanc/Communication', 'letter'],
  ['Practitioner/roux/ServiceRequest', 'order'],
  [
    'Practitioner/roux/*',
    'Communication/letter Encounter/visit Observation/in-visit Patient/ada Practitioner/roux PractitionerRole/role ServiceRequest/order',
  ],
  ['Practitioner/blanc/*', 'Communication/letter Person/eva Practitioner/blanc'],
  ['Device/cuff/Observation', 'by-cuff of-cuff'],
  ['Device/cuff/Observation?date=2024', 'by-cuff'],
  ['Device/cuff/Observation?_sort=-date&_count=1', 'by-cuff'],
  ['Device/cuff/*', 'Communication/letter MedicationAdministration/pump Observation/by-cuff Observation/of-cuff'],
  ['Device/scale/*', 'Observation/far'],
  ['Patient/ada/Encounter', 'visit'],
  ['Patient/ada/RelatedPerson', 'eva'],
];

t.test('each compartment, of one type and of all', async (t) => {
  for (const [address, wanted] of LINES) t.equal(await members(address), wanted, address);
});

t.test('a type that stands in no such compartment is refused', async (t) => {
  const refusals = [
    ['Encounter/visit/Patient', 'Encounter', 'CarePlan'],
    ['Device/cuff/Device', 'Device', 'Account'],
    ['Practitioner/roux/RelatedPerson', 'Practitioner', 'Account'],
    ['Encounter/visit/*?_type=Patient', undefined, 'CarePlan'],
  ] as const;
  for (const [address, owner, first] of refusals) {
    const error = await members(address).catch((e: unknown) => e);
    t.ok(error instanceof FaultError, address);
    const [fault] = error instanceof FaultError ? error.faults : [];
    t.match(fault, { kind: 'value', detail: 'search-value' });
    if (owner !== undefined) {
      t.match(fault?.text.en, `the compartment of a resource of type ${owner}: ${first}`);
      t.match(fault?.text.fr, `le compartiment d’une ressource de type ${owner} : ${first}`);
    }
  }
});

t.test('every parameter that a definition lists is there, and leads to its owner', async (t) => {
  const amiss: string[] = [];
  for (const owner of Object.keys(COMPARTMENTS)) {
    for (const type of definitions.resourceTypes) {
      for (const name of definitions.compartment(owner, type)) {
        if (name === ITSELF) {
          t.equal(type, owner);
          continue;
        }
        const parameter = typeIndex(definitions, type).parameters.get(name);
        if (parameter?.kind !== 'reference' || !parameter.targets.includes(owner)) {
          amiss.push(`${owner}: ${type}.${name}`);
        }
      }
    }
  }
  t.same(amiss, []);
  t.same(definitions.compartment('Organization', 'Patient'), []);
  t.same(definitions.compartment('constructor', 'Patient'), []);
  t.same(definitions.compartment('Encounter', 'constructor'), []);
});
