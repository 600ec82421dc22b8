// What each profile takes, through the validator of the house.
import t from 'tap';
import { loadProfiles } from '../../../src/fhir/profiles/load.ts';
import { both, type Change, changed, coded, errorsOf, OBS, set, validator } from './change.ts';
import { B, instances, type Json } from './instances.ts';

const { structureDefinitions, own } = loadProfiles();

t.test('has an instance of each profile, and takes it', async (t) => {
  const profiles = structureDefinitions.filter((sd) => sd.type !== 'Extension').map((sd) => sd.id as string);
  t.strictSame(Object.keys(instances).sort(), profiles.sort());
  for (const [id, make] of Object.entries(instances)) t.strictSame(errorsOf(make()), [], id);
});

t.test('takes the conformance resources themselves', async (t) => {
  for (const resource of own) t.strictSame(errorsOf(resource as unknown as Json), [], resource.url);
});

const TAKEN: readonly (readonly [profile: string, what: string, change: Change])[] = [
  [
    'tls-patient',
    'no birth date, gender or death',
    both(set('birthDate', undefined), set('gender', undefined), set('deceasedDateTime', undefined)),
  ],
  ['tls-patient', 'no address and no zone', both(set('address', undefined), set('extension', undefined))],
  ['tls-patient', 'gender unknown', set('gender', 'unknown')],
  ['tls-patient', 'other extensions', set('extension', [{ url: 'https://example.org/x', valueString: 'x' }])],
  ['tls-patient', 'deceasedBoolean false', both(set('deceasedDateTime', undefined), set('deceasedBoolean', false))],
  [
    'tls-patient',
    'a death without date, with a warning',
    both(set('deceasedDateTime', undefined), set('deceasedBoolean', true)),
  ],
  [
    'tls-prescription',
    'no weight and no indication',
    both(set('supportingInfo', undefined), set('reasonCode', undefined)),
  ],
  ['tls-prescription', 'the DMN alone', set('extension.1', undefined)],
  ['tls-prescription', 'level 1', set('extension.4.valueDecimal', 1)],
  ['tls-prescription', 'level 2', set('extension.4.valueDecimal', 2)],
  ['tls-prescription', 'once a month', set('extension.3.valueTiming', { repeat: { period: 1, periodUnit: 'mo' } })],
  ['tls-prescription', 'a validity of one day', set('occurrencePeriod', { start: '2026-01-05', end: '2026-01-05' })],
  ['tls-prescription', 'an instant of signature', set('authoredOn', '2026-01-02T10:00:00+01:00')],
  ['tls-prescription', 'a doctor as operator', set('performer', [{ reference: 'PractitionerRole/m1' }])],
  ['tls-prescription', 'status draft', set('status', 'draft')],
  [
    'tls-prescription',
    'a second coding beside the activity',
    set('code', {
      coding: [
        { system: 'http://snomed.info/sct', code: '1' },
        { system: `${B}/CodeSystem/tls-activity`, code: 'pci' },
      ],
    }),
  ],
  [
    'tls-dmn',
    'no certificate, marking, UDI or version',
    both(
      set('extension.2', undefined),
      set('extension.1', undefined),
      set('udiCarrier', undefined),
      set('version', undefined),
    ),
  ],
  [
    'tls-dmn',
    'a line without code and interest',
    set('extension.0.extension', [
      { url: 'activity', valueCoding: { system: `${B}/CodeSystem/tls-activity`, code: 'dt' } },
    ]),
  ],
  ['tls-object', 'no patient', set('patient', undefined)],
  [
    'tls-object',
    'the identifier types of PHD 2.0',
    set('identifier.0.type', coded('http://terminology.hl7.org/CodeSystem/ContinuaDeviceIdentifiers', 'SYSID')),
  ],
  ['tls-observation', 'no value', set('valueQuantity', undefined)],
  [
    'tls-observation',
    'a reason instead of a value',
    both(
      set('valueQuantity', undefined),
      set('dataAbsentReason', coded('http://terminology.hl7.org/CodeSystem/data-absent-reason', 'temp-unknown')),
    ),
  ],
  ...['registered', 'preliminary', 'amended', 'corrected', 'cancelled', 'entered-in-error', 'unknown'].map(
    (status) => ['tls-observation', `status ${status}`, set('status', status)] as const,
  ),
  ...['survey', 'activity'].map(
    (code) => ['tls-observation', `category ${code}`, set('category', [coded(OBS, code)])] as const,
  ),
  ['tls-observation', 'no category', set('category', undefined)],
  ['tls-observation', 'a year', set('effectiveDateTime', '2026')],
  ['tls-observation', 'a month', set('effectiveDateTime', '2026-01')],
  ['tls-observation', 'a day', set('effectiveDateTime', '2026-01-05')],
  [
    'tls-observation',
    'a period without end',
    both(set('effectiveDateTime', undefined), set('effectivePeriod', { start: '2026-01-05T22:00:00Z' })),
  ],
  [
    'tls-observation',
    'a performer instead of a device',
    both(set('device', undefined), set('performer', [{ reference: 'Patient/p1' }])),
  ],
  [
    'tls-observation',
    'components',
    both(
      set('valueQuantity', undefined),
      set('component', [{ code: coded('http://loinc.org', '8480-6'), valueQuantity: { value: 120 } }]),
    ),
  ],
  ['tls-observation', 'a code of another system', set('code', coded('urn:iso:std:iso:11073:10101', '8410712'))],
  ['tls-observation', 'a code in words', set('code', { text: 'Avez-vous les jambes gonflées ?' })],
  ['tls-observation', 'a text as value', both(set('valueQuantity', undefined), set('valueString', 'non'))],
  [
    'tls-observation',
    'a logical reference to the patient',
    set('subject', { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '1' } }),
  ],
  [
    'tls-operator',
    'an identifier of no French type',
    set('identifier', [{ system: 'https://example.org/id', value: '1' }]),
  ],
  [
    'tls-operator',
    'a SIREN',
    set('identifier.0', {
      type: coded('https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', 'SIREN'),
      system: 'https://sirene.fr',
      value: '123456782',
    }),
  ],
  [
    'tls-ars-declaration',
    'one activity as topic',
    both(set('term', undefined), set('topicCodeableConcept', coded(`${B}/CodeSystem/tls-activity`, 'ic'))),
  ],
  [
    'tls-ars-declaration',
    'a declaration that has no récépissé yet',
    both(set('status', 'offered'), set('issued', undefined), set('identifier', undefined)),
  ],
  ['tls-dmn-agreement', 'a convention not signed yet', both(set('status', 'offered'), set('issued', undefined))],
  ['tls-consent', 'a refusal of all days', set('provision.period', undefined)],
  ['tls-consent', 'an agreement', set('provision.type', 'permit')],
  ['tls-coverage', 'no exemption', set('costToBeneficiary', undefined)],
  ['tls-claim-operator', 'a doctor as provider', set('provider', { reference: 'PractitionerRole/m1' })],
  ['tls-claim-operator', 'no shares', set('item.0.extension', undefined)],
];

t.test('takes', async (t) => {
  for (const [profile, what, change] of TAKEN)
    t.strictSame(errorsOf(changed(profile, change)), [], `${profile}: ${what}`);
});

t.test('warns of a death without date', async (t) => {
  const resource = changed('tls-patient', both(set('deceasedDateTime', undefined), set('deceasedBoolean', true)));
  t.match(validator.validate(resource), [{ severity: 'warning' }]);
});
