// Decimals as searched: the number itself and the range that its digits imply (R4 search.html#number).

/** A decimal, exactly: mantissa × 10^exponent. */
export interface Decimal {
  readonly mantissa: bigint;
  readonly exponent: number;
  /** Written with an exponent. */
  readonly scientific: boolean;
}

const FORM = /^([+-]?\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Reads a decimal; undefined when it is none or lies beyond what the database can compare (about 10^±300). */
export function parseDecimal(text: string): Decimal | undefined {
  const m = FORM.exec(text);
  if (m === null) return undefined;
  const [, whole, fraction = '', power] = m;
  const mantissa = BigInt(`${whole}${fraction}`.replace('+', ''));
  const exponent = Number(power ?? 0) - fraction.length;
  const value = Math.abs(Number(text));
  if (value > 1e300 || (value < 1e-300 && mantissa !== 0n)) return undefined;
  return { mantissa, exponent, scientific: power !== undefined };
}

/** A mantissa with as many zeros behind it. */
export function addedZeros(mantissa: bigint, zeros: number): bigint {
  return mantissa * 10n ** BigInt(zeros);
}

export function printDecimal(d: Pick<Decimal, 'mantissa' | 'exponent'>): string {
  return d.exponent === 0 ? String(d.mantissa) : `${d.mantissa}e${d.exponent}`;
}

/**
 * [lo, hi) of the digits given: 100 and 1.00e2 → 99.5..100.5, 5.40e-3 → 0.005395..0.005405, half of the last digit on each
 * side. Only for a single digit with an exponent R4 gives another example: 1e2 → 95..105, half of the digit after it.
 */
export function impliedRange(d: Decimal): { lo: string; hi: string } {
  const single = d.scientific && d.mantissa > -10n && d.mantissa < 10n;
  const finer = single ? 100n : 10n;
  const exponent = d.exponent - (single ? 2 : 1);
  return {
    lo: printDecimal({ mantissa: d.mantissa * finer - 5n, exponent }),
    hi: printDecimal({ mantissa: d.mantissa * finer + 5n, exponent }),
  };
}

/** A tenth around the number: what `ap` means (R4 search.html#prefix). */
export function approximateRange(d: Decimal): { lo: string; hi: string } {
  const size = d.mantissa < 0n ? -d.mantissa : d.mantissa;
  const exponent = d.exponent - 1;
  return {
    lo: printDecimal({ mantissa: d.mantissa * 10n - size, exponent }),
    hi: printDecimal({ mantissa: d.mantissa * 10n + size, exponent }),
  };
}
