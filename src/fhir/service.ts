// What every interaction works with, and the shapes of a request and its answer without HTTP.
import type { Resource } from '@medplum/fhirtypes';
import type { Clock } from '../kernel/clock.ts';
import type { Store } from '../storage/types.ts';
import type { Definitions } from './definitions/types.ts';
import type { Extractor } from './extract/index.ts';
import type { Exact } from './json.ts';
import type { Language } from './outcome.ts';
import type { Validator } from './validate/index.ts';

/** The parts that interactions share; made once in app.ts. */
export interface FhirService {
  readonly store: Store;
  readonly clock: Clock;
  readonly definitions: Definitions;
  readonly validator: Validator;
  readonly extractor: Extractor;
}

/** What of a request matters to an interaction. */
export interface FhirRequest {
  /** Absolute address of the FHIR base, without a trailing slash. */
  readonly base: string;
  readonly language: Language;
  /** Query parameters in the order sent, decoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly body?: Exact;
  /** Version named by If-Match, or undefined. */
  readonly ifMatch?: number;
  /** The search of If-None-Exist, without the leading `?`. */
  readonly ifNoneExist?: string;
  readonly prefer: 'minimal' | 'representation' | 'OperationOutcome' | undefined;
}

export interface FhirResponse {
  readonly status: number;
  /** JSON text, sent as it is. */
  readonly body?: string;
  /** Relative to the base: `Observation/1/_history/1`. */
  readonly location?: string;
  readonly version?: number;
  /** ISO instant. */
  readonly lastModified?: string;
}

/** A resource as an interaction handles it: type known, everything else as sent. */
export type AnyResource = Resource & Record<string, unknown>;
