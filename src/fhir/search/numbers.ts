// Decimals as searched: the number itself and the range that its digits imply (R4 search.html#number).

/** A decimal, exactly: mantissa × 10^exponent. */
interface Decimal {
  readonly mantissa: bigint;
  readonly exponent: number;
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

export function printDecimal(d: Pick<Decimal, 'mantissa' | 'exponent'>): string {
  return d.exponent === 0 ? String(d.mantissa) : `${d.mantissa}e${d.exponent}`;
}

/**
 * [lo, hi) of the digits given: 100 → 99.5..100.5, 100.00 → 99.995..100.005. R4 reads 1e2 as 95..105, a digit finer than
 * the same rule would say, so a number with an exponent is taken as if it had one more digit.
 */
export function impliedRange(d: Decimal): { lo: string; hi: string } {
  const finer = d.scientific ? 100n : 10n;
  const exponent = d.exponent - (d.scientific ? 2 : 1);
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
