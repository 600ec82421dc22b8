// Arrays in PostgreSQL's binary form: what `unnest` takes in. Text arrays would be escaped here and parsed there, at twice the cost.
// Format: array_recv in the sources of PostgreSQL; element types by oid.

const INT2 = 21;
const INT4 = 23;
const INT8 = 20;
const BOOL = 16;
const FLOAT8 = 701;
const TEXT = 25;
const UUID = 2950;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

const HEAD = 20;
/** 2000-01-01T00:00:00Z, where PostgreSQL's days and instants start. */
const EPOCH_MILLIS = 946_684_800_000;
const DAY_MILLIS = 86_400_000;
const INFINITY = 0x7fff_ffff_ffff_ffffn;
const MINUS_INFINITY = -0x8000_0000_0000_0000n;

function head(oid: number, count: number, nulls: boolean, size: number): Buffer {
  const out = Buffer.allocUnsafe(count === 0 ? 12 : HEAD + size);
  out.writeInt32BE(count === 0 ? 0 : 1, 0);
  out.writeInt32BE(nulls ? 1 : 0, 4);
  out.writeInt32BE(oid, 8);
  if (count > 0) {
    out.writeInt32BE(count, 12);
    out.writeInt32BE(1, 16);
  }
  return out;
}

/** An array of elements that all have the same width, some of which may be null. */
function fixed<T, V>(
  oid: number,
  width: number,
  items: readonly T[],
  get: (item: T) => V | null | undefined,
  put: (out: Buffer, value: V, at: number) => void,
): Buffer {
  let out = head(oid, items.length, false, items.length * (4 + width));
  let at = HEAD;
  let nulls = false;
  for (const item of items) {
    const value = get(item);
    if (value === null || value === undefined) {
      out.writeInt32BE(-1, at);
      at += 4;
      nulls = true;
    } else {
      out.writeInt32BE(width, at);
      put(out, value, at + 4);
      at += 4 + width;
    }
  }
  if (nulls) {
    out.writeInt32BE(1, 4);
    out = out.subarray(0, at);
  }
  return out;
}

const putInt2 = (out: Buffer, value: number, at: number): void => void out.writeInt16BE(value, at);
const putInt4 = (out: Buffer, value: number, at: number): void => void out.writeInt32BE(value, at);
const putFloat8 = (out: Buffer, value: number, at: number): void => void out.writeDoubleBE(value, at);
const putBool = (out: Buffer, value: boolean, at: number): void => {
  out[at] = value ? 1 : 0;
};
const putDay = (out: Buffer, value: string, at: number): void =>
  void out.writeInt32BE(Math.round((Date.parse(`${value}T00:00:00Z`) - EPOCH_MILLIS) / DAY_MILLIS), at);

export function int2Array<T>(items: readonly T[], get: (item: T) => number | null | undefined): Buffer {
  return fixed(INT2, 2, items, get, putInt2);
}

export function int4Array<T>(items: readonly T[], get: (item: T) => number | null | undefined): Buffer {
  return fixed(INT4, 4, items, get, putInt4);
}

/** From decimal texts: a JavaScript number holds only 53 bits. */
export function int8Array<T>(items: readonly T[], get: (item: T) => string | null | undefined): Buffer {
  return fixed(INT8, 8, items, get, putInt8);
}

export function float8Array<T>(items: readonly T[], get: (item: T) => number | null | undefined): Buffer {
  return fixed(FLOAT8, 8, items, get, putFloat8);
}

export function boolArray<T>(items: readonly T[], get: (item: T) => boolean | null | undefined): Buffer {
  return fixed(BOOL, 1, items, get, putBool);
}

/** From `YYYY-MM-DD`. */
export function dateArray<T>(items: readonly T[], get: (item: T) => string | null | undefined): Buffer {
  return fixed(DATE, 4, items, get, putDay);
}

/** From the canonical text of UUIDs. */
export function uuidArray<T>(items: readonly T[], get: (item: T) => string | null | undefined): Buffer {
  return fixed(UUID, 16, items, get, putUuid);
}

/** From ISO instants; also `infinity` and `-infinity`. */
export function instantArray<T>(items: readonly T[], get: (item: T) => string | null | undefined): Buffer {
  return fixed(TIMESTAMPTZ, 8, items, get, putInstant);
}

/** Characters that PostgreSQL cannot hold in a text (U+0000) make the statement fail: they are no one's to change here. */
export function textArray<T>(items: readonly T[], get: (item: T) => string | null | undefined): Buffer {
  const texts = items.map(get);
  let size = 0;
  for (const text of texts) size += 4 + (text === null || text === undefined ? 0 : Buffer.byteLength(text));
  const out = head(TEXT, items.length, true, size);
  let at = HEAD;
  for (const text of texts) {
    if (text === null || text === undefined) {
      out.writeInt32BE(-1, at);
      at += 4;
    } else {
      const length = out.write(text, at + 4);
      out.writeInt32BE(length, at);
      at += 4 + length;
    }
  }
  return out;
}

const NIBBLE = new Int8Array(128).fill(-1);
for (let i = 0; i < 16; i++) NIBBLE[i.toString(16).charCodeAt(0)] = i;

/** Writes the 16 bytes of a canonical UUID. */
export function putUuid(out: Buffer, value: string, at: number): void {
  for (let i = 0, to = at; i < 36; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) i += 1;
    out[to++] = (NIBBLE[value.charCodeAt(i)]! << 4) | NIBBLE[value.charCodeAt(i + 1)]!;
  }
}

const TWO_32 = 0x1_0000_0000;

/** Writes a decimal text as 64 bits, by halves: half the time of BigInt, which ten hashes a resource feel. */
export function putInt8(out: Buffer, value: string, at: number): void {
  const negative = value.charCodeAt(0) === 45;
  const cut = Math.max(value.length - 9, negative ? 1 : 0);
  const high = digits(value, negative ? 1 : 0, cut);
  const low = digits(value, cut, value.length);
  // high * 10^9 + low, with high split at 16 bits so that no product leaves the 53 bits of a number.
  const part = Math.floor(high / 65_536) * 1e9;
  const rest = (high % 65_536) * 1e9 + low + (part % 65_536) * 65_536;
  let upper = Math.floor(part / 65_536) + Math.floor(rest / TWO_32);
  let lower = rest % TWO_32;
  if (negative) {
    lower = lower === 0 ? 0 : TWO_32 - lower;
    upper = (lower === 0 ? TWO_32 : TWO_32 - 1) - upper;
  }
  out.writeUInt32BE(upper % TWO_32, at);
  out.writeUInt32BE(lower, at + 4);
}

function digits(text: string, from: number, to: number): number {
  let n = 0;
  for (let i = from; i < to; i++) n = n * 10 + text.charCodeAt(i) - 48;
  return n;
}

/** Beyond this many milliseconds from 2000, microseconds leave the 53 bits of a number. */
const NEAR_MILLIS = 9e12;

/** Writes an instant: ISO with zone, or `infinity`, `-infinity`. */
export function putInstant(out: Buffer, value: string, at: number): void {
  if (value === 'infinity') return void out.writeBigInt64BE(INFINITY, at);
  if (value === '-infinity') return void out.writeBigInt64BE(MINUS_INFINITY, at);
  const millis = Date.parse(value) - EPOCH_MILLIS;
  if (Number.isNaN(millis)) throw new RangeError(`not an instant: ${value}`);
  const micros = microsOf(value);
  if (Math.abs(millis) > NEAR_MILLIS) return void out.writeBigInt64BE(BigInt(millis) * 1000n + BigInt(micros), at);
  const all = millis * 1000 + micros;
  const upper = Math.floor(all / TWO_32);
  out.writeInt32BE(upper, at);
  out.writeUInt32BE(all - upper * TWO_32, at + 4);
}

/** The microseconds that Date.parse leaves out: it reads three decimals of the second. */
function microsOf(value: string): number {
  // Of `2026-03-01T09:30:00.123456Z`: most have three decimals or none, and end before.
  if (value.length < 25) return 0;
  const more = /\.\d{3}(\d{1,3})/.exec(value)?.[1];
  return more === undefined ? 0 : Number(more.padEnd(3, '0'));
}
