// A rule is broken when its expression is false; empty means that the data do not decide it. So an expression is compiled
// to two questions, "is it true?" and "is it false?", and three-valued logic needs no third value at run time.
import { compile } from './compile.ts';
import { type Ast, parse } from './parse.ts';
import { ANY, type Scope, type Test, type Type } from './types.ts';
import { NO_VALUE } from './values.ts';

/**
 * Compiles an invariant to the question "is it broken?".
 * @throws UnsupportedFhirPath for what is outside the subset.
 */
export function compileInvariant(expression: string, self: readonly Type[], resource: readonly Type[] = [ANY]): Test {
  return isFalse(parse(expression), { self, context: self, resource });
}

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
