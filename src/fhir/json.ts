// JSON in and out without losing a digit: a decimal comes back as it was sent (R4 §2.1.28.1 "precision matters").
// JSON.parse turns 72.0 into 72. The few number texts that would change are remembered beside the value and put back when
// it is written. Most bodies have none, and then this costs one scan of the text.
import { isUtf8 } from 'node:buffer';
import { fault } from '../kernel/fault.ts';

interface Digits {
  readonly holder: Record<string | number, unknown>;
  readonly key: string | number;
  readonly source: string;
  readonly value: unknown;
}

/** A parsed body, and the number texts that a plain print would change. */
export interface Exact<T = unknown> {
  readonly value: T;
  readonly digits: readonly Digits[];
}

// A number token after `:` `,` or `[` that may not survive: trailing zero in a fraction, exponent, minus zero, many digits, tiny.
// A match inside a string costs only the slow path.
const FRAGILE = /[:,[]\s*-?(?:\d+\.\d*0(?![\d])|\d+(?:\.\d+)?[eE]|0(?=\s*[,}\]])(?<=-0)|0\.0{5}|[\d.]{16})/;

/**
 * Reads a request body.
 * @throws FaultError 400 when it is no UTF-8, no JSON, or holds NUL (which no text column can keep).
 */
export function readJson(body: Buffer | string): Exact {
  if (typeof body !== 'string' && !isUtf8(body)) {
    throw fault('invalid', 'body-not-utf8', {
      en: 'The body is not UTF-8. Send JSON encoded in UTF-8.',
      fr: 'Le corps n’est pas en UTF-8. Envoyez du JSON encodé en UTF-8.',
    });
  }
  const text = typeof body === 'string' ? body : body.toString('utf8');
  if (text.includes('\\u0000') || text.includes('\0')) {
    throw fault('invalid', 'body-nul', {
      en: 'The body holds the character U+0000, which FHIR forbids in strings. Remove it.',
      fr: 'Le corps contient le caractère U+0000, que FHIR interdit dans les chaînes. Retirez-le.',
    });
  }
  try {
    if (!FRAGILE.test(text)) return { value: JSON.parse(text), digits: [] };
    return readDigits(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw fault('invalid', 'body-not-json', {
      en: `The body is not readable JSON: ${why}.`,
      fr: `Le corps n’est pas du JSON lisible : ${why}.`,
    });
  }
}

function readDigits(text: string): Exact {
  const digits: Digits[] = [];
  const value = JSON.parse(text, function (this: Record<string, unknown>, key, v, context?: { source?: string }) {
    if (typeof v === 'number' && context?.source !== undefined && context.source !== String(v)) {
      digits.push({ holder: this, key, source: context.source, value: v });
    }
    return v;
  } as (key: string, value: unknown) => unknown);
  return { value, digits };
}

/** Whether the value was read from a text whose numbers all print as they stood. */
export function isPlain(exact: Exact): boolean {
  return exact.digits.length === 0;
}

/**
 * Runs `print` while the numbers of the body print with their original digits. Inside, any part of the body may go through
 * JSON.stringify; the value is as before afterwards.
 */
export function withDigits<T>(exact: Exact, print: () => T): T {
  if (exact.digits.length === 0) return print();
  for (const d of exact.digits) d.holder[d.key] = rawJson(d.source);
  try {
    return print();
  } finally {
    for (const d of exact.digits) d.holder[d.key] = d.value;
  }
}

/** JSON.rawJSON of ECMAScript's "source text access" proposal, which the TypeScript library does not declare yet. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** The same number texts for a copy whose top-level object was rebuilt: `from` was copied into `to`. */
export function movedTo<T>(exact: Exact, from: object, to: T): Exact<T> {
  if (exact.digits.length === 0) return { value: to, digits: [] };
  const digits = exact.digits.map((d) => ((d.holder as object) === from ? { ...d, holder: to as Digits['holder'] } : d));
  return { value: to, digits };
}
