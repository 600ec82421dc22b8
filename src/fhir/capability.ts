// The CapabilityStatement, made of what is really served: https://hl7.org/fhir/R4/capabilitystatement.html
import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceOperation,
} from '@medplum/fhirtypes';
import type { SearchParameterDefinition } from './definitions/types.ts';
import { MAX_ENTRIES } from './interactions/bundle.ts';

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
  /** The parameters of a type that searches really take. */
  readonly searchParameters: (type: string) => readonly SearchParameterDefinition[];
  /** Reference parameters that `_include` takes, as `Type:param`. */
  readonly includes: (type: string) => readonly string[];
  readonly profiles: ReadonlyMap<string, readonly string[]>;
  readonly operations: readonly ServedOperation[];
}

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
        documentation: `A Bundle takes at most ${MAX_ENTRIES} entries. Unknown or unsupported parameters are refused with 400.`,
        interaction: [{ code: 'transaction' }, { code: 'batch' }, { code: 'history-system' }],
        ...operationsOf(served, (o) => o.levels.includes('system')),
        resource: served.resourceTypes.map((type) => resourceOf(type, served)),
      },
    ],
  };
}

function resourceOf(type: string, served: Served): CapabilityStatementRestResource {
  const profiles = served.profiles.get(type);
  const includes = served.includes(type);
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
    ...(includes.length > 0 ? { searchInclude: [...includes] } : {}),
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
