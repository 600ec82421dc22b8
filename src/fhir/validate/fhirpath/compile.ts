// FHIRPath invariants compiled to closures. Types are resolved when compiling (choice elements, is, as, ofType), so that at
// run time a step is a property read. A rule is broken when its expression is false; empty means that the data do not
// decide it. So what is compiled first is not a value but two questions: is it true, is it false.
import type { Json, Run } from '../run.ts';
import type { Property, Shape } from '../shape.ts';
import { functions } from './functions.ts';
import { type Ast, parse, UnsupportedFhirPath } from './parse.ts';
import { asText, type Collection, collect, compare, distinct, EMPTY, equal, NO_VALUE } from './values.ts';

/** A static type: a shape, the name of a primitive, or anything. */
export type Type = Shape | string;
export const ANY = '*';

export type Eval = (self: unknown, run: Run) => Collection;
export type Test = (self: unknown, run: Run) => boolean;

/** A compiled expression. */
export interface Expr {
  readonly eval: Eval;
  readonly types: readonly Type[];
  /** The part of it that is of one type, where the compiler can tell. */
  narrow?(type: string): Expr;
  /** Set where the expression always is one boolean. */
  readonly test?: Test;
}

export interface Scope {
  /** Types of `$this`. */
  readonly self: readonly Type[];
  /** Types of `%context`. */
  readonly context: readonly Type[];
  /** Types of `%resource`. */
  readonly resource: readonly Type[];
}

const VARIABLES: Readonly<Record<string, string>> = {
  ucum: 'http://unitsofmeasure.org',
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
};

/**
 * Compiles an invariant to the question "is it broken?".
 * @throws UnsupportedFhirPath for what is outside the subset.
 */
export function compileInvariant(expression: string, self: readonly Type[], resource: readonly Type[] = [ANY]): Test {
  return isFalse(parse(expression), { self, context: self, resource });
}

// ------------------------------------------------------------------ booleans

/** Whether an expression is true (and not empty). */
export function isTrue(ast: Ast, scope: Scope): Test {
  return logical(ast, scope, true) ?? single(ast, scope, true);
}

/** Whether an expression is false (and not empty). */
export function isFalse(ast: Ast, scope: Scope): Test {
  return logical(ast, scope, false) ?? single(ast, scope, false);
}

function logical(ast: Ast, scope: Scope, wanted: boolean): Test | undefined {
  if (ast.kind === 'call' && ast.name === 'not' && ast.of !== undefined && ast.args.length === 0) {
    return wanted ? isFalse(ast.of, scope) : isTrue(ast.of, scope);
  }
  if (ast.kind !== 'binary') return undefined;
  const { op, left, right } = ast;
  switch (op) {
    case 'and':
      return wanted
        ? both(isTrue(left, scope), isTrue(right, scope))
        : either(isFalse(left, scope), isFalse(right, scope));
    case 'or':
      return wanted
        ? either(isTrue(left, scope), isTrue(right, scope))
        : both(isFalse(left, scope), isFalse(right, scope));
    case 'implies':
      return wanted
        ? either(isFalse(left, scope), isTrue(right, scope))
        : both(isTrue(left, scope), isFalse(right, scope));
    case 'xor': {
      const [a, na] = [isTrue(left, scope), isFalse(left, scope)];
      const [b, nb] = [isTrue(right, scope), isFalse(right, scope)];
      return wanted ? either(both(a, nb), both(na, b)) : either(both(a, b), both(na, nb));
    }
    case '=':
    case '!=': {
      const [a, b] = [definite(left, scope), definite(right, scope)];
      if (a === undefined || b === undefined) return undefined;
      return wanted === (op === '=') ? (s, r) => a(s, r) === b(s, r) : (s, r) => a(s, r) !== b(s, r);
    }
  }
  return undefined;
}

const both =
  (a: Test, b: Test): Test =>
  (s, r) =>
    a(s, r) && b(s, r);
const either =
  (a: Test, b: Test): Test =>
  (s, r) =>
    a(s, r) || b(s, r);

/** The test of an expression that always is one boolean. */
function definite(ast: Ast, scope: Scope): Test | undefined {
  return ast.kind === 'call' ? compile(ast, scope).test : undefined;
}

/** N1 §4.5: a single item that is no boolean counts as true. */
function single(ast: Ast, scope: Scope, wanted: boolean): Test {
  const { test, eval: run } = compile(ast, scope);
  if (test !== undefined) return wanted ? test : (s, r) => !test(s, r);
  return (s, r) => {
    const items = run(s, r);
    if (items.length !== 1 || items[0] === NO_VALUE) return false;
    return wanted ? items[0] !== false : items[0] === false;
  };
}

// --------------------------------------------------------------- expressions

/** Compiles an expression to a function of `$this`. */
export function compile(ast: Ast, scope: Scope): Expr {
  switch (ast.kind) {
    case 'empty':
      return { eval: () => EMPTY, types: [] };
    case 'literal': {
      const items = [ast.value];
      return { eval: () => items, types: ['literal'] };
    }
    case 'this':
      return self(scope.self);
    case 'variable':
      return variable(ast.name, scope);
    case 'member':
      return memberOrType(ast.of, ast.name, scope);
    case 'index': {
      const [of, at] = [compile(ast.of, scope), compile(ast.at, scope)];
      return { types: of.types, eval: (s, r) => pick(of.eval(s, r), at.eval(s, r)) };
    }
    case 'type':
      return typed(ast.op, compile(ast.of, scope), ast.name);
    case 'call':
      return call(ast.of, ast.name, ast.args, scope);
    case 'binary':
      return binary(ast, scope);
  }
}

function pick(items: Collection, at: Collection): Collection {
  const item = items[Number(at[0])];
  return item === undefined ? EMPTY : [item];
}

function self(types: readonly Type[]): Expr {
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

function variable(name: string, scope: Scope): Expr {
  const constant = VARIABLES[name];
  if (constant !== undefined && Object.hasOwn(VARIABLES, name)) {
    const items = [constant];
    return { eval: () => items, types: ['string'] };
  }
  switch (name) {
    case 'context':
      return { eval: (_, run) => [run.context], types: scope.context };
    case 'resource':
      return { eval: (_, run) => [run.resource], types: scope.resource };
    case 'rootResource':
      return { eval: (_, run) => [run.root], types: [ANY] };
  }
  throw new UnsupportedFhirPath(`%${name}`);
}

function memberOrType(of: Ast | undefined, name: string, scope: Scope): Expr {
  // `Appointment.status` inside a rule of Appointment: the type name stands for $this.
  if (of === undefined && /^[A-Z]/.test(name) && scope.self.some((t) => isA(t, name))) return self(scope.self);
  return of === undefined ? memberOfSelf(scope.self, name) : member(compile(of, scope), name);
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

// 0 and 3 are PRIMITIVE and RESOURCE of shape.ts, which must not be imported here as a value: it imports this file.
function stepsOf(properties: readonly Property[]): { steps: readonly Step[]; types: Type[] } {
  const unique = new Map(properties.map((p) => [p.json, { json: p.json, twin: p.kind === 0 ? p.twin : '' }]));
  return { steps: [...unique.values()], types: properties.map((p) => lazyType(p)) };
}

function lazyType(p: Property): Type {
  return p.kind === 0 ? p.type : p.kind === 3 ? ANY : p.shape();
}

function memberOfSelf(types: readonly Type[], name: string): Expr {
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

/** The fast way to exists() and empty() of a child of $this, kept under a name that call() looks for. */
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

function member(of: Expr, name: string): Expr {
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
  if (properties.some((p) => p.kind === 3)) {
    const all = stepsOf(properties);
    const expr = build(all.steps, all.types);
    return { types: [ANY], eval: (s, r) => expr.eval(s, r).filter((i) => isResource(i, type)) };
  }
  const some = stepsOf(kept);
  return build(some.steps, some.types);
}

function isResource(item: unknown, type: string): boolean {
  return typeof item === 'object' && item !== null && (item as Json).resourceType === type;
}

const INHERITS: Readonly<Record<string, readonly string[]>> = {
  uri: ['canonical', 'url', 'oid', 'uuid'],
  string: ['code', 'id', 'markdown'],
  integer: ['positiveInt', 'unsignedInt'],
  Quantity: ['Age', 'Count', 'Distance', 'Duration', 'SimpleQuantity', 'MoneyQuantity'],
};

/** Whether a static type is the named one or derived from it. `Boolean` of System means boolean of FHIR. */
function isA(type: Type, name: string): boolean {
  const own = typeof type === 'string' ? type : type.name;
  if (own === name || INHERITS[name]?.includes(own)) return true;
  return typeof type === 'string' && own === name.charAt(0).toLowerCase() + name.slice(1);
}

function typed(op: 'is' | 'as', of: Expr, name: string): Expr {
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

// ----------------------------------------------------------------- functions

function call(of: Ast | undefined, name: string, args: readonly Ast[], scope: Scope): Expr {
  const focus = of === undefined ? self(scope.self) : compile(of, scope);
  const [first] = args;
  switch (name) {
    case 'exists':
    case 'empty': {
      const source = first === undefined ? focus : where(focus, first, scope);
      const present = (source as { present?: Test }).present;
      const some: Test = present ?? ((s, r) => source.eval(s, r).length > 0);
      return fromTest(name === 'exists' ? some : (s, r) => !some(s, r));
    }
    case 'not': {
      return {
        types: ['boolean'],
        eval: (s, r) => {
          const items = focus.eval(s, r);
          return items.length === 1 && items[0] !== NO_VALUE ? [items[0] === false] : EMPTY;
        },
      };
    }
    case 'where':
      return where(focus, required(first, name), scope);
    case 'select': {
      const inner = compile(required(first, name), { ...scope, self: focus.types });
      return { types: inner.types, eval: (s, r) => focus.eval(s, r).flatMap((item) => inner.eval(item, r)) };
    }
    case 'all': {
      const test = isTrue(required(first, name), { ...scope, self: focus.types });
      return fromTest((s, r) => focus.eval(s, r).every((item) => test(item, r)));
    }
    case 'iif':
      return iif(focus, args, scope);
    case 'is':
    case 'as':
    case 'ofType':
      return typed(name === 'is' ? 'is' : 'as', focus, typeArgument(first));
    case 'trace':
      return focus;
    case 'htmlChecks':
      // The narrative is judged with its format.
      return fromTest(() => true);
  }
  const make = functions[name];
  if (make === undefined || !Object.hasOwn(functions, name)) throw new UnsupportedFhirPath(`${name}()`);
  return make(
    focus,
    args.map((a) => compile(a, scope)),
  );
}

function fromTest(test: Test): Expr {
  return { test, types: ['boolean'], eval: (s, r) => [test(s, r)] };
}

function required(ast: Ast | undefined, name: string): Ast {
  if (ast === undefined) throw new UnsupportedFhirPath(`${name}() without an argument`);
  return ast;
}

function typeArgument(ast: Ast | undefined): string {
  if (ast?.kind !== 'member') throw new UnsupportedFhirPath('a type name is expected');
  return ast.name;
}

function where(focus: Expr, criterion: Ast, scope: Scope): Expr {
  const test = isTrue(criterion, { ...scope, self: focus.types });
  return {
    types: focus.types,
    eval: (s, r) => {
      const items = focus.eval(s, r);
      return items.length === 0 ? EMPTY : items.filter((item) => test(item, r));
    },
  };
}

/** The criterion and the branches see the focus as `$this`; on a focus of several items or none it stays with them all. */
function iif(focus: Expr, args: readonly Ast[], scope: Scope): Expr {
  const [criterion, then, otherwise] = args;
  if (criterion === undefined || then === undefined) throw new UnsupportedFhirPath('iif() without branches');
  const inner = { ...scope, self: focus.types };
  const onEmpty = criterion.kind === 'call' && criterion.of === undefined && criterion.name === 'empty';
  const test: Test = onEmpty ? () => false : isTrue(criterion, inner);
  const [a, b] = [compile(then, inner), otherwise === undefined ? undefined : compile(otherwise, inner)];
  return {
    types: [...a.types, ...(b?.types ?? [])],
    eval: (s, r) => {
      const items = focus.eval(s, r);
      if (items.length === 0) return onEmpty ? a.eval(undefined, r) : (b?.eval(undefined, r) ?? EMPTY);
      const [item] = items;
      return test(item, r) ? a.eval(item, r) : (b?.eval(item, r) ?? EMPTY);
    },
  };
}

// ----------------------------------------------------------------- operators

function binary(ast: Ast & { kind: 'binary' }, scope: Scope): Expr {
  const { op } = ast;
  if (['and', 'or', 'implies', 'xor'].includes(op)) {
    const [yes, no] = [isTrue(ast, scope), isFalse(ast, scope)];
    return { types: ['boolean'], eval: (s, r) => (yes(s, r) ? [true] : no(s, r) ? [false] : EMPTY) };
  }
  const [left, right] = [compile(ast.left, scope), compile(ast.right, scope)];
  const of = (types: readonly Type[], f: (a: Collection, b: Collection) => Collection): Expr => ({
    types,
    eval: (s, r) => f(left.eval(s, r), right.eval(s, r)),
  });
  switch (op) {
    case '=':
      return of(['boolean'], (a, b) => maybe(equal(a, b)));
    case '!=':
      return of(['boolean'], (a, b) => maybe(negated(equal(a, b))));
    case '~':
      return of(['boolean'], (a, b) => [a.length === b.length && equal(distinct(a), distinct(b)) !== false]);
    case '!~':
      return of(['boolean'], (a, b) => [a.length !== b.length || equal(distinct(a), distinct(b)) === false]);
    case '<':
    case '>':
    case '<=':
    case '>=':
      return of(['boolean'], (a, b) => ordered(op, a, b));
    case '|':
      return of([...left.types, ...right.types], (a, b) => distinct([...a, ...b]));
    case 'in':
      return of(['boolean'], (a, b) => membership(a, b));
    case 'contains':
      return of(['boolean'], (a, b) => membership(b, a));
    case '&':
      return of(['string'], (a, b) => [(asText(a) ?? '') + (asText(b) ?? '')]);
    default:
      return of(['decimal'], (a, b) => arithmetic(op, a, b));
  }
}

function maybe(value: boolean | undefined): Collection {
  return value === undefined ? EMPTY : [value];
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function membership(item: Collection, of: Collection): Collection {
  if (item.length === 0) return EMPTY;
  return [of.some((other) => equal(item, [other]) === true)];
}

function ordered(op: string, a: Collection, b: Collection): Collection {
  if (a.length !== 1 || b.length !== 1) return EMPTY;
  const order = compare(a[0], b[0]);
  if (order === undefined) return EMPTY;
  return [op === '<' ? order < 0 : op === '>' ? order > 0 : op === '<=' ? order <= 0 : order >= 0];
}

function arithmetic(op: string, a: Collection, b: Collection): Collection {
  const [x, y] = [a[0], b[0]];
  if (a.length !== 1 || b.length !== 1) return EMPTY;
  if (op === '+' && typeof x === 'string' && typeof y === 'string') return [x + y];
  if (typeof x !== 'number' || typeof y !== 'number') return EMPTY;
  switch (op) {
    case '+':
      return [x + y];
    case '-':
      return [x - y];
    case '*':
      return [x * y];
    case '/':
      return y === 0 ? EMPTY : [x / y];
    case 'div':
      return y === 0 ? EMPTY : [Math.trunc(x / y)];
    case 'mod':
      return y === 0 ? EMPTY : [x % y];
  }
  throw new UnsupportedFhirPath(op);
}
