// The walk over one resource along its shapes: structure, formats, bindings, references, invariants.
import type { Definitions } from '../definitions/types.ts';
import { isSpeltAsDecimal } from '../json.ts';
import { COMPLEX, PRIMITIVE, RESOURCE, SIBLING, TYPE } from './kinds.ts';
import * as say from './messages.ts';
import { narrativeFault } from './narrative.ts';
import { checkReference } from './reference.ts';
import { type Json, MAX_DEPTH, MAX_OBJECTS, type Run } from './run.ts';
import type { Property, Shape, Shapes } from './shape.ts';

/** What the walk hands over to: profiles claimed by resources and extensions. */
export interface Hooks {
  /** A resource whose base structure is good. */
  resource(resource: Json, run: Run): void;
  /** An extension whose base structure is good. */
  extension(extension: Json, modifier: boolean, run: Run): void;
}

export class Visitor {
  readonly #shapes: Shapes;
  readonly #definitions: Definitions;
  readonly #hooks: Hooks;

  constructor(shapes: Shapes, hooks: Hooks) {
    this.#shapes = shapes;
    this.#definitions = shapes.definitions;
    this.#hooks = hooks;
  }

  /** Visits a resource at the top, in a Bundle or Parameters (`contained` false), or contained in another. */
  resource(value: unknown, run: Run, depth: number, contained: boolean): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      run.add('structure', 'object-expected', say.notAnObject(value));
      return;
    }
    const o = value as Json;
    const type = o.resourceType;
    const shape =
      typeof type === 'string' && this.#definitions.isResourceType(type) ? this.#shapes.type(type) : undefined;
    if (shape === undefined) {
      run.add('structure', 'resource-type-unknown', say.unknownResourceType(type));
      return;
    }
    if (contained && o.id === undefined) run.add('invariant', 'contained-without-id', say.containedWithoutId);
    const [resource, root] = [run.resource, run.root];
    run.resource = o;
    if (!contained) run.root = o;
    const before = run.notes.length;
    this.object(shape, o, run, depth);
    if (run.notes.length === before) this.#hooks.resource(o, run);
    run.resource = resource;
    run.root = root;
  }

  /** Visits an object of a shape; `o` is known to be a JSON object. */
  object(shape: Shape, o: Json, run: Run, depth: number): void {
    if (depth > MAX_DEPTH) {
      run.add('structure', 'too-deep', say.tooDeep(MAX_DEPTH));
      return;
    }
    if (++run.objects > MAX_OBJECTS) {
      if (run.objects === MAX_OBJECTS + 1) run.add('structure', 'too-many-elements', say.tooLarge(MAX_OBJECTS));
      return;
    }
    const before = run.notes.length;
    let seen = 0;
    let content = false;
    for (const key in o) {
      const property = shape.properties.get(key);
      if (property === undefined) {
        run.add('structure', 'unknown-element', say.unknownElement(key, shape.name), identifier(key));
        content = true;
        continue;
      }
      if (key !== 'id') content = true;
      const value = o[key];
      const start = run.notes.length;
      if (property.list) this.#list(property, value, o, run, depth);
      else this.#item(property, value, o, key, o, run, depth);
      if (run.notes.length !== start) run.under(start, `.${property.segment}`);
      if (property.bit !== 0) {
        // A primitive and its extensions are one element: the sibling counts when the value is not there.
        if (property.kind !== SIBLING || o[property.twin] === undefined) {
          if ((seen & property.bit) !== 0)
            run.add('structure', 'two-choices', say.twoChoices(property.name), `.${property.name}`);
          seen |= property.bit;
        }
      }
      if (run.full) return;
    }
    if (!content && shape.kind === 'element') run.add('structure', 'empty-element', say.emptyObject);
    if ((seen & shape.required) !== shape.required) reportMissing(shape, seen, run);
    // Rules presume a structure that is as it should be.
    if (run.notes.length === before) for (const rule of shape.rules) rule.check(o, run);
  }

  #list(p: Property, value: unknown, o: Json, run: Run, depth: number): void {
    if (!Array.isArray(value)) {
      run.add('structure', 'list-expected', value === null ? say.nullValue : say.notAList(p.json));
      return;
    }
    const n = value.length;
    if (n === 0) {
      run.add('structure', 'empty-list', say.emptyList);
      return;
    }
    if (n > p.element.max) run.add('structure', 'too-many', say.tooMany(p.name, p.element.max));
    const twin = p.kind === PRIMITIVE || p.kind === SIBLING ? o[p.twin] : undefined;
    if (p.kind === PRIMITIVE && Array.isArray(twin) && twin.length !== n) {
      run.add('structure', 'uneven-lists', say.unevenLists(p.name));
      return;
    }
    for (let i = 0; i < n; i++) {
      const item = value[i];
      const start = run.notes.length;
      if (item === null && Array.isArray(twin) && twin[i] !== null && twin[i] !== undefined) continue;
      this.#item(p, item, value, i, o, run, depth);
      if (run.notes.length !== start) {
        run.under(start, `[${i}]`);
        if (run.full) return;
      }
    }
  }

  /** `holder[key]` is the value: `o` or a list in it. */
  #item(p: Property, value: unknown, holder: object, key: string | number, o: Json, run: Run, depth: number): void {
    switch (p.kind) {
      case PRIMITIVE:
        if (typeof value === 'number' && p.type !== 'decimal' && isSpeltAsDecimal(holder, key))
          reportFormat(p, value, run);
        else primitive(p, value, run);
        return;
      case RESOURCE:
        this.resource(value, run, depth + 1, p.name === 'contained');
        return;
      case TYPE:
        return;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      run.add('structure', 'object-expected', notObject(p, value));
      return;
    }
    const start = run.notes.length;
    this.object(p.shape(), value as Json, run, depth + 1);
    if (p.kind === COMPLEX && run.notes.length === start) this.#complex(p, value as Json, run);
    if (p.kind === SIBLING && o[p.twin] !== undefined && !Array.isArray(o[p.twin]) && Array.isArray(value)) {
      run.add('structure', 'uneven-lists', say.unevenLists(p.name));
    }
  }

  /** What an element asks beyond its type; its structure is good. */
  #complex(p: Property, value: Json, run: Run): void {
    if (p.codes !== undefined) p.codes(value, run);
    if (p.type === 'Reference') checkReference(value, p.targets, run, this.#definitions);
    else if (p.type === 'Extension') this.#hooks.extension(value, p.name === 'modifierExtension', run);
    for (const rule of p.rules) rule.check(value, run);
  }
}

function primitive(p: Property, value: unknown, run: Run): void {
  if (!(p.format as (v: unknown) => boolean)(value)) {
    reportFormat(p, value, run);
    return;
  }
  if (p.codes !== undefined) p.codes(value, run);
  for (const rule of p.rules) rule.check(value, run);
}

function reportFormat(p: Property, value: unknown, run: Run): void {
  if (value === null) run.add('structure', 'null', say.nullValue);
  else if (Array.isArray(value)) run.add('structure', 'single-expected', say.notSingle(p.json));
  else if (p.type === 'xhtml' && typeof value === 'string') {
    const found = narrativeFault(value);
    run.add('invariant', `invariant-${found?.rule}`, say.badNarrative(found?.found ?? ''));
  } else run.add('value', 'bad-format', say.badFormat(p.type, value));
}

function notObject(p: Property, value: unknown) {
  if (value === null) return say.nullValue;
  return Array.isArray(value) && !p.list ? say.notSingle(p.json) : say.notAnObject(value);
}

function reportMissing(shape: Shape, seen: number, run: Run): void {
  for (const [name, [property]] of shape.children) {
    if (property !== undefined && property.element.min > 0 && (seen & property.bit) === 0) {
      run.add('required', 'missing-element', say.missing(name, shape.name), `.${name}`);
    }
  }
}

/** A key as a path segment, where it can be one. */
function identifier(key: string): string {
  return /^[A-Za-z_]\w{0,60}$/.test(key) ? `.${key}` : '';
}
