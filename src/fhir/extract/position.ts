// Where a resource is on Earth, for the special parameter `near` (only Location has it): latitude and longitude as one row
// of numbers. A position that is none (latitude beyond 90°, longitude beyond 180°) is not found.
import { paramKey } from '../../storage/hash.ts';
import type { NumberRow } from '../../storage/types.ts';
import type { Definitions, SearchParameterDefinition } from '../definitions/types.ts';
import { type Branch, branchesOf } from './branches.ts';
import { parseExpression } from './expression.ts';
import { fields } from './sink.ts';

export interface PositionIndex {
  readonly definition: SearchParameterDefinition;
  readonly key: number;
  readonly steps: Branch['steps'];
}

const NEAR = 'near';

/** The parameter `near` of a type, if it has one. */
export function positionIndex(definitions: Definitions, type: string): PositionIndex | undefined {
  const definition = definitions.searchParameter(type, NEAR);
  if (definition?.type !== 'special' || definition.expression === undefined) return undefined;
  const [path] = parseExpression(definition.expression);
  const [branch] = path === undefined ? [] : branchesOf(definitions, type, path.segments.slice(1));
  return branch?.single ? { definition, key: paramKey(type, NEAR), steps: branch.steps } : undefined;
}

/** The row of a resource: `lo` is its latitude, `hi` its longitude, in degrees. */
export function positionRow({ key, steps }: PositionIndex, resource: object): NumberRow | undefined {
  let value: unknown = resource;
  for (const { property } of steps) value = fields(value)?.[property];
  const { latitude, longitude } = fields(value) ?? {};
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  return { param: key, lo: String(latitude), hi: String(longitude), system: null, code: null, unit: null };
}
