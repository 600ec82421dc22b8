// The judgement of a submission as of today, under the default policy.
import { decide } from '../../core/billing/decide.ts';
import { pathologyOf } from '../../core/billing/pathology.ts';
import { judge } from '../../core/claim/judge.ts';
import type { Decision, Judgement } from '../../core/result.ts';
import { FaultError } from '../../kernel/fault.ts';
import { DEFAULT_POLICY } from '../billability/definition.ts';
import { readAsked } from '../follow-up/asked.ts';
import { createRegister } from '../follow-up/register.ts';
import { readSituations } from '../follow-up/situations.ts';
import type { OperationService } from '../operation.ts';
import type { Submission } from './read.ts';

export interface Judged {
  readonly judgement: Judgement;
  readonly decisions: readonly Decision[];
  /** Of the line: what windows are billed for. */
  readonly pathology: string;
  readonly zone: string;
}

/** @throws FaultError 422 when Claim.prescription names nothing that can be judged */
export async function gather(service: OperationService, { claims }: Submission): Promise<Judged> {
  const first = claims[0]!;
  const { followUps, chain, asOf } = await readAsked(service, first.submitted.prescription!, undefined).catch((e) => {
    throw ofTheClaim(e, `${first.at}.prescription`);
  });
  const [situation] = await readSituations(service, createRegister(service), [{ followUps, chain, asOf }]);
  const decisions = decide(situation!, service.law, DEFAULT_POLICY);
  const submitted = claims.map((c) => c.submitted);
  return {
    judgement: judge({ claims: submitted, situation: situation!, decisions, law: service.law }),
    decisions,
    pathology: pathologyOf(chain.activity, service.law),
    zone: followUps.patient.zone,
  };
}

/** A prescription that is unknown, deleted or none is the Claim's fault here: 422, at the Claim. */
function ofTheClaim(e: unknown, expression: string): unknown {
  if (!(e instanceof FaultError)) return e;
  return new FaultError(
    e.faults.map((f) => ({ ...f, status: 422, expression })),
    { cause: e },
  );
}
