// FHIRPath compiled to closures. Types are resolved when compiling (choice elements, is, as, ofType), so that at run time a
// step is a property read.
import { functions } from './functions.ts';
import { isFalse, isTrue } from './logic.ts';
import { isA, member, memberOfSelf, self, typed } from './navigate.ts';
import { operator } from './operators.ts';
import { type Ast, UnsupportedFhirPath } from './parse.ts';
import { ANY, type Expr, type Scope, type Test } from './types.ts';
import { type Collection, distinct, EMPTY, NO_VALUE } from './values.ts';

const VARIABLES: Readonly<Record<string, string>> = {
  ucum: 'http://unitsofmeasure.org',
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
};

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

function call(of: Ast | undefined, name: string, args: readonly Ast[], scope: Scope): Expr {
  const focus = of === undefined ? self(scope.self) : compile(of, scope);
  const [first] = args;
  switch (name) {
    case 'exists':
    case 'empty': {
      const source = first === undefined ? focus : where(focus, first, scope);
      const { present } = source;
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

function binary(ast: Ast & { kind: 'binary' }, scope: Scope): Expr {
  const { op } = ast;
  if (['and', 'or', 'implies', 'xor'].includes(op)) {
    const [yes, no] = [isTrue(ast, scope), isFalse(ast, scope)];
    return { types: ['boolean'], eval: (s, r) => (yes(s, r) ? [true] : no(s, r) ? [false] : EMPTY) };
  }
  const [left, right] = [compile(ast.left, scope), compile(ast.right, scope)];
  if (op === '|') {
    return {
      types: [...left.types, ...right.types],
      eval: (s, r) => distinct([...left.eval(s, r), ...right.eval(s, r)]),
    };
  }
  const { types, apply } = operator(op);
  return { types, eval: (s, r) => apply(left.eval(s, r), right.eval(s, r)) };
}
