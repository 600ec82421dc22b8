// Reference.reference: its form and the type of resource it names (R4 references.html).
import type { Definitions } from '../definitions/types.ts';
import { badReference, badTarget } from './messages.ts';
import type { Json, Run } from './run.ts';

const HASH = 35;
const RELATIVE = /^[A-Za-z]+\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?(?:#[A-Za-z0-9.-]+)?$/;
const REST = /^https?:\/\/\S+\/([A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/;
const FRAGMENT = /^#[A-Za-z0-9.-]{0,64}$/;

/**
 * Checks a Reference whose structure is good. `targets` are the resource types allowed, undefined = any.
 * What cannot be told from the text alone (urn:uuid, other URLs, logical references) passes.
 */
export function checkReference(
  value: Json,
  targets: ReadonlySet<string> | undefined,
  run: Run,
  definitions: Definitions,
): void {
  const { reference, type } = value;
  if (typeof reference === 'string') {
    const named = typeNamed(reference, run);
    // Allowed targets are resource types, so a good reference needs no second look-up.
    if (named === null || (named !== undefined && !targets?.has(named) && !definitions.isResourceType(named))) {
      if (named === null || !reference.includes(':')) {
        run.add('value', 'reference-format', badReference(reference), '.reference');
        return;
      }
    } else if (named !== undefined) {
      if (targets !== undefined && !targets.has(named)) refuse(named, targets, run, '.reference');
      else if (typeof type === 'string' && type !== named && definitions.isResourceType(type)) {
        refuse(named, new Set([type]), run, '.type');
      }
      return;
    }
  }
  checkType(type, targets, run, definitions);
}

/** Target types that a profile adds; the form of the reference is already checked. */
export function checkTargets(value: Json, targets: ReadonlySet<string>, run: Run, definitions: Definitions): void {
  const { reference } = value;
  const named = typeof reference === 'string' ? typeNamed(reference, run) : undefined;
  if (named === undefined || named === null) checkType(value.type, targets, run, definitions);
  else if (!targets.has(named) && definitions.isResourceType(named)) refuse(named, targets, run, '.reference');
}

/** The resource type that a Reference names by its text; undefined when that does not tell. */
export function referencedType(value: unknown, run: Run): string | undefined {
  const { reference, type } = (value ?? {}) as Json;
  const named = typeof reference === 'string' ? typeNamed(reference, run) : undefined;
  return named ?? (typeof type === 'string' ? type : undefined);
}

function checkType(type: unknown, targets: ReadonlySet<string> | undefined, run: Run, definitions: Definitions): void {
  if (targets !== undefined && typeof type === 'string' && !targets.has(type) && definitions.isResourceType(type)) {
    refuse(type, targets, run, '.type');
  }
}

function refuse(found: string, targets: ReadonlySet<string>, run: Run, at: string): void {
  run.add('value', 'reference-target', badTarget(found, [...targets]), at);
}

/** The type in the text of a reference; undefined when its text does not tell; null when it is no reference. */
function typeNamed(reference: string, run: Run): string | undefined | null {
  if (reference.charCodeAt(0) === HASH) return FRAGMENT.test(reference) ? containedType(reference, run) : null;
  if (RELATIVE.test(reference)) return reference.slice(0, reference.indexOf('/'));
  if (!ABSOLUTE.test(reference)) return null;
  return REST.exec(reference)?.[1];
}

/** Whether the fragment leads somewhere is rule ref-1. */
function containedType(reference: string, run: Run): string | undefined {
  const holder = run.root;
  if (reference === '#') return typeof holder.resourceType === 'string' ? holder.resourceType : undefined;
  const type = run.contained(reference.slice(1))?.resourceType;
  return typeof type === 'string' ? type : undefined;
}
