// $billability of one prescription: may its windows be billed, for how much, and why not (contract 2.4).
import type { PolicyCode } from '../../law/law.ts';
import { operationDefinition } from '../canonical.ts';
import { code, date } from '../input/declare.ts';
import type { Operation } from '../operation.ts';

export const definition = {
  code: 'billability',
  definition: operationDefinition('billability'),
  type: 'ServiceRequest',
  levels: ['instance'],
  affectsState: false,
  verbs: ['GET', 'POST'],
} as const satisfies Omit<Operation, 'run'>;

export const POLICIES: readonly PolicyCode[] = ['guide-2023', 'css'];
/** The ministry's guide; the statute alone stands beside it. */
export const DEFAULT_POLICY: PolicyCode = 'guide-2023';

export const parameters = { start: date, end: date, asOf: date, policy: code(POLICIES) };
