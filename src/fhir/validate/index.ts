// The validator: what a resource must be before it is stored.
import type { CodeSystem, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import type { Fault } from '../../kernel/fault.ts';
import type { Definitions } from '../definitions/types.ts';
import * as say from './messages.ts';
import { Profiles } from './profile/registry.ts';
import { type Json, Run } from './run.ts';
import { Shapes } from './shape.ts';
import { Visitor } from './visit.ts';

export interface ValidatorSources {
  readonly definitions: Definitions;
  /** Profiles and extensions with snapshots; one without a snapshot counts as unknown. */
  readonly profiles?: readonly StructureDefinition[];
  readonly valueSets?: readonly ValueSet[];
  readonly codeSystems?: readonly CodeSystem[];
}

export interface Validator {
  /**
   * Everything that is wrong with a resource (at most 100 faults), in the order found: base R4, then the profiles that it
   * claims. Empty = good. Faults of severity `warning` refuse nothing. Status 400 for a value that is no resource of a
   * known type (or not of `type`), 422 for all else. Never throws, whatever the value.
   */
  validate(resource: unknown, type?: string): Fault[];
  /** The type that a profile (or a base type's own address) is about; undefined when it is not known here, in the `|version` that it may name. */
  typeOfProfile(url: string): string | undefined;
}

/** Makes a validator; types and profiles are compiled at first use and kept. */
export function createValidator(sources: ValidatorSources): Validator {
  const shapes = new Shapes(sources.definitions);
  const { profiles = [], valueSets = [], codeSystems = [] } = sources;
  const known = new Profiles(shapes, profiles, valueSets, codeSystems);
  const visitor = new Visitor(shapes, known);
  return {
    validate(resource, type) {
      const found = typeFault(resource, type, sources.definitions);
      if (found !== undefined) return [found];
      const run = new Run();
      visitor.resource(resource, run, 1, false);
      return run.notes.length === 0 ? [] : run.faults((resource as Json).resourceType as string);
    },
    typeOfProfile: (url) => known.typeOf(url),
  };
}

function typeFault(value: unknown, expected: string | undefined, definitions: Definitions): Fault | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'structure', detail: 'object-expected', text: say.notAnObject(value), status: 400 };
  }
  const found = (value as Json).resourceType;
  if (typeof found !== 'string' || !definitions.isResourceType(found)) {
    const detail = 'resource-type-unknown';
    return { kind: 'structure', detail, text: say.unknownResourceType(found), expression: 'Resource', status: 400 };
  }
  if (expected !== undefined && found !== expected) {
    const detail = 'resource-type-other';
    return { kind: 'structure', detail, text: say.otherResourceType(found, expected), expression: found, status: 400 };
  }
  return undefined;
}
