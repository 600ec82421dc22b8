import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { loadProfiles } from '../../../src/fhir/profiles/load.ts';
import { createValidator } from '../../../src/fhir/validate/index.ts';

const profiles = loadProfiles();
const validator = createValidator({
  definitions: loadDefinitions(),
  profiles: profiles.structureDefinitions,
  valueSets: profiles.valueSets,
  codeSystems: profiles.codeSystems,
});

t.test('a broken rule of a profile says what the profile says, in both languages', async (t) => {
  const faults = validator.validate({
    resourceType: 'ServiceRequest',
    meta: { profile: ['https://w3id.org/vigie/fhir/StructureDefinition/tls-prescription'] },
    extension: [
      {
        url: 'https://w3id.org/vigie/fhir/StructureDefinition/tls-dmn-prescribed',
        valueReference: { reference: 'Device/1' },
      },
    ],
    status: 'active',
    intent: 'order',
    code: { coding: [{ system: 'https://w3id.org/vigie/fhir/CodeSystem/tls-activity', code: 'ic' }] },
    subject: { reference: 'Patient/1' },
    requester: { reference: 'Practitioner/1' },
    performer: [{ reference: 'Organization/1' }],
    authoredOn: '2026-01-02',
    occurrencePeriod: { start: '2026-01-05T08:00:00Z', end: '2026-06-30' },
  });
  const rule = faults.find((f) => f.detail === 'invariant-tls-rx-1');
  t.match(rule?.text.en, /first and a last day, both written YYYY-MM-DD/);
  t.match(rule?.text.fr, /écrits AAAA-MM-JJ/);
  t.notMatch(rule?.text.en, /length\(\)/);
});
