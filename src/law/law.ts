// What the law says, as dated values: the shapes, and the one way to read them. The values are JSON beside this file.

import type { Cents } from '../kernel/cents.ts';
import type { Day } from '../kernel/day.ts';
import type { Text } from '../kernel/fault.ts';

/** From a day on, this is the value; `null` is "not known" or "repealed", the note says which. */
export interface Entry<T> {
  readonly from: Day;
  readonly value: T | null;
  /** `file#heading` under law/texts/. */
  readonly source: string;
  readonly note?: string;
  /** What happens to a window that already runs when the entry starts. */
  readonly ongoing?: 'immediately' | 'next-period';
}

/** One dated parameter: entries in strictly increasing order of `from`. */
export interface Parameter<T> {
  /** Dotted path, equal to the file's place: `tariffs.operator.tvb`. */
  readonly name: string;
  readonly label: Text;
  readonly unit: string;
  /** Before this day nothing is formalised: asking is refused. */
  readonly knownFrom: Day;
  /** The day up to which someone saw the value in force; later days answer, and say so. */
  readonly verified: Day;
  readonly entries: readonly Entry<T>[];
}

/** Where an answer comes from: enough to find the entry and its text again. */
export interface Basis {
  readonly parameter: string;
  readonly from: Day;
  readonly source: string;
  /** See Parameter.verified. */
  readonly verified: Day;
}

/** What a parameter says on a day. Absence is an answer with its reason, never a default. */
export type Reading<T> =
  | { readonly known: true; readonly value: T; readonly basis: Basis }
  | {
      readonly known: false;
      readonly why: 'not-formalised' | 'unknown';
      readonly note?: string;
      readonly basis?: Basis;
    };

/** The value in force on a day: the last entry that starts on or before it. */
export function inForce<T>(parameter: Parameter<T>, day: Day): Reading<T> {
  if (day < parameter.knownFrom) return { known: false, why: 'not-formalised' };
  const entry = parameter.entries.findLast((e) => e.from <= day);
  if (entry === undefined) return { known: false, why: 'not-formalised' };
  const basis = { parameter: parameter.name, from: entry.from, source: entry.source, verified: parameter.verified };
  if (entry.value === null) return { known: false, why: 'unknown', basis, ...(entry.note ? { note: entry.note } : {}) };
  return { known: true, value: entry.value, basis };
}

export type OperatorTariff = 'TVA' | 'TVB';
export type Interest = 'organisational' | 'quality-of-life' | 'morbidity' | 'mortality';
export type Exemption = 'ald' | 'maternity' | 'invalidity' | 'at-mp' | 'other';
export type Regime = 'general' | 'rlam' | 'crpcen' | 'cprpsncf' | 'other';
export type PolicyCode = 'guide-2023' | 'css';

/** What makes an Observation one of a line's readings: LOINC codes, or any Observation of these categories. */
export interface Measures {
  readonly loinc: readonly string[];
  /** Other systems' codes (`system|code`), e.g. ventilator use where LOINC has no code. */
  readonly codes: readonly string[];
  readonly categories: readonly string[];
}

/** How often a line wants data. */
export type Frequency = 'daily' | 'weekly';

/** A coefficient above 1, and how many windows may ask for it. */
export interface Majore {
  readonly coefficients: readonly number[];
  /** Windows that the first prescription may ask, and as many again by a renewal that asks it. */
  readonly perPrescription: number;
  /** In all, for the chain. */
  readonly perChain: number;
}

/** A line of the LATM (or PECAN). */
export interface Line {
  readonly code: string;
  readonly kind: 'generic' | 'brand' | 'pecan';
  /** What "same indication" means for unicity: `ic`, `dg` … the first part of a brand line's code. */
  readonly pathology: string;
  readonly label: Text;
  /** true while listed, false when struck off. */
  readonly listed: Parameter<boolean>;
  readonly latmCode: Parameter<string>;
  readonly measures: Parameter<Measures>;
  readonly frequency: Parameter<Frequency>;
  readonly operatorTariff: Parameter<OperatorTariff>;
  /** Price of the line itself; null = not known. */
  readonly technicalPrice: Parameter<Cents>;
  /** Whether a line without a known price takes the base grid by the DMN's interest. */
  readonly baseGrid: Parameter<boolean>;
  /** null = no majoré for this line. */
  readonly majore: Parameter<Majore>;
}

/** What a policy does with a window whose data are insufficient, or absent. */
export interface Policy {
  readonly code: PolicyCode;
  readonly label: Text;
  readonly insufficient: Parameter<'same-window' | 'next-window'>;
  readonly interrupted: Parameter<'same-window' | 'next-window'>;
}

/** A legal reference that an answer shows. */
export interface LegalReference {
  /** Public address of the text (Légifrance article, or the guide's). */
  readonly uri: string;
  /** Article and date, in one line: `CSS art. R.162-97 III`. */
  readonly citation: Text;
}

/** The whole of the law that the house knows; loaded once, passed as a value. */
export interface Law {
  readonly lines: Readonly<Record<string, Line>>;
  readonly operatorTariffs: Readonly<Record<OperatorTariff, Parameter<Cents>>>;
  readonly grid: Readonly<Record<Interest, Parameter<Cents>>>;
  readonly policies: Readonly<Record<PolicyCode, Policy>>;
  /** Percent paid by the compulsory insurance. */
  readonly shares: {
    readonly general: Parameter<number>;
    readonly exempt: Readonly<Record<Exemption, Parameter<number>>>;
    readonly regime: Readonly<Record<Regime, Parameter<number>>>;
  };
  readonly limits: {
    readonly windowDays: Parameter<number>;
    readonly seriesMax: Parameter<number>;
    readonly prescriptionMaxYears: Parameter<number>;
    readonly prescriptionStaleMonths: Parameter<number>;
    /** Below this ratio data are insufficient; at it they are enough. */
    readonly sufficientRatio: Parameter<number>;
  };
  readonly operatorKindsThatCannotBill: Parameter<readonly string[]>;
  /** Legal references by reason code of `tls-billability-reason`. */
  readonly legal: Readonly<Record<string, LegalReference>>;
}
