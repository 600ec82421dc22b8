// Values and collections of FHIRPath as plain JavaScript: a collection is an array, an item a JSON value.

export type Collection = readonly unknown[];

export const EMPTY: Collection = [];

/** An element that is there but has no value: a primitive with extensions only. */
export const NO_VALUE: unique symbol = Symbol('no value');

/** Appends the items of one JSON property, in its array form or not. `twin` is its `_name`. */
export function collect(o: Record<string, unknown>, json: string, twin: string, out: unknown[]): void {
  const value = o[json];
  if (value === undefined) {
    const sibling = twin === '' ? undefined : o[twin];
    if (sibling !== undefined) for (let n = Array.isArray(sibling) ? sibling.length : 1; n > 0; n--) out.push(NO_VALUE);
  } else if (Array.isArray(value)) for (const item of value) out.push(item === null ? NO_VALUE : item);
  else out.push(value);
}

/** Everything below a node, the node itself not included. */
export function descendants(node: unknown, out: unknown[]): void {
  for (const child of children(node)) {
    out.push(child);
    descendants(child, out);
  }
}

/** The elements directly below a node; primitives have none but their extensions, which nobody asks for. */
export function children(node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  const o = node as Record<string, unknown>;
  const out: unknown[] = [];
  for (const key of Object.keys(o)) {
    if (key === 'resourceType') continue;
    if (!key.startsWith('_')) collect(o, key, '', out);
    else if (o[key.slice(1)] === undefined) collect(o, key.slice(1), key, out);
  }
  return out;
}

/** One text for equal values, whatever the order of their keys. */
export function keyOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value === 'symbol' ? 'none' : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  const o = value as Record<string, unknown>;
  return `{${Object.keys(o)
    .sort()
    .map((k) => `${JSON.stringify(k)}:${keyOf(o[k])}`)
    .join()}}`;
}

export function distinct(items: Collection): Collection {
  if (items.length < 2) return items;
  const seen = new Map<string, unknown>();
  for (const item of items) {
    const key = keyOf(item);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

const TEMPORAL = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** `=` of two single items: undefined where a date is too imprecise to tell. */
export function equalItems(a: unknown, b: unknown): boolean | undefined {
  // An element without a value equals no value; of two such nothing is known.
  if (a === NO_VALUE || b === NO_VALUE) return a === b ? undefined : false;
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') {
    if (TEMPORAL.test(a) && TEMPORAL.test(b) && a.length >= 7 && b.length >= 7) {
      const order = compareTemporal(a, b);
      return order === undefined ? undefined : order === 0;
    }
    return false;
  }
  if (typeof a === 'object' && typeof b === 'object') return keyOf(a) === keyOf(b);
  return false;
}

/** `=`: undefined when a side is empty. */
export function equal(a: Collection, b: Collection): boolean | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  if (a.length !== b.length) return false;
  let result: boolean | undefined = true;
  for (let i = 0; i < a.length; i++) {
    const same = equalItems(a[i], b[i]);
    if (same === false) return false;
    if (same === undefined) result = undefined;
  }
  return result;
}

/** Negative, zero, positive; undefined when the order cannot be told (different precision, unit or kind). */
export function compare(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') {
    return TEMPORAL.test(a) && TEMPORAL.test(b) ? compareTemporal(a, b) : a < b ? -1 : a > b ? 1 : 0;
  }
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const [p, q] = [a as Record<string, unknown>, b as Record<string, unknown>];
    // Exact quantities of the same unit; others would need a conversion.
    if (p.comparator !== undefined || q.comparator !== undefined) return undefined;
    if (p.system === q.system && (p.code ?? p.unit) === (q.code ?? q.unit)) return compare(p.value, q.value);
  }
  return undefined;
}

function compareTemporal(a: string, b: string): number | undefined {
  if (a.length > 10 && b.length > 10) {
    const order = Date.parse(a) - Date.parse(b);
    return Number.isNaN(order) ? compareLeapSecond(a, b) : order;
  }
  const shared = Math.min(a.length, b.length, 10);
  const [p, q] = [a.slice(0, shared), b.slice(0, shared)];
  if (p !== q) return p < q ? -1 : 1;
  return a.length === b.length ? 0 : undefined;
}

/** JavaScript does not know second 60; in the same zone the texts compare. */
function compareLeapSecond(a: string, b: string): number | undefined {
  const zone = /(Z|[+-]\d\d:\d\d)$/;
  if (zone.exec(a)?.[0] !== zone.exec(b)?.[0]) return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The text of a single primitive; undefined for anything else. */
export function textOf(items: Collection): string | undefined {
  if (items.length !== 1) return undefined;
  const [item] = items;
  return typeof item === 'string' ? item : undefined;
}

/** Strings, numbers and booleans as text (toString). */
export function asText(items: Collection): string | undefined {
  if (items.length !== 1) return undefined;
  const [item] = items;
  return typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean' ? String(item) : undefined;
}

export function numberOf(items: Collection): number | undefined {
  if (items.length !== 1) return undefined;
  const [item] = items;
  return typeof item === 'number' ? item : undefined;
}
