// The compact form in which a cohort is written down (fixtures/demo/cohort.json) or drawn (npm run seed).
// Days are offsets: `start` from today, everything else from `start`.

export type Measure =
  | 'weight'
  | 'spo2'
  | 'ventilator'
  | 'glucose-mmol'
  | 'glucose-mg'
  | 'blood-pressure'
  | 'questionnaire';

export interface Stream {
  readonly measure: Measure;
  /** Offsets from the prescription's start, both inclusive. */
  readonly from: number;
  readonly to: number;
  /** One day in `every` (1 = each). */
  readonly every?: number;
  /** Local times of the patient's zone, `HH:MM`. */
  readonly at?: readonly string[];
  /** `mesures`: one transaction a reading with its PhdDevice, as the French *mesures* flow; `bundle`: a hundred at a time. */
  readonly format?: 'mesures' | 'bundle';
  /** Typed in by the patient: no device. */
  readonly manual?: boolean;
}

export interface PatientRecipe {
  readonly key: string;
  /** What this patient shows. */
  readonly why: string;
  readonly family: string;
  readonly given: string;
  readonly gender: 'female' | 'male';
  readonly birthDate: string;
  readonly postalCode: string;
  /** Offset from today. */
  readonly deceased?: number;
  readonly exemption?: { readonly code: string };
  /** Offset from the start of the prescription from which the transmission is refused. */
  readonly refusedFrom?: number;
  readonly prescriptions: readonly PrescriptionRecipe[];
  readonly streams: readonly Stream[];
  /** Draft and submit the claims of what is billable. */
  readonly billed?: boolean;
}

export interface PrescriptionRecipe {
  readonly activity: string;
  readonly dmn: string;
  readonly operator: string;
  /** Offset from today. */
  readonly start: number;
  readonly days: number;
  readonly level?: number;
  readonly transmission?: { readonly frequency: number; readonly period: number; readonly periodUnit: string };
}

export interface Cohort {
  readonly operators: readonly {
    readonly key: string;
    readonly name: string;
    readonly kind: string;
    readonly finess: string;
  }[];
  readonly exploitants: readonly { readonly key: string; readonly name: string; readonly siret: string }[];
  readonly dmns: readonly {
    readonly key: string;
    readonly name: string;
    readonly exploitant: string;
    readonly lines: readonly {
      readonly activity: string;
      readonly individualCode?: string;
      readonly interest?: string;
    }[];
  }[];
  readonly patients: readonly PatientRecipe[];
}
