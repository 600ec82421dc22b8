import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { build, cacheFile, loadDefinitions, open, readOrBuild } from '../../../src/fhir/definitions/load.ts';
import { definitionsVersion } from '../../../src/fhir/definitions/pack.ts';
import { MANY } from '../../../src/fhir/definitions/types.ts';

const definitions = loadDefinitions();
const element = (type: string, path: string) => definitions.definition(type)?.elements.find((e) => e.path === path);

t.test('lists the 146 concrete R4 resource types', async (t) => {
  t.equal(definitions.resourceTypes.length, 146);
  for (const type of ['Patient', 'Observation', 'ServiceRequest', 'Claim', 'Contract', 'VerificationResult']) {
    t.ok(definitions.isResourceType(type), type);
  }
  for (const type of [
    'Resource',
    'DomainResource',
    'SubscriptionStatus',
    'MetadataResource',
    'HumanName',
    '__proto__',
    'constructor',
  ]) {
    t.notOk(definitions.isResourceType(type), type);
  }
});

t.test('finds a type by name, by URL and by versioned URL', async (t) => {
  const observation = definitions.definition('Observation');
  t.equal(observation?.kind, 'resource');
  t.equal(observation?.base, 'DomainResource');
  t.equal(definitions.definition('http://hl7.org/fhir/StructureDefinition/Observation'), observation);
  t.equal(definitions.definition('http://hl7.org/fhir/StructureDefinition/Observation|4.0.1'), observation);
  t.equal(definitions.definition('http://hl7.org/fhir/StructureDefinition/SimpleQuantity')?.name, 'SimpleQuantity');
  t.equal(definitions.definition('toString'), undefined);
});

t.test('keeps cardinality, types, targets, references to content, bindings, flags', async (t) => {
  t.match(element('Observation', 'Observation.status'), {
    min: 1,
    max: 1,
    types: [{ code: 'code' }],
    binding: { valueSet: 'http://hl7.org/fhir/ValueSet/observation-status' },
    isModifier: true,
    isSummary: true,
  });
  t.equal(element('Observation', 'Observation.component')?.max, MANY);
  t.same(element('Observation', 'Observation.subject')?.types[0]?.targets, ['Patient', 'Group', 'Device', 'Location']);
  t.equal(
    element('Observation', 'Observation.component.referenceRange')?.contentReference,
    'Observation.referenceRange',
  );
  t.equal(element('Observation', 'Observation.code')?.binding, undefined, 'an example binding is no rule');
  t.equal(element('Observation', 'Observation.value[x]')?.types.length, 11);
  t.same(element('Observation', 'Observation.id')?.types, [{ code: 'id' }], 'Resource.id is an id, not a string');
  t.same(element('Extension', 'Extension.url')?.types, [{ code: 'uri' }]);
  t.ok(element('Observation', 'Observation')?.constraints?.some((c) => c.key === 'obs-7'));
  t.notOk(
    element('Observation', 'Observation')?.constraints?.some((c) => c.key === 'dom-6'),
    'advice is left out',
  );
});

t.test('gives the search parameters of a type, common ones included', async (t) => {
  const codes = definitions.searchParameters('Observation').map((p) => p.code);
  for (const code of ['_id', '_lastUpdated', '_profile', '_text', 'code', 'date', 'subject', 'code-value-quantity']) {
    t.ok(codes.includes(code), code);
  }
  t.equal(new Set(codes).size, codes.length, 'each once');
  t.notOk(
    definitions.searchParameters('Bundle').some((p) => p.code === '_text'),
    'a Bundle has no narrative',
  );
  t.same(definitions.searchParameters('Nonsense'), []);
  const composite = definitions.searchParameter('Observation', 'code-value-quantity');
  t.equal(composite?.type, 'composite');
  t.equal(composite?.component?.length, 2);
  const first = definitions.searchParameterByUrl(composite?.component?.[0]?.definition ?? '');
  t.equal(first?.code, 'code');
});

t.test('knows the patient compartment', async (t) => {
  t.same(definitions.patientCompartment('Observation'), ['subject', 'performer']);
  t.same(definitions.patientCompartment('Organization'), []);
  t.same(definitions.patientCompartment('constructor'), []);
});

t.test('expands value sets', async (t) => {
  const has = (set: string, code: string, system?: string) => definitions.expansion(set)?.has(code, system);
  const hl7 = 'http://hl7.org/fhir/ValueSet';
  t.equal(has(`${hl7}/observation-status|4.0.1`, 'final'), true);
  t.equal(has(`${hl7}/observation-status`, 'banana'), false);
  t.equal(has(`${hl7}/observation-status`, 'final', 'http://hl7.org/fhir/observation-status'), true);
  t.equal(has(`${hl7}/observation-status`, 'final', 'http://loinc.org'), false);
  t.equal(has(`${hl7}/all-types`, 'Observation'), true, 'several systems in one set');
  t.equal(has(`${hl7}/units-of-time`, 'wk'), true, 'listed codes of a system we do not hold');
  t.equal(has(`${hl7}/currencies`, 'EUR'), true);
  t.equal(has(`${hl7}/currencies`, 'euro'), false);
  t.equal(has(`${hl7}/mimetypes`, 'text/plain; charset=utf-8'), true);
  t.equal(has(`${hl7}/mimetypes`, 'plain'), false);
  const act = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
  const supply =
    definitions.expansion('http://terminology.hl7.org/ValueSet/v3-ActPharmacySupplyType')?.codes(act) ?? [];
  t.ok(supply.includes('FF') && supply.includes('EM'), 'is-a reaches the descendants');
  t.notOk(supply.includes('AMB'), 'and nothing else');
  t.equal(definitions.expansion(`${hl7}/ucum-units`), undefined, 'codes that we do not hold are not judged');
  t.equal(definitions.expansion('http://example.org/none'), undefined);
});

t.test('every required binding of R4 can be judged, but for five whose codes are not published with R4', async (t) => {
  const unknown = definitions.typeNames.flatMap((name) =>
    (definitions.definition(name)?.elements ?? [])
      .filter((e) => e.binding !== undefined && definitions.expansion(e.binding.valueSet) === undefined)
      .map((e) => e.path),
  );
  t.same(unknown.sort(), [
    'EffectEvidenceSynthesis.effectEstimate.unitOfMeasure',
    'EvidenceVariable.characteristic.definitionByCombination.code',
    'MolecularSequence.structureVariant.variantType',
    'ResearchElementDefinition.characteristic.unitOfMeasure',
    'RiskEvidenceSynthesis.riskEstimate.unitOfMeasure',
  ]);
});

t.test('every content reference leads to an element of the same type', async (t) => {
  for (const name of definitions.typeNames) {
    const elements = definitions.definition(name)?.elements ?? [];
    const paths = new Set(elements.map((e) => e.path));
    for (const e of elements) if (e.contentReference) t.ok(paths.has(e.contentReference), e.path);
  }
});

t.test('the cache file', async (t) => {
  const folder = t.testdir({ broken: '{"half":' });
  t.test('is built once, in one step, and read afterwards', async (t) => {
    const file = cacheFile(join(folder, 'new'));
    t.ok(file.endsWith(`r4-${definitionsVersion()}.json`), 'named after the version');
    const built = readOrBuild(file);
    t.same(readdirSync(join(folder, 'new')), [`r4-${definitionsVersion()}.json`], 'no draft is left behind');
    t.ok(statSync(file).size < 3_000_000);
    t.same(readOrBuild(file), built, 'what is read is what was built');
  });
  t.test('is replaced when it is broken', async (t) => {
    const file = join(folder, 'broken');
    t.equal(open(readOrBuild(file)).resourceTypes.length, 146);
    t.equal((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version, definitionsVersion());
  });
  t.test('is no necessity: a folder that cannot be written is no obstacle', async (t) => {
    // A file stands where the folder should be, which stops root too.
    writeFileSync(join(folder, 'wall'), '');
    const file = join(folder, 'wall', 'r4.json');
    t.equal(open(build(file)).resourceTypes.length, 146);
    t.notOk(existsSync(file));
    const locked = join(folder, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    t.equal(open(build(join(locked, 'r4.json'))).resourceTypes.length, 146);
    chmodSync(locked, 0o700);
  });
});
