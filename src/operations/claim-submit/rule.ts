// What may be written of Claims that bill forfaits outside $submit. A window is billed once, so what makes a Claim active must
// judge it, and what ends one must free its windows.
import { isDeepStrictEqual } from 'node:util';
import type { Claim } from '@medplum/fhirtypes';
import type { FhirService, WriteRule } from '../../fhir/service.ts';
import type { Fault } from '../../kernel/fault.ts';
import { FaultError, fault } from '../../kernel/fault.ts';
import type { StoredResource, Tx } from '../../storage/types.ts';
import { FORFAIT, LATM_CODE } from '../canonical.ts';
import { claims as follows } from '../follow-up/elements.ts';

/** Elements that $submit judged: they stay as they were billed. */
const JUDGED = [
  'type',
  'use',
  'patient',
  'billablePeriod',
  'created',
  'provider',
  'prescription',
  'insurance',
  'item',
  'total',
] as const satisfies readonly (keyof Claim)[];

export const claimRule: WriteRule = {
  created(after) {
    const claim = after as unknown as Claim;
    if (claim.status === 'active' && billsForfaits(claim)) throw onlySubmitted();
  },
  async replaced(service, tx, stored, after) {
    const before = JSON.parse(stored.content!) as Claim;
    const claim = after as unknown as Claim;
    const wasActive = before.status === 'active';
    if (claim.status === 'active' && billsForfaits(claim) && !(wasActive && billsForfaits(before)))
      throw onlySubmitted();
    if (!wasActive || !(await isBilled(service, stored))) return;
    await end(tx, stored.id, before, claim);
  },
  deleted: (tx, id) => tx.releaseWindows(id),
};

/** By profile, or by the codes of the forfaits: a Claim of another kind is R4's alone. */
function billsForfaits(claim: Claim): boolean {
  return (
    follows(claim, 'tls-claim-operator') ||
    follows(claim, 'tls-claim-technical') ||
    [claim.type, ...(claim.item ?? []).map((item) => item.productOrService)].some((concept) =>
      concept?.coding?.some(({ system }) => system === FORFAIT || system === LATM_CODE),
    )
  );
}

/** Whether windows are billed in this Claim. Its patient is held, so nobody else changes that meanwhile. */
async function isBilled(service: FhirService, { patient, id }: StoredResource): Promise<boolean> {
  return (await service.store.billedWindows([patient])).some(({ claim }) => claim === id);
}

async function end(tx: Tx, id: string, before: Claim, after: Claim): Promise<void> {
  switch (after.status) {
    case 'cancelled':
    case 'entered-in-error':
      await tx.releaseWindows(id);
      return;
    case 'draft':
      throw fault(
        'business-rule',
        'claim-not-a-draft',
        {
          en: 'A submitted Claim is no draft any more. Set its status to cancelled, then ask $draft-claims for a new one.',
          fr: 'Un Claim soumis n’est plus un brouillon. Passez son statut à cancelled, puis demandez-en un nouveau à $draft-claims.',
        },
        { expression: 'Claim.status' },
      );
  }
  const changed = JUDGED.filter((element) => !isDeepStrictEqual(plain(before[element]), plain(after[element])));
  if (changed.length > 0) throw new FaultError(changed.map(frozen));
}

/** Objects of one make, whoever parsed them. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function frozen(element: string): Fault {
  return {
    kind: 'business-rule',
    detail: 'claim-billed',
    text: {
      en: `${element} of a submitted Claim stays as it was billed. Set its status to cancelled, and submit another one.`,
      fr: `${element} d’un Claim soumis reste tel que facturé. Passez son statut à cancelled, et soumettez-en un autre.`,
    },
    expression: `Claim.${element}`,
  };
}

function onlySubmitted(): Error {
  return fault(
    'business-rule',
    'claim-only-submitted',
    {
      en: 'A Claim for forfaits becomes active by POST Claim/$submit alone, which judges each of its windows. Send it there, or store it as draft.',
      fr: 'Un Claim de forfaits ne devient active que par POST Claim/$submit, qui apprécie chacune de ses périodes. Envoyez-le là, ou enregistrez-le en draft.',
    },
    { expression: 'Claim.status' },
  );
}
