// ClaimDrafts as R4 Claims, in a Bundle of type collection (contract 2.6, 3).
import type { Claim, ClaimItem as FhirClaimItem } from '@medplum/fhirtypes';
import type { ClaimDraft, ClaimItem, Drafts } from '../../core/result.ts';
import { withDigits } from '../../fhir/json.ts';
import type { Language } from '../../fhir/outcome.ts';
import { information } from '../../fhir/outcome.ts';
import type { Day } from '../../kernel/day.ts';
import { FORFAIT, LATM_CODE, structure } from '../canonical.ts';
import { entryUrl } from '../print/entry-url.ts';
import { Purse } from '../print/exact.ts';

/**
 * The Bundle as JSON text.
 * @param prescription id of the asked ServiceRequest
 * @param created the day of the drafts
 */
export function present(drafts: Drafts, prescription: string, created: Day, language: Language): string {
  const purse = new Purse();
  const entry =
    drafts.kind === 'nothing'
      ? [{ fullUrl: entryUrl(`${prescription} nothing`), resource: information(drafts.text[language]) }]
      : [drafts.operator, drafts.technical].map((draft) => ({
          fullUrl: entryUrl(`${prescription} ${draft.kind} ${draft.billablePeriod.start}`),
          resource: claimOf(draft, created, purse),
        }));
  const bundle = { resourceType: 'Bundle', type: 'collection', entry };
  return withDigits(purse.exact(bundle), () => JSON.stringify(bundle));
}

/** A Claim that validates as it stands, so that it can be submitted as it stands. */
export function claimOf(draft: ClaimDraft, created: Day, purse: Purse): Claim {
  // Claim.insurance is 1..* in R4; a prescription without rights is billed to the compulsory insurance by name.
  const coverages = draft.coverages.length > 0 ? draft.coverages.map((reference) => ({ reference })) : [UNNAMED];
  return {
    resourceType: 'Claim',
    meta: { profile: [structure(`tls-claim-${draft.kind}`)] },
    status: 'draft',
    type: { coding: [{ system: FORFAIT, code: draft.kind }] },
    use: 'claim',
    patient: { reference: draft.patient },
    billablePeriod: { ...draft.billablePeriod },
    created,
    insurer: INSURER,
    provider: { reference: draft.provider },
    priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/processpriority', code: 'normal' }] },
    prescription: { reference: draft.prescription },
    insurance: coverages.map((coverage, i) => ({ sequence: i + 1, focal: i === 0, coverage })),
    item: draft.items.map((item) => itemOf(item, draft.kind, purse)),
    total: purse.money(draft.total),
  };
}

/** Who pays, where no resource names it. */
export const INSURER = { display: 'Assurance maladie obligatoire' };
const UNNAMED = { display: 'Droits non renseignés sur la prescription' };

function itemOf(item: ClaimItem, kind: ClaimDraft['kind'], purse: Purse): FhirClaimItem {
  return {
    extension: [
      {
        url: structure('tls-share'),
        extension: [
          { url: 'amo', valueMoney: purse.money(item.amo) },
          { url: 'amc', valueMoney: purse.money(item.amc) },
        ],
      },
    ],
    sequence: item.sequence,
    productOrService:
      item.code === undefined
        ? { text: 'Forfait technique' }
        : { coding: [{ system: kind === 'operator' ? FORFAIT : LATM_CODE, code: item.code }] },
    servicedPeriod: { ...item.window },
    quantity: { value: item.quantity },
    unitPrice: purse.money(item.unitPrice),
    factor: item.factor,
    net: purse.money(item.net),
  };
}
