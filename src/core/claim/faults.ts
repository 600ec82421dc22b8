// The words and codes of refusals. ClaimResponse.error wants a code of tls-billability-reason: a reason of the contract where
// one says exactly this, else the fault's own name, which the code system lists beside the reasons.
import { euros } from '../../kernel/cents.ts';
import type { Day, Period } from '../../kernel/day.ts';
import type { Text } from '../../kernel/fault.ts';
import type { ClaimError, ClaimFault, Forfait, OperatorForfait, Reason, ReasonCode } from '../result.ts';

/** A fault without its place. */
export type Blame = Pick<ClaimError, 'code' | 'detail' | 'text'>;

/** Puts a fault in its place: an item of a claim, or the claim as a whole. */
export function blame(claim: ClaimError['claim'], itemSequence: number | undefined, b: Blame): ClaimError {
  return { claim, ...(itemSequence === undefined ? {} : { itemSequence }), ...b };
}

/** A window that is not due, by a reason of its decision. */
export function ofReason(detail: 'not-billable' | 'already-billed', reason: Reason): Blame {
  return { code: reason.code, detail, text: reason.text };
}

type WindowFault =
  | 'series-too-long'
  | 'window-twice'
  | 'window-not-over'
  | 'window-after-death'
  | 'window-not-of-the-chain'
  | 'twin-missing'
  | 'twin-differs';

/** A fault of an item's window, or of its place in the claims. */
export function forWindow(
  detail: WindowFault,
  item: { readonly window?: Period | undefined },
  facts: { readonly max?: number; readonly death?: Day } = {},
): Blame {
  const w = item.window === undefined ? 'without servicedPeriod' : `${item.window.start}/${item.window.end}`;
  const f = item.window === undefined ? 'sans servicedPeriod' : `${item.window.start}/${item.window.end}`;
  switch (detail) {
    case 'series-too-long':
      return of(
        detail,
        `A claim carries ${facts.max} windows at most; send window ${w} in another one.`,
        `Une facture porte ${facts.max} périodes au plus ; envoyer la période ${f} dans une autre.`,
      );
    case 'window-twice':
      return of(detail, `Window ${w} stands twice in the claim.`, `La période ${f} figure deux fois dans la facture.`);
    case 'window-not-over':
      return of(
        detail,
        `Window ${w} is not over: it can be billed from the day after its last day.`,
        `La période ${f} n’est pas terminée : elle est facturable à partir du lendemain de son dernier jour.`,
      );
    case 'window-after-death':
      return of(
        detail,
        `Window ${w} begins after the patient's death (${facts.death}).`,
        `La période ${f} débute après le décès du patient (${facts.death}).`,
        'patient-deceased',
      );
    case 'window-not-of-the-chain':
      return of(
        detail,
        `Window ${w} is none of the windows of this follow-up; ask $billability for them.`,
        `La période ${f} n’est pas une période de ce suivi ; les demander à $billability.`,
      );
    case 'twin-missing':
      return of(
        detail,
        `Window ${w}: the operator's and the technical claim must be sent together, one of each.`,
        `Période ${f} : la facture opérateur et la facture technique s’envoient ensemble, une de chaque.`,
      );
    case 'twin-differs':
      return of(
        detail,
        `Window ${w} has no twin in the other claim: both forfaits or none.`,
        `La période ${f} n’a pas de pendant dans l’autre facture : les deux forfaits ou aucun.`,
      );
    default:
      return detail satisfies never;
  }
}

type PriceFault =
  | 'wrong-code-operator'
  | 'wrong-code-technical'
  | 'price-above-tariff'
  | 'factor-above-level'
  | 'factor-above-cap';

/** A fault that the window's forfait puts right. */
export function priced(fault: PriceFault, forfait: Forfait | OperatorForfait): Blame {
  const coefficient = 'coefficient' in forfait ? forfait.coefficient : 1;
  switch (fault) {
    case 'wrong-code-operator':
      return of('wrong-code', `The code must be ${forfait.code}.`, `Le code doit être ${forfait.code}.`);
    case 'wrong-code-technical':
      return of('wrong-code', `The code must be ${forfait.code}.`, `Le code doit être ${forfait.code}.`);
    case 'price-above-tariff':
      return of(
        'price-above-tariff',
        `The unit price is above the tariff of ${amount(forfait, '.')} €.`,
        `Le prix unitaire dépasse le tarif de ${amount(forfait, ',')} €.`,
      );
    case 'factor-above-level':
    case 'factor-above-cap':
      return of(
        'factor-above-level',
        `The factor is above ${coefficient}, which applies to this window.`,
        `Le coefficient dépasse ${String(coefficient).replace('.', ',')}, applicable à cette période.`,
        fault === 'factor-above-cap' ? 'majore-cap-reached' : 'majore-not-eligible',
      );
    default:
      return fault satisfies never;
  }
}

type PlainFault = keyof typeof PLAIN;

/** A fault that needs no figure. */
export function plain(fault: PlainFault): Blame {
  return PLAIN[fault];
}

const PLAIN = {
  'no-items': of('no-items', 'The claim has no item.', 'La facture n’a pas de ligne.'),
  'wrong-patient': of(
    'wrong-patient',
    'Claim.patient is not the patient of the prescription.',
    'Claim.patient n’est pas le patient de la prescription.',
  ),
  'wrong-prescription': of(
    'wrong-prescription',
    'Claim.prescription must name a prescription of this follow-up, the same in both claims.',
    'Claim.prescription doit désigner une prescription de ce suivi, le même dans les deux factures.',
  ),
  'wrong-total': of(
    'wrong-total',
    'Claim.total is not the sum of the items.',
    'Claim.total n’est pas la somme des lignes.',
  ),
  'wrong-provider-operator': of(
    'wrong-provider',
    'Claim.provider must be the operator of the prescription that covers the first day of the window.',
    'Claim.provider doit être l’opérateur de la prescription qui couvre le premier jour de la période.',
  ),
  'wrong-provider-technical': of(
    'wrong-provider',
    'Claim.provider must be the exploitant of the DMN that was prescribed.',
    'Claim.provider doit être l’exploitant du DMN prescrit.',
  ),
  'wrong-quantity': of(
    'wrong-quantity',
    'The quantity must be 1: one forfait of each kind per window.',
    'La quantité doit être 1 : un forfait de chaque sorte par période.',
  ),
  'price-missing': of(
    'price-missing',
    'unitPrice and net must be given, in euros with two decimals.',
    'unitPrice et net sont requis, en euros avec deux décimales.',
  ),
  'wrong-net': of(
    'wrong-net',
    'net must be unitPrice × factor × quantity.',
    'net doit valoir unitPrice × factor × quantity.',
  ),
} satisfies Record<string, Blame>;

function of(detail: ClaimFault, en: string, fr: string, code: ReasonCode | ClaimFault = detail): Blame {
  return { code, detail, text: { en, fr } satisfies Text };
}

function amount(forfait: Forfait, point: ',' | '.'): string {
  return euros(forfait.unitPrice).toFixed(2).replace('.', point);
}
