// ClaimResponses: what became of each Claim (contract 2.7, 2.8).
import type { ClaimResponse, ClaimResponseItem } from '@medplum/fhirtypes';
import type { ClaimError, Decision } from '../../core/result.ts';
import type { Language } from '../../fhir/outcome.ts';
import { type Cents, cents } from '../../kernel/cents.ts';
import type { Day } from '../../kernel/day.ts';
import type { Text } from '../../kernel/fault.ts';
import { REASON } from '../canonical.ts';
import { INSURER } from '../draft-claims/present.ts';
import type { Purse } from '../print/exact.ts';
import type { Sent } from './read.ts';

const ADJUDICATION = 'http://terminology.hl7.org/CodeSystem/adjudication';

/** What every response to a Claim repeats of it. */
function common({ claim }: Sent, created: Day) {
  return {
    resourceType: 'ClaimResponse',
    status: 'active',
    type: claim.type,
    use: 'claim',
    patient: claim.patient,
    created,
    insurer: claim.insurer ?? INSURER,
    requestor: claim.provider,
  } as const;
}

/** The response to a Claim that is stored, with the share of each item that the compulsory insurance pays. */
export function accepted(
  sent: Sent,
  id: string,
  created: Day,
  decisions: readonly Decision[],
  purse: Purse,
): ClaimResponse {
  return {
    ...common(sent, created),
    outcome: 'complete',
    request: { reference: `Claim/${id}` },
    item: sent.submitted.items.map((item) => adjudicated(item, sent.submitted.kind, decisions, purse)),
  };
}

function adjudicated(
  { sequence, window, net }: Sent['submitted']['items'][number],
  kind: 'operator' | 'technical',
  decisions: readonly Decision[],
  purse: Purse,
): ClaimResponseItem {
  const decision = decisions.find((d) => d.assessment.period.start === window?.start);
  const amount = net ?? cents(0);
  const amo = shareOf(amount, decision?.[kind]);
  const line = (code: string, value: Cents) => ({
    category: { coding: [{ system: ADJUDICATION, code }] },
    amount: purse.money(value),
  });
  return {
    itemSequence: sequence,
    adjudication: [line('submitted', amount), line('benefit', amo), line('copay', cents(amount - amo))],
  };
}

/** The compulsory part of what was asked: of the tariff itself, or in proportion when less was asked. */
function shareOf(amount: Cents, forfait: { readonly amount: Cents; readonly amo: Cents } | undefined): Cents {
  if (forfait === undefined || forfait.amount === 0) return cents(0);
  return cents(Math.floor((2 * amount * forfait.amo + forfait.amount) / (2 * forfait.amount)));
}

const TWIN_REFUSED: Text = {
  en: 'Not stored: the twin of this claim is refused, and both forfaits are billed or none.',
  fr: 'Non enregistrée : la facture jumelle est refusée, et les deux forfaits se facturent ensemble ou pas du tout.',
};
const REFUSED: Text = {
  en: 'Not stored: put right what is named below, and submit both claims again.',
  fr: 'Non enregistrée : corrigez ce qui est indiqué ci-dessous, et soumettez à nouveau les deux factures.',
};

/** The response to a Claim of a submission that was refused: nothing of it is stored, this response neither. */
export function refused(sent: Sent, created: Day, errors: readonly ClaimError[], language: Language): ClaimResponse {
  const own = errors.filter((e) => e.claim === sent.submitted.kind);
  return {
    ...common(sent, created),
    outcome: 'error',
    disposition: (own.length > 0 ? REFUSED : TWIN_REFUSED)[language],
    ...(own.length === 0 ? {} : { error: own.map((e) => errorOf(e, language)) }),
  };
}

function errorOf({ itemSequence, code, text }: ClaimError, language: Language) {
  return {
    ...(itemSequence === undefined ? {} : { itemSequence }),
    code: { coding: [{ system: REASON, code }], text: text[language] },
  };
}

/** The ClaimResponse itself, or a Bundle of them when a Bundle was sent. */
export function answerText(
  bundled: boolean,
  responses: readonly { readonly text: string; readonly fullUrl: string }[],
): string {
  if (!bundled) return responses[0]!.text;
  const entries = responses.map(({ text, fullUrl }) => `{"fullUrl":${JSON.stringify(fullUrl)},"resource":${text}}`);
  return `{"resourceType":"Bundle","type":"collection","entry":[${entries.join(',')}]}`;
}
