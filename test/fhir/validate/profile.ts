// Small profiles for tests: the snapshot holds the root and what the profile says, nothing else.
import type { ElementDefinition, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import type t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createValidator, type Validator } from '../../../src/fhir/validate/index.ts';
import { faultsOf, type Json, observation } from './check.ts';

type Tap = typeof t;

export const BASE = 'http://example.org/StructureDefinition';
export const profileUrl = (id: string) => `${BASE}/${id}`;

/** An element of a snapshot: id and what is said of it; the rest is filled in. */
export type Said = { readonly id: string } & Partial<Omit<ElementDefinition, 'id'>>;

export function profile(id: string, type: string, ...said: readonly Said[]): StructureDefinition {
  const element = [
    { id: type, path: type, min: 0, max: '*' },
    ...said.map((e) => ({ min: 0, max: '*', ...e, path: pathOf(e.id) })),
  ];
  return {
    resourceType: 'StructureDefinition',
    url: profileUrl(id),
    name: id,
    status: 'draft',
    kind: /^(Extension|Address|Quantity)$/.test(type) ? 'complex-type' : 'resource',
    abstract: false,
    type,
    baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`,
    derivation: 'constraint',
    snapshot: { element: element as ElementDefinition[] },
  };
}

function pathOf(id: string): string {
  return id.replace(/:[^.]*/g, '');
}

/** An extension with a value of given types. */
export function extensionOf(id: string, ...codes: readonly string[]): StructureDefinition {
  const types = codes.map((code) => ({ code }));
  return profile(
    id,
    'Extension',
    { id: 'Extension.extension', max: '0' },
    { id: 'Extension.url', min: 1, max: '1', fixedUri: profileUrl(id) },
    { id: 'Extension.value[x]', min: 1, max: '1', type: types },
  );
}

export function valueSetOf(id: string, system: string, ...codes: readonly string[]): ValueSet {
  const concept = codes.map((code) => ({ code }));
  return {
    resourceType: 'ValueSet',
    url: `http://example.org/ValueSet/${id}`,
    status: 'draft',
    compose: { include: [{ system, concept }] },
  };
}

export function validatorOf(profiles: readonly StructureDefinition[], valueSets: readonly ValueSet[] = []): Validator {
  return createValidator({ definitions: loadDefinitions(), profiles, valueSets });
}

export const LOINC = 'http://loinc.org';
export const weight = { coding: [{ system: LOINC, code: '29463-7' }] };
export const pressure = { coding: [{ system: LOINC, code: '85354-9' }] };
export const coding = (system: string, code: string) => ({ coding: [{ system, code }] });
export const kg = { value: 72.4, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' };
export const kinds = valueSetOf('kinds', 'http://example.org/kinds', 'a', 'b');
export const KINDS = 'http://example.org/ValueSet/kinds|1.0';

export function slicing(type: 'value' | 'pattern' | 'type' | 'exists' | 'profile', path: string) {
  return { discriminator: [{ type, path }], rules: 'open' as 'open' | 'closed' };
}

export function byUrl() {
  return slicing('value', 'url');
}

/** Profiles that others name. */
export const others = [
  extensionOf('why', 'string'),
  profile('patient', 'Patient', { id: 'Patient.birthDate', min: 1, max: '1' }),
  profile('kilograms', 'Quantity', { id: 'Quantity.code', min: 1, max: '1', fixedCode: 'kg' }),
];

/** What a profile of Observation says, Observations that it takes, and those that it refuses with the lines. */
export type Case = readonly [
  what: string,
  said: readonly Said[],
  good: readonly Json[],
  bad: readonly [Json, ...string[]][],
];

/** Runs a table of cases, one test each. */
export function judge(t: Tap, table: readonly Case[]): void {
  for (const [what, said, good, bad] of table) {
    t.test(what, async (t) => {
      const validator = validatorOf([profile('p', 'Observation', ...said), ...others], [kinds]);
      const claiming = (change: Json) => observation({ meta: { profile: [profileUrl('p')] }, ...change });
      for (const change of good) t.same(faultsOf(claiming(change), validator), [], JSON.stringify(change));
      for (const [change, ...lines] of bad) {
        t.same(faultsOf(claiming(change), validator), lines, JSON.stringify(change));
        const unclaimed = faultsOf({ ...claiming(change), meta: { tag: [{ code: 'x' }] } }, validator);
        // Known extensions are held to their definition without any claim.
        const asked = unclaimed.filter((l) => l.includes('profile-') && !l.includes('extension['));
        t.same(asked, [], 'asked only of those who claim it');
      }
    });
  }
}
