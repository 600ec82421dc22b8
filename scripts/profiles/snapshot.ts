// Makes differential and snapshot of a form: the reduced R4 elements, with our rules laid over them.
// Method: http://hl7.org/fhir/R4/profiling.html (snapshots, slicing); only what our forms use.
import type { ElementDefinition } from '@medplum/fhirtypes';
import type { BaseDefinitions } from './base.ts';
import { texted } from './fhir-text.ts';
import type { ElementRule, ProfileForm } from './form.ts';

/** The two views of a profile, in snapshot order. */
export interface Views {
  readonly differential: readonly ElementDefinition[];
  readonly snapshot: readonly ElementDefinition[];
}

/** Differential and snapshot of a form; throws when a rule names an element that does not exist or widens its parent. */
export function views(form: ProfileForm, url: string, base: BaseDefinitions): Views {
  const elements = base.elements(form.type);
  const root = elements[0] as ElementDefinition;
  Object.assign(root, texted('short', form.title), texted('definition', form.description));
  const touched = new Map<string, ElementDefinition>();
  for (const rule of form.rules) {
    const id = rule.at === '' ? form.type : `${form.type}.${rule.at}`;
    const element = ensure(elements, id, base);
    if (rule.at !== '' && rule.departure === undefined) narrow(element, rule);
    lay(element, rule, url);
    touched.set(id, difference(element, rule, url));
  }
  raiseSlicedMinima(elements, touched);
  return {
    snapshot: elements,
    differential: elements.flatMap((e) => touched.get(e.id as string) ?? []),
  };
}

/** The element with this id, made by slicing or by opening its parent's type when the snapshot does not show it yet. */
function ensure(elements: ElementDefinition[], id: string, base: BaseDefinitions): ElementDefinition {
  const found = elements.find((e) => e.id === id);
  if (found) return found;
  const dot = id.lastIndexOf('.');
  const colon = id.indexOf(':', dot);
  if (colon > 0) return addSlice(elements, ensure(elements, id.slice(0, colon), base), id.slice(colon + 1));
  if (dot < 0) throw new Error(`no element ${id}`);
  const parent = ensure(elements, id.slice(0, dot), base);
  if (!elements.some((e) => e.id?.startsWith(`${parent.id}.`))) openChildren(elements, parent, base);
  const child = elements.find((e) => e.id === id);
  if (!child) throw new Error(`no element ${id}`);
  return child;
}

/** Index after an element, its children and its slices. */
function endOf(elements: readonly ElementDefinition[], id: string): number {
  const start = elements.findIndex((e) => e.id === id);
  let end = start + 1;
  while (elements[end]?.id?.startsWith(`${id}.`) || elements[end]?.id?.startsWith(`${id}:`)) end++;
  return end;
}

function addSlice(elements: ElementDefinition[], of: ElementDefinition, sliceName: string): ElementDefinition {
  // Every extension element is sliced by url; the published resources say so only on those of data types.
  if (/\.extension$/.test(of.path as string))
    of.slicing ??= { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' };
  if (!of.slicing) throw new Error(`${of.id} has a slice but no slicing`);
  const { slicing: _, ...rest } = structuredClone(of) as ElementDefinition & Record<string, unknown>;
  const slice = { ...rest, id: `${of.id}:${sliceName}`, sliceName, min: 0 } as ElementDefinition;
  elements.splice(endOf(elements, of.id as string), 0, slice);
  return slice;
}

/** Puts the children of an element below it: those of its unsliced twin, or those of its one data type. */
function openChildren(elements: ElementDefinition[], parent: ElementDefinition, base: BaseDefinitions): void {
  const id = parent.id as string;
  const twin = id.replace(/:[^.:]+$/, '');
  const own = twin === id ? [] : elements.filter((e) => e.id?.startsWith(`${twin}.`));
  const type = parent.type?.[0]?.code;
  if (parent.type?.length !== 1 || type === undefined) throw new Error(`${id} has not one type to open`);
  const from = own.length ? twin : type;
  const children = (own.length ? structuredClone(own) : base.elements(type).slice(1)).map((child) => ({
    ...child,
    id: `${id}${(child.id as string).slice(from.length)}`,
    path: `${parent.path}${(child.path as string).slice(own.length ? (parent.path as string).length : from.length)}`,
  }));
  elements.splice(elements.indexOf(parent) + 1, 0, ...children);
}

/** A rule may only narrow: fewer, not more; types and targets among those of the parent. */
function narrow(element: ElementDefinition, rule: ElementRule): void {
  const count = (max: string | undefined) => (max === '*' ? Number.POSITIVE_INFINITY : Number(max));
  if (rule.min !== undefined && rule.min < (element.min ?? 0)) throw new Error(`${element.id}: min widens`);
  if (rule.max !== undefined && count(rule.max) > count(element.max)) throw new Error(`${element.id}: max widens`);
  for (const type of rule.types ?? []) {
    const parent = element.type?.find((t) => t.code === type.code);
    if (!parent) throw new Error(`${element.id}: ${type.code} is no type of it`);
    const allowed = parent.targetProfile?.map((t) => t.slice(t.lastIndexOf('/') + 1));
    const foreign = type.targets?.find((t) => allowed && !allowed.includes(t) && !allowed.includes('Resource'));
    if (foreign) throw new Error(`${element.id}: ${foreign} is no target of it`);
  }
}

/** What a rule says, as properties of an ElementDefinition. */
function said(rule: ElementRule, url: string): Partial<ElementDefinition> & Record<string, unknown> {
  return {
    ...(rule.slicing && {
      slicing: { discriminator: [{ type: rule.slicing.type, path: rule.slicing.path }], rules: 'open' as const },
    }),
    ...(rule.short && texted('short', rule.short)),
    ...(rule.min !== undefined && { min: rule.min }),
    ...(rule.max !== undefined && { max: rule.max }),
    ...(rule.types && {
      type: rule.types.map((t) => ({
        code: t.code,
        ...(t.profile && { profile: [t.profile] }),
        ...(t.targets && { targetProfile: t.targets.map((x) => `http://hl7.org/fhir/StructureDefinition/${x}`) }),
      })) as NonNullable<ElementDefinition['type']>,
    }),
    ...rule.value,
    ...(rule.invariants && {
      constraint: rule.invariants.map(({ key, severity, human, expression }) => ({
        key,
        severity,
        ...texted('human', human),
        expression,
        source: url,
      })) as unknown as NonNullable<ElementDefinition['constraint']>,
    }),
    ...(rule.mustSupport && { mustSupport: true }),
    ...(rule.required && { binding: { strength: 'required' as const, valueSet: rule.required } }),
  };
}

/** Lays a rule over a snapshot element; constraints add up, the rest replaces. */
function lay(element: ElementDefinition, rule: ElementRule, url: string): void {
  const { constraint, ...rest } = said(rule, url);
  Object.assign(element, rest);
  if (rule.short && rule.at !== '') Object.assign(element, texted('definition', rule.short));
  if (constraint) element.constraint = [...(element.constraint ?? []), ...constraint];
}

/** The differential's element: who it is, and what the rule says. */
function difference(element: ElementDefinition, rule: ElementRule, url: string): ElementDefinition {
  const { id, path, sliceName } = element;
  const { slicing, ...rest } = said(rule, url);
  return { id, path, ...(slicing && { slicing }), ...(sliceName && { sliceName }), ...rest } as ElementDefinition;
}

/** An element has at least as many repetitions as its slices demand together; said in both views. */
function raiseSlicedMinima(elements: readonly ElementDefinition[], touched: Map<string, ElementDefinition>): void {
  for (const element of elements.filter((e) => e.slicing)) {
    const demanded = elements
      .filter((e) => e.sliceName && e.id === `${element.id}:${e.sliceName}`)
      .reduce((sum, e) => sum + (e.min ?? 0), 0);
    if (demanded <= (element.min ?? 0)) continue;
    element.min = demanded;
    const { id, path, slicing } = element;
    touched.set(
      id as string,
      { ...(touched.get(id as string) ?? { id, path, slicing }), min: demanded } as ElementDefinition,
    );
  }
}
