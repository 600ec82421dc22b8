// What $billability needs, decided.
import { decide } from '../../core/billing/decide.ts';
import type { Decision } from '../../core/result.ts';
import type { Prescription, Situation } from '../../core/situation.ts';
import type { Day } from '../../kernel/day.ts';
import type { PolicyCode } from '../../law/law.ts';
import { readAsked } from '../follow-up/asked.ts';
import { createRegister } from '../follow-up/register.ts';
import { readSituations } from '../follow-up/situations.ts';
import type { OperationService } from '../operation.ts';

export interface BillabilityInput {
  readonly start?: Day | undefined;
  readonly end?: Day | undefined;
  readonly asOf?: Day | undefined;
}

export interface Gathered {
  /** The asked one. */
  readonly prescription: Prescription;
  readonly situation: Situation;
  /** Of the windows in range. */
  readonly decisions: readonly Decision[];
}

/** @throws FaultError 404, 410, 422 when the id names no prescription */
export async function gather(
  service: OperationService,
  id: string,
  input: BillabilityInput,
  policy: PolicyCode,
): Promise<Gathered> {
  const { followUps, chain, asOf, prescription } = await readAsked(service, id, input.asOf);
  const range = { start: input.start, end: input.end };
  const asked = [{ followUps, chain, asOf, range }];
  const situation = (await readSituations(service, createRegister(service), asked))[0]!;
  return { prescription, situation, decisions: decide(situation, service.law, policy) };
}
