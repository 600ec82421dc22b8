// Whose a resource is, where a patient lives, what a resource refers to.
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { readReference } from '../../../src/fhir/extract/references.ts';

const extractor = createExtractor(loadDefinitions(), { base: 'https://vigie.example/fhir' });

t.test('a resource belongs to the Patient that its element names', async (t) => {
  const owner = (resourceType: string, more: object) => extractor.compartmentPatient({ resourceType, ...more });
  t.equal(owner('Patient', { id: 'p' }), 'p');
  t.equal(owner('Patient', {}), undefined);
  t.equal(owner('Observation', { subject: { reference: 'Patient/p' } }), 'p');
  t.equal(owner('Observation', { subject: { reference: 'https://vigie.example/fhir/Patient/p' } }), 'p');
  t.equal(owner('Observation', { subject: { reference: 'https://other.example/fhir/Patient/p' } }), undefined);
  t.equal(owner('Observation', { subject: { reference: 'Group/g' } }), undefined);
  t.equal(owner('Observation', { subject: { reference: '#p' } }), undefined);
  t.equal(owner('Observation', { performer: [{ reference: 'Patient/p' }] }), undefined, 'a performer does not own');
  t.equal(owner('Observation', {}), undefined);
  t.equal(owner('Coverage', { beneficiary: { reference: 'Patient/p' }, subscriber: { reference: 'Patient/q' } }), 'p');
  t.equal(owner('Device', { patient: { reference: 'Patient/p' } }), 'p');
  t.equal(owner('Device', {}), undefined);
  t.equal(owner('Organization', { name: 'x' }), undefined);
  t.equal(
    owner('Appointment', { participant: [{ actor: { reference: 'Patient/p' } }] }),
    undefined,
    'several may take part',
  );
});

t.test('a patient may be named by an identifier instead', async (t) => {
  const logical = (subject: object) => extractor.logicalPatient({ resourceType: 'Observation', subject });
  const identifier = { system: 's', value: 'v' };
  t.same(logical({ identifier }), identifier);
  t.same(logical({ identifier, type: 'Patient' }), identifier);
  t.equal(logical({ identifier, type: 'Group' }), undefined);
  t.equal(logical({ identifier, reference: 'Patient/p' }), undefined, 'a literal reference goes first');
  t.equal(logical({ identifier: { value: 'v' } }), undefined);
  t.equal(logical({ display: 'Amélie' }), undefined);
  t.equal(extractor.logicalPatient({ resourceType: 'Organization' }), undefined);
});

t.test('a patient lives in the zone of the extension, else of the address, else in Paris', async (t) => {
  const zone = (more: object) => extractor.zone({ resourceType: 'Patient', ...more });
  const extension = (valueCode: string) => [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode }];
  const reunion = { address: [{ postalCode: '97400' }] };
  t.equal(zone({}), 'Europe/Paris');
  t.equal(zone(reunion), 'Indian/Reunion');
  t.equal(zone({ ...reunion, extension: extension('America/New_York') }), 'America/New_York');
  for (const wrong of ['Mars/Olympus', '', '+02:00', '../etc/passwd']) {
    t.equal(zone({ ...reunion, extension: extension(wrong) }), 'Indian/Reunion', JSON.stringify(wrong));
  }
  t.equal(zone({ ...reunion, extension: [{ url: 'urn:other', valueCode: 'America/New_York' }] }), 'Indian/Reunion');
  t.equal(zone({ address: [{ city: 'x' }, { postalCode: '97200' }] }), 'America/Martinique');
  t.equal(zone({ address: [{ use: 'old', postalCode: '97200' }, { postalCode: '75001' }] }), 'Europe/Paris');
  t.equal(
    zone({
      address: [
        { use: 'work', postalCode: '75001' },
        { use: 'home', postalCode: '98800' },
      ],
    }),
    'Pacific/Noumea',
  );
});

t.test('local references are found at any depth, with their path', async (t) => {
  const found = extractor.references({
    resourceType: 'Observation',
    subject: { reference: 'Patient/p' },
    basedOn: [{ reference: 'ServiceRequest/a' }, { reference: 'ServiceRequest/b/_history/3' }],
    device: { reference: 'urn:uuid:1' },
    focus: [{ reference: 'https://other.example/fhir/Patient/x' }, { reference: '#c' }, { reference: 'Nonsense/1' }],
    extension: [{ url: 'u', valueReference: { reference: 'Device/d' } }],
    contained: [{ resourceType: 'Device', id: 'c', owner: { reference: 'Organization/o' } }],
    component: [{ extension: [{ url: 'u', extension: [{ url: 'v', valueReference: { reference: 'Device/e' } }] }] }],
  });
  const told = found.map(({ path, type, id }) => ({ path, type, id }));
  t.same(told, [
    { path: 'Observation.subject', type: 'Patient', id: 'p' },
    { path: 'Observation.basedOn[0]', type: 'ServiceRequest', id: 'a' },
    { path: 'Observation.basedOn[1]', type: 'ServiceRequest', id: 'b' },
    { path: 'Observation.extension[0].valueReference', type: 'Device', id: 'd' },
    { path: 'Observation.contained[0].owner', type: 'Organization', id: 'o' },
    { path: 'Observation.component[0].extension[0].extension[0].valueReference', type: 'Device', id: 'e' },
  ]);
});

t.test('what a stored Bundle or Parameters holds refers to its own world', async (t) => {
  const resource = { resourceType: 'Observation', subject: { reference: 'Patient/p' } };
  t.same(extractor.references({ resourceType: 'Bundle', entry: [{ resource }] }), []);
  const parameter = [
    { name: 'a', resource },
    { name: 'b', valueReference: { reference: 'Patient/q' } },
  ];
  t.same(
    extractor.references({ resourceType: 'Parameters', parameter }).map((r) => r.id),
    ['q'],
  );
});

t.test('an include follows a parameter to the types that it may name', async (t) => {
  const observation = {
    resourceType: 'Observation',
    subject: { reference: 'Group/g' },
    performer: [
      { reference: 'Patient/p' },
      { reference: 'Organization/o' },
      { reference: 'Patient/p/_history/1' },
      { display: 'x' },
    ],
  };
  t.same(extractor.follow(observation, 'performer'), [
    { type: 'Patient', id: 'p' },
    { type: 'Organization', id: 'o' },
  ]);
  t.same(extractor.follow(observation, 'subject'), [{ type: 'Group', id: 'g' }]);
  t.same(extractor.follow(observation, 'patient'), [], 'patient names Patients only');
  t.same(extractor.follow(observation, 'device'), []);
  t.same(extractor.follow(observation, 'bogus'), []);
});

t.test('a reference text is local, elsewhere, or contained', async (t) => {
  t.same(readReference('Patient/a-1.B'), { kind: 'local', type: 'Patient', id: 'a-1.B' });
  t.same(readReference('Patient/a/_history/7'), { kind: 'local', type: 'Patient', id: 'a', version: '7' });
  t.same(readReference('#x'), { kind: 'contained' });
  for (const text of [
    'Patient',
    'Patient/',
    'Patient/a/b',
    'patient/a',
    'Patient/a b',
    `Patient/${'x'.repeat(65)}`,
    '/Patient/a',
    '',
  ]) {
    t.equal(readReference(text).kind, 'other', text);
  }
  t.equal(readReference('http://h/fhir2/Patient/a', 'http://h/fhir').kind, 'other', 'a longer base is another');
});
