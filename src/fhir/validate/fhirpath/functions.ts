// The functions of FHIRPath that work on a whole collection; those with a lambda are in compile.ts.
import type { Json, Run } from '../run.ts';
import { UnsupportedFhirPath } from './parse.ts';
import type { Expr, Type } from './types.ts';
import {
  asText,
  type Collection,
  children,
  collect,
  descendants,
  distinct,
  EMPTY,
  keyOf,
  NO_VALUE,
  numberOf,
  textOf,
} from './values.ts';

type Make = (focus: Expr, args: readonly Expr[]) => Expr;

const BOOLEAN: readonly Type[] = ['boolean'];
const TEXT: readonly Type[] = ['string'];
const NUMBER: readonly Type[] = ['integer'];

/** A function of the focus and its evaluated arguments. */
function plain(
  types: readonly Type[] | undefined,
  f: (items: Collection, args: readonly Collection[], run: Run) => Collection,
): Make {
  return (focus, args) => ({
    types: types ?? focus.types,
    eval: (s, r) =>
      f(
        focus.eval(s, r),
        args.map((a) => a.eval(s, r)),
        r,
      ),
  });
}

/** A function that always answers with one boolean. */
function always(f: (items: Collection, args: readonly Collection[]) => boolean): Make {
  return (focus, args) => {
    const test = (s: unknown, r: Run) =>
      f(
        focus.eval(s, r),
        args.map((a) => a.eval(s, r)),
      );
    return { test, types: BOOLEAN, eval: (s, r) => [test(s, r)] };
  };
}

/** A function of a text; empty when the focus or an argument is not one text. */
function onText(
  types: readonly Type[],
  f: (text: string, args: readonly string[]) => string | number | boolean | undefined,
): Make {
  return plain(types, (items, args) => {
    const text = textOf(items);
    const texts = args.map(asText);
    if (text === undefined || texts.includes(undefined)) return EMPTY;
    const value = f(text, texts as string[]);
    return value === undefined ? EMPTY : [value];
  });
}

const patterns = new Map<string, RegExp>();

function pattern(source: string): RegExp {
  let compiled = patterns.get(source);
  if (compiled === undefined) {
    // FHIRPath texts escape signs that the `u` flag refuses, so it is tried first and left out when it fails.
    try {
      compiled = new RegExp(source, 'su');
    } catch {
      compiled = new RegExp(source, 's');
    }
    patterns.set(source, compiled);
  }
  return compiled;
}

function members(items: Collection): Set<string> {
  return new Set(items.map(keyOf));
}

function toInteger(items: Collection): Collection {
  const [item] = items;
  if (items.length !== 1) return EMPTY;
  if (typeof item === 'number') return Number.isInteger(item) ? [item] : EMPTY;
  if (typeof item === 'boolean') return [item ? 1 : 0];
  return typeof item === 'string' && /^[+-]?\d+$/.test(item) ? [Number(item)] : EMPTY;
}

function slice(items: Collection, from: number, to?: number): Collection {
  return items.length === 0 ? EMPTY : items.slice(Math.max(0, from), to);
}

function one(value: unknown): Collection {
  return value === undefined ? EMPTY : [value];
}

/** Only references to contained resources can be followed here; others are not this validator's to fetch. */
function resolve(items: Collection, run: Run): Collection {
  return items.flatMap((item) => {
    const text = typeof item === 'object' && item !== null ? (item as Json).reference : item;
    if (typeof text !== 'string' || !text.startsWith('#')) return [];
    return text === '#' ? [run.root] : one(run.contained(text.slice(1)));
  });
}

/** The type of an element's extensions; extensions of primitives are out of reach. */
function extensionTypes(focus: Expr): readonly Type[] {
  return focus.types.flatMap((t) => {
    const [property] = typeof t === 'string' ? [] : (t.children.get('extension') ?? []);
    if (property === undefined) throw new UnsupportedFhirPath('extension() of a primitive');
    return [property.shape()];
  });
}

function extensions(items: Collection, url: Collection): Collection {
  const out: unknown[] = [];
  for (const item of items) if (typeof item === 'object' && item !== null) collect(item as Json, 'extension', '', out);
  return out.filter((x) => (x as Json).url === url[0]);
}

/** By name. Types: undefined = those of the focus. */
export const functions: Readonly<Record<string, Make>> = {
  hasValue: always((items) => items.length === 1 && items[0] !== NO_VALUE && typeof items[0] !== 'object'),
  count: plain(NUMBER, (items) => [items.length]),
  first: plain(undefined, (items) => one(items[0])),
  last: plain(undefined, (items) => one(items.at(-1))),
  single: plain(undefined, (items) => (items.length === 1 ? items : EMPTY)),
  tail: plain(undefined, (items) => slice(items, 1)),
  skip: plain(undefined, (items, [n]) => slice(items, numberOf(n ?? EMPTY) ?? 0)),
  take: plain(undefined, (items, [n]) => slice(items, 0, numberOf(n ?? EMPTY) ?? 0)),
  distinct: plain(undefined, distinct),
  isDistinct: always((items) => items.length < 2 || members(items).size === items.length),
  combine: plain(undefined, (items, [other]) => [...items, ...(other ?? EMPTY)]),
  union: plain(undefined, (items, [other]) => distinct([...items, ...(other ?? EMPTY)])),
  intersect: plain(undefined, (items, [other]) => {
    if (items.length === 0 || other === undefined || other.length === 0) return EMPTY;
    const set = members(other);
    return distinct(items.filter((i) => set.has(keyOf(i))));
  }),
  exclude: plain(undefined, (items, [other]) => {
    const set = members(other ?? EMPTY);
    return items.filter((i) => !set.has(keyOf(i)));
  }),
  subsetOf: always((items, [other]) => {
    const set = members(other ?? EMPTY);
    return items.every((i) => set.has(keyOf(i)));
  }),
  supersetOf: always((items, [other]) => {
    const set = members(items);
    return (other ?? EMPTY).every((i) => set.has(keyOf(i)));
  }),
  allTrue: always((items) => items.every((i) => i === true)),
  anyTrue: always((items) => items.includes(true)),
  allFalse: always((items) => items.every((i) => i === false)),
  anyFalse: always((items) => items.includes(false)),
  children: (focus) => ({ types: ['*'], eval: (s, r) => focus.eval(s, r).flatMap(children) }),
  descendants: (focus) => ({
    types: ['*'],
    eval: (s, r) => {
      const out: unknown[] = [];
      for (const item of focus.eval(s, r)) descendants(item, out);
      return out;
    },
  }),
  resolve: plain(['*'], (items, _, run) => resolve(items, run)),
  extension: (focus, args) =>
    plain(extensionTypes(focus), (items, [url]) => extensions(items, url ?? EMPTY))(focus, args),
  startsWith: onText(BOOLEAN, (t, [prefix]) => t.startsWith(prefix ?? '')),
  endsWith: onText(BOOLEAN, (t, [suffix]) => t.endsWith(suffix ?? '')),
  contains: onText(BOOLEAN, (t, [part]) => t.includes(part ?? '')),
  matches: onText(BOOLEAN, (t, [source]) => pattern(source ?? '').test(t)),
  replaceMatches: onText(TEXT, (t, [source, by]) => t.replace(new RegExp(pattern(source ?? ''), 'gs'), by ?? '')),
  replace: onText(TEXT, (t, [part, by]) => t.replaceAll(part ?? '', by ?? '')),
  length: onText(NUMBER, (t) => t.length),
  lower: onText(TEXT, (t) => t.toLowerCase()),
  upper: onText(TEXT, (t) => t.toUpperCase()),
  trim: onText(TEXT, (t) => t.trim()),
  indexOf: onText(NUMBER, (t, [part]) => t.indexOf(part ?? '')),
  substring: plain(TEXT, (items, [from, length]) => {
    const [text, start] = [textOf(items), numberOf(from ?? EMPTY)];
    if (text === undefined || start === undefined || start < 0 || start >= text.length) return EMPTY;
    const n = length === undefined ? undefined : numberOf(length);
    return [text.slice(start, n === undefined ? undefined : start + n)];
  }),
  toString: plain(TEXT, (items) => one(asText(items))),
  toInteger: plain(NUMBER, toInteger),
  toDecimal: plain(['decimal'], (items) => {
    const text = asText(items);
    return text !== undefined && /^[+-]?\d+(\.\d+)?$/.test(text) ? [Number(text)] : EMPTY;
  }),
  abs: plain(['decimal'], (items) => one(mapNumber(items, Math.abs))),
};

function mapNumber(items: Collection, f: (n: number) => number): number | undefined {
  const n = numberOf(items);
  return n === undefined ? undefined : f(n);
}
