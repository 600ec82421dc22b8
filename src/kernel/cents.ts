// Money: integer euro cents. Nothing else in the house does arithmetic on euros.

/** An integer number of euro cents. */
export type Cents = number & { readonly __cents: unique symbol };

/** Checks that a number is a whole number of cents. */
export function cents(n: number): Cents {
  if (!Number.isSafeInteger(n)) throw new RangeError(`not a whole number of cents: ${n}`);
  return n as Cents;
}

/** Half up, for amounts that are never negative (share of a tariff, tariff times a coefficient). */
export function scale(amount: Cents, factor: number): Cents {
  // The factor is a decimal of the law (0.6, 2.5, 2): four places hold every one, and integers keep the half exact.
  const tenThousandths = Math.round(factor * 10_000);
  return cents(Math.floor((amount * tenThousandths + 5_000) / 10_000));
}

/** Euros as a JSON number with at most two decimals. */
export function euros(amount: Cents): number {
  return amount / 100;
}

/** The cents of a euro amount that a client sent, or undefined when it is not a whole number of cents. */
export function centsOfEuros(value: number): Cents | undefined {
  const n = Math.round(value * 100);
  return Math.abs(value * 100 - n) < 1e-6 ? (n as Cents) : undefined;
}
