// Names and codes that clients rely on: they stand here once more, so that no edit of a form can change one unnoticed.
import { readFileSync } from 'node:fs';
import type { CodeSystem, OperationDefinition, OperationDefinitionParameter } from '@medplum/fhirtypes';
import t from 'tap';
import { VERSION } from '../../../scripts/profiles/form.ts';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { loadProfiles } from '../../../src/fhir/profiles/load.ts';
import { day } from '../../../src/kernel/day.ts';
import { FAULT_CODES } from '../../../src/kernel/fault-codes.ts';
import { inForce } from '../../../src/law/law.ts';
import { loadLaw } from '../../../src/law/load.ts';

const { structureDefinitions, codeSystems, valueSets, operationDefinitions } = loadProfiles();
const R4 = 'http://hl7.org/fhir/StructureDefinition/';
const FR_CORE = 'https://hl7.fr/ig/fhir/core/StructureDefinition/';

const PROFILES: Readonly<Record<string, readonly [type: string, parent: string]>> = {
  'tls-patient': ['Patient', `${FR_CORE}fr-core-patient`],
  'tls-prescription': ['ServiceRequest', `${R4}ServiceRequest`],
  'tls-dmn': ['Device', `${R4}Device`],
  'tls-object': ['Device', 'http://hl7.org/fhir/uv/phd/StructureDefinition/PhdDevice'],
  'tls-observation': [
    'Observation',
    'https://interop.esante.gouv.fr/ig/fhir/telesurveillance/StructureDefinition/tlsv-observation',
  ],
  'tls-operator': ['Organization', `${FR_CORE}fr-core-organization-etablissement`],
  'tls-exploitant': ['Organization', `${FR_CORE}fr-core-organization-etablissement`],
  'tls-ars-declaration': ['Contract', `${R4}Contract`],
  'tls-dmn-agreement': ['Contract', `${R4}Contract`],
  'tls-delegation': ['Contract', `${R4}Contract`],
  'tls-cooperation-protocol': ['Contract', `${R4}Contract`],
  'tls-consent': ['Consent', `${R4}Consent`],
  'tls-coverage': ['Coverage', `${R4}Coverage`],
  'tls-claim-operator': ['Claim', `${R4}Claim`],
  'tls-claim-technical': ['Claim', `${R4}Claim`],
};

t.test('has each profile on its type, with its parent', async (t) => {
  for (const [id, [type, baseDefinition]] of Object.entries(PROFILES)) {
    t.match(
      structureDefinitions.find((sd) => sd.id === id),
      { type, baseDefinition, kind: 'resource' },
      id,
    );
  }
});

/** Value type of each extension, or its parts with their types. */
const EXTENSIONS: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  'tls-dmn-prescribed': 'Reference',
  'tls-monitoring-start': 'date',
  'tls-monitoring-end': 'date',
  'tls-expected-transmission': 'Timing',
  'tls-operator-level': 'decimal',
  'tls-latm-line': { activity: 'Coding', individualCode: 'code', interest: 'code' },
  'tls-ans-certificate': { number: 'string', period: 'Period' },
  'tls-ce-marking': 'code',
  'tls-share': { amo: 'Money', amc: 'Money' },
};

t.test('has each extension with its value or parts', async (t) => {
  const extensions = structureDefinitions.filter((sd) => sd.type === 'Extension');
  t.strictSame(extensions.map((sd) => sd.id).sort(), Object.keys(EXTENSIONS).sort());
  for (const sd of extensions) {
    const types = (id: string) =>
      sd.snapshot?.element
        .find((e) => e.id === id)
        ?.type?.map((x) => x.code)
        .join();
    const expected = EXTENSIONS[sd.id as string];
    if (typeof expected === 'string') t.equal(types('Extension.value[x]'), expected, `${sd.id}`);
    else {
      const parts = (sd.snapshot?.element ?? []).filter((e) => e.path === 'Extension.extension' && e.sliceName);
      t.strictSame(
        Object.fromEntries(parts.map((e) => [e.sliceName, types(`${e.id}.value[x]`)])),
        expected,
        `${sd.id}`,
      );
    }
  }
});

const CODES: Readonly<Record<string, string>> = {
  'tls-contract-type': 'ars-declaration dmn-agreement delegation cooperation-protocol',
  'tls-operator-kind': 'es esms centre-sante msp liberal',
  'tls-regime': 'general rlam crpcen cprpsncf other',
  'tls-exemption': 'ald maternity invalidity at-mp other',
  'tls-interest': 'organisational quality-of-life morbidity mortality',
  'tls-ce-marking': 'I IIa IIb III',
  'tls-observance-status': 'interrupted insufficient sufficient in-progress undetermined',
  'tls-observance-rejection':
    'not-final wrong-code no-value imprecise-date future outside-monitoring other-prescription duplicate',
  'tls-billability-status': 'billable billed in-progress not-billable undetermined',
  'tls-billability-reason':
    'line-not-in-force line-not-formalised device-not-on-line device-certificate-missing device-certificate-expired ' +
    'operator-not-declared operator-cannot-bill agreement-missing prescription-incomplete prescription-too-long ' +
    'prescription-stale prescription-expired one-year-cap consent-refused transmission-interrupted ' +
    'insufficient-previous-period insufficient-data patient-deceased death-full-period duplicate-follow-up already-billed ' +
    'majore-not-eligible majore-cap-reached',
  'tls-forfait': 'operator TVA TVB technical',
  'tls-activity': 'ic iresp irc dt dg pci onco-resilience onco-cureety dg-mydiabby dg-glooko-xt onco-continuum-connect',
};

const codesOf = (concepts: CodeSystem['concept']): string[] =>
  (concepts ?? []).flatMap((c) => [String(c.code), ...codesOf(c.concept)]);

t.test('has each code, in both languages, and a value set of each system', async (t) => {
  for (const [id, codes] of Object.entries(CODES)) {
    const system = codeSystems.find((cs) => cs.id === id);
    const missing = codes.split(' ').filter((code) => !codesOf(system?.concept).includes(code));
    t.strictSame(missing, [], id);
    t.equal(system?.count, codesOf(system?.concept).length);
    t.equal(new Set(codesOf(system?.concept)).size, system?.count, `${id} has no code twice`);
    for (const c of system?.concept ?? [])
      t.match(c, { display: /\S/, designation: [{ language: 'fr', value: /\S/ }] });
    t.match(
      valueSets.find((vs) => vs.url === system?.valueSet),
      { compose: { include: [{ system: system?.url }] } },
      id,
    );
  }
});

t.test('takes the activities from the law, line by line', async (t) => {
  const law = loadLaw();
  const concepts = codeSystems.find((cs) => cs.id === 'tls-activity')?.concept ?? [];
  t.strictSame(
    concepts.map((c) => c.code),
    Object.keys(law.lines).sort(),
  );
  for (const { code, property } of concepts) {
    const line = law.lines[String(code)];
    const valuesOf = (name: string) => (property ?? []).filter((p) => p.code === name);
    t.match(valuesOf('kind'), [{ valueCode: line?.kind }], code);
    for (const { valueDateTime } of valuesOf('listedFrom')) {
      t.ok(line && inForce(line.listed, day(String(valueDateTime))).known, `${code} is listed from ${valueDateTime}`);
    }
  }
  const ic = concepts.find((c) => c.code === 'ic');
  t.match(ic?.property, [
    { code: 'kind', valueCode: 'generic' },
    { code: 'pathology', valueCode: 'ic' },
    { code: 'latmCode', valueString: '1612544' },
    { code: 'operatorTariff', valueCode: 'TVB' },
    { code: 'frequency', valueCode: 'daily' },
    { code: 'measure', valueString: 'http://loinc.org|29463-7' },
  ]);
  t.match(
    ic?.property?.find((p) => p.code === 'listedFrom'),
    { valueDateTime: '2023-07-01' },
  );
});

t.test('gives each reason the legal address that the law room gives', async (t) => {
  const { legal } = loadLaw();
  const reasons = codeSystems.find((cs) => cs.id === 'tls-billability-reason')?.concept ?? [];
  for (const code of Object.keys(legal)) {
    t.match(
      reasons.find((c) => c.code === code)?.property,
      [{ code: 'severity' }, { valueString: legal[code]?.uri }],
      code,
    );
  }
});

/** `name min..max type`, parts in braces after their parameter. */
function signature(parameters: readonly OperationDefinitionParameter[] | undefined): string[] {
  return (parameters ?? []).map((p) => {
    const parts = p.part ? ` { ${signature(p.part).join(', ')} }` : '';
    return `${p.name} ${p.min}..${p.max} ${p.type ?? ''}`.trim() + parts;
  });
}

const HEADER = [
  'prescription 1..1 Reference',
  'patient 1..1 Reference',
  'activity 1..1 Coding',
  'timezone 1..1 string',
  'asOf 1..1 date',
];
const COUNT =
  'unit 1..1 code, expected 0..1 unsignedInt, received 1..1 unsignedInt, ratio 0..1 decimal, status 1..1 code';
const MONEY = 'amount 1..1 Money, amo 1..1 Money, amc 1..1 Money';

const OPERATIONS: Readonly<
  Record<
    string,
    { code: string; level: 'type' | 'instance'; resource: string; affectsState: boolean; in: string[]; out: string[] }
  >
> = {
  observance: {
    code: 'observance',
    level: 'instance',
    resource: 'ServiceRequest',
    affectsState: false,
    in: ['start 0..1 date', 'end 0..1 date', 'asOf 0..1 date', 'details 0..1 boolean'],
    out: [
      ...HEADER,
      `period 0..* { index 1..1 positiveInt, window 1..1 Period, ${COUNT}, day 0..* { date 1..1 date, count 1..1 unsignedInt, evidence 0..* Reference }, missing 0..* date }`,
      'rejected 0..* { observation 1..1 Reference, reason 1..1 Coding }',
    ],
  },
  billability: {
    code: 'billability',
    level: 'instance',
    resource: 'ServiceRequest',
    affectsState: false,
    in: ['start 0..1 date', 'end 0..1 date', 'asOf 0..1 date', 'policy 0..1 code'],
    out: [
      ...HEADER,
      'policy 1..1 code',
      `period 0..* { index 1..1 positiveInt, window 1..1 Period, status 1..1 code, observance 0..1 { ${COUNT} }, ` +
        'reason 0..* { code 1..1 Coding, severity 1..1 code, text 1..1 string, legal 0..1 uri, evidence 0..* Reference }, ' +
        `operator 0..1 { code 1..1 Coding, coefficient 1..1 decimal, ${MONEY} }, ` +
        `technical 0..1 { code 0..1 Coding, ${MONEY}, lastVerified 0..1 date }, otherPolicy 0..1 code }`,
    ],
  },
  'billability-population': {
    code: 'billability',
    level: 'type',
    resource: 'ServiceRequest',
    affectsState: false,
    in: [
      'operator 0..1 string',
      'exploitant 0..1 string',
      'patient 0..1 string',
      'activity 0..1 code',
      'status 0..* code',
      'start 0..1 date',
      'end 0..1 date',
      'asOf 0..1 date',
      'policy 0..1 code',
      '_count 0..1 integer',
    ],
    out: ['return 1..1 Bundle'],
  },
  'draft-claims': {
    code: 'draft-claims',
    level: 'instance',
    resource: 'ServiceRequest',
    affectsState: false,
    in: ['asOf 0..1 date', 'policy 0..1 code', 'series 0..1 positiveInt'],
    out: ['return 1..1 Bundle'],
  },
  'claim-submit': {
    code: 'submit',
    level: 'type',
    resource: 'Claim',
    affectsState: true,
    in: ['resource 1..1 Resource'],
    out: ['return 1..1 Resource'],
  },
};

t.test('has each operation with its parameters', async (t) => {
  t.strictSame(operationDefinitions.map((o) => o.id).sort(), Object.keys(OPERATIONS).sort());
  for (const [id, expected] of Object.entries(OPERATIONS)) {
    const found = operationDefinitions.find((o) => o.id === id) as OperationDefinition;
    const { code, level, resource, affectsState } = expected;
    t.match(
      found,
      {
        code,
        resource: [resource],
        affectsState,
        system: false,
        type: level === 'type',
        instance: level === 'instance',
      },
      id,
    );
    t.strictSame(signature(found.parameter?.filter((p) => p.use === 'in')), expected.in, `${id} in`);
    t.strictSame(signature(found.parameter?.filter((p) => p.use === 'out')), expected.out, `${id} out`);
  }
});

t.test('bears the version of the package', async (t) => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  t.equal(VERSION, manifest.version);
  t.ok(structureDefinitions.every((sd) => sd.version === VERSION));
});

t.test('the code system of faults has every code that a fault can have', async (t) => {
  const codes = new Set(codesOf(codeSystems.find((cs) => cs.id === 'tls-fault')?.concept));
  t.strictSame(
    Object.keys(FAULT_CODES).filter((code) => !codes.has(code)),
    [],
  );
  const definitions = loadDefinitions();
  const keys = definitions.resourceTypes.flatMap((type) =>
    (definitions.definition(type)?.elements ?? []).flatMap((e) => (e.constraints ?? []).map((c) => c.key)),
  );
  const ours = structureDefinitions.flatMap((sd) =>
    (sd.snapshot?.element ?? []).flatMap((e) => (e.constraint ?? []).map((c) => String(c.key))),
  );
  t.ok(keys.length > 100 && ours.some((key) => key.startsWith('tls-')));
  t.strictSame(
    [...new Set([...keys, ...ours])].filter((key) => !codes.has(`invariant-${key}`)),
    [],
  );
});
