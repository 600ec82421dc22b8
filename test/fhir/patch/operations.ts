// Operations of a FHIRPath Patch in a word, and what they leave.
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { readJson, withDigits } from '../../../src/fhir/json.ts';
import { applyPatch, fhirPathPatch } from '../../../src/fhir/patch/index.ts';

const definitions = await loadDefinitions();

type Part = Readonly<Record<string, unknown>> & { readonly name: string };

/** Parts of an operation, as text, so that digits can be seen. */
export function operation(parts: readonly (Part | string)[]): string {
  const text = parts.map((p) => (typeof p === 'string' ? p : JSON.stringify(p)));
  return `{"name":"operation","part":[${text.join(',')}]}`;
}

export const code = (name: string, valueCode: string): Part => ({ name, valueCode });
export const text = (name: string, valueString: string): Part => ({ name, valueString });
export const number = (name: string, valueInteger: number): Part => ({ name, valueInteger });
export const value = (more: Readonly<Record<string, unknown>>): Part => ({ name: 'value', ...more });

export const add = (path: string, name: string, v: Part | string) =>
  operation([code('type', 'add'), text('path', path), text('name', name), v]);
export const insert = (path: string, index: number, v: Part | string) =>
  operation([code('type', 'insert'), text('path', path), number('index', index), v]);
export const remove = (path: string) => operation([code('type', 'delete'), text('path', path)]);
export const replace = (path: string, v: Part | string) => operation([code('type', 'replace'), text('path', path), v]);
export const move = (path: string, source: number, destination: number) =>
  operation([code('type', 'move'), text('path', path), number('source', source), number('destination', destination)]);

/** The resource as the operations leave it, as text. */
export function patched(resource: string, ...operations: readonly string[]): string {
  const parameters = readJson(`{"resourceType":"Parameters","parameter":[${operations.join(',')}]}`);
  const result = applyPatch(definitions, fhirPathPatch(parameters), readJson(resource));
  return withDigits(result, () => JSON.stringify(result.value));
}

export const P = (rest: string) => `{"resourceType":"Patient"${rest === '' ? '' : `,${rest}`}}`;
export const O = (rest: string) => `{"resourceType":"Observation"${rest === '' ? '' : `,${rest}`}}`;
export const TWO = '"name":[{"use":"official","family":"A","given":["x","y"]},{"use":"usual","given":["z"]}]';
