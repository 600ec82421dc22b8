// A profile compiled to what it asks beyond base R4. The base is always checked first, by the visitor; here stand only the
// differences, so that an element of which the profile says nothing new costs nothing.
import type { FaultCode } from '../../../kernel/fault.ts';
import { type ElementDefinition, type ElementType, MANY } from '../../definitions/types.ts';
import { type CodeCheck, codeCheck } from '../binding.ts';
import { compare } from '../fhirpath/values.ts';
import { PRIMITIVE, RESOURCE } from '../kinds.ts';
import { checkTargets } from '../reference.ts';
import { Rule } from '../rule.ts';
import type { Json, Run } from '../run.ts';
import type { Property, Shape, Shapes } from '../shape.ts';
import type { Surroundings } from './discriminator.ts';
import { fits, isSame } from './match.ts';
import * as say from './messages.ts';
import { type Item, Slicing } from './slicing.ts';
import type { Node } from './tree.ts';

/** What a profile asks of an object, an item or a value; notes faults below it. */
export type Check = (value: unknown, run: Run) => void;

/** What compiling a profile needs. */
export interface Workshop extends Surroundings {
  readonly shapes: Shapes;
  /** Short name of the profile, for texts. */
  readonly title: string;
  /** The resource type of the profile, for rules. */
  readonly resource: Shape | undefined;
  /** The check of another known profile. */
  profile(url: string): Check | undefined;
}

/** The checks of the children of a node, for objects of a shape. */
export function compileChildren(node: Node, shape: Shape, shop: Workshop): Check[] {
  return node.children.flatMap((child) => {
    const member = compileMember(child, shape, shop);
    return member === undefined ? [] : [(o: unknown, run: Run) => member.check(o as Json, run)];
  });
}

/** The rules that a profile adds on an element, beyond those of its type and of the base element. */
export function addedRules(
  element: ElementDefinition,
  known: readonly string[],
  types: () => readonly (Shape | string)[],
  shop: Workshop,
): Rule[] {
  const resource = shop.resource === undefined ? undefined : () => [shop.resource as Shape];
  return (element.constraints ?? [])
    .filter((c) => !known.includes(c.key) && !ALWAYS.includes(c.key))
    .map((c) => new Rule(c, types, resource));
}

/** Checked for every element, wherever it stands. */
const ALWAYS = ['ele-1', 'ext-1', 'txt-1', 'txt-2'];

function compileMember(node: Node, shape: Shape, shop: Workshop): Member | undefined {
  const properties = propertiesOf(node, shape);
  const [first] = properties;
  if (first === undefined) return undefined;
  const member = new Member(node, properties, shop);
  return member.says ? member : undefined;
}

/** `value[x]` → all its properties; `valueQuantity` (an old way to write it) → that one. */
function propertiesOf(node: Node, shape: Shape): readonly Property[] {
  const name = node.name.replace('[x]', '');
  const found = shape.children.get(name);
  if (found !== undefined) return found;
  const single = shape.properties.get(name);
  return single === undefined ? [] : [single];
}

/** One element of an object: how often it stands, of which types, what each item must be. */
class Member {
  readonly #name: string;
  readonly #properties: readonly Property[];
  readonly #min: number;
  readonly #max: number;
  readonly #refused: ReadonlySet<Property>;
  readonly #allowed: readonly string[];
  readonly #checks = new Map<Property, readonly Check[]>();
  readonly #slicing: Slicing | undefined;
  readonly #title: string;

  constructor(node: Node, properties: readonly Property[], shop: Workshop) {
    const { element } = node;
    const base = (properties[0] as Property).element;
    this.#name = node.name.replace('[x]', '');
    this.#title = shop.title;
    this.#properties = properties;
    this.#min = element.min > base.min ? element.min : 0;
    this.#max = element.max < base.max ? element.max : MANY;
    this.#allowed = element.types.map((t) => t.code);
    this.#refused = new Set(
      properties.length < 2 || this.#max === 0 ? [] : properties.filter((p) => !allows(element, p)),
    );
    for (const p of properties) {
      const checks = this.#refused.has(p) || this.#max === 0 ? [] : compileItem(node, p, shop);
      if (checks.length > 0) this.#checks.set(p, checks);
    }
    this.#slicing = this.#max === 0 ? undefined : Slicing.of(node, properties, shop);
  }

  /** Whether the profile asks anything here. */
  get says(): boolean {
    return (
      this.#min > 0 ||
      this.#max < MANY ||
      this.#refused.size > 0 ||
      this.#checks.size > 0 ||
      this.#slicing !== undefined
    );
  }

  check(o: Json, run: Run): void {
    let count = 0;
    for (const p of this.#properties) {
      const value = o[p.json];
      if (value === undefined && (p.kind !== PRIMITIVE || o[p.twin] === undefined)) continue;
      const start = run.notes.length;
      if (this.#refused.has(p)) run.add('value', 'profile-type', say.otherType(p.type, this.#allowed, this.#title));
      count += p.list ? this.#list(p, value, o, run) : this.#single(p, value, o, run);
      if (run.notes.length !== start) run.under(start, `.${p.segment}`);
    }
    if (count < this.#min)
      run.add('required', 'profile-min', say.tooFew(this.#name, this.#min, this.#title), `.${this.#name}`);
    if (count > this.#max)
      run.add('structure', 'profile-max', say.tooMany(this.#name, this.#max, this.#title), `.${this.#name}`);
    if (this.#slicing !== undefined) this.#slicing.check(this.#items(o), `.${this.#name}`, run);
  }

  #single(p: Property, value: unknown, o: Json, run: Run): number {
    const checks = this.#checks.get(p);
    if (checks !== undefined) for (const check of checks) check(whole(p, value, o[p.twin]), run);
    return 1;
  }

  #list(p: Property, value: unknown, o: Json, run: Run): number {
    const items = (value ?? []) as unknown[];
    const twins = (o[p.twin] ?? []) as unknown[];
    const n = Math.max(items.length, p.kind === PRIMITIVE ? twins.length : 0);
    const checks = this.#checks.get(p);
    if (checks !== undefined) {
      for (let i = 0; i < n; i++) {
        const start = run.notes.length;
        for (const check of checks) check(whole(p, items[i], twins[i]), run);
        if (run.notes.length !== start) run.under(start, `[${i}]`);
      }
    }
    return n;
  }

  #items(o: Json): Item[] {
    return this.#properties.flatMap((property): Item[] => {
      const value = o[property.json];
      if (value === undefined) return [];
      const twin = o[property.twin];
      if (!property.list) return [{ property, value: whole(property, value, twin), segment: `.${property.segment}` }];
      return (value as unknown[]).map((v, i) => ({
        property,
        value: whole(property, v, (twin as unknown[] | undefined)?.[i]),
        segment: `.${property.segment}[${i}]`,
      }));
    });
  }
}

/** A primitive travels with its extensions, which a profile may ask for too. */
export class Primitive {
  readonly value: unknown;
  readonly more: unknown;

  constructor(value: unknown, more: unknown) {
    this.value = value ?? undefined;
    this.more = more ?? undefined;
  }
}

function whole(p: Property, value: unknown, twin: unknown): unknown {
  return p.kind === PRIMITIVE && twin !== undefined ? new Primitive(value, twin) : value;
}

function bare(value: unknown): unknown {
  return value instanceof Primitive ? value.value : value;
}

function allows(element: ElementDefinition, p: Property): boolean {
  return element.types.length === 0 || element.types.some((t) => t.code === p.type);
}

/** The checks of one item of a property: value, binding, targets, rules, children, profiles of its type. */
export function compileItem(node: Node, p: Property, shop: Workshop): Check[] {
  const { element } = node;
  const base = p.element;
  const checks: Check[] = [...valueChecks(element, shop.title)];
  const add = (check: Check | undefined): void => {
    if (check !== undefined) checks.push(check);
  };
  add(bindingCheck(element, p, shop));
  const types = element.types.filter((t) => t.code === p.type);
  if (p.type === 'Reference') add(targetCheck(types, p, shop));
  const known = [
    ...(base.constraints ?? []).map((c) => c.key),
    ...(shop.shapes.definitions.definition(p.type)?.elements[0]?.constraints ?? []).map((c) => c.key),
    ...(p.kind === PRIMITIVE || p.kind === RESOURCE ? [] : p.shape().rules.map((r) => r.key)),
  ];
  const ruled = p.kind === PRIMITIVE ? () => [p.type] : p.kind === RESOURCE ? () => ['*'] : () => [p.shape()];
  for (const rule of addedRules(element, known, ruled, shop)) add((v, run) => ruleOn(rule, v, run));
  if (node.children.length > 0 && p.kind !== RESOURCE) {
    const shape = p.kind === PRIMITIVE ? (shop.shapes.type('Element') as Shape) : p.shape();
    for (const child of compileChildren(node, shape, shop)) {
      add(p.kind === PRIMITIVE ? (v, run) => child(v instanceof Primitive ? (v.more ?? {}) : {}, run) : child);
    }
  }
  // An extension whose definition is known is checked wherever it stands, by the visitor.
  if (p.type !== 'Extension') add(profileCheck(types, base, p, shop));
  return checks;
}

function ruleOn(rule: Rule, value: unknown, run: Run): void {
  const plain = bare(value);
  if (plain !== undefined) rule.check(plain, run);
}

function valueChecks(element: ElementDefinition, title: string): Check[] {
  const { fixed, pattern, minValue, maxValue, maxLength } = element;
  const checks: Check[] = [];
  const test = (good: (value: unknown) => boolean, detail: FaultCode, text: ReturnType<typeof say.notFixed>): void => {
    checks.push((v, run) => {
      const value = bare(v);
      if (value !== undefined && !good(value)) run.add('value', detail, text);
    });
  };
  if (fixed !== undefined) test((v) => isSame(v, fixed), 'profile-fixed', say.notFixed(fixed, title));
  if (pattern !== undefined) test((v) => fits(v, pattern), 'profile-pattern', say.notPattern(pattern, title));
  if (minValue !== undefined)
    test((v) => (compare(v, minValue) ?? 0) >= 0, 'profile-min-value', say.below(minValue, title));
  if (maxValue !== undefined)
    test((v) => (compare(v, maxValue) ?? 0) <= 0, 'profile-max-value', say.above(maxValue, title));
  if (maxLength !== undefined) {
    test((v) => typeof v !== 'string' || v.length <= maxLength, 'profile-max-length', say.tooLong(maxLength, title));
  }
  return checks;
}

function bindingCheck(element: ElementDefinition, p: Property, shop: Workshop): Check | undefined {
  const { binding } = element;
  if (binding === undefined || binding.valueSet === p.element.binding?.valueSet) return undefined;
  const check: CodeCheck | undefined = codeCheck(p.type, binding.valueSet, (url) => shop.expansion(url));
  return check && ((v, run) => bare(v) !== undefined && check(bare(v), run));
}

/** The resource types behind the targets; nothing is said when one of them is not known. */
function targetCheck(types: readonly ElementType[], p: Property, shop: Workshop): Check | undefined {
  const targets = new Set<string>();
  for (const t of types) {
    if (t.targets === undefined) return undefined;
    for (const target of t.targets) {
      const type = shop.typeOf(target);
      if (type === undefined || type === 'Resource') return undefined;
      targets.add(type);
    }
  }
  if (targets.size === 0 || (p.targets !== undefined && [...p.targets].every((t) => targets.has(t)))) return undefined;
  const { definitions } = shop.shapes;
  return (v, run) => checkTargets(v as Json, targets, run, definitions);
}

/** Profiles on a data type or nested resource: one of those that are known must hold. */
function profileCheck(
  types: readonly ElementType[],
  base: ElementDefinition,
  p: Property,
  shop: Workshop,
): Check | undefined {
  const already = base.types.find((t) => t.code === p.type)?.profiles ?? [];
  const urls = types.flatMap((t) => t.profiles ?? []).filter((url) => !already.includes(url));
  const checks = urls.flatMap((url) => shop.profile(url) ?? []);
  const [only] = checks;
  // With one unknown among several, the item may well be of that one.
  if (only === undefined || checks.length < urls.length) return undefined;
  if (checks.length === 1) return only;
  return (v, run) => {
    if (!checks.some((check) => run.try(() => check(v, run)))) only(v, run);
  };
}
