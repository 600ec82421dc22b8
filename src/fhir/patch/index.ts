// A change to a part of a resource, seen from outside the folder.
import type { Definitions } from '../definitions/types.ts';
import type { Exact } from '../json.ts';
import { settle, unsettle, withDigits } from '../json.ts';
import { applyFhirPath, type FhirPathOperation, readFhirPathOperations } from './fhirpath-patch.ts';
import { applyOperations, type JsonOperation, readOperations } from './json-patch.ts';

/** A patch that was read. */
export interface Patch {
  readonly operations:
    | { readonly kind: 'json'; readonly list: readonly JsonOperation[] }
    | { readonly kind: 'fhirpath'; readonly list: readonly FhirPathOperation[] };
  /** Digits of the numbers in it. */
  readonly digits: Exact['digits'];
}

/** Reads a JSON Patch. @throws FaultError 400 */
export function jsonPatch(document: Exact): Patch {
  return { operations: { kind: 'json', list: readOperations(document.value) }, digits: document.digits };
}

/** Reads a FHIRPath Patch: a Parameters that is valid as such. @throws FaultError 400 */
export function fhirPathPatch(parameters: Exact): Patch {
  const list = readFhirPathOperations(parameters.value as { parameter?: unknown });
  return { operations: { kind: 'fhirpath', list }, digits: parameters.digits };
}

/**
 * The resource as the patch leaves it, with the digits of what it does not touch. The patch stays as it was, so that it can
 * be applied again; `resource` is spoilt.
 * @throws FaultError 422
 */
export function applyPatch(definitions: Definitions, { operations, digits }: Patch, resource: Exact): Exact {
  const value = unsettle(resource);
  const changed = withDigits({ digits }, () =>
    operations.kind === 'json'
      ? applyOperations(value, operations.list)
      : applyFhirPath(definitions, value as Record<string, unknown>, operations.list),
  );
  return settle(changed);
}
