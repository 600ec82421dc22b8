// $billability of a population: one answer for each chain, by its latest member (contract 2.5).
import type { BillabilityStatus } from '../../core/result.ts';
import type { Law } from '../../law/law.ts';
import { POLICIES } from '../billability/definition.ts';
import { operationDefinition } from '../canonical.ts';
import { code, codes, date, integer, reference, text } from '../input/declare.ts';
import type { Operation } from '../operation.ts';

export const definition = {
  code: 'billability',
  definition: operationDefinition('billability-population'),
  type: 'ServiceRequest',
  levels: ['type'],
  affectsState: false,
  verbs: ['GET', 'POST'],
  formats: ['csv', 'ndjson'],
  paged: true,
} as const satisfies Omit<Operation, 'run'>;

export const STATUSES: readonly BillabilityStatus[] = [
  'billable',
  'billed',
  'in-progress',
  'not-billable',
  'undetermined',
];

export const DEFAULT_COUNT = 50;
/** A client that asks for more gets so many, and a link to the rest. */
export const MAX_COUNT = 1000;

export function parameters(law: Law) {
  return {
    operator: reference('Organization', 'Practitioner', 'PractitionerRole'),
    exploitant: reference('Organization'),
    patient: reference('Patient'),
    activity: code(Object.keys(law.lines)),
    status: codes(STATUSES),
    start: date,
    end: date,
    asOf: date,
    policy: code(POLICIES),
    _count: integer(0, Number.MAX_SAFE_INTEGER),
    _cursor: text,
  };
}
