// FHIRPath Patch: the operations in a Parameters resource. https://hl7.org/fhir/R4/fhirpatch.html
import type { Definitions } from '../definitions/types.ts';
import {
  below,
  type Child,
  childOf,
  type Node,
  propertyFor,
  propertyIn,
  type Root,
  type Shape,
  shapeOfNew,
  shapeOfResource,
} from './elements.ts';
import { evaluate, nothing, several, trail } from './evaluate.ts';
import { type FhirPathOperation, type NewValue, readFhirPathOperations } from './parameters.ts';
import { type Path, parsePath } from './path.ts';
import { Budget, cloneOf, isContainer, refuse } from './values.ts';

export { type FhirPathOperation, readFhirPathOperations };

type Json = Record<string, unknown>;

/**
 * Applies operations in order, in place; the resource is spoilt when one fails. Numbers of both are as `withDigits` shows them.
 * @throws FaultError 422 for a path that names nothing, or several, or is beyond what is served
 */
export function applyFhirPath(
  definitions: Definitions,
  resource: Json,
  operations: readonly FhirPathOperation[],
): unknown {
  const shape = shapeOfResource(definitions, resource.resourceType);
  if (shape === undefined) return resource;
  const patch = new Patch(definitions, { value: resource, shape });
  for (const operation of operations) patch.apply(operation);
  return resource;
}

class Patch {
  readonly #definitions: Definitions;
  readonly #root: Root;
  readonly #budget = new Budget();

  constructor(definitions: Definitions, root: Root) {
    this.#definitions = definitions;
    this.#root = root;
  }

  apply(operation: FhirPathOperation): void {
    const path = parsePath(operation.path, this.#root.shape.type.name);
    switch (operation.type) {
      case 'add':
        this.#add(path, operation.name, operation.value);
        break;
      case 'insert':
        this.#insert(path, operation.index, operation.value);
        break;
      case 'delete':
        this.#delete(path);
        break;
      case 'replace':
        this.#replace(path, operation.value);
        break;
      case 'move':
        this.#move(path, operation.source, operation.destination);
        break;
    }
  }

  #one(path: Path): Node | Root {
    const nodes = evaluate(this.#definitions, this.#root, path);
    if (nodes.length > 1) throw several(path, nodes.length);
    return nodes[0] ?? this.#nothing(path);
  }

  #nothing(path: Path): never {
    throw nothing(path);
  }

  #add(path: Path, name: string, value: NewValue): void {
    const node = this.#one(path);
    const { shape } = node;
    const child = shape && childOf(shape, name);
    if (shape === undefined || child === undefined) throw noElement(path, name);
    const holder = below(node) ?? companionOf(node) ?? this.#nothing(path);
    const made = this.#made(shape, child, value);
    const there = propertyIn(holder, child);
    if (child.many) {
      const list = listOf(holder, made.property);
      put(holder, made, list.length);
    } else if (there !== undefined) {
      throw refuse(
        'patch-add-there',
        `"${path.text}" has ${there} already, and only one. Replace it instead.`,
        `« ${path.text} » a déjà ${there}, qui est unique. Remplacez-le plutôt.`,
      );
    } else put(holder, made, undefined);
  }

  #insert(path: Path, index: number, value: NewValue): void {
    const { holder, shape, child } = this.#list(path);
    const made = this.#made(shape, child, value);
    const list = listOf(holder, made.property);
    if (index > list.length) throw outside(path, index, list.length);
    put(holder, made, index);
  }

  #delete(path: Path): void {
    // Seen before: afterwards a filter on the way may find them no more.
    const found = trail(this.#definitions, this.#root, path);
    const nodes = found.at(-1)!;
    if (nodes.length > 1) throw several(path, nodes.length);
    const [node] = nodes;
    // Deleting what is not there is done.
    if (node === undefined) return;
    if (!('holder' in node)) throw wholeResource(path);
    take(node);
    tidy(found);
  }

  #replace(path: Path, value: NewValue): void {
    const node = this.#one(path);
    if (!('holder' in node)) throw wholeResource(path);
    const made = this.#madeFor(node, value);
    const { holder, index } = node;
    if (index !== undefined) {
      take(node, false);
      put(holder, made, index);
      return;
    }
    const members = Object.entries(holder);
    for (const [key] of members) delete holder[key];
    for (const [key, old] of members) {
      if (key === node.property || key === `_${node.property}`) {
        if (!Object.hasOwn(holder, made.property) && !Object.hasOwn(holder, `_${made.property}`))
          put(holder, made, undefined);
      } else holder[key] = old;
    }
  }

  #move(path: Path, source: number, destination: number): void {
    const { holder, child } = this.#list(path);
    const property = propertyIn(holder, child) ?? this.#nothing(path);
    for (const key of [property, `_${property}`]) {
      const list = holder[key];
      if (!Array.isArray(list)) continue;
      const length = listOf(holder, property).length;
      for (const index of [source, destination]) if (index >= length) throw outside(path, index, length);
      while (list.length < length) list.push(null);
      list.splice(destination, 0, ...list.splice(source, 1));
    }
  }

  /** The list that a path means, by its last name: it may be empty, and it stands in one place. */
  #list(path: Path): { holder: Json; shape: Shape; child: Child } {
    const last = path.steps.at(-1);
    if (last?.kind !== 'child') {
      throw refuse(
        'patch-path-list',
        `"${path.text}" must end with the name of a list.`,
        `« ${path.text} » doit se terminer par le nom d’une liste.`,
      );
    }
    const parent = this.#one({ text: path.text, steps: path.steps.slice(0, -1) });
    const { shape } = parent;
    const child = shape && childOf(shape, last.name);
    if (shape === undefined || child === undefined) throw noElement(path, last.name);
    if (!child.many) {
      throw refuse('patch-path-list', `"${path.text}" is no list.`, `« ${path.text} » n’est pas une liste.`);
    }
    return { holder: below(parent) ?? companionOf(parent) ?? this.#nothing(path), shape, child };
  }

  #madeFor(node: Node, value: NewValue): Made {
    const { child } = node;
    const type = value.kind === 'typed' ? value.type : undefined;
    const property = child.choice && type !== undefined ? propertyFor(child, type) : node.property;
    return { property, ...this.#content(node.shape, value) };
  }

  #made(shape: Shape, child: Child, value: NewValue): Made {
    if (child.choice && value.kind !== 'typed') {
      throw refuse(
        'patch-value',
        `The value of ${child.name}[x] must be a value[x] of one type.`,
        `La valeur de ${child.name}[x] doit être une value[x] d’un seul type.`,
      );
    }
    const type = value.kind === 'typed' ? value.type : undefined;
    return {
      property: propertyFor(child, type ?? ''),
      ...this.#content(shapeOfNew(this.#definitions, shape, child, child.choice ? type : undefined), value),
    };
  }

  #content(shape: Shape | undefined, value: NewValue): Omit<Made, 'property'> {
    if (value.kind === 'typed') {
      return {
        value: cloneOf(value.holder[value.key], this.#budget),
        companion: cloneOf(value.holder[`_${value.key}`], this.#budget),
      };
    }
    if (value.kind === 'resource') return { value: cloneOf(value.resource, this.#budget), companion: undefined };
    return { value: this.#built(shape, value), companion: undefined };
  }

  /** A value given in parts, one for each element: for elements whose type has no name. */
  #built(shape: Shape | undefined, value: NewValue & { kind: 'parts' }): Json {
    const built: Json = {};
    for (const { name, value: part } of value.parts) {
      const child = shape && childOf(shape, name);
      if (shape === undefined || child === undefined) throw noElement({ text: name, steps: [] }, name);
      const made = this.#made(shape, child, part);
      put(built, made, child.many ? listOf(built, made.property).length : undefined);
    }
    return built;
  }
}

/** What comes to stand in a holder: the value, and what stands beside a primitive (`_name`). */
interface Made {
  readonly property: string;
  readonly value: unknown;
  readonly companion: unknown;
}

function listOf(holder: Json, property: string): unknown[] {
  const list = holder[property];
  const companions = holder[`_${property}`];
  const length = Math.max(Array.isArray(list) ? list.length : 0, Array.isArray(companions) ? companions.length : 0);
  return Array.from({ length });
}

/** Puts a value into a holder: into the list at `index`, both lists of a primitive kept in step. */
function put(holder: Json, { property, value, companion }: Made, index: number | undefined): void {
  const beside = `_${property}`;
  if (index === undefined) {
    if (value !== undefined) holder[property] = value;
    if (companion !== undefined) holder[beside] = companion;
    return;
  }
  const { length } = listOf(holder, property);
  for (const [key, item] of [
    [property, value],
    [beside, companion],
  ] as const) {
    const list = holder[key];
    if (Array.isArray(list)) {
      while (list.length < length) list.push(null);
      list.splice(index, 0, item ?? null);
      if (list.every((one) => one === null)) delete holder[key];
    } else if (item !== undefined) {
      holder[key] = padded(length, index, item);
    }
  }
}

function padded(length: number, index: number, item: unknown): unknown[] {
  const list: unknown[] = Array.from({ length }, () => null);
  list.splice(index, 0, item);
  return list;
}

/** Takes a node out of its holder; a list that becomes empty goes with it, unless something takes its place. */
function take({ holder, property, index }: Node, tidy = true): void {
  for (const key of [property, `_${property}`]) {
    if (index === undefined) delete holder[key];
    else {
      const list = holder[key];
      if (!Array.isArray(list)) continue;
      list.splice(index, 1);
      if (tidy && list.every((item) => item === null)) delete holder[key];
    }
  }
}

/** An element without content does not exist (ele-1): it goes with the last thing in it, and so on upwards. */
function tidy(found: readonly (readonly (Node | Root)[])[]): void {
  const gone = new Set<object>();
  for (const node of found.toReversed().flat()) {
    const own = below(node);
    if (!('holder' in node) || own === undefined || gone.has(own) || Object.keys(own).length > 0) continue;
    gone.add(own);
    if (own === node.value || (node.value ?? null) === null) take(node);
    else takeCompanion(node);
  }
}

/** Takes what stands beside a primitive, and leaves its value. */
function takeCompanion({ holder, property, index }: Node): void {
  const beside = `_${property}`;
  const list = holder[beside];
  if (index !== undefined && Array.isArray(list)) list[index] = null;
  if (!Array.isArray(list) || list.every((item) => item === null)) delete holder[beside];
}

/** The place for extensions of a primitive that has none yet. */
function companionOf(node: Node | Root): Json | undefined {
  if (!('holder' in node) || isContainer(node.value)) return undefined;
  const key = `_${node.property}`;
  const companion: Json = {};
  if (node.index === undefined) node.holder[key] = companion;
  else {
    const list = Array.isArray(node.holder[key]) ? (node.holder[key] as unknown[]) : [];
    while (list.length < listOf(node.holder, node.property).length) list.push(null);
    list[node.index] = companion;
    node.holder[key] = list;
  }
  return companion;
}

function noElement(path: Path, name: string): Error {
  return refuse(
    'patch-element',
    `"${path.text}": there is no element "${name}" there in R4.`,
    `« ${path.text} » : il n’y a pas d’élément « ${name} » à cet endroit en R4.`,
  );
}

function outside(path: Path, index: number, length: number): Error {
  return refuse(
    'patch-index',
    `"${path.text}" has ${length} items, index ${index} is outside.`,
    `« ${path.text} » a ${length} éléments, l’index ${index} est hors de la liste.`,
  );
}

function wholeResource(path: Path): Error {
  return refuse(
    'patch-whole',
    `"${path.text}" is the whole resource. Send an update or a DELETE instead.`,
    `« ${path.text} » est la ressource entière. Envoyez plutôt une mise à jour ou un DELETE.`,
  );
}
