// What is known when a question about a follow-up is asked: plain values, gathered once by operations, judged here.
// Evidence is carried as reference text (`Organization/1`, `Observation/9/_history/2`), never as a resource.
import type { Day } from '../kernel/day.ts';
import type { Exemption, Interest, Regime } from '../law/law.ts';

/** Reference text without version: `ServiceRequest/1`, `PractitionerRole/abc`. The key of every lookup below. */
export type Reference = string;

/**
 * Statuses that make a ServiceRequest a prescription; all are judged alike. `draft`, `entered-in-error` and `unknown`
 * are no prescription: leave them out of PatientFile (instance operations refuse them). Contract 1.1.
 */
export type PrescriptionStatus = 'active' | 'completed' | 'revoked' | 'on-hold';

/** How often the prescriber expects data: Timing.repeat of `tls-expected-transmission`. */
export interface Transmission {
  /** Times per period; Timing.repeat.frequency, 1 when absent. */
  readonly frequency: number;
  /** Timing.repeat.period; may be a decimal. */
  readonly period: number;
  /** UCUM unit of Timing.repeat.periodUnit. A month counts 30 days (contract 2.8), a year 365. */
  readonly periodUnit: 's' | 'min' | 'h' | 'd' | 'wk' | 'mo' | 'a';
}

/** One ordonnance (`tls-prescription`). Days are local days of the patient's zone. */
export interface Prescription {
  /** Logical id of the ServiceRequest. */
  readonly id: string;
  readonly status: PrescriptionStatus;
  /** Code of `tls-activity`: the line of the LATM. */
  readonly activity: string;
  /** `Patient/…` */
  readonly patient: Reference;
  readonly authoredOn: Day;
  /** Validity, both ends inclusive: occurrencePeriod. */
  readonly start: Day;
  readonly end: Day;
  /** `tls-monitoring-start`; the validity's start when absent. */
  readonly monitoringStart?: Day | undefined;
  /** `tls-monitoring-end`: the day on which the follow-up really stopped. */
  readonly monitoringEnd?: Day | undefined;
  /** Ids of the ServiceRequests that `replaces` names, known or not. */
  readonly replaces: readonly string[];
  /** `Device/…` of `tls-dmn-prescribed`. */
  readonly dmn?: Reference | undefined;
  /** `Organization/…`, `Practitioner/…` or `PractitionerRole/…`: performer. */
  readonly operator?: Reference | undefined;
  /** Coefficient asked by `tls-operator-level`; 1 when absent. */
  readonly level?: number | undefined;
  readonly transmission?: Transmission | undefined;
  /** Whether a reasonCode or reasonReference stands on it. */
  readonly indication: boolean;
  /** Whether supportingInfo resolves to an Observation of body weight. */
  readonly weight: boolean;
  /** `Coverage/…` of `insurance`. */
  readonly coverages: readonly Reference[];
}

/** What billing needs to know of a person. */
export interface PatientFacts {
  /** `Patient/…` */
  readonly reference: Reference;
  /** Whether Patient.birthDate is there. */
  readonly birthDate: boolean;
  /** Local day of deceasedDateTime. */
  readonly deceased?: Day | undefined;
  /** IANA zone in which days are counted. */
  readonly zone: string;
}

/** `tls-dmn`: a dispositif médical numérique as a product. */
export interface Dmn {
  /** `Device/…` */
  readonly reference: Reference;
  /** `tls-latm-line`, in the order of the resource. */
  readonly lines: readonly DmnLine[];
  /** `tls-ans-certificate`; absent ends are open. */
  readonly certificate?:
    | { readonly number?: string | undefined; readonly start?: Day | undefined; readonly end?: Day | undefined }
    | undefined;
  /** `Organization/…` of `owner`: the exploitant. */
  readonly exploitant?: Reference | undefined;
}

/** The DMN on one line of the list. */
export interface DmnLine {
  readonly activity: string;
  readonly individualCode?: string | undefined;
  readonly interest?: Interest | undefined;
}

/** The operator of a follow-up. */
export interface Operator {
  readonly reference: Reference;
  /** Codes of `tls-operator-kind` (`es`, `esms` …); empty for persons. */
  readonly kinds: readonly string[];
}

/** `tls-ars-declaration`: the récépissé of an operator's declaration. */
export interface Declaration {
  /** `Contract/…` */
  readonly reference: Reference;
  /** Contract.status as it stands. */
  readonly status?: string | undefined;
  /** Every Contract.subject. */
  readonly operators: readonly Reference[];
  /** Codes of `tls-activity` in its terms and topic. */
  readonly activities: readonly string[];
  /** Date of the récépissé; a partial date at its last possible day. */
  readonly issued?: Day | undefined;
  /** Contract.applies; absent ends are open. */
  readonly start?: Day | undefined;
  readonly end?: Day | undefined;
}

/** `tls-dmn-agreement`: the convention between operator and exploitant on a DMN. */
export interface Agreement {
  /** `Contract/…` */
  readonly reference: Reference;
  readonly status?: string | undefined;
  /** Every Contract.subject: operator and exploitant. */
  readonly subjects: readonly Reference[];
  /** `Device/…` of topicReference. */
  readonly dmn?: Reference | undefined;
  /** Date of signature; a partial date at its last possible day. */
  readonly signed?: Day | undefined;
  readonly start?: Day | undefined;
  readonly end?: Day | undefined;
}

/** `tls-consent`. Give all of the patient's: those that are not active or do not deny are ignored here. */
export interface Consent {
  /** `Consent/…` */
  readonly reference: Reference;
  readonly status: string;
  readonly type?: 'deny' | 'permit' | undefined;
  /** provision.period; absent ends are open, both absent = always. */
  readonly start?: Day | undefined;
  readonly end?: Day | undefined;
}

/** `tls-coverage`. */
export interface Coverage {
  /** `Coverage/…` */
  readonly reference: Reference;
  readonly status: string;
  readonly regime?: Regime | undefined;
  /** Coverage.period; absent ends are open. */
  readonly start?: Day | undefined;
  readonly end?: Day | undefined;
  /** costToBeneficiary.exception. */
  readonly exemptions: readonly {
    readonly type: Exemption;
    readonly start?: Day | undefined;
    readonly end?: Day | undefined;
  }[];
}

/** A window of this patient that stands in a submitted claim. */
export interface Billed {
  /** Pathology of the line (law): unicity counts per patient, pathology and days. */
  readonly pathology: string;
  readonly forfait: 'operator' | 'technical';
  readonly start: Day;
  readonly end: Day;
  /** `Claim/…` */
  readonly claim: Reference;
}

/** All that is known of one patient: gathered once, whatever the number of chains. */
export interface PatientFile {
  readonly patient: PatientFacts;
  /** All prescriptions of the patient with a PrescriptionStatus, of every activity, in any order. */
  readonly prescriptions: readonly Prescription[];
  readonly consents: readonly Consent[];
  readonly coverages: readonly Coverage[];
  readonly billed: readonly Billed[];
}

/** What patients share. May hold more than a question needs: lookups are by key. */
export interface Register {
  readonly dmns: ReadonlyMap<Reference, Dmn>;
  readonly operators: ReadonlyMap<Reference, Operator>;
  /** By operator. */
  readonly declarations: ReadonlyMap<Reference, readonly Declaration[]>;
  /** By DMN (topicReference). */
  readonly agreements: ReadonlyMap<Reference, readonly Agreement[]>;
}

/** Prescriptions that follow one another without a gap, for one patient and one line. Made by `buildChains`. */
export interface Chain {
  /** From the first to the latest; never empty. */
  readonly members: readonly [Prescription, ...Prescription[]];
  readonly activity: string;
  readonly patient: Reference;
  /** First day of window 1: monitoring start of the first member. */
  readonly start: Day;
  /** Last day that any member covers. */
  readonly validityEnd: Day;
  /** Recorded end of the follow-up: `tls-monitoring-end` of the latest member. */
  readonly stop?: Day | undefined;
}

/**
 * An Observation of the patient as a possible reading, with its local day (contract 2.1). Shaped like storage's
 * StoredFact, so that one can be handed over as it is.
 */
export interface Reading {
  /** Logical id of the Observation. */
  readonly id: string;
  readonly version: number;
  /** Local day in the patient's zone; absent when the date is imprecise. */
  readonly day?: string | undefined;
  /** Year or year-month only: the days it may mean, both inclusive. */
  readonly imprecise?: { readonly start: string; readonly end: string } | undefined;
  /** The instant, when known: ISO UTC. */
  readonly at?: string | undefined;
  /** `system|code` */
  readonly codes: readonly string[];
  readonly categories: readonly string[];
  /** final, amended or corrected. */
  readonly final: boolean;
  /** A value, or a component with one, and no dataAbsentReason. */
  readonly valued: boolean;
  /** Ids of the ServiceRequests that basedOn names. */
  readonly basedOn: readonly string[];
  /** The device reference as text, or null. */
  readonly device: string | null;
}

/** The days of a window with a counted reading: bit i (0-based) = day i. As storage's WindowDays; 0 = none. */
export type DayBits = number;

/** Everything that an answer about one chain is made from. */
export interface Situation {
  readonly file: PatientFile;
  /** All chains of the patient (`buildChains(file.prescriptions)`), the asked one included. */
  readonly chains: readonly Chain[];
  readonly chain: Chain;
  readonly register: Register;
  /** Local day in the patient's zone. Hides later readings, and decides which windows are over. */
  readonly asOf: Day;
  /** Keeps the windows that touch it; absent ends are open. */
  readonly range?: { readonly start?: Day | undefined; readonly end?: Day | undefined } | undefined;
  /** By window index (from 1); windows without data may be left out. */
  readonly bits: ReadonlyMap<number, DayBits>;
}
