// Reference.reference: its form and the type of resource it names (R4 references.html).
import type { Definitions } from '../definitions/types.ts';
import { badReference, badTarget } from './messages.ts';
import type { Json, Run } from './run.ts';

const RELATIVE = /^([A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?(?:#[A-Za-z0-9.-]+)?$/;
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
    const named = typeOf(reference, run, definitions);
    if (named === null) {
      run.add('value', 'reference-format', badReference(reference), '.reference');
      return;
    }
    if (named !== undefined) {
      if (targets !== undefined && !targets.has(named)) refuse(named, targets, run, '.reference');
      else if (typeof type === 'string' && definitions.isResourceType(type) && type !== named) {
        refuse(named, new Set([type]), run, '.type');
      }
      return;
    }
  }
  if (targets !== undefined && typeof type === 'string' && definitions.isResourceType(type) && !targets.has(type)) {
    refuse(type, targets, run, '.type');
  }
}

function refuse(found: string, targets: ReadonlySet<string>, run: Run, at: string): void {
  run.add('value', 'reference-target', badTarget(found, [...targets]), at);
}

/** The resource type that a reference names; undefined when its text does not tell; null when it is no reference. */
function typeOf(reference: string, run: Run, definitions: Definitions): string | undefined | null {
  if (reference.charCodeAt(0) === 35) return FRAGMENT.test(reference) ? containedType(reference, run) : null;
  const relative = RELATIVE.exec(reference);
  if (relative !== null) return definitions.isResourceType(relative[1] as string) ? relative[1] : null;
  if (!ABSOLUTE.test(reference)) return null;
  const rest = REST.exec(reference);
  return rest !== null && definitions.isResourceType(rest[1] as string) ? rest[1] : undefined;
}

/** Whether the fragment leads somewhere is rule ref-1. */
function containedType(reference: string, run: Run): string | undefined {
  const holder = run.root;
  if (reference === '#') return typeof holder.resourceType === 'string' ? holder.resourceType : undefined;
  if (!Array.isArray(holder.contained)) return undefined;
  const id = reference.slice(1);
  const found = holder.contained.find((c: unknown) => typeof c === 'object' && c !== null && (c as Json).id === id);
  const type = (found as Json | undefined)?.resourceType;
  return typeof type === 'string' ? type : undefined;
}
