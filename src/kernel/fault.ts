// What a caller did wrong, or what the world refuses: one closed list of kinds. HTTP and FHIR codes live in fhir/outcome.ts.

import type { FaultCode } from './fault-codes.ts';

export type { FaultCode } from './fault-codes.ts';

/** The kinds of fault. The table Fault → status and issue code is in fhir/outcome.ts, and only there. */
export type FaultKind =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'not-supported'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'deleted'
  | 'conflict'
  | 'duplicate-match'
  | 'version-mismatch'
  | 'too-large'
  | 'media-type'
  | 'not-acceptable'
  | 'method'
  | 'business-rule'
  | 'invariant'
  | 'code-invalid'
  | 'too-costly'
  | 'throttled'
  | 'unavailable';

/** A text for people in both languages of the house. */
export interface Text {
  readonly en: string;
  readonly fr: string;
}

export interface Fault {
  readonly kind: FaultKind;
  /** Says what is wrong and what to do about it. */
  readonly text: Text;
  /** Stable code of what is refused: a line in a log leads to few lines of code. */
  readonly detail: FaultCode;
  /** FHIRPath of the element, when one is to blame (`Observation.status`). */
  readonly expression?: string;
  /** Overrides the HTTP status of the kind: a fault of validation is 422 although its kind may be `structure`. */
  readonly status?: number;
  /** The current version of the resource that it is about: who answers it names that one. */
  readonly version?: number;
  readonly severity?: 'error' | 'warning';
}

/** Carries faults up to the one place that makes a response of them. */
export class FaultError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], options?: ErrorOptions) {
    super(faults.map((f) => f.text.en).join(' '), options);
    this.name = 'FaultError';
    this.faults = faults;
  }
}

/** A FaultError with a single fault. */
export function fault(
  kind: FaultKind,
  detail: FaultCode,
  text: Text,
  more: { expression?: string; status?: number; version?: number } = {},
): FaultError {
  return new FaultError([{ kind, detail, text, ...more }]);
}
