// The paging parameter: where the page before ended, opaque to clients and of no use to another search.
import { hash64 } from '../../storage/hash.ts';
import type { Cursor } from '../../storage/types.ts';

/** What a cursor belongs to: what is searched, filters and order. Paging with other filters or another order makes no sense. */
export function searchFingerprint(over: string, applied: readonly (readonly [string, string])[]): string {
  const ordered = applied
    .filter(([name]) => !INDIFFERENT.has(name.split(':', 1)[0]!))
    .map(([name, value]) => `${name}=${value}`);
  return hash64([over, ...ordered].join('&'));
}

/** These change what is shown of a page, not where it ends. */
const INDIFFERENT: ReadonlySet<string> = new Set([
  '_count',
  '_total',
  '_include',
  '_revinclude',
  '_summary',
  '_elements',
]);

/** The cursor as a parameter value. */
export function writeCursor(cursor: Cursor, fingerprint: string): string {
  const id = cursor.type === undefined ? cursor.id : `${cursor.type}/${cursor.id}`;
  return Buffer.from(JSON.stringify([fingerprint, id, ...cursor.values])).toString('base64url');
}

// What the sort values of storage look like; anything else was never made here, and PostgreSQL would fail to read it.
const INSTANT = /^(-?infinity|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d){0,2}( BC)?)$/;
const NUMBER = /^(-?Infinity|-?\d+(\.\d+)?(e[+-]?\d{1,3})?)$/;
const ID = /^(?:([A-Z][A-Za-z]+)\/)?([A-Za-z0-9\-.]{1,64})$/;

export type SortValueKind = 'instant' | 'text' | 'number';

/** Reads a parameter value; undefined when it was not made for this search and order. */
export function readCursor(text: string, fingerprint: string, kinds: readonly SortValueKind[]): Cursor | undefined {
  if (!/^[A-Za-z0-9_-]{1,4096}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  // The decoder skips what it does not understand.
  if (bytes.toString('base64url') !== text) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const [made, place, ...values] = parts as unknown[];
  const [, type, id] = (typeof place === 'string' ? ID.exec(place) : null) ?? [];
  if (made !== fingerprint || id === undefined) return undefined;
  if (values.length !== kinds.length || !values.every((v, i) => fits(v, kinds[i]!))) return undefined;
  return { id, values: values as (string | null)[], ...(type === undefined ? {} : { type }) };
}

function fits(value: unknown, kind: SortValueKind): boolean {
  if (value === null) return true;
  if (typeof value !== 'string') return false;
  switch (kind) {
    case 'instant':
      return INSTANT.test(value);
    case 'number':
      return NUMBER.test(value);
    case 'text':
      return !value.includes('\0');
  }
}
