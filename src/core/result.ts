// What core answers: assessments of windows, decisions about them, drafts and judgements of claims. Plain values.
import type { Cents } from '../kernel/cents.ts';
import type { Day, Period } from '../kernel/day.ts';
import type { Text } from '../kernel/fault.ts';
import type { Basis, OperatorTariff, PolicyCode } from '../law/law.ts';
import type { Prescription, Reference } from './situation.ts';

/** `tls-observance-status` */
export type ObservanceStatus = 'interrupted' | 'insufficient' | 'sufficient' | 'in-progress' | 'undetermined';

/** `tls-observance-rejection`, in the order in which the first that holds is said. */
export type Rejection =
  | 'not-final'
  | 'wrong-code'
  | 'no-value'
  | 'imprecise-date'
  | 'future'
  | 'outside-monitoring'
  | 'other-prescription'
  | 'duplicate';

/** `tls-billability-status` */
export type BillabilityStatus = 'billable' | 'billed' | 'in-progress' | 'not-billable' | 'undetermined';

/** `tls-billability-reason` */
export type ReasonCode =
  | 'line-not-in-force'
  | 'line-not-formalised'
  | 'device-not-on-line'
  | 'device-certificate-missing'
  | 'device-certificate-expired'
  | 'operator-not-declared'
  | 'operator-cannot-bill'
  | 'agreement-missing'
  | 'prescription-incomplete'
  | 'prescription-too-long'
  | 'prescription-stale'
  | 'prescription-expired'
  | 'one-year-cap'
  | 'consent-refused'
  | 'transmission-interrupted'
  | 'insufficient-previous-period'
  | 'insufficient-data'
  | 'patient-deceased'
  | 'death-full-period'
  | 'duplicate-follow-up'
  | 'already-billed'
  | 'majore-not-eligible'
  | 'majore-cap-reached';

export type Severity = 'blocking' | 'missing' | 'information';

/** A window of a chain, with what decides how it is judged. */
export interface Window {
  /** From 1. */
  readonly index: number;
  /** Both days inclusive. */
  readonly period: Period;
  /** Days of the period. */
  readonly length: number;
  /** Covers the first day (the latest, if several); operator, DMN, level and rights come from it. */
  readonly prescription: Prescription;
  /** Days of the window under monitoring, counted from its first day; at least 1. */
  readonly monitoredDays: number;
  /** Whether asOf is after the last day. */
  readonly over: boolean;
}

/** What the data of one window are worth. */
export interface Assessment extends Window {
  /** `day` when the rule is not known. */
  readonly unit: 'day' | 'week';
  /** Units expected; absent when undetermined. */
  readonly expected?: number;
  /** Units with at least one counted reading; may exceed expected. */
  readonly received: number;
  /** received ÷ expected, four places; absent when undetermined. */
  readonly ratio?: number;
  readonly status: ObservanceStatus;
  /** Days with a counted reading (bit i = day i of the window), under monitoring and not after asOf. */
  readonly bits: number;
  /** Law entries read. */
  readonly basis: readonly Basis[];
}

/** A finding about a window; all are always listed. */
export interface Reason {
  readonly code: ReasonCode;
  readonly severity: Severity;
  readonly text: Text;
  /** Address of the legal text, when the law names one for the code. */
  readonly legal?: string;
  readonly evidence: readonly Reference[];
}

/** One of the two forfaits of a window. */
export interface Forfait {
  /** TVA or TVB; the technical code; absent when the line has no known code. */
  readonly code?: string;
  /** Price of one, before the coefficient. */
  readonly unitPrice: Cents;
  /** unitPrice times the coefficient. */
  readonly amount: Cents;
  /** Paid by the compulsory insurance. */
  readonly amo: Cents;
  /** The rest: amount − amo. */
  readonly amc: Cents;
  /** Law entries read for price, coefficient and shares. */
  readonly basis: readonly Basis[];
}

export interface OperatorForfait extends Forfait {
  readonly code: OperatorTariff;
  readonly coefficient: number;
}

export interface TechnicalForfait extends Forfait {
  /** Whether the code is the DMN's individual code or the line's LATM code. */
  readonly codeKind?: 'individual' | 'latm';
  /** The day up to which someone saw the price in force. */
  readonly lastVerified: Day;
}

/** The answer about one window under one policy. */
export interface Decision {
  readonly assessment: Assessment;
  readonly status: BillabilityStatus;
  readonly reasons: readonly Reason[];
  /** Absent when the tariff is not known or the line is not in force. */
  readonly operator?: OperatorForfait;
  readonly technical?: TechnicalForfait;
  /** Status under the other policy, when it differs. */
  readonly otherPolicy?: BillabilityStatus;
}

/** One line of a draft. */
export interface ClaimItem {
  /** From 1. */
  readonly sequence: number;
  readonly window: Period;
  /** Absent when neither the DMN nor the line has a known technical code. */
  readonly code?: string;
  /** 1 for the technical forfait. */
  readonly factor: number;
  readonly quantity: 1;
  readonly unitPrice: Cents;
  readonly net: Cents;
  readonly amo: Cents;
  readonly amc: Cents;
}

/** A Claim to be made; not FHIR, not stored. */
export interface ClaimDraft {
  readonly kind: 'operator' | 'technical';
  /** `Patient/…` */
  readonly patient: Reference;
  /** `ServiceRequest/…`: the asked one, whatever member of the chain it is. */
  readonly prescription: Reference;
  /** Operator or exploitant. */
  readonly provider: Reference;
  /** `Coverage/…` of the first window's prescription. */
  readonly coverages: readonly Reference[];
  readonly billablePeriod: Period;
  readonly items: readonly ClaimItem[];
  readonly total: Cents;
}

export type Drafts =
  | {
      readonly kind: 'pair';
      readonly operator: ClaimDraft;
      readonly technical: ClaimDraft;
      readonly policy: PolicyCode;
    }
  | { readonly kind: 'nothing'; readonly text: Text };

/** A Claim as it was sent. Amounts undefined = absent, or no whole number of cents. */
export interface SubmittedClaim {
  readonly kind: 'operator' | 'technical';
  readonly patient?: Reference | undefined;
  /** Logical id of the ServiceRequest that Claim.prescription names. */
  readonly prescription?: string | undefined;
  readonly provider?: Reference | undefined;
  readonly total?: Cents | undefined;
  readonly items: readonly SubmittedItem[];
}

export interface SubmittedItem {
  readonly sequence: number;
  readonly window?: Period | undefined;
  readonly code?: string | undefined;
  /** 1 when absent. */
  readonly factor?: number | undefined;
  /** 1 when absent. */
  readonly quantity?: number | undefined;
  readonly unitPrice?: Cents | undefined;
  readonly net?: Cents | undefined;
}

/** Why an item of a submitted claim is refused. */
export interface ClaimError {
  readonly claim: 'operator' | 'technical';
  /** Absent when the claim as a whole is to blame. */
  readonly itemSequence?: number;
  /** Of `tls-billability-reason`: a reason of the contract where one says exactly this, else the fault itself. */
  readonly code: ReasonCode | ClaimFault;
  /** Stable name of the fault itself. */
  readonly detail: ClaimFault;
  readonly text: Text;
}

export type ClaimFault =
  | 'not-billable'
  | 'already-billed'
  | 'window-not-over'
  | 'window-after-death'
  | 'window-not-of-the-chain'
  | 'window-twice'
  | 'series-too-long'
  | 'no-items'
  | 'twin-missing'
  | 'twin-differs'
  | 'wrong-patient'
  | 'wrong-prescription'
  | 'wrong-provider'
  | 'wrong-code'
  | 'factor-above-level'
  | 'price-above-tariff'
  | 'price-missing'
  | 'wrong-quantity'
  | 'wrong-net'
  | 'wrong-total';

/** What Claim/$submit may do: store everything, or answer the errors and store nothing. */
export interface Judgement {
  readonly accepted: boolean;
  readonly errors: readonly ClaimError[];
}
