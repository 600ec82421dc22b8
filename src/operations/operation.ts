// What an operation declares of itself. One list of them is read by the routes, the CapabilityStatement and the tests.
import type { FhirRequest, FhirService } from '../fhir/service.ts';
import type { Law } from '../law/law.ts';

/** The parts that operations share; made once in app.ts. */
export interface OperationService extends FhirService {
  readonly law: Law;
}

export interface OperationCall {
  /** undefined at type level. */
  readonly id: string | undefined;
  readonly verb: 'GET' | 'POST';
  readonly request: FhirRequest;
  /** Negotiated answer: only population operations offer more than JSON. */
  readonly format: 'json' | 'csv' | 'ndjson';
}

export interface OperationAnswer {
  readonly status: number;
  /** JSON text, or the chunks of a long answer. */
  readonly body: string | AsyncIterable<string>;
}

export interface Operation {
  /** Name without the `$`. */
  readonly code: string;
  /** Canonical of the OperationDefinition. */
  readonly definition: string;
  readonly type: string;
  readonly levels: readonly ('instance' | 'type')[];
  readonly affectsState: boolean;
  /** GET is offered only where state is not affected. */
  readonly verbs: readonly ('GET' | 'POST')[];
  /** Formats beside JSON, at type level. */
  readonly formats?: readonly ('csv' | 'ndjson')[];
  run(service: OperationService, call: OperationCall): Promise<OperationAnswer>;
}
