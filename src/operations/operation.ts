// What an operation declares of itself. One list of them is read by the routes, the CapabilityStatement and the tests.
import type { FhirRequest, FhirService } from '../fhir/service.ts';
import type { Fault, Text } from '../kernel/fault.ts';
import type { Law } from '../law/law.ts';

/** The parts that operations share; made once in app.ts. */
export interface OperationService extends FhirService {
  readonly law: Law;
}

/** Where an operation stands: the base, a type, an instance, or one version of an instance. */
export type OperationLevel = 'system' | 'type' | 'instance' | 'version';

export interface OperationCall {
  /** The type in the address; undefined at system level. */
  readonly type: string | undefined;
  /** undefined at system and type level. */
  readonly id: string | undefined;
  /** The version in the address, as it was sent; only at version level. */
  readonly version?: string;
  readonly verb: 'GET' | 'POST';
  readonly request: FhirRequest;
  /** What is wrong with its Parameters or Bundle as a resource: to be told with what else is wrong. */
  readonly faults?: readonly Fault[];
  /** Negotiated answer: only population operations offer more than JSON. */
  readonly format: 'json' | 'csv' | 'ndjson';
}

export interface OperationAnswer {
  readonly status: number;
  /** JSON text, or the chunks of a long answer. */
  readonly body: string | AsyncIterable<string>;
}

/** `type` of an operation that stands on every resource type. */
export const EVERY_TYPE = '*';

/** A parameter as documents show it. */
export interface OperationInput {
  readonly name: string;
  /** FHIR type of the value. */
  readonly type: string;
  readonly required?: boolean;
  readonly many?: boolean;
  /** The codes there are, where they are few. */
  readonly codes?: readonly string[];
  readonly text: Text;
}

export interface Operation {
  /** Name without the `$`. */
  readonly code: string;
  /** Canonical of the OperationDefinition. */
  readonly definition: string;
  /** A resource type, or {@link EVERY_TYPE}. */
  readonly type: string;
  readonly levels: readonly OperationLevel[];
  readonly affectsState: boolean;
  /** GET is offered only where state is not affected. */
  readonly verbs: readonly ('GET' | 'POST')[];
  /** A level at which it needs a body, so that a GET would have nothing to answer. */
  readonly postOnly?: OperationLevel;
  /** Formats beside JSON, at type level. */
  readonly formats?: readonly ('csv' | 'ndjson')[];
  /** Absent where the OperationDefinition in `profiles/` says it. */
  readonly title?: Text;
  /** What it takes, for the documents; absent where the OperationDefinition in `profiles/` says it. */
  readonly inputs?: readonly OperationInput[];
  /** Its answer comes in pages, which `_cursor` names. */
  readonly paged?: true;
  /** It takes the search parameters of its type as well. */
  readonly searches?: true;
  /** Headers that it looks at on an instance, which is written, or would be. */
  readonly conditions?: readonly ('if-match' | 'if-none-match')[];
  /** What a reader of the CapabilityStatement should know beyond the definition. */
  readonly note?: string;
  run(service: OperationService, call: OperationCall): Promise<OperationAnswer>;
}

/** The verbs of an operation at one of its levels. */
export function verbsAt({ verbs, postOnly }: Operation, level: OperationLevel): Operation['verbs'] {
  return level === postOnly ? verbs.filter((verb) => verb === 'POST') : verbs;
}

/** Whether an operation stands on a type (undefined = on the base) at a level. */
export function standsOn(operation: Operation, type: string | undefined, level: OperationLevel): boolean {
  if (!operation.levels.includes(level)) return false;
  return type === undefined ? level === 'system' : operation.type === EVERY_TYPE || operation.type === type;
}
