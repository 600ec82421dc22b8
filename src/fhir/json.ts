// JSON in and out without losing a digit: a decimal comes back as it was sent (R4 §2.1.28.1 "precision matters").
// JSON.parse turns 72.0 into 72. The few number texts that would change are remembered beside the value and put back when
// it is written. Nothing is parsed twice.
import { isUtf8 } from 'node:buffer';
import type { FaultCode, FaultError } from '../kernel/fault.ts';
import { fault } from '../kernel/fault.ts';
import { firstDouble, MAX_NESTING, type Scan, scanJson } from './json-scan.ts';

export interface Digits {
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

/**
 * Reads a request body.
 * @throws FaultError 400 when it is no UTF-8, no JSON, is nested too deep, names a member twice, or holds what no text
 * column or no I-JSON reader can keep: NUL, half a surrogate pair, a number beyond the range of doubles.
 */
export function readJson(body: Buffer | string): Exact {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  if (!isUtf8(bytes)) {
    throw refused(
      'body-not-utf8',
      'is not UTF-8. Send JSON encoded in UTF-8',
      'n’est pas en UTF-8. Envoyez du JSON encodé en UTF-8',
    );
  }
  const scan = scanJson(bytes);
  if (scan.tooDeep) {
    throw refused(
      'body-too-deep',
      `is nested more than ${MAX_NESTING} deep. Flatten it`,
      `est imbriqué sur plus de ${MAX_NESTING} niveaux. Aplatissez-le`,
    );
  }
  const text = typeof body === 'string' ? body : body.toString('utf8');
  const value = parse(text);
  const walk = new Walk(bytes, scan);
  walk.look(value);
  if (walk.keys !== scan.keys) {
    const name = firstDouble(text) ?? '';
    throw refused(
      'body-name-twice',
      `names "${name}" twice in one object. Keep one of them`,
      `nomme deux fois « ${name} » dans un même objet. Gardez-en un seul`,
    );
  }
  if (scan.escapes && RARE.test(text)) checkTexts(value);
  return walk.reordered ? readDigits(text) : { value, digits: walk.digits };
}

function parse(text: string): unknown {
  if (text.includes('\0')) throw nul();
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refused('body-not-json', `is not readable JSON: ${why}`, `n’est pas du JSON lisible : ${why}`);
  }
}

/** Goes through a parsed value in the order of its text: counts names, and finds the holders of the fragile numbers. */
class Walk {
  keys = 0;
  /** A name such as "7" moves to the front of its object: the order is not that of the text any more. */
  reordered = false;
  readonly digits: Digits[] = [];
  private numbers = 0;
  private next = 0;
  private readonly bytes: Buffer;
  private readonly fragile: Scan['fragile'];

  constructor(bytes: Buffer, scan: Scan) {
    this.bytes = bytes;
    this.fragile = scan.fragile;
  }

  look(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    if (this.fragile.length === 0) this.count(value as Record<string, unknown>);
    else this.find(value as Record<string, unknown>);
  }

  private count(node: Record<string, unknown>): void {
    if (Array.isArray(node)) {
      for (const item of node) if (typeof item === 'object' && item !== null) this.count(item);
      return;
    }
    for (const key in node) {
      this.keys++;
      if (key === '__proto__') throw proto();
      const value = node[key];
      if (typeof value === 'object' && value !== null) this.count(value as Record<string, unknown>);
    }
  }

  /** As {@link count}, with an eye on the numbers. */
  private find(node: Record<string, unknown>): void {
    if (Array.isArray(node)) {
      for (let i = 0; i < node.length; i++) this.meet(node, i, node[i]);
      return;
    }
    for (const key in node) {
      this.keys++;
      if (key === '__proto__') throw proto();
      if (key.charCodeAt(0) <= 0x39) this.reordered = true;
      this.meet(node, key, node[key]);
    }
  }

  private meet(holder: object, key: string | number, value: unknown): void {
    if (typeof value === 'object') {
      if (value !== null) this.find(value as Record<string, unknown>);
    } else if (typeof value === 'number') {
      const found = this.fragile[this.next];
      if (found !== undefined && found[0] === this.numbers) {
        this.next++;
        const source = this.bytes.toString('latin1', found[1], found[2]);
        keep(this.digits, { holder: holder as Digits['holder'], key, source, value });
      }
      this.numbers++;
    }
  }
}

function keep(digits: Digits[], found: Digits): void {
  if (!Number.isFinite(found.value)) {
    throw refused(
      'body-number-range',
      `holds the number ${shown(found.source)}, which is beyond what a double can hold`,
      `contient le nombre ${shown(found.source)}, hors de portée d’un double`,
    );
  }
  if (found.source === String(found.value)) return;
  digits.push(found);
  noteSpelling(found);
}

/** Whole numbers that are spelt otherwise, by the object or list that holds them. */
const spelt = new WeakMap<object, Set<string | number>>();

function noteSpelling({ holder, key, source, value }: Digits): void {
  if (!Number.isInteger(value) || WHOLE.test(source)) return;
  const keys = spelt.get(holder) ?? new Set();
  spelt.set(holder, keys.add(key));
}

const WHOLE = /^(0|-?[1-9]\d*)$/;

/**
 * Whether a number of a body that was read here was spelt as no integer of R4 is (`1.0`, `1e2`, `-0`), though it is whole. A
 * decimal may be (datatypes.html#integer, #decimal).
 */
export function isSpeltAsDecimal(holder: object, key: string | number): boolean {
  return spelt.get(holder)?.has(key) === true;
}

function shown(source: string): string {
  return source.length > 40 ? `${source.slice(0, 40)}…` : source;
}

/** As JSON.parse finds them: five times slower than parsing, and right whatever the names are. */
function readDigits(text: string): Exact {
  const digits: Digits[] = [];
  const value = JSON.parse(text, function (this: Digits['holder'], key, v, context?: { source?: string }) {
    if (typeof v === 'number') keep(digits, { holder: this, key, source: context?.source ?? String(v), value: v });
    return v;
  } as (key: string, value: unknown) => unknown);
  return { value, digits };
}

/** An escape that may stand for half a surrogate pair, or for NUL. */
const RARE = /\\u(?:0000|[dD][89a-fA-F])/;

function checkTexts(node: unknown): void {
  if (typeof node === 'string') {
    if (node.includes('\0')) throw nul();
    if (!node.isWellFormed()) {
      throw refused(
        'body-half-character',
        'holds half a surrogate pair, which is no character. Send whole characters',
        'contient une moitié de paire de substitution, qui n’est pas un caractère. Envoyez des caractères entiers',
      );
    }
  } else if (typeof node === 'object' && node !== null) {
    for (const [key, value] of Object.entries(node)) {
      checkTexts(key);
      checkTexts(value);
    }
  }
}

function nul(): FaultError {
  return refused(
    'body-nul',
    'holds the character U+0000, which FHIR forbids in strings. Remove it',
    'contient le caractère U+0000, que FHIR interdit dans les chaînes. Retirez-le',
  );
}

function proto(): FaultError {
  return refused(
    'body-proto',
    'has a member "__proto__", which no resource has. Remove it',
    'a un membre « __proto__ », qu’aucune ressource ne possède. Retirez-le',
  );
}

function refused(detail: FaultCode, en: string, fr: string): FaultError {
  return fault('invalid', detail, { en: `The body ${en}.`, fr: `Le corps ${fr}.` });
}

/**
 * Runs `print` while the numbers of the body print with their original digits. Inside, any part of the body may go through
 * JSON.stringify; the value is as before afterwards.
 */
export function withDigits<T>(exact: Pick<Exact, 'digits'>, print: () => T): T {
  if (exact.digits.length === 0) return print();
  for (const d of exact.digits) d.holder[d.key] = rawJson(d.source);
  try {
    return print();
  } finally {
    for (const d of exact.digits) d.holder[d.key] = d.value;
  }
}

const byHolder = new WeakMap<Exact['digits'], Map<object, Digits[]>>();

/** The number texts inside one part of a body. */
export function partOf(exact: Exact, part: object): readonly Digits[] {
  if (exact.digits.length === 0) return [];
  let holders = byHolder.get(exact.digits);
  if (holders === undefined) {
    holders = Map.groupBy(exact.digits, (d): object => d.holder);
    byHolder.set(exact.digits, holders);
  }
  const found: Digits[] = [];
  gather(part, holders, found);
  return found;
}

function gather(node: object, holders: ReadonlyMap<object, readonly Digits[]>, found: Digits[]): void {
  found.push(...(holders.get(node) ?? []));
  for (const value of Object.values(node))
    if (typeof value === 'object' && value !== null) gather(value, holders, found);
}

/** The same number texts for a copy whose top-level object was rebuilt: `from` was copied into `to`. */
export function movedTo<T>(exact: Pick<Exact, 'digits'>, from: object, to: T): Exact<T> {
  if (exact.digits.length === 0) return { value: to, digits: [] };
  const digits = exact.digits.map((d) =>
    (d.holder as object) === from ? { ...d, holder: to as Digits['holder'] } : d,
  );
  return { value: to, digits };
}

// ECMAScript's "JSON.parse source text access", which the TypeScript library does not declare yet.
const { rawJSON: rawJson, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
};

/**
 * Puts the original digits into a value, for good: for a value that is taken apart and put together again, and then read by
 * {@link settle}.
 */
export function unsettle<T>(exact: Exact<T>): T {
  for (const d of exact.digits) d.holder[d.key] = rawJson(d.source);
  return exact.value;
}

/** The source of a number inside {@link withDigits}; undefined for any other value. */
export function rawSource(value: unknown): string | undefined {
  return isRawJSON(value) ? (value as { rawJSON: string }).rawJSON : undefined;
}

/**
 * Turns a value that holds numbers as {@link withDigits} shows them back into an ordinary one, in place, and remembers them.
 */
export function settle<T>(value: T): Exact<T> {
  const digits: Digits[] = [];
  settleIn(value, digits);
  return { value, digits };
}

function settleIn(node: unknown, digits: Digits[]): void {
  if (typeof node !== 'object' || node === null) return;
  const holder = node as Digits['holder'];
  for (const key of Array.isArray(node) ? node.keys() : Object.keys(node)) {
    const source = rawSource(holder[key]);
    if (source === undefined) settleIn(holder[key], digits);
    else {
      const value = Number(source);
      holder[key] = value;
      const found = { holder, key, source, value };
      digits.push(found);
      noteSpelling(found);
    }
  }
}
