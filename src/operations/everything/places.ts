// Where a record is looked for: the tokens of what names a patient, and the dates on which care took place.
import type { Definitions } from '../../fhir/definitions/types.ts';
import { typeIndex } from '../../fhir/extract/paths.ts';
import { referenceHash } from '../../storage/hash.ts';

/**
 * Tokens of resources that stand in the Patient compartment of R4 by another parameter than the one that says whose they
 * are: an Appointment by its actors, a Group by its members.
 */
export function mentionsOf(definitions: Definitions, id: string): string[] {
  return mentionKeys(definitions).map((key) => referenceHash(key, 'Patient', id));
}

/** Codes of parameters that say when care takes or took place. A resource with several such dates belongs to each. */
const CARE = [
  'date',
  'occurrence',
  'effective',
  'effective-time',
  'period',
  'onset-date',
  'started',
  'whenhandedover',
  'sent',
  'collected',
  'authored',
  'authoredon',
  'authored-on',
  'recorded-date',
  'created',
  'issued',
];

/** Keys of the side table's parameters that say when care took place. */
export function careParams(definitions: Definitions): readonly number[] {
  return kept(cares, definitions, () =>
    definitions.resourceTypes.flatMap((type) => {
      const { parameters, datePath } = typeIndex(definitions, type);
      const paths = CARE.flatMap((code) => parameters.get(code)?.paths ?? []);
      return [...new Set(paths)].filter((path) => path.kind === 'date' && path !== datePath).map((path) => path.key);
    }),
  );
}

function mentionKeys(definitions: Definitions): readonly number[] {
  return kept(mentions, definitions, () =>
    definitions.resourceTypes.flatMap((type) => {
      const { parameters, patientPath } = typeIndex(definitions, type);
      const paths = definitions.patientCompartment(type).flatMap((code) => parameters.get(code)?.paths ?? []);
      return [...new Set(paths)].filter((path) => path !== patientPath).map((path) => path.key);
    }),
  );
}

const cares = new WeakMap<Definitions, readonly number[]>();
const mentions = new WeakMap<Definitions, readonly number[]>();

function kept(
  by: WeakMap<Definitions, readonly number[]>,
  definitions: Definitions,
  make: () => readonly number[],
): readonly number[] {
  let found = by.get(definitions);
  if (found === undefined) {
    found = make();
    by.set(definitions, found);
  }
  return found;
}
