// A client's value inside a sentence.

/**
 * A value as it may be shown: short, on one line. Objects are not printed: a client's may be without end, and one with a
 * member `toString` is no text for String() either.
 */
export function shown(value: unknown): string {
  if (typeof value === 'string') return short(`"${value}"`);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}';
  return short(String(value));
}

/** A text on one line of at most 80 characters. */
export function short(text: string): string {
  const line = text.slice(0, 200).replace(/\s+/g, ' ');
  return line.length <= 80 ? line : `${line.slice(0, 77)}…`;
}
