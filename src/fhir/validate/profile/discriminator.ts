// Which slice does an item belong to? Each discriminator of a slicing, with what a slice says at its path, becomes a test.
import { withoutVersion } from '../../definitions/prune.ts';
import type { Expansion, SlicingDefinition } from '../../definitions/types.ts';
import { referencedType } from '../reference.ts';
import type { Json, Run } from '../run.ts';
import type { Property } from '../shape.ts';
import { fits, isObject, isSame } from './match.ts';
import type { Node } from './tree.ts';

/** Whether an item of a property belongs to a slice. */
export type Belongs = (item: unknown, property: Property, run: Run) => boolean;

/** What discriminators need from outside the tree. */
export interface Surroundings {
  expansion(valueSet: string): Expansion | undefined;
  /** Tree of a known profile. */
  tree(profile: string): Node | undefined;
  /** Type of a known profile or base type. */
  typeOf(profile: string): string | undefined;
}

type Discriminator = SlicingDefinition['discriminators'][number];
type Test = (value: unknown) => boolean;

/** The test for membership in one slice; undefined when the profile does not say enough to tell. */
export function membership(
  slice: Node,
  discriminators: readonly Discriminator[],
  around: Surroundings,
): Belongs | undefined {
  const tests: Belongs[] = [];
  for (const d of discriminators) {
    const test = one(slice, d, around);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  if (tests.length === 0) return undefined;
  return (item, property, run) => tests.every((t) => t(item, property, run));
}

function one(slice: Node, d: Discriminator, around: Surroundings): Belongs | undefined {
  const path = pathOf(d.path);
  switch (d.type) {
    case 'value':
    case 'pattern': {
      const test = expected(slice, path, around);
      return test && ((item) => test(item));
    }
    case 'exists':
      return existence(slice, path);
    case 'type':
      return ofType(slice, path);
    case 'profile':
      return ofProfile(slice, path, around);
  }
}

/** `coding.code` → its steps; `$this` → none. Dots inside parentheses (`extension('a.b')`) do not part steps. */
function pathOf(path: string): string[] {
  return path
    .split(/\.(?![^(]*\))/)
    .map((s) => s.trim())
    .filter((s) => s !== '' && s !== '$this');
}

// ------------------------------------------------------------ value, pattern

/** What a node asks of a value at a path below it: its fixed values, patterns and bindings there. */
function expected(node: Node, path: readonly string[], around: Surroundings): Test | undefined {
  const { fixed, pattern, binding } = node.element;
  if (fixed !== undefined) return path.length === 0 ? (v) => isSame(v, fixed) : among(fixed, path, isSame);
  if (pattern !== undefined) return path.length === 0 ? (v) => fits(v, pattern) : among(pattern, path, fits);
  const [step, ...rest] = path;
  if (step === undefined) return atEnd(node, binding?.valueSet, around);
  const extension = /^extension\('(.+)'\)$/.exec(step)?.[1];
  const found = below(node, step, extension, rest, around);
  const [single] = found;
  if (single === undefined) return undefined;
  const test: Test = found.length === 1 ? single : (v) => found.every((t) => t(v));
  return test;
}

/** The tests of the children that a step leads to, each asked of the value of the node. */
function below(
  node: Node,
  step: string,
  extension: string | undefined,
  rest: readonly string[],
  around: Surroundings,
): Test[] {
  const profile = node.element.types.length === 1 ? node.element.types[0]?.profiles?.[0] : undefined;
  if (step === 'url' && profile !== undefined) return [(v) => isObject(v) && v.url === profile];
  const name = extension === undefined ? step : 'extension';
  const children = node.children.filter((c) => c.name === name || c.name === `${name}[x]`);
  const chosen = children.flatMap((child) => {
    if (extension !== undefined) return child.slices.filter((s) => urlOf(s) === extension).map((s) => ({ ...s, name }));
    // A nested slicing (coding:LOINC) speaks for the item when it must be there.
    const must = child.slices.filter((s) => s.element.min > 0);
    return [child, ...(must.length > 0 ? must : [])];
  });
  const tests = chosen.flatMap((child) => {
    const test = expected(child, rest, around);
    return test === undefined ? [] : [(v: unknown) => values(v, child.name).some(test)];
  });
  if (tests.length > 0 || profile === undefined) return tests;
  const tree = around.tree(profile);
  const test = tree && expected(tree, [step, ...rest], around);
  return test === undefined ? [] : [test];
}

function urlOf(slice: Node): unknown {
  return slice.element.types[0]?.profiles?.[0] ?? slice.children.find((c) => c.name === 'url')?.element.fixed;
}

function atEnd(node: Node, valueSet: string | undefined, around: Surroundings): Test | undefined {
  const children = node.children.flatMap((child) => {
    const { fixed, pattern } = child.element;
    if (fixed === undefined && pattern === undefined) return [];
    return [
      (v: unknown) => values(v, child.name).some((x) => (fixed !== undefined ? isSame(x, fixed) : fits(x, pattern))),
    ];
  });
  if (children.length > 0) return (v) => children.every((t) => t(v));
  const expansion = valueSet === undefined ? undefined : around.expansion(valueSet);
  return expansion && ((v) => inValueSet(v, expansion));
}

function inValueSet(value: unknown, expansion: Expansion): boolean {
  if (typeof value === 'string') return expansion.has(value);
  if (!isObject(value)) return false;
  if (Array.isArray(value.coding)) return value.coding.some((c) => inValueSet(c, expansion));
  return typeof value.code === 'string' && typeof value.system === 'string' && expansion.has(value.code, value.system);
}

/** Everything that `whole` holds at a path must be found at that path of the value. */
function among(whole: unknown, path: readonly string[], same: (a: unknown, b: unknown) => boolean): Test | undefined {
  const wanted = walk(whole, path);
  if (wanted.length === 0) return undefined;
  return (v) => {
    const found = walk(v, path);
    return wanted.every((w) => found.some((f) => same(f, w)));
  };
}

function walk(value: unknown, path: readonly string[]): unknown[] {
  return path.reduce<unknown[]>((items, step) => items.flatMap((i) => values(i, step)), [value]);
}

/** The values of a child; of any type when the name is that of a choice (`value[x]`). */
function values(value: unknown, name: string): unknown[] {
  if (!isObject(value)) return [];
  if (name.endsWith('[x]')) {
    const stem = name.slice(0, -3);
    return Object.keys(value).flatMap((k) =>
      k.startsWith(stem) && /^[A-Z]/.test(k.slice(stem.length)) ? [value[k]] : [],
    );
  }
  const direct = value[name];
  return direct === undefined ? [] : Array.isArray(direct) ? direct : [direct];
}

// -------------------------------------------------------- exists, type, profile

function existence(slice: Node, path: readonly string[]): Belongs | undefined {
  let node: Node | undefined = slice;
  const names: string[] = [];
  for (const step of path) {
    node = node?.children.find((c) => c.name === step || c.name === `${step}[x]`);
    if (node !== undefined) names.push(node.name);
  }
  if (node === undefined) return undefined;
  const { min, max } = node.element;
  if (max === 0) return (item) => walk(item, names).length === 0;
  return min > 0 ? (item) => walk(item, names).length > 0 : undefined;
}

function ofType(slice: Node, path: readonly string[]): Belongs | undefined {
  const [step, ...rest] = path;
  if (step === undefined) {
    const codes = new Set(slice.element.types.map((t) => t.code));
    return (item, property) => codes.has(typeOfItem(item, property));
  }
  if (step === 'resolve()') {
    const targets = new Set(slice.element.types.flatMap((t) => t.targets ?? []));
    return (item, _, run) => targets.has(referencedType(item, run) ?? '');
  }
  const child = slice.children.find((c) => c.name === step || c.name === `${step}[x]`);
  if (child === undefined || rest.length > 0) return undefined;
  const codes = child.element.types.map((t) => t.code);
  if (child.name.endsWith('[x]')) {
    const names = codes.map((c) => step + c.charAt(0).toUpperCase() + c.slice(1));
    return (item) => isObject(item) && names.some((n) => item[n] !== undefined);
  }
  return (item) => walk(item, path).some((v) => isObject(v) && codes.includes(String(v.resourceType)));
}

function typeOfItem(item: unknown, property: Property): string {
  const own = isObject(item) ? item.resourceType : undefined;
  return typeof own === 'string' ? own : property.type;
}

function ofProfile(slice: Node, path: readonly string[], around: Surroundings): Belongs | undefined {
  const followed = path.at(-1) === 'resolve()';
  const inner = followed ? path.slice(0, -1) : path;
  let node: Node | undefined = slice;
  for (const step of inner) node = node?.children.find((c) => c.name === step);
  const types = node?.element.types ?? [];
  if (followed) {
    const targets = types.flatMap((t) => t.targets ?? []).map((t) => around.typeOf(t) ?? t);
    return (item, _, run) => walk(item, inner).some((r) => targets.includes(referencedType(r, run) ?? ''));
  }
  const profiles = types.flatMap((t) => t.profiles ?? []);
  if (profiles.length === 0) return undefined;
  return (item) => walk(item, inner).some((v) => isObject(v) && claims(v, profiles, around));
}

/** Extensions by url; resources by what they claim, or by type when they claim nothing. */
function claims(value: Json, profiles: readonly string[], around: Surroundings): boolean {
  if (typeof value.url === 'string' && value.resourceType === undefined) return profiles.includes(value.url);
  const claimed = isObject(value.meta) && Array.isArray(value.meta.profile) ? value.meta.profile : [];
  if (claimed.length > 0) return claimed.some((c) => typeof c === 'string' && profiles.includes(withoutVersion(c)));
  return profiles.some((p) => around.typeOf(p) === value.resourceType);
}
