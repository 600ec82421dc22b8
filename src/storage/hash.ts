// Keys of the search index: 64-bit hashes of tokens, 32-bit keys of parameters. What is hashed never leaves its parameter.
// Two 32-bit lanes, multiply and rotate for each UTF-16 unit, finished like murmur3. Chance collisions only: with 10^8
// distinct tokens under one parameter the chance of a single false pair is 3 in 10,000. A caller who crafts collisions
// deceives nobody but the search over its own data.
import { storedId } from './ids.ts';
import { uuidHash } from './uuid-hash.ts';

const lanes = new Int32Array(2);
const whole = new BigInt64Array(lanes.buffer);

function restart(seed: number): void {
  lanes[0] = 0x9e3779b9 ^ seed;
  lanes[1] = Math.imul(seed ^ 0x7f4a7c15, 0x85ebca6b);
}

function add(text: string): void {
  let a = lanes[0]!;
  let b = lanes[1]!;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0xcc9e2d51);
    a = ((a << 15) | (a >>> 17)) + b;
    b = Math.imul(b + unit, 0x1b873593);
    b = ((b << 13) | (b >>> 19)) ^ a;
  }
  lanes[0] = a;
  // The length tells apart texts that are cut at different places: ("ab", "c") and ("a", "bc").
  lanes[1] = Math.imul(b ^ text.length, 0x2545f491) + a;
}

function finish(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function result(): string {
  const a = finish(lanes[0]! + lanes[1]!);
  lanes[1] = finish(lanes[1]! ^ Math.imul(a, 0x9e3779b1));
  lanes[0] = a;
  return whole[0]!.toString();
}

/** A signed 64-bit hash as a decimal text, the form in which PostgreSQL reads an int8. */
export function hash64(text: string, seed = 0): string {
  restart(seed);
  add(text);
  return result();
}

function inner<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}

const paramKeys = new Map<string, Map<string, number>>();

/**
 * The int4 that names a search parameter of a resource type in the index tables. A test proves that no two parameters of
 * R4 share one. `name` is the parameter's code, or the name of one of its paths (fhir/extract/paths.ts).
 */
export function paramKey(type: string, name: string): number {
  const ofType = inner(paramKeys, type);
  let key = ofType.get(name);
  if (key === undefined) {
    restart(0);
    add(type);
    add(name);
    key = finish(lanes[0]! ^ finish(lanes[1]!));
    ofType.set(name, key);
  }
  return key;
}

/**
 * What of a token is hashed. `pair`: system and value; `value`: the value under any system; `system`: any value of a system.
 * `typed`: an identifier under a coding of its type. `composite`: two hashes of one component. The last three are the first
 * three forms again, of the identifier in a reference.
 */
export type TokenForm = 'pair' | 'value' | 'system' | 'typed' | 'composite' | 'id-pair' | 'id-value' | 'id-system';

const FORM_SEED: Readonly<Record<TokenForm, number>> = {
  pair: 0,
  value: 0x3c6ef372,
  system: 0x1f83d9ab,
  typed: 0x428a2f98,
  composite: 0x5be0cd19,
  'id-pair': 0x6a09e667,
  'id-value': 0x3b67ae85,
  'id-system': 0x2b9b05a1,
};

/** Hash of a token under a parameter key. For `value` the system is not looked at, for `system` the value is not. */
export function formHash(param: number, form: TokenForm, system: string, value: string): string {
  restart(param ^ FORM_SEED[form]);
  add(form === 'value' || form === 'id-value' ? '' : system);
  add(form === 'system' || form === 'id-system' ? '' : value);
  return result();
}

/** The token of two values of one component, of which the first is coded; without a second: of what stands beside the first. */
export function pairToken(key: number, left: string, right = ''): string {
  return formHash(key, 'composite', left, right);
}

/** The parameter of a side row that belongs to a resource inside another. */
export function insideParam(key: number, param: number): number {
  return paramKey(`#${key}`, String(param));
}

/** A signed 32-bit hash of a text: enough to tell texts apart that are the same but for case and accents. */
export function hash32(text: string): number {
  return textLanes(0, text)[0];
}

/** Two 32-bit hashes of a text, for sums that do not depend on the order. */
export function textLanes(param: number, text: string): readonly [number, number] {
  restart(param);
  add(text);
  result();
  return [lanes[0]!, lanes[1]!];
}

/** Hash of `system|value` under a parameter of a type; no system = empty text. References, uris and plain codes have none. */
export function tokenHash(type: string, param: string, system: string, value: string): string {
  return formHash(paramKey(type, param), 'pair', system, value);
}

const REFERENCE_SEED = 0x510e527f;
const masks = new Map<number, Map<string, readonly [high: number, low: number]>>();

function maskOf(param: number, type: string): readonly [high: number, low: number] {
  const ofParam = inner(masks, param);
  let mask = ofParam.get(type);
  if (mask === undefined) {
    restart(param ^ REFERENCE_SEED);
    add(type);
    result();
    mask = [lanes[1]!, lanes[0]!];
    ofParam.set(type, mask);
  }
  return mask;
}

/**
 * Token of a reference to a local resource: PostgreSQL's hash of its stored id, xor a mask of parameter and type, so that SQL
 * can make the token of a resource, and the hash of a resource from a token.
 */
export function referenceHash(param: number, type: string, id: string): string {
  const [high, low] = maskOf(param, type);
  return uuidHash(storedId(id), high, low);
}

/** The mask of {@link referenceHash}, for SQL. */
export function referenceMask(param: number, type: string): string {
  const [high, low] = maskOf(param, type);
  return ((BigInt(high) << 32n) | BigInt(low >>> 0)).toString();
}

/** A `date` that spans more days than these, or is open, is marked by {@link longDateToken}. */
export const LONG_DATE_DAYS = 2;

/**
 * The mark of a long date. A search for what ends after an instant need not look at unmarked dates that begin two days
 * before it: storage/search/walk.ts.
 */
export function longDateToken(type: string): string {
  return pairHash(paramKey(type, 'date'), '', 'long');
}

// Codes, categories and units come back all the time; identifiers do not and must not push them out.
const CACHED = 100_000;
let cached = 0;
const cache = new Map<number, Map<string, Map<string, string>>>();

/** {@link formHash} of a pair, remembered: for values that repeat. All is forgotten when 100,000 are kept. */
export function pairHash(param: number, system: string, value: string): string {
  const byValue = inner(inner(cache, param), system);
  let hash = byValue.get(value);
  if (hash === undefined) {
    hash = formHash(param, 'pair', system, value);
    if (++cached > CACHED) {
      cache.clear();
      cached = 0;
    } else {
      byValue.set(value, hash);
    }
  }
  return hash;
}
