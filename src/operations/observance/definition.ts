// $observance: which units of each window have data (contract 2.3).
import { operationDefinition } from '../canonical.ts';
import { boolean, date } from '../input/declare.ts';
import type { Operation } from '../operation.ts';

export const definition = {
  code: 'observance',
  definition: operationDefinition('observance'),
  type: 'ServiceRequest',
  levels: ['instance'],
  affectsState: false,
  verbs: ['GET', 'POST'],
} as const satisfies Omit<Operation, 'run'>;

export const parameters = { start: date, end: date, asOf: date, details: boolean };
