// The FHIRPath subset of search parameters.
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { parseExpression } from '../../../src/fhir/extract/expression.ts';
import { typeIndex } from '../../../src/fhir/extract/paths.ts';

const definitions = loadDefinitions();

t.test('reads the forms that R4 uses', async (t) => {
  const child = (name: string) => ({ kind: 'child', name });
  t.same(parseExpression('Patient.name'), [{ text: 'Patient.name', segments: [child('Patient'), child('name')] }]);
  t.same(
    parseExpression('(Observation.value as Quantity) | Observation.value.ofType(SampledData)').map((e) => e.segments),
    [
      [child('Observation'), child('value'), { kind: 'type', type: 'Quantity' }],
      [child('Observation'), child('value'), { kind: 'type', type: 'SampledData' }],
    ],
  );
  t.same(parseExpression('(Observation.value as CodeableConcept).text')[0]?.segments.at(-1), child('text'));
  t.same(parseExpression("Patient.telecom.where(system='email')")[0]?.segments.at(-1), {
    kind: 'equals',
    element: 'system',
    text: 'email',
  });
  t.same(parseExpression('Account.subject.where(resolve() is Patient)')[0]?.segments.at(-1), {
    kind: 'resolves',
    type: 'Patient',
  });
  t.same(parseExpression('Bundle.entry[0].resource')[0]?.segments[2], { kind: 'index', at: 0 });
  t.equal(parseExpression('Patient.deceased.exists() and Patient.deceased != false')[0]?.truth, true);
});

t.test('refuses what it does not understand, instead of half of it', async (t) => {
  for (const wrong of [
    '',
    'Patient.name.first()',
    'Patient.name.where(use != "x")',
    "Patient.name.where(use='a' and x='b')",
    'Patient.name[-1]',
    'Patient.name + 1',
    '(Patient.name',
    'Patient..name',
    'Patient.name.',
    'Patient.a.exists() and Patient.b != false',
  ]) {
    t.throws(() => parseExpression(wrong), SyntaxError, wrong);
  }
});

t.test('understands every published parameter, and each of the kinds that are served has a place', async (t) => {
  const placeless: string[] = [];
  for (const type of definitions.resourceTypes) {
    const { parameters } = typeIndex(definitions, type);
    for (const p of definitions.searchParameters(type)) {
      const served = parameters.has(p.code) || ['_id', '_lastUpdated'].includes(p.code);
      if (!served && p.type !== 'composite' && p.type !== 'special' && p.expression !== undefined)
        placeless.push(`${type}.${p.code}`);
    }
  }
  t.same(placeless, []);
});

t.test('no two index paths of R4 share a key', async (t) => {
  const names = new Map<number, string>();
  for (const type of definitions.resourceTypes) {
    for (const { key, name } of typeIndex(definitions, type).paths) {
      const other = names.get(key);
      if (other !== undefined) t.fail(`${other} and ${type}.${name}`);
      names.set(key, `${type}.${name}`);
    }
  }
  t.ok(names.size > 2000, `${names.size} keys`);
});

t.test('the date of the resource row holds one value at most', async (t) => {
  for (const type of definitions.resourceTypes) {
    const { datePath } = typeIndex(definitions, type);
    if (datePath?.branches.some((b) => !b.single)) t.fail(type);
  }
  t.equal(typeIndex(definitions, 'MedicationRequest').datePath, undefined, 'many dosage events');
  t.equal(typeIndex(definitions, 'Observation').datePath?.name, 'date');
});

t.test('a resource belongs to a patient by one element', async (t) => {
  const element = (type: string) =>
    typeIndex(definitions, type)
      .patientPath?.branches[0]?.steps.map((s) => s.property)
      .join('.');
  t.equal(element('Observation'), 'subject');
  t.equal(element('Coverage'), 'beneficiary');
  t.equal(element('Task'), 'for');
  t.equal(element('Device'), 'patient');
  t.equal(element('Consent'), 'patient');
  t.equal(element('EnrollmentRequest'), 'candidate');
  for (const type of ['Patient', 'Organization', 'Appointment', 'Group', 'Provenance', 'Contract', 'Person'])
    t.equal(element(type), undefined, type);
});
