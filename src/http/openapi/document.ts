// The OpenAPI 3.1 document, made of the CapabilityStatement and the list of operations: it cannot claim anything else.
// https://spec.openapis.org/oas/v3.1.1
import type { CapabilityStatement, OperationDefinition } from '@medplum/fhirtypes';
import type { Language } from '../../fhir/outcome.ts';
import type { Operation } from '../../operations/operation.ts';
import { components } from './components.ts';
import { interactionPaths } from './interactions.ts';
import { operationPaths } from './operations.ts';
import { type Json, type Say, text } from './words.ts';

export interface Described {
  readonly statement: CapabilityStatement;
  readonly operations: readonly Operation[];
  /** Our own OperationDefinitions. */
  readonly definitions: readonly OperationDefinition[];
}

/** The document in a language. */
export function openApi({ statement, operations, definitions }: Described, language: Language): Json {
  const say: Say = (t) => t[language];
  const rest = statement.rest![0]!;
  const interactions = interactionPaths(statement, say);
  const paths: Record<string, Record<string, Json>> = { ...interactions };
  for (const [path, item] of Object.entries(operationPaths(operations, definitions, say))) {
    paths[path] = { ...paths[path], ...item };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vigie',
      version: statement.software?.version ?? '',
      summary: say(
        text(
          'FHIR R4 server for French télésurveillance médicale',
          'Serveur FHIR R4 pour la télésurveillance médicale française',
        ),
      ),
      description: rest.documentation ?? '',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: statement.implementation?.url ?? '/' }],
    tags: [
      { name: 'server', description: say(text('The whole server', 'Le serveur entier')) },
      { name: 'resources', description: say(text('Resources of every type', 'Ressources de tout type')) },
      { name: 'operations', description: say(text('Operations', 'Opérations')) },
    ],
    externalDocs: { url: 'https://hl7.org/fhir/R4/http.html' },
    paths,
    components: components(
      say,
      (rest.resource ?? []).map((r) => r.type as string),
      (rest.compartment ?? []).map(ownerOf),
    ),
  };
}

/** `…/CompartmentDefinition/relatedPerson` → RelatedPerson */
function ownerOf(definition: string): string {
  const name = definition.slice(definition.lastIndexOf('/') + 1);
  return name[0]!.toUpperCase() + name.slice(1);
}
