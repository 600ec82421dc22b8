// Slicing: the items of an element are told apart, counted and checked by slice.
import { MANY, type SlicingDefinition } from '../../definitions/types.ts';
import type { Run } from '../run.ts';
import type { Property } from '../shape.ts';
import { type Check, compileItem, Primitive, type Workshop } from './compile.ts';
import { type Belongs, membership } from './discriminator.ts';
import * as say from './messages.ts';
import type { Node } from './tree.ts';

export interface Item {
  readonly property: Property;
  /** JSON value, or a primitive with its extensions. */
  readonly value: unknown;
  /** `.component[2]` */
  readonly segment: string;
}

interface Slice {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly belongs: Belongs;
  readonly checks: ReadonlyMap<Property, readonly Check[]>;
  /** A slice may be sliced again. */
  readonly inner: Slicing | undefined;
}

export class Slicing {
  readonly #slices: readonly Slice[];
  readonly #closed: boolean;
  readonly #title: string;

  /** The slicing of a node, or undefined when it asks nothing that can be judged. */
  static of(node: Node, properties: readonly Property[], shop: Workshop): Slicing | undefined {
    const definition = node.element.slicing ?? implied(node);
    if (node.slices.length === 0 || definition === undefined) return undefined;
    const slices = node.slices.flatMap((slice) => compileSlice(slice, definition, properties, shop) ?? []);
    // A slice that cannot be told from others might own any item: then "closed" cannot be judged.
    const closed = definition.rules === 'closed' && slices.length === node.slices.length;
    const asks = closed || slices.some((s) => s.min > 0 || s.max < MANY || s.checks.size > 0 || s.inner !== undefined);
    return asks ? new Slicing(slices, closed, shop.title) : undefined;
  }

  private constructor(slices: readonly Slice[], closed: boolean, title: string) {
    this.#slices = slices;
    this.#closed = closed;
    this.#title = title;
  }

  /** Checks all items of the element; `at` is where a missing slice is reported. */
  check(items: readonly Item[], at: string, run: Run): void {
    const slices = this.#slices;
    const owned: Item[][] = slices.map(() => []);
    for (const item of items) {
      const plain = item.value instanceof Primitive ? item.value.value : item.value;
      const index = slices.findIndex((s) => s.belongs(plain, item.property, run));
      if (index >= 0) (owned[index] as Item[]).push(item);
      else if (this.#closed)
        run.add(
          'structure',
          'profile-closed',
          say.noSlice(
            slices.map((s) => s.name),
            this.#title,
          ),
          item.segment,
        );
    }
    for (const [i, slice] of slices.entries()) checkSlice(slice, owned[i] as Item[], at, this.#title, run);
  }
}

function checkSlice(slice: Slice, items: readonly Item[], at: string, title: string, run: Run): void {
  if (items.length < slice.min)
    run.add('required', 'profile-slice-min', say.sliceTooFew(slice.name, slice.min, title), at);
  if (items.length > slice.max)
    run.add('structure', 'profile-slice-max', say.sliceTooMany(slice.name, slice.max, title), at);
  for (const item of items) {
    const checks = slice.checks.get(item.property);
    if (checks === undefined) continue;
    const start = run.notes.length;
    for (const check of checks) check(item.value, run);
    if (run.notes.length !== start) run.under(start, item.segment);
  }
  slice.inner?.check(items, at, run);
}

function compileSlice(
  node: Node,
  slicing: SlicingDefinition,
  properties: readonly Property[],
  shop: Workshop,
): Slice | undefined {
  const belongs = membership(node, slicing.discriminators, shop);
  if (belongs === undefined) return undefined;
  const { element } = node;
  const checks = new Map<Property, readonly Check[]>();
  for (const p of properties) {
    if (element.types.length > 0 && properties.length > 1 && !element.types.some((t) => t.code === p.type)) continue;
    const some = compileItem(node, p, shop);
    if (some.length > 0) checks.set(p, some);
  }
  return {
    name: describe(node),
    min: element.min,
    max: element.max,
    belongs,
    checks,
    inner: Slicing.of(node, properties, shop),
  };
}

/** Choices may be sliced by type without saying so, extensions always are by url. */
function implied(node: Node): SlicingDefinition | undefined {
  if (node.name.endsWith('[x]')) return { discriminators: [{ type: 'type', path: '$this' }], rules: 'open' };
  if (node.name === 'extension' || node.name === 'modifierExtension') {
    return { discriminators: [{ type: 'value', path: 'url' }], rules: 'open' };
  }
  return undefined;
}

/** What a person can look for: the URL of an extension, else the name of the slice. */
function describe(node: Node): string {
  const url = node.element.types[0]?.profiles?.[0] ?? node.children.find((c) => c.name === 'url')?.element.fixed;
  const name = node.name.replace('[x]', '');
  return typeof url === 'string' ? `${name} ${url}` : `${name}:${node.element.sliceName ?? ''}`;
}
