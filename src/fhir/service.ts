// What every interaction works with, and the shapes of a request and its answer without HTTP.
import type { Resource } from '@medplum/fhirtypes';
import type { Clock } from '../kernel/clock.ts';
import type { Store, StoredResource, Tx } from '../storage/types.ts';
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
  /** By resource type. */
  readonly rules?: ReadonlyMap<string, WriteRule>;
  /** The CapabilityStatement for a base, as JSON text. */
  readonly capability?: (base: string) => string;
}

/** What the house asks of writes of a type beside R4 and its profiles, and what hangs on them. Operations make them. */
export interface WriteRule {
  /** Before a resource is stored that was not there, or is no more. @throws FaultError 422 */
  created(after: AnyResource): void;
  /** Before a state is replaced, in the same transaction, which holds its patient. @throws FaultError 422 */
  replaced(service: FhirService, tx: Tx, before: StoredResource, after: AnyResource): Promise<void>;
  /** When a state was deleted, in the same transaction. */
  deleted(tx: Tx, id: string): Promise<void>;
}

/** What of a request matters to an interaction. */
export interface FhirRequest {
  /** Absolute address of the FHIR base, without a trailing slash. */
  readonly base: string;
  readonly language: Language;
  /** Query parameters in the order sent, decoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly body?: Exact;
  /** Whether the body is a JSON Patch, by its Content-Type. */
  readonly isJsonPatch?: true;
  /** Versions named by If-Match: one of them must be the current one. */
  readonly ifMatch?: readonly VersionTag[];
  /** Versions named by If-None-Match. */
  readonly ifNoneMatch?: readonly VersionTag[];
  /** Milliseconds of If-Modified-Since. */
  readonly ifModifiedSince?: number;
  /** The Provenance in X-Provenance. */
  readonly provenance?: Exact;
  /** The search of If-None-Exist, without the leading `?`. */
  readonly ifNoneExist?: string;
  readonly prefer: 'minimal' | 'representation' | 'OperationOutcome' | undefined;
  /** Prefer: handling=…; not said = strict: what a search does not understand is refused. */
  readonly handling?: 'strict' | 'lenient';
}

/** The version that an entity tag names; `*` = any there is, 0 = a tag that no version of this server has. */
export type VersionTag = number | '*';

export interface FhirResponse {
  readonly status: number;
  /** JSON text, sent as it is. */
  readonly body?: string;
  /** An OperationOutcome as JSON text: the body where there is no other, `response.outcome` in a Bundle. */
  readonly outcome?: string;
  /** Relative to the base: `Observation/1/_history/1`. */
  readonly location?: string;
  readonly version?: number;
  /** ISO instant. */
  readonly lastModified?: string;
}

/** A resource as an interaction handles it: type known, everything else as sent. */
export type AnyResource = Resource & Record<string, unknown>;
