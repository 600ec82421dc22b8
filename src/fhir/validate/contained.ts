// Rules of contained resources. dom-3: a contained resource must be referred to from the resource around it, or refer to it.
import type { Json, Run } from './run.ts';

/** Whether every contained resource of `%resource` is used. Any text `#id` counts as a reference, whatever its element. */
export function containedIsUsed(run: Run): boolean {
  const { contained } = run.resource;
  if (!Array.isArray(contained)) return true;
  const named = new Set<string>();
  texts(run.resource, named);
  return contained.every((c: Json) => {
    if (named.has(`#${c.id}`)) return true;
    const own = new Set<string>();
    texts(c, own);
    return own.has('#');
  });
}

/** ref-1: whether a Reference is a fragment that is the id of no contained resource. `#` is the resource around it. */
export function leadsNowhere(self: unknown, run: Run): boolean {
  const { reference } = self as Json;
  if (typeof reference !== 'string' || !reference.startsWith('#') || reference === '#') return false;
  return run.contained(reference.slice(1)) === undefined;
}

function texts(value: unknown, out: Set<string>): void {
  if (typeof value === 'string') {
    if (value.startsWith('#')) out.add(value);
  } else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) texts(inner, out);
}
