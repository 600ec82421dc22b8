// PostgreSQL's own hash of a uuid, `uuid_hash_extended(id, 0)`: a reference is indexed by it, so that a statement can go from a
// resource to those that name it without asking us for the hash of each id, and back. PostgreSQL keeps it as it is, because
// hash partitions rest on it. Algorithm: lookup3 by Bob Jenkins (public domain), as in hashfn.c.

const LENGTH = 16;
const START = (0x9e3779b9 + LENGTH + 3923095) | 0;

const out = new Int32Array(2);
const whole = new BigInt64Array(out.buffer);

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** Four bytes as they lie in memory, the first one lowest: `text` holds them in hexadecimal from `at`. */
function littleEndian(text: string, at: number): number {
  const n = Number.parseInt(text.slice(at, at + 8), 16);
  return (n << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24);
}

/**
 * `uuid_hash_extended(uuid, 0) # mask` as a signed decimal text.
 * @param uuid canonical, lower case
 * @param maskHigh upper half of the mask, `maskLow` its lower half
 */
export function uuidHash(uuid: string, maskHigh: number, maskLow: number): string {
  const bytes = uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);
  let a = (START + littleEndian(bytes, 0)) | 0;
  let b = (START + littleEndian(bytes, 8)) | 0;
  let c = (START + littleEndian(bytes, 16)) | 0;
  a = ((a - c) | 0) ^ rotate(c, 4);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 6);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 8);
  b = (b + a) | 0;
  a = ((a - c) | 0) ^ rotate(c, 16);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 19);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 4);
  b = (b + a) | 0;
  a = (a + littleEndian(bytes, 24)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  out[0] = c ^ maskLow;
  out[1] = b ^ maskHigh;
  return whole[0]!.toString();
}
