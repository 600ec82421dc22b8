// $draft-claims: the oldest billable windows as two Claims, not stored (contract 2.6, 3).
import { DEFAULT_POLICY, POLICIES } from '../billability/definition.ts';
import { operationDefinition } from '../canonical.ts';
import { code, date, integer } from '../input/declare.ts';
import type { Operation } from '../operation.ts';

export const definition = {
  code: 'draft-claims',
  definition: operationDefinition('draft-claims'),
  type: 'ServiceRequest',
  levels: ['instance'],
  affectsState: false,
  verbs: ['GET', 'POST'],
} as const satisfies Omit<Operation, 'run'>;

export { DEFAULT_POLICY };

/** @param seriesMax windows of one claim at most, by the law */
export function parameters(seriesMax: number) {
  return { asOf: date, policy: code(POLICIES), series: integer(1, seriesMax) };
}
