import { referring } from '../../fhir/interactions/deletions.ts';
import { checkReferences } from '../../fhir/interactions/prepare.ts';
import type { AnyResource } from '../../fhir/service.ts';
import { localDay } from '../../kernel/zone.ts';
import type { PatientKey } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import { jsonAnswer } from '../answer.ts';
import type { Operation, OperationService } from '../operation.ts';
import { entryUrl } from '../print/entry-url.ts';
import { definition } from './definition.ts';
import { gather } from './gather.ts';
import { answerText, refused } from './present.ts';
import type { Submission } from './read.ts';
import { readSubmission } from './read.ts';
import { store } from './store.ts';

const NONE: ReadonlySet<string> = new Set();

export const claimSubmit: Operation = {
  ...definition,
  async run(service, call) {
    const submission = readSubmission(service, call);
    const { claims, bundled } = submission;
    const body = call.request.body!;
    const placed = claims.map(({ claim, at }) => ({ resource: claim as AnyResource, at }));
    const outcome = await referring(service.store, async (work) => {
      await checkReferences(service, service.store, placed, NONE, work);
      const keys = await patientsOf(service, submission);
      // Works that share a patient never overlap: what is judged here is what is stored here.
      return service.store.transaction(keys, async (tx) => {
        const judged = await gather(service, submission);
        const result = judged.judgement.accepted
          ? await store(service, tx, claims, judged, body)
          : ({ kind: 'refused', errors: judged.judgement.errors } as const);
        return { ...result, created: localDay(service.clock.now(), judged.zone) };
      });
    });
    const { base, language } = call.request;
    const responses =
      outcome.kind === 'stored'
        ? outcome.responses.map(({ id, text }) => ({ text, fullUrl: `${base}/ClaimResponse/${id}` }))
        : claims.map((sent) => ({
            text: JSON.stringify(refused(sent, outcome.created, outcome.errors, language)),
            fullUrl: entryUrl(`${sent.at} ${sent.submitted.prescription}`),
          }));
    return jsonAnswer(call, answerText(bundled, responses));
  },
};

/** Patients of the prescriptions: their windows are judged and billed. */
async function patientsOf(service: OperationService, { claims }: Submission): Promise<PatientKey[]> {
  const ids = [...new Set(claims.map((c) => c.submitted.prescription!))];
  const rows = await service.store.readMany(
    ids.map((id) => ({ type: 'ServiceRequest', id })),
    everything,
  );
  return [...new Set(rows.map((r) => r.patient))];
}
