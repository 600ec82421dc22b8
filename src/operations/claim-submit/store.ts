// Claims, ClaimResponses and billed windows of a submission: one transaction, all or nothing.
import type { ClaimError } from '../../core/result.ts';
import { patientOf, writeOf } from '../../fhir/interactions/prepare.ts';
import { movedTo } from '../../fhir/json.ts';
import type { AnyResource } from '../../fhir/service.ts';
import { localDay } from '../../kernel/zone.ts';
import { newId } from '../../storage/ids.ts';
import type { BilledWindow, PatientKey, Tx } from '../../storage/types.ts';
import type { OperationService } from '../operation.ts';
import { Purse } from '../print/exact.ts';
import type { Judged } from './gather.ts';
import { accepted } from './present.ts';
import type { Sent } from './read.ts';

export type Outcome =
  | { readonly kind: 'stored'; readonly responses: readonly { readonly id: string; readonly text: string }[] }
  | { readonly kind: 'refused'; readonly errors: readonly ClaimError[] };

/**
 * Stores an accepted submission; refused when a window of it was billed in the meantime (the schema says so).
 * @param digits the request's body: Claims are printed with the digits that were sent
 */
export async function store(
  service: OperationService,
  tx: Tx,
  claims: readonly Sent[],
  { decisions, pathology, zone }: Judged,
  digits: Parameters<typeof writeOf>[2],
): Promise<Outcome> {
  const patient = await patientOf(service, tx, claims[0]!.claim as AnyResource);
  const ids = claims.map(() => newId(patient, service.clock));
  const taken = await tx.billWindows(claims.flatMap((sent, i) => windowsOf(sent, ids[i]!, patient, pathology)));
  if (taken.length > 0) return { kind: 'refused', errors: claims.flatMap((sent) => takenErrors(sent, taken)) };

  const created = localDay(service.clock.now(), zone);
  const stored = claims.map((sent, i) => {
    const claim = { ...sent.claim, status: 'active' } as AnyResource;
    return writeOf(service, claim, movedTo(digits, sent.claim, claim), {
      id: ids[i]!,
      version: 1,
      patient,
      method: 'POST',
    });
  });
  const responses = claims.map((sent, i) => {
    const purse = new Purse();
    const response = accepted(sent, ids[i]!, created, decisions, purse) as AnyResource;
    const id = newId(patient, service.clock);
    return writeOf(service, response, purse.exact(response), { id, version: 1, patient, method: 'POST' });
  });
  await tx.write([...stored, ...responses]);
  return { kind: 'stored', responses: responses.map((w) => ({ id: w.id, text: w.content as string })) };
}

function windowsOf(sent: Sent, claim: string, patient: PatientKey, pathology: string): BilledWindow[] {
  const { kind, items } = sent.submitted;
  return items.flatMap(({ window }) =>
    window === undefined ? [] : [{ patient, pathology, forfait: kind, start: window.start, end: window.end, claim }],
  );
}

function takenErrors({ submitted }: Sent, taken: readonly BilledWindow[]): ClaimError[] {
  return submitted.items.flatMap(({ sequence, window }) => {
    const clash = taken.find(
      (t) => t.forfait === submitted.kind && window !== undefined && t.start <= window.end && window.start <= t.end,
    );
    if (clash === undefined) return [];
    return [
      {
        claim: submitted.kind,
        itemSequence: sequence,
        code: 'already-billed',
        detail: 'already-billed',
        text: {
          en: `Days of ${window?.start}/${window?.end} are billed already, in Claim/${clash.claim}.`,
          fr: `Des jours de ${window?.start}/${window?.end} sont déjà facturés, dans Claim/${clash.claim}.`,
        },
      },
    ];
  });
}
