// The operators between two collections; and, or, xor and implies are questions of logic.ts.
import { UnsupportedFhirPath } from './parse.ts';
import type { Type } from './types.ts';
import { asText, type Collection, compare, distinct, EMPTY, equal, NO_VALUE } from './values.ts';

interface Operator {
  readonly types: readonly Type[];
  apply(a: Collection, b: Collection): Collection;
}

const truth = (apply: Operator['apply']): Operator => ({ types: ['boolean'], apply });
const number = (op: string): Operator => ({ types: ['decimal'], apply: (a, b) => arithmetic(op, a, b) });
const order = (op: string): Operator => truth((a, b) => ordered(op, a, b));

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['=', truth((a, b) => maybe(equal(a, b)))],
  ['!=', truth((a, b) => maybe(negated(equal(a, b))))],
  ['~', truth((a, b) => [a.length === b.length && equal(distinct(a), distinct(b)) !== false])],
  ['!~', truth((a, b) => [a.length !== b.length || equal(distinct(a), distinct(b)) === false])],
  ['<', order('<')],
  ['>', order('>')],
  ['<=', order('<=')],
  ['>=', order('>=')],
  ['in', truth((a, b) => membership(a, b))],
  ['contains', truth((a, b) => membership(b, a))],
  ['&', { types: ['string'], apply: (a, b) => [(asText(a) ?? '') + (asText(b) ?? '')] }],
  ['+', number('+')],
  ['-', number('-')],
  ['*', number('*')],
  ['/', number('/')],
  ['div', number('div')],
  ['mod', number('mod')],
]);

/** The operator of a sign. */
export function operator(sign: string): Operator {
  const found = OPERATORS.get(sign);
  if (found === undefined) throw new UnsupportedFhirPath(sign);
  return found;
}

function maybe(value: boolean | undefined): Collection {
  return value === undefined ? EMPTY : [value];
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function membership(item: Collection, of: Collection): Collection {
  if (item.length === 0) return EMPTY;
  // An element without a value is found where there is another such: `=` cannot tell of two of them, but this must answer.
  return [of.some((other) => equal(item, [other]) === true || (item.length === 1 && isValueless(item[0], other)))];
}

function isValueless(a: unknown, b: unknown): boolean {
  return a === NO_VALUE && b === NO_VALUE;
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
  return EMPTY;
}
