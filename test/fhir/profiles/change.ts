// The instances bent one way or another, and the validator that judges them.
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { loadProfiles } from '../../../src/fhir/profiles/load.ts';
import { createValidator } from '../../../src/fhir/validate/index.ts';
import { instances, type Json } from './instances.ts';

const { structureDefinitions, valueSets, codeSystems } = loadProfiles();
export const validator = createValidator({
  definitions: await loadDefinitions(),
  profiles: structureDefinitions,
  valueSets,
  codeSystems,
});
export const errorsOf = (resource: Json) => validator.validate(resource).filter((f) => f.severity !== 'warning');

export type Change = (r: Json) => void;
/** The objects and arrays inside an instance, typed loosely: these tests bend them on purpose. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Loose = any;

export function changed(profile: string, change: (r: Loose) => void): Json {
  const resource = instances[profile]?.() as Json;
  change(resource);
  return resource;
}

/** Sets or, with undefined, removes a path of names and indexes: `item.0.net`. */
export const set =
  (path: string, value: unknown): Change =>
  (resource) => {
    const names = path.split('.');
    const last = names.pop() as string;
    const holder = names.reduce<Loose>((at, name) => at[name], resource);
    if (value !== undefined) holder[last] = value;
    else if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete holder[last];
  };
export const both =
  (...changes: Change[]): Change =>
  (resource) => {
    for (const change of changes) change(resource);
  };

export const OBS = 'http://terminology.hl7.org/CodeSystem/observation-category';
export const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
