// Claim/$submit: judged again as of today, then stored with its answer, or nothing is (contract 2.7).
import { operationDefinition } from '../canonical.ts';
import type { Operation } from '../operation.ts';

export const definition = {
  code: 'submit',
  definition: operationDefinition('claim-submit'),
  type: 'Claim',
  levels: ['type'],
  affectsState: true,
  verbs: ['POST'],
} as const satisfies Omit<Operation, 'run'>;
