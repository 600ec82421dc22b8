// Small words of OpenAPI documents. https://spec.openapis.org/oas/v3.1.1
import type { Text } from '../../kernel/fault.ts';

export type Json = { readonly [key: string]: unknown };

/** A text in the language of the document. */
export type Say = (text: Text) => string;

export const text = (en: string, fr: string): Text => ({ en, fr });

export function ref(kind: 'parameters' | 'responses' | 'schemas' | 'headers', name: string): Json {
  return { $ref: `#/components/${kind}/${name}` };
}

/** Names in components.parameters of what every address takes. */
export const ALWAYS: readonly string[] = ['format', 'pretty', 'acceptLanguage', 'requestId', 'correlationId'];

export const FHIR_TYPE = 'application/fhir+json';

/** The content of a body or answer in FHIR JSON. */
export function fhirContent(schema: string): Json {
  return { [FHIR_TYPE]: { schema: ref('schemas', schema) } };
}

/** Address of an operation's documents: R4's own stand on one page each. */
export function definitionPage(definition: string): string {
  const id = /^http:\/\/hl7\.org\/fhir\/OperationDefinition\/(.+)$/.exec(definition)?.[1];
  if (id === undefined) return definition;
  const [type = '', ...code] = id.split('-');
  return `https://hl7.org/fhir/R4/${type.toLowerCase()}-operation-${code.join('-')}.html`;
}
