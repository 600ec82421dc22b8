// What $draft-claims needs: every window decided, and the drafts made of it.
import { draft } from '../../core/claim/draft.ts';
import type { Drafts } from '../../core/result.ts';
import type { Day } from '../../kernel/day.ts';
import type { PolicyCode } from '../../law/law.ts';
import { gather as gatherDecisions } from '../billability/gather.ts';
import type { OperationService } from '../operation.ts';

/**
 * @param series items of a claim at most; the law's limit when undefined
 * @throws FaultError 404, 410, 422 when the id names no prescription
 */
export async function gather(
  service: OperationService,
  id: string,
  input: { readonly asOf: Day | undefined; readonly series: number | undefined },
  policy: PolicyCode,
): Promise<{ readonly drafts: Drafts; readonly zone: string }> {
  const { prescription, situation, decisions } = await gatherDecisions(service, id, { asOf: input.asOf }, policy);
  const drafts = draft({ decisions, situation, prescription, policy, series: input.series, law: service.law });
  return { drafts, zone: situation.file.patient.zone };
}
