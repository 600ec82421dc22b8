// The type of a member of a resource, by a walk along the definitions: for the few strings where it matters.
import type { Definitions } from '../definitions/types.ts';
import { childOf, propertyFor, type Shape, shapeOfNew, shapeOfResource } from './elements.ts';
import { isContainer } from './values.ts';

/** FHIR type of `holder[key]` somewhere in a resource, and the path of its element; undefined when R4 has no such element. */
export function typeOfMember(
  definitions: Definitions,
  resource: Record<string, unknown>,
  holder: object,
  key: string,
): { readonly type: string; readonly path: string } | undefined {
  const shape = shapeOfResource(definitions, resource.resourceType);
  return shape === undefined ? undefined : find(definitions, resource, shape, holder, key);
}

function find(
  definitions: Definitions,
  node: Record<string, unknown>,
  shape: Shape,
  holder: object,
  key: string,
): { type: string; path: string } | undefined {
  for (const [property, value] of Object.entries(node)) {
    const own = node === holder && property === key;
    if (!own && typeof value !== 'object') continue;
    const member = memberOf(definitions, shape, property.replace(/^_/, ''));
    if (member === undefined) continue;
    if (own || (value === holder && Array.isArray(value))) return { type: member.type, path: member.path };
    for (const item of Array.isArray(value) ? value : [value]) {
      const inner = member.shape;
      if (!isContainer(item)) continue;
      const below = member.type === 'Resource' ? shapeOfResource(definitions, item.resourceType) : inner;
      const found = below && find(definitions, item, below, holder, key);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function memberOf(
  definitions: Definitions,
  shape: Shape,
  property: string,
): { type: string; path: string; shape: Shape | undefined } | undefined {
  const plain = childOf(shape, property);
  if (plain !== undefined && !plain.choice) {
    const type = plain.element.types[0]?.code ?? '';
    return { type, path: plain.element.path, shape: shapeOfNew(definitions, shape, plain) };
  }
  // `valueUri`: the name of a choice and one of its types.
  for (let end = property.length - 1; end > 0; end--) {
    if (!/[A-Z]/.test(property.charAt(end))) continue;
    const choice = childOf(shape, property.slice(0, end));
    const type = choice?.choice
      ? choice.element.types.find((t) => propertyFor(choice, t.code) === property)
      : undefined;
    if (choice !== undefined && type !== undefined) {
      return { type: type.code, path: choice.element.path, shape: shapeOfNew(definitions, shape, choice, type.code) };
    }
  }
  return undefined;
}
