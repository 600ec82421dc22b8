// What the tests of the validator share: a validator of base R4, and faults as short lines.
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createValidator, type Validator } from '../../../src/fhir/validate/index.ts';
import type { Fault } from '../../../src/kernel/fault.ts';

export type Json = Record<string, unknown>;

export const validator = createValidator({ definitions: loadDefinitions() });

/** `unknown-element Observation.foo`, one a fault; warnings begin with `warning `. */
export function lines(faults: readonly Fault[]): string[] {
  return faults.map((f) => `${f.severity === 'warning' ? 'warning ' : ''}${f.detail} ${f.expression ?? ''}`.trim());
}

export function faultsOf(resource: unknown, by: Validator = validator): string[] {
  return lines(by.validate(resource));
}

/** A good Observation with changes: a key with `undefined` is taken out. */
export function observation(change: Json = {}): Json {
  const o: Json = {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    ...change,
  };
  for (const key of Object.keys(o)) if (o[key] === undefined) delete o[key];
  return o;
}

/** A value of any type, in the one place of R4 that takes them all. */
export function extended(json: string, value: unknown): Json {
  return { resourceType: 'Basic', code: { text: 'x' }, extension: [{ url: 'http://example.org/x', [json]: value }] };
}
