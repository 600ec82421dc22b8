// Where a condition stands: on which row of the statement, and what of it the caller may see.
import { knownTypeKey } from '../type-keys.ts';
import type { Reach, SearchPlan } from '../types.ts';
import { Values } from './statement.ts';

export interface Scope {
  readonly type: string;
  readonly reach: Reach;
  readonly values: Values;
  /** Name of the resource row in the statement. */
  readonly row: string;
  /**
   * Set where a few matches are looked for: inner selections are read up to a limit then, and these conditions say whether that
   * was all of them.
   */
  readonly gates?: string[];
  /** How many selections stand around this one. */
  readonly depth?: number;
}

/** The scope of a statement that selects from `resource r`. */
export function scopeOf({ type, reach }: Pick<SearchPlan, 'type' | 'reach'>, values: Values = new Values()): Scope {
  return { type, reach, values, row: 'r' };
}

/** The scope of a selection inside another: a row of its own, and the same reach. */
export function within(scope: Scope, type: string): Scope {
  return { ...scope, type, row: `${scope.row}i`, depth: (scope.depth ?? 0) + 1 };
}

/** What the caller may see, as a condition on a resource row; undefined = everything. The only place that writes it. */
export function reachCondition(reach: Reach, _row = 'r'): string | undefined {
  switch (reach.kind) {
    case 'everything':
      return undefined;
  }
}

/** Conditions that every selection begins with: the type, and what of it the caller may see. */
export function common({ type, reach, values, row }: Scope): string[] {
  const visible = reachCondition(reach, row);
  const ofType = `${row}.type = ${values.put(knownTypeKey(type), 'int2')}`;
  return visible === undefined ? [ofType] : [ofType, visible];
}
