// Steps along the elements of a resource, with their static types: children, choices, is, as.
import { PRIMITIVE, RESOURCE } from '../kinds.ts';
import type { Json } from '../run.ts';
import type { Property } from '../shape.ts';
import { UnsupportedFhirPath } from './parse.ts';
import { ANY, type Expr, isResource, type Test, type Type } from './types.ts';
import { collect, EMPTY } from './values.ts';

/** `$this`, of given types. */
export function self(types: readonly Type[]): Expr {
  return {
    types,
    eval: (s) => [s],
    // In rules on one property of a choice, `$this as dateTime` is decided by the property.
    narrow: (type) => {
      if (types.includes(ANY)) return { types, eval: (s) => (isResource(s, type) ? [s] : EMPTY) };
      return types.some((t) => isA(t, type)) ? self(types) : { types: [], eval: () => EMPTY };
    },
  };
}

interface Step {
  readonly json: string;
  readonly twin: string;
}

/** The JSON properties behind a child name, and their types. */
function steps(
  types: readonly Type[],
  name: string,
): { steps: readonly Step[]; types: Type[]; properties: Property[] } {
  if (types.includes(ANY)) return { steps: [{ json: name, twin: `_${name}` }], types: [ANY], properties: [] };
  const properties = types.flatMap((t) => (typeof t === 'string' ? [] : (t.children.get(name) ?? [])));
  return { ...stepsOf(properties), properties };
}

function stepsOf(properties: readonly Property[]): { steps: readonly Step[]; types: Type[] } {
  const unique = new Map(properties.map((p) => [p.json, { json: p.json, twin: p.kind === PRIMITIVE ? p.twin : '' }]));
  return { steps: [...unique.values()], types: properties.map((p) => lazyType(p)) };
}

function lazyType(p: Property): Type {
  return p.kind === PRIMITIVE ? p.type : p.kind === RESOURCE ? ANY : p.shape();
}

export function memberOfSelf(types: readonly Type[], name: string): Expr {
  const found = steps(types, name);
  const build = (some: readonly Step[], itsTypes: readonly Type[]): Expr => ({
    types: itsTypes,
    eval: (s) => {
      if (typeof s !== 'object' || s === null) return EMPTY;
      let out: unknown[] | undefined;
      for (const { json, twin } of some) {
        if ((s as Json)[json] === undefined && (twin === '' || (s as Json)[twin] === undefined)) continue;
        out ??= [];
        collect(s as Json, json, twin, out);
      }
      return out ?? EMPTY;
    },
  });
  const expr = build(found.steps, found.types);
  return { ...expr, ...presence(found.steps), narrow: (type) => narrowed(found.properties, type, build) };
}

/** The fast way to exists() and empty() of a child of $this. */
function presence(some: readonly Step[]): { present: Test } {
  const names = some.flatMap((s) => (s.twin === '' ? [s.json] : [s.json, s.twin]));
  const [only] = names;
  if (names.length === 1 && only !== undefined)
    return { present: (s) => (s as Json | undefined)?.[only] !== undefined };
  return {
    present: (s) => {
      for (const name of names) if ((s as Json | undefined)?.[name] !== undefined) return true;
      return false;
    },
  };
}

export function member(of: Expr, name: string): Expr {
  const found = steps(of.types, name);
  const build = (some: readonly Step[], types: readonly Type[]): Expr => ({
    types,
    eval: (s, r) => {
      const items = of.eval(s, r);
      if (items.length === 0) return EMPTY;
      const out: unknown[] = [];
      for (const item of items) {
        if (typeof item !== 'object' || item === null) continue;
        for (const { json, twin } of some) collect(item as Json, json, twin, out);
      }
      return out;
    },
  });
  return {
    ...build(found.steps, found.types),
    narrow: (type) => narrowed(found.properties, type, build),
  };
}

function narrowed(
  properties: readonly Property[],
  type: string,
  build: (some: readonly Step[], types: readonly Type[]) => Expr,
): Expr {
  const kept = properties.filter((p) => isA(lazyType(p), type));
  // A resource's type is known at run time only.
  if (properties.some((p) => p.kind === RESOURCE)) {
    const all = stepsOf(properties);
    const expr = build(all.steps, all.types);
    return { types: [ANY], eval: (s, r) => expr.eval(s, r).filter((i) => isResource(i, type)) };
  }
  const some = stepsOf(kept);
  return build(some.steps, some.types);
}

const INHERITS: Readonly<Record<string, readonly string[]>> = {
  uri: ['canonical', 'url', 'oid', 'uuid'],
  string: ['code', 'id', 'markdown'],
  integer: ['positiveInt', 'unsignedInt'],
  Quantity: ['Age', 'Count', 'Distance', 'Duration', 'SimpleQuantity', 'MoneyQuantity'],
};

/** Whether a static type is the named one or derived from it. `Boolean` of System means boolean of FHIR. */
export function isA(type: Type, name: string): boolean {
  const own = typeof type === 'string' ? type : type.name;
  if (own === name || INHERITS[name]?.includes(own)) return true;
  return typeof type === 'string' && own === name.charAt(0).toLowerCase() + name.slice(1);
}

export function typed(op: 'is' | 'as', of: Expr, name: string): Expr {
  const part = narrow(of, name);
  if (op === 'as') return part;
  return {
    types: ['boolean'],
    eval: (s, r) => {
      const items = of.eval(s, r);
      return items.length === 0 ? EMPTY : [part.eval(s, r).length > 0];
    },
  };
}

function narrow(of: Expr, name: string): Expr {
  if (of.narrow !== undefined) return of.narrow(name);
  if (of.types.includes(ANY)) {
    return { types: [ANY], eval: (s, r) => of.eval(s, r).filter((i) => isResource(i, name)) };
  }
  // All items of one static type: the answer is the same for all.
  if (of.types.every((t) => isA(t, name))) return of;
  if (!of.types.some((t) => isA(t, name))) return { types: [], eval: () => EMPTY };
  throw new UnsupportedFhirPath(`type ${name} of a mixed collection`);
}
