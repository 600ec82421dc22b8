// The CapabilityStatement, made of what is really served: https://hl7.org/fhir/R4/capabilitystatement.html
import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceOperation,
} from '@medplum/fhirtypes';
import type { SearchParameterDefinition } from './definitions/types.ts';
import { MAX_ENTRIES } from './interactions/bundle.ts';
import { MAX_NESTING } from './json-scan.ts';

export interface ServedOperation {
  readonly code: string;
  readonly definition: string;
  /** A resource type, or `*` for every type. */
  readonly type: string;
  readonly levels: readonly ('system' | 'type' | 'instance' | 'version')[];
  readonly note?: string;
}

export interface Served {
  readonly base: string;
  readonly version: string;
  /** ISO day on which what is served last changed: the start of the process. */
  readonly date: string;
  readonly resourceTypes: readonly string[];
  /** Canonical URLs of the compartments that are searched. */
  readonly compartments: readonly string[];
  /** The parameters of a type that searches really take. */
  readonly searchParameters: (type: string) => readonly SearchParameterDefinition[];
  /** Reference parameters that `_include` takes, as `Type:param`. */
  readonly includes: (type: string) => readonly string[];
  /** Those that `_revinclude` takes. */
  readonly reverseIncludes: (type: string) => readonly string[];
  readonly profiles: ReadonlyMap<string, readonly string[]>;
  readonly operations: readonly ServedOperation[];
}

/** What the elements of the statement have no place for. */
const DOCUMENTATION = [
  `A Bundle takes at most ${MAX_ENTRIES} entries; JSON is nested at most ${MAX_NESTING} deep. What is larger is refused with 413 or 400.`,
  'Unknown or unsupported parameters are refused with 400.',
  'A transaction is all or nothing; the OperationOutcome of a failed one names the entry. It runs no operations. Conditional references find what a search finds when the transaction is written.',
  'The entries of a batch are independent: deletions run first, then creates, then updates and patches, then reads; several at once.',
  'A conditional patch is served wherever a conditional update is. A conditional update, patch or delete is of one resource: when several match, it is refused with 412.',
  'A resource that is referred to is not deleted (409); both go in one transaction.',
  'A patch takes away a narrative that was generated from the data, unless it patches the narrative too; paths of FHIRPath Patch are made of names, [index], where(x = y), first(), last(), single(), extension(url) and ofType(Type).',
  'Chains look into contained resources; with _contained=true or both the containers are answered. near without a distance means 50 km. Named queries (_query) and an order by relevance (_score) there are none.',
  'A history over a type or everything has no total beyond 10,000 states.',
].join(' ');

const SECURITY =
  'There is no access control here, and no CORS: a gateway that authenticates stands in front, or the server listens on its own machine alone.';

/** On every type. */
const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
] as const;

/** On every type, beside those that are published as SearchParameters: https://hl7.org/fhir/R4/search.html#all */
const GENERAL_PARAMETERS = [
  { name: '_filter', documentation: 'An expression: https://hl7.org/fhir/R4/search_filter.html' },
  { name: '_has', documentation: 'Reverse chains, as in _has:Observation:patient:code' },
  { name: '_list', documentation: 'The id of a List; lists by function ($current-problems) are not served' },
  { name: '_type', documentation: 'On searches over several types' },
] as const;

/** What this server does, as one resource. */
export function capabilityStatement(served: Served): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: served.date,
    publisher: 'Vigie',
    kind: 'instance',
    software: { name: 'Vigie', version: served.version },
    implementation: { description: 'FHIR R4 server for French télésurveillance médicale', url: served.base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        documentation: DOCUMENTATION,
        security: { cors: false, description: SECURITY },
        interaction: [
          { code: 'transaction' },
          { code: 'batch' },
          { code: 'search-system' },
          { code: 'history-system' },
        ],
        searchParam: GENERAL_PARAMETERS.map(({ name, documentation }) => ({ name, type: 'special', documentation })),
        ...operationsOf(served, (o) => o.levels.includes('system')),
        resource: served.resourceTypes.map((type) => resourceOf(type, served)),
        compartment: [...served.compartments],
      },
    ],
  };
}

function resourceOf(type: string, served: Served): CapabilityStatementRestResource {
  const profiles = served.profiles.get(type);
  return {
    type: type as CapabilityStatementRestResource['type'],
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    ...(profiles === undefined ? {} : { supportedProfile: [...profiles] }),
    interaction: INTERACTIONS.map((code) => ({ code })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    conditionalDelete: 'single',
    referencePolicy: ['literal', 'logical', 'enforced'],
    searchInclude: [...served.includes(type), '*'],
    searchRevInclude: [...served.reverseIncludes(type), '*'],
    searchParam: served.searchParameters(type).map((p) => ({ name: p.code, definition: p.url, type: p.type })),
    ...operationsOf(served, (o) => (o.type === type || o.type === '*') && o.levels.some((l) => l !== 'system')),
  };
}

function operationsOf(
  { operations }: Served,
  wanted: (operation: ServedOperation) => boolean,
): { operation?: CapabilityStatementRestResourceOperation[] } {
  const operation = operations.filter(wanted).map(({ code, definition, note }) => ({
    name: code,
    definition,
    ...(note === undefined ? {} : { documentation: note }),
  }));
  return operation.length > 0 ? { operation } : {};
}
