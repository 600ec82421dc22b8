// A path in words → the properties to walk in JSON, by the element definitions: choices, content references, cardinalities.
import type { Definitions, ElementDefinition, ElementType } from '../definitions/types.ts';
import type { Segment } from './expression.ts';

/** One property to descend into. */
export interface Step {
  readonly property: string;
  readonly many: boolean;
  /** Only this item of the list. */
  readonly at?: number;
  /** Only items in which this element has this text. */
  readonly where?: { readonly element: string; readonly text: string };
}

/** A way to values of one FHIR type. */
export interface Branch {
  readonly steps: readonly Step[];
  /** FHIR type of the values. */
  readonly type: string;
  /** For Reference and canonical: what they may name. */
  readonly targets: readonly string[];
  /** For `code`: the systems of its required binding. */
  readonly systems: readonly string[];
  /** The value set of that binding. */
  readonly valueSet?: string;
  /** At most one value in a resource. */
  readonly single: boolean;
}

interface Position {
  readonly steps: readonly Step[];
  /** Definition that holds the elements below, and the path there. */
  readonly owner: string;
  readonly path: string;
  readonly element: ElementDefinition | undefined;
  readonly type: ElementType;
  readonly single: boolean;
}

const elementIndexes = new WeakMap<object, Map<string, ElementDefinition>>();

function elementAt(definitions: Definitions, owner: string, path: string): ElementDefinition | undefined {
  const definition = definitions.definition(owner);
  if (definition === undefined) return undefined;
  let byPath = elementIndexes.get(definition);
  if (byPath === undefined) {
    byPath = new Map(definition.elements.map((e) => [e.path, e]));
    elementIndexes.set(definition, byPath);
  }
  return byPath.get(path);
}

/** The ways that a path takes from a resource of a type: one for each type that a choice leaves open. Empty when it leads nowhere. */
export function branchesOf(definitions: Definitions, type: string, segments: readonly Segment[]): Branch[] {
  const start: Position = {
    steps: [],
    owner: type,
    path: type,
    element: undefined,
    type: { code: type },
    single: true,
  };
  let positions: Position[] = [start];
  for (const segment of segments) positions = positions.flatMap((p) => advance(definitions, p, segment));
  return positions.map((p) => ({
    steps: p.steps,
    type: p.type.code,
    targets: (p.type.targets ?? []).map((t) => t.replace('http://hl7.org/fhir/StructureDefinition/', '')),
    ...boundOf(definitions, p.element),
    single: p.single,
  }));
}

function boundOf(
  definitions: Definitions,
  element: ElementDefinition | undefined,
): Pick<Branch, 'systems' | 'valueSet'> {
  const valueSet = element?.binding?.valueSet;
  return valueSet === undefined
    ? { systems: [] }
    : { systems: definitions.expansion(valueSet)?.systems ?? [], valueSet };
}

function advance(definitions: Definitions, at: Position, segment: Segment): Position[] {
  switch (segment.kind) {
    case 'child':
      return children(definitions, at, segment.name);
    case 'type':
      return at.type.code === segment.type ? [at] : [];
    case 'index':
      return [{ ...withLast(at, { at: segment.at }), single: true }];
    case 'equals':
      return [withLast(at, { where: { element: segment.element, text: segment.text } })];
    case 'resolves':
      return [at];
  }
}

function withLast(at: Position, more: Partial<Step>): Position {
  const last = at.steps.at(-1);
  return last === undefined ? at : { ...at, steps: [...at.steps.slice(0, -1), { ...last, ...more }] };
}

function children(definitions: Definitions, at: Position, name: string): Position[] {
  const plain = elementAt(definitions, at.owner, `${at.path}.${name}`);
  const choice = plain ?? elementAt(definitions, at.owner, `${at.path}.${name}[x]`);
  if (choice === undefined) return [];
  const target =
    choice.contentReference === undefined ? choice : elementAt(definitions, at.owner, choice.contentReference);
  if (target === undefined) return [];
  const many = choice.max > 1;
  const types = target.types.length > 0 ? target.types : [{ code: 'BackboneElement' }];
  return types.map((type) => {
    const inline = type.code === 'BackboneElement' || type.code === 'Element';
    const property = plain !== undefined ? name : name + type.code[0]!.toUpperCase() + type.code.slice(1);
    return {
      steps: [...at.steps, { property, many }],
      owner: inline ? at.owner : type.code,
      path: inline ? target.path : type.code,
      element: target,
      type,
      single: at.single && !many,
    };
  });
}
