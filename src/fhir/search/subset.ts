// Parts of a resource: `_summary` and `_elements` (R4 search.html#summary, #elements). Digits stay as they were sent.
import type { Definitions, ElementDefinition } from '../definitions/types.ts';
import { readJson, withDigits } from '../json.ts';

export type Form =
  | { readonly kind: 'summary'; readonly of: 'true' | 'text' | 'data' }
  /** Names of elements at the top; a choice without its type (`value`). */
  | { readonly kind: 'elements'; readonly names: readonly string[] };

interface TopElement {
  /** `value` for `value[x]`. */
  readonly name: string;
  readonly element: ElementDefinition;
}

/** The elements of a type, in the order of its definition. */
export function topElements(definitions: Definitions, type: string): TopElement[] {
  return elementsBelow(definitions, type, type);
}

function elementsBelow(definitions: Definitions, owner: string, path: string): TopElement[] {
  const depth = path.split('.').length + 1;
  const elements = definitions.definition(owner)?.elements ?? [];
  return elements
    .filter((e) => e.path.startsWith(`${path}.`) && e.path.split('.').length === depth)
    .map((element) => ({ name: element.path.slice(path.length + 1).replace(/\[x\]$/, ''), element }));
}

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

type Json = Record<string, unknown>;

/**
 * The text of a resource with a part of its elements, marked as SUBSETTED so that nobody stores it as a whole one.
 * @param content JSON text of a resource
 */
export function subset(definitions: Definitions, content: string, form: Form): string {
  const exact = readJson(content);
  const resource = exact.value as Json;
  const type = String(resource.resourceType);
  keepTop(definitions, type, resource, form);
  mark(resource);
  // A number whose holder lost it must not come back with its digits.
  const digits = exact.digits.filter(({ holder, key }) => Object.hasOwn(holder, key));
  return withDigits({ digits }, () => JSON.stringify(resource));
}

/** Deletes what the form leaves out. */
function keepTop(definitions: Definitions, type: string, resource: Json, form: Form): void {
  if (form.kind === 'summary' && form.of === 'data') {
    delete resource.text;
    return;
  }
  if (form.kind === 'summary' && form.of === 'true') {
    keepSummary(definitions, type, type, resource, true);
    return;
  }
  const named = new Set(form.kind === 'elements' ? form.names : ['text']);
  const kept = topElements(definitions, type).filter(
    ({ name, element }) => named.has(name) || element.min > 0 || name === 'id' || name === 'meta',
  );
  const properties = new Set(kept.flatMap(propertiesOf));
  for (const property of Object.keys(resource)) {
    if (property !== 'resourceType' && !properties.has(property.replace(/^_/, ''))) delete resource[property];
  }
}

/** The JSON names of an element: one for each type of a choice. */
function propertiesOf({ name, element }: TopElement): string[] {
  if (!element.path.endsWith('[x]')) return [name];
  return element.types.map(({ code }) => name + code[0]!.toUpperCase() + code.slice(1));
}

/** What the definitions mark as summary, at any depth. */
function keepSummary(definitions: Definitions, owner: string, path: string, holder: Json, top: boolean): void {
  const byProperty = new Map<string, { element: ElementDefinition; type: string | undefined }>();
  for (const one of elementsBelow(definitions, owner, path)) {
    for (const [i, property] of propertiesOf(one).entries()) {
      byProperty.set(property, { element: one.element, type: one.element.types[i]?.code });
    }
  }
  for (const property of Object.keys(holder)) {
    const known = byProperty.get(property.replace(/^_/, ''));
    const stays = (top && (property === 'resourceType' || property === 'id')) || known?.element.isSummary === true;
    if (!stays) {
      delete holder[property];
      continue;
    }
    if (known === undefined || property.startsWith('_')) continue;
    const [innerOwner, innerPath] = placeOf(owner, known.element, known.type);
    if (innerOwner === owner || definitions.definition(innerOwner)?.kind === 'complex-type') {
      each(holder[property], (inner) => keepSummary(definitions, innerOwner, innerPath, inner, false));
    }
  }
}

/** Where the elements below an element are defined. */
function placeOf(owner: string, element: ElementDefinition, type: string | undefined): [owner: string, path: string] {
  if (element.contentReference !== undefined) return [owner, element.contentReference];
  if (type === undefined || type === 'BackboneElement' || type === 'Element') return [owner, element.path];
  return [type, type];
}

function each(value: unknown, work: (inner: Json) => void): void {
  if (Array.isArray(value)) for (const item of value) each(item, work);
  else if (typeof value === 'object' && value !== null) work(value as Json);
}

function mark(resource: Json): void {
  const meta = (resource.meta ?? {}) as Json;
  const tags = Array.isArray(meta.tag) ? (meta.tag as Json[]) : [];
  if (!tags.some((t) => t.system === SUBSETTED.system && t.code === SUBSETTED.code)) tags.push({ ...SUBSETTED });
  meta.tag = tags;
  if (resource.meta === undefined) {
    // After the id, where it stands in every resource.
    const { resourceType, id, ...rest } = resource;
    for (const property of Object.keys(resource)) delete resource[property];
    Object.assign(resource, { resourceType, ...(id === undefined ? {} : { id }), meta }, rest);
  }
}
