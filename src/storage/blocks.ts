// The ledger keeps 32 days in a row: the arithmetic of blocks and bits, in SQL and in TypeScript.

/** basis of a reading that names no prescription. */
export const NO_BASIS = '00000000-0000-0000-0000-000000000000';

/** SQL: the block of a date. */
export function blockOf(day: string): string {
  return `(${day} - date '1970-01-01') >> 5`;
}

/** SQL: the bit of a date within its block. */
export function bitOf(day: string): string {
  return `1 << ((${day} - date '1970-01-01') & 31)`;
}

/** The block of a day, given in days since 1970-01-01. */
export function blockOfNumber(day: number): number {
  return day >> 5;
}

/** The days of a block, since 1970-01-01, that its bits name, in order. */
export function* daysOf(block: number, bits: number): Generator<number> {
  for (let left = bits; left !== 0; left &= left - 1) yield block * 32 + 31 - Math.clz32(left & -left);
}
