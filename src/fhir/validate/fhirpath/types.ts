// What the parts of the compiler hand each other.
import type { Json, Run } from '../run.ts';
import type { Shape } from '../shape.ts';
import type { Collection } from './values.ts';

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
  /** A faster way to ask whether there is anything. */
  readonly present?: Test;
}

export interface Scope {
  /** Types of `$this`. */
  readonly self: readonly Type[];
  /** Types of `%context`. */
  readonly context: readonly Type[];
  /** Types of `%resource`. */
  readonly resource: readonly Type[];
}

export function isResource(item: unknown, type: string): boolean {
  return typeof item === 'object' && item !== null && (item as Json).resourceType === type;
}
