// Type definitions compiled to tables that the visitor walks: one Shape for each object with elements, one Property for
// each JSON property. Shapes are made at first use; data types are shared by all.
import { type Definitions, type ElementDefinition, MANY, type TypeDefinition } from '../definitions/types.ts';
import { type CodeCheck, codeCheck } from './binding.ts';
import { type Format, formats, isElementId } from './formats.ts';
import { COMPLEX, type Kind, PRIMITIVE, RESOURCE, SIBLING, TYPE } from './kinds.ts';
import { Rule } from './rule.ts';

export interface Property {
  readonly kind: Kind;
  /** JSON name: `valueQuantity`. */
  readonly json: string;
  /** Name in FHIRPath: `value`. */
  readonly name: string;
  /** Name in a fault's expression: `value.ofType(Quantity)`. */
  readonly segment: string;
  /** Type code: `Quantity`. */
  readonly type: string;
  readonly element: ElementDefinition;
  readonly list: boolean;
  readonly format: Format | undefined;
  readonly codes: CodeCheck | undefined;
  /** Rules that stand on this element, beyond those of its type. */
  readonly rules: readonly Rule[];
  /** Resource types that a Reference may name; undefined = any. */
  readonly targets: ReadonlySet<string> | undefined;
  /** Position among the required and choice elements of the shape, as a bit; 0 for others. */
  readonly bit: number;
  readonly choice: boolean;
  /** The other property of a primitive: `_name` of `name` and back. */
  readonly twin: string;
  /** Shape of the value (COMPLEX) or of the extensions of a primitive (SIBLING). */
  shape(): Shape;
}

export interface Shape {
  /** Type name, or path of a backbone element: `Observation`, `Observation.component`. */
  readonly name: string;
  readonly kind: 'resource' | 'element';
  readonly properties: ReadonlyMap<string, Property>;
  /** By FHIRPath name: one property, or those of a choice. */
  readonly children: ReadonlyMap<string, readonly Property[]>;
  /** Bits of the required elements. */
  readonly required: number;
  readonly rules: readonly Rule[];
}

/** All shapes of R4. */
export class Shapes {
  readonly definitions: Definitions;
  readonly #shapes = new Map<string, Shape>();
  readonly #resources = new Map<string, Shape>();
  #elementShape: Shape | undefined;

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /** The shape of a type by name or URL, or undefined when it is no R4 type with elements. */
  type(typeOrUrl: string): Shape | undefined {
    const type = this.definitions.definition(typeOrUrl);
    return type === undefined ? undefined : this.#at(type, type.elements[0]?.path ?? type.name, type.name);
  }

  /** The shape of a concrete resource type; undefined for any other text. */
  resource(type: unknown): Shape | undefined {
    if (typeof type !== 'string') return undefined;
    let shape = this.#resources.get(type);
    if (shape === undefined && this.definitions.isResourceType(type)) {
      shape = this.#known(type);
      this.#resources.set(type, shape);
    }
    return shape;
  }

  #element(): Shape {
    this.#elementShape ??= this.#known('Element');
    return this.#elementShape;
  }

  #known(name: string): Shape {
    const shape = this.type(name);
    if (shape === undefined) throw new RangeError(`no definition of type ${name}`);
    return shape;
  }

  #at(type: TypeDefinition, path: string, name: string): Shape {
    let shape = this.#shapes.get(name);
    if (shape === undefined) {
      shape = this.#make(type, path, name);
      this.#shapes.set(name, shape);
    }
    return shape;
  }

  #make(type: TypeDefinition, path: string, name: string): Shape {
    const properties = new Map<string, Property>();
    const children = new Map<string, Property[]>();
    const root = type.elements.find((e) => e.path === path) as ElementDefinition;
    const resource = type.kind === 'resource' && root === type.elements[0];
    let bits = 0;
    let required = 0;
    for (const e of type.elements) {
      if (!e.path.startsWith(`${path}.`) || e.path.includes('.', path.length + 1)) continue;
      const counted = e.min > 0 || e.path.endsWith('[x]');
      const bit = counted ? 1 << bits++ : 0;
      if (bits > 31) throw new RangeError(`more than 31 required elements in ${path}`);
      if (e.min > 0) required |= bit;
      for (const p of this.#properties(type, e, path, bit, resource)) {
        properties.set(p.json, p);
        if (p.kind !== SIBLING) children.set(p.name, [...(children.get(p.name) ?? []), p]);
      }
    }
    if (resource) properties.set('resourceType', resourceTypeProperty(root));
    const shape: Shape = {
      name,
      kind: resource ? 'resource' : 'element',
      properties,
      children,
      required,
      rules: (root.constraints ?? []).filter((c) => c.key !== 'ele-1').map((c) => new Rule(c, () => [shape])),
    };
    return shape;
  }

  #properties(type: TypeDefinition, e: ElementDefinition, path: string, bit: number, resource: boolean): Property[] {
    const last = e.path.slice(path.length + 1);
    const choice = last.endsWith('[x]');
    const name = choice ? last.slice(0, -3) : last;
    const types = e.contentReference !== undefined ? [{ code: 'BackboneElement' }] : e.types;
    return types.flatMap((t) => {
      const json = choice ? name + t.code.charAt(0).toUpperCase() + t.code.slice(1) : name;
      const format = name === 'id' && !resource ? isElementId : formats.get(t.code);
      const inline = e.contentReference ?? (this.#hasChildren(type, e) ? e.path : undefined);
      const kind = format !== undefined ? PRIMITIVE : this.#isResource(t.code) ? RESOURCE : COMPLEX;
      let made: Shape | undefined;
      const shape = (): Shape => {
        made ??= inline === undefined ? this.#known(t.profiles?.[0] ?? t.code) : this.#at(type, inline, inline);
        return made;
      };
      const property: Property = {
        kind,
        json,
        name,
        segment: choice ? `${name}.ofType(${t.code})` : name,
        type: kind === PRIMITIVE && name === 'id' && !resource ? 'elementId' : t.code,
        element: e,
        list: e.max > 1,
        format,
        codes: e.binding && codeCheck(t.code, e.binding.valueSet, this.definitions.expansion),
        rules: inline === e.path ? [] : elementRules(e, kind === PRIMITIVE ? () => [t.code] : () => [shape()], this),
        targets: targetSet(t.targets, e.path),
        bit,
        choice,
        twin: `_${json}`,
        shape,
      };
      if (kind !== PRIMITIVE || name === 'id') return [property];
      const sibling: Property = {
        ...property,
        kind: SIBLING,
        json: `_${json}`,
        format: undefined,
        codes: undefined,
        rules: [],
        twin: json,
        shape: () => this.#element(),
      };
      return [property, sibling];
    });
  }

  #hasChildren(type: TypeDefinition, e: ElementDefinition): boolean {
    return type.elements.some((other) => other.path.startsWith(`${e.path}.`));
  }

  #isResource(code: string): boolean {
    return code === 'Resource' || this.definitions.isResourceType(code);
  }
}

/** The element's own rules: the snapshot repeats those of its type, which run with the type. */
function elementRules(e: ElementDefinition, types: () => readonly (Shape | string)[], shapes: Shapes): Rule[] {
  const own = (e.constraints ?? []).filter((c) => c.key !== 'ele-1' && c.key !== 'txt-1' && c.key !== 'txt-2');
  if (own.length === 0) return [];
  const ofType = new Set(e.types.flatMap((t) => shapes.definitions.definition(t.code)?.elements[0]?.constraints ?? []));
  return own.filter((c) => ![...ofType].some((d) => d.key === c.key)).map((c) => new Rule(c, types));
}

function targetSet(targets: readonly string[] | undefined, path: string): ReadonlySet<string> | undefined {
  if (targets === undefined || targets.includes('Resource')) return undefined;
  return new Set([...targets, ...(BEYOND_R4[path] ?? [])]);
}

/**
 * R4 lets Claim.prescription name a DeviceRequest, MedicationRequest or VisionPrescription, and none of them is the ordonnance
 * of a télésurveillance: that is a ServiceRequest (our profiles, contract 3), wherever the Claim is written or judged.
 */
const BEYOND_R4: Readonly<Record<string, readonly string[]>> = { 'Claim.prescription': ['ServiceRequest'] };

function resourceTypeProperty(root: ElementDefinition): Property {
  return {
    kind: TYPE,
    json: 'resourceType',
    name: 'resourceType',
    segment: 'resourceType',
    type: 'code',
    element: { ...root, max: MANY },
    list: false,
    format: undefined,
    codes: undefined,
    rules: [],
    targets: undefined,
    bit: 0,
    choice: false,
    twin: '',
    shape: () => {
      throw new RangeError('resourceType has no elements');
    },
  };
}
