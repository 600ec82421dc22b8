// The snapshot of a profile as a tree: elements with their children and slices.
import type { ElementDefinition, TypeDefinition } from '../../definitions/types.ts';

export interface Node {
  readonly element: ElementDefinition;
  /** Last step of the path: `component`, `value[x]`. */
  readonly name: string;
  readonly children: Node[];
  readonly slices: Node[];
}

/** The tree of a type definition's snapshot; element ids say what is a slice of what. */
export function treeOf(type: TypeDefinition): Node {
  const [first, ...rest] = type.elements;
  if (first === undefined) throw new RangeError(`${type.url} has no elements`);
  const root = nodeOf(first);
  const byId = new Map([[first.id, root]]);
  for (const element of rest) {
    const node = nodeOf(element);
    byId.set(element.id, node);
    const whole = wholeOf(element.id);
    if (whole !== undefined) byId.get(whole)?.slices.push(node);
    else byId.get(element.id.slice(0, element.id.lastIndexOf('.')))?.children.push(node);
  }
  return root;
}

function nodeOf(element: ElementDefinition): Node {
  return { element, name: element.path.slice(element.path.lastIndexOf('.') + 1), children: [], slices: [] };
}

/** The id of the element that is sliced: `a.b:c` → `a.b`, `a.b:c/d` → `a.b:c`; undefined when the id is no slice. */
function wholeOf(id: string): string | undefined {
  const last = id.lastIndexOf('.') + 1;
  const colon = id.indexOf(':', last);
  if (colon < 0) return undefined;
  const slash = id.lastIndexOf('/');
  return slash > colon ? id.slice(0, slash) : id.slice(0, colon);
}
