// Elements of a resource as FHIRPath sees them: name, type, list or not, and where in the JSON they stand.
import { type Definitions, type ElementDefinition, MANY, type TypeDefinition } from '../definitions/types.ts';
import { isContainer } from './values.ts';

type Json = Record<string, unknown>;

/** Where the children of an element are described. */
export interface Shape {
  readonly type: TypeDefinition;
  readonly path: string;
}

/** A child that a type has, whether or not it is there. */
export interface Child {
  readonly element: ElementDefinition;
  /** Name in FHIRPath: `value` for `value[x]`. */
  readonly name: string;
  readonly choice: boolean;
  readonly many: boolean;
}

/** An element that is there. `holder[property]` is it, or the list that has it at `index`. */
export interface Node {
  readonly value: unknown;
  readonly holder: Json;
  readonly property: string;
  readonly index: number | undefined;
  readonly child: Child;
  readonly shape: Shape | undefined;
}

export interface Root {
  readonly value: Json;
  readonly shape: Shape;
}

export function shapeOfResource(definitions: Definitions, resourceType: unknown): Shape | undefined {
  const type = typeof resourceType === 'string' ? definitions.definition(resourceType) : undefined;
  return type === undefined ? undefined : { type, path: type.name };
}

/** The child of a shape by its FHIRPath name; undefined when the type has none. */
export function childOf(shape: Shape, name: string): Child | undefined {
  for (const choice of [false, true]) {
    const path = `${shape.path}.${name}${choice ? '[x]' : ''}`;
    const element = shape.type.elements.find((e) => e.path === path && e.sliceName === undefined);
    if (element !== undefined) return { element, name, choice, many: element.max === MANY || element.max > 1 };
  }
  return undefined;
}

/** The JSON name under which a child stands in `holder`: of a choice, the one that is there. */
export function propertyIn(holder: Json, child: Child): string | undefined {
  if (!child.choice) return hasElement(holder, child.name) ? child.name : undefined;
  return child.element.types.map((t) => propertyFor(child, t.code)).find((p) => hasElement(holder, p));
}

/** The JSON name of a child of a given type. */
export function propertyFor(child: Child, type: string): string {
  return child.choice ? child.name + type.charAt(0).toUpperCase() + type.slice(1) : child.name;
}

/** A primitive may have a value, extensions (`_name`), or both. */
function hasElement(holder: Json, property: string): boolean {
  return Object.hasOwn(holder, property) || Object.hasOwn(holder, `_${property}`);
}

/** The elements called `name` below a node. */
export function childrenOf(definitions: Definitions, node: Node | Root, name: string): Node[] {
  const holder = below(node);
  const { shape } = node;
  if (holder === undefined || shape === undefined) return [];
  const child = childOf(shape, name);
  const property = child && propertyIn(holder, child);
  if (child === undefined || property === undefined) return [];
  const typeName = child.element.types.find((t) => propertyFor(child, t.code) === property)?.code;
  const found = holder[property];
  const companions = holder[`_${property}`];
  const node1 = (value: unknown, index: number | undefined): Node => ({
    value,
    holder,
    property,
    index,
    child,
    shape: shapeOf(definitions, shape, child, typeName, value),
  });
  if (!Array.isArray(found) && !Array.isArray(companions)) return [node1(found, undefined)];
  const length = Math.max(Array.isArray(found) ? found.length : 0, Array.isArray(companions) ? companions.length : 0);
  return Array.from({ length }, (_, i) => node1(Array.isArray(found) ? found[i] : undefined, i));
}

/** The object that holds the children of a node: itself, or what stands beside a primitive. */
export function below(node: Node | Root): Json | undefined {
  if (isContainer(node.value)) return node.value;
  if (!('holder' in node)) return undefined;
  const companion = node.holder[`_${node.property}`];
  const own = node.index === undefined ? companion : (companion as unknown[] | undefined)?.[node.index];
  return isContainer(own) ? own : undefined;
}

function shapeOf(
  definitions: Definitions,
  shape: Shape,
  child: Child,
  typeName: string | undefined,
  value: unknown,
): Shape | undefined {
  const { element } = child;
  if (element.contentReference !== undefined) return { type: shape.type, path: element.contentReference };
  if (typeName === 'BackboneElement' || typeName === 'Element') return { type: shape.type, path: element.path };
  if (typeName === 'Resource') return shapeOfResource(definitions, isContainer(value) ? value.resourceType : undefined);
  const type = typeName === undefined ? undefined : definitions.definition(typeName);
  return type === undefined ? undefined : { type, path: type.name };
}

/** Where the children of a new value are described; its type, when the child has several, is `typeName`. */
export function shapeOfNew(definitions: Definitions, shape: Shape, child: Child, typeName?: string): Shape | undefined {
  return shapeOf(definitions, shape, child, typeName ?? child.element.types[0]?.code, undefined);
}
