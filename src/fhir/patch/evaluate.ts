// The elements that a path names, in one walk: each step filters or descends, none repeats.
import type { Definitions } from '../definitions/types.ts';
import { rawSource } from '../json.ts';
import { childrenOf, type Node, propertyFor, type Root } from './elements.ts';
import type { Condition, Path, Step } from './path.ts';
import { refuse } from './values.ts';

/** The nodes that a path names; the root itself when it has no steps. */
export function evaluate(definitions: Definitions, root: Root, path: Path): readonly (Node | Root)[] {
  return path.steps.reduce<readonly (Node | Root)[]>((nodes, step) => take(definitions, nodes, step, path), [root]);
}

/** What each step of a path finds on the way, the root first. */
export function trail(definitions: Definitions, root: Root, path: Path): readonly (readonly (Node | Root)[])[] {
  const found: (readonly (Node | Root)[])[] = [[root]];
  for (const step of path.steps) found.push(take(definitions, found.at(-1)!, step, path));
  return found;
}

function take(
  definitions: Definitions,
  nodes: readonly (Node | Root)[],
  step: Step,
  path: Path,
): readonly (Node | Root)[] {
  switch (step.kind) {
    case 'child':
      return nodes.flatMap((node) => childrenOf(definitions, node, step.name));
    case 'extension':
      return nodes
        .flatMap((node) => childrenOf(definitions, node, 'extension'))
        .filter((node) => (node.value as { url?: unknown } | null)?.url === step.url);
    case 'index':
      return nodes.slice(step.index, step.index + 1);
    case 'first':
      return nodes.slice(0, 1);
    case 'last':
      return nodes.slice(-1);
    case 'single':
      if (nodes.length > 1) throw several(path, nodes.length);
      return nodes;
    case 'ofType':
      return nodes.filter((node) => isOfType(node, step.type));
    case 'where':
      return nodes.filter((node) => step.conditions.every((c) => holds(definitions, node, c)));
  }
}

function isOfType(node: Node | Root, type: string): boolean {
  if (!('child' in node)) return node.shape.type.name === type;
  if (node.child.choice) return node.property === propertyFor(node.child, type);
  return node.child.element.types.some((t) => t.code === type) || node.shape?.type.name === type;
}

/** Equality of FHIRPath: true when the path names exactly one value, and it is the literal. */
function holds(definitions: Definitions, node: Node | Root, { names, literal }: Condition): boolean {
  let found: readonly (Node | Root)[] = [node];
  for (const name of names) found = found.flatMap((n) => childrenOf(definitions, n, name));
  if (found.length !== 1) return false;
  const { value } = found[0]!;
  if (typeof literal === 'object') return Number(rawSource(value) ?? value) === Number(literal.number);
  return value === literal;
}

export function several(path: Path, count: number): Error {
  return refuse(
    'patch-path-several',
    `"${path.text}" names ${count} elements; it must name one. Add [index] or where(…).`,
    `« ${path.text} » désigne ${count} éléments ; il doit en désigner un. Ajoutez [index] ou where(…).`,
  );
}

export function nothing(path: Path): Error {
  return refuse(
    'patch-path',
    `"${path.text}" names nothing in the resource. Read it again and repeat the change.`,
    `« ${path.text} » ne désigne rien dans la ressource. Relisez-la puis refaites la modification.`,
  );
}
