// Ids of resources: UUIDv7 that carry the patient key when the server gives them, a hash of the text when a client does.
import { createHash, randomFillSync } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import type { PatientKey } from './types.ts';

const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-79a-f][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SERVER = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Random bytes are drawn from the system in lots: one call for each id would cost more than the rest of it. */
const pool = Buffer.allocUnsafe(4096);
let drawn = pool.length;

/** Millisecond and serial number within it: ids of one process are strictly increasing, also while the clock stands still or goes back. */
let lastMillis = 0;
let serial = 0;

/**
 * A new id, RFC 9562 version 7: 48 bits of milliseconds, 12 bits of serial number within the millisecond, 30 random bits,
 * and the patient key as the last 32 bits. Ids made by one process sort in the order in which they were made.
 * @param patient key of the patient whom the resource belongs to; 0 = nobody's
 */
export function newId(patient: PatientKey, clock: Clock): string {
  const now = clock.now();
  if (now > lastMillis) {
    lastMillis = now;
    serial = 0;
  } else if (++serial > 0xfff) {
    lastMillis += 1;
    serial = 0;
  }
  if (drawn + 4 > pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  const random = pool.readUInt32LE(drawn);
  drawn += 4;
  const high = Math.floor(lastMillis / 0x1_0000);
  return `${hex32(high)}-${hex16(lastMillis % 0x1_0000)}-${hex16(0x7000 | serial)}-${hex16(0x8000 | (random & 0x3fff))}-${hex16(random >>> 16)}${hex32(patient)}`;
}

function hex16(n: number): string {
  return HEX[(n >>> 8) & 0xff]! + HEX[n & 0xff]!;
}

function hex32(n: number): string {
  return hex16(n >>> 16) + hex16(n & 0xffff);
}

/**
 * The patient key in an id that has the form of the server's own; undefined for any other id. A hint for routing, no truth:
 * a correction may have moved the resource to another patient, and a client may have chosen such an id.
 */
export function patientOf(id: string): PatientKey | undefined {
  if (!SERVER.test(id)) return undefined;
  const key = Number.parseInt(id.slice(28), 16);
  return key <= 0x7fff_ffff ? key : undefined;
}

/** Whether an id is stored as the UUID that it is. Version 8 is not: that is where the hashes of other ids live. */
export function isCanonical(id: string): boolean {
  return CANONICAL.test(id);
}

/**
 * The UUID under which an id is stored: itself when it is a canonical UUID, else a UUID of version 8 made of the SHA-256
 * of its text. Two different ids never share one (122 bits of hash).
 */
export function storedId(id: string): string {
  if (CANONICAL.test(id)) return id;
  const digest = createHash('sha256').update(id, 'utf8').digest();
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The text to keep beside the UUID, or null when the UUID is the id. */
export function assignedText(id: string): string | null {
  return CANONICAL.test(id) ? null : id;
}

/** The id that a client sees of a stored pair. */
export function publicId(uuid: string, assigned: string | null): string {
  return assigned ?? uuid;
}
