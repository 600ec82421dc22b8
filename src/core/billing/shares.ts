// What the compulsory insurance pays of a forfait: rights as they stand on the day of the ordonnance (guide, part 7).
import { type Cents, cents, scale } from '../../kernel/cents.ts';
import { contains, type Day, type Period } from '../../kernel/day.ts';
import { type Basis, inForce, type Law, type Reading } from '../../law/law.ts';
import type { Coverage, Prescription } from '../situation.ts';

/** Percent of the compulsory insurance, with the entry it comes from. */
export interface Share {
  readonly percent: number;
  readonly basis: Basis;
}

/**
 * The share of a window: that of the best exemption in force on the prescription's authoredOn; else the regime's own
 * rate; else (also when that rate is not known) the general one. Rates are read on the window's first day.
 * Undefined when the law knows no rate on that day.
 */
export function shareOf(
  prescription: Prescription,
  coverages: readonly Coverage[],
  first: Day,
  law: Law,
): Share | undefined {
  const own = rights(prescription, coverages);
  let best: Share | undefined;
  for (const coverage of own)
    for (const exemption of coverage.exemptions) {
      if (!holds(exemption, prescription.authoredOn)) continue;
      const share = known(inForce(law.shares.exempt[exemption.type], first));
      if (share !== undefined && (best === undefined || share.percent > best.percent)) best = share;
    }
  if (best !== undefined) return best;
  const regime = own.find((c) => c.regime !== undefined)?.regime;
  const special = regime === undefined ? undefined : known(inForce(law.shares.regime[regime], first));
  return special ?? known(inForce(law.shares.general, first));
}

/** Splits an amount: the insurance's part rounded half up, the rest such that both add up to the amount. */
export function split(amount: Cents, percent: number): { amo: Cents; amc: Cents } {
  const amo = scale(amount, percent / 100);
  return { amo, amc: cents(amount - amo) };
}

// The coverages that the prescription names; all of the patient's when it names none that is known.
function rights(prescription: Prescription, coverages: readonly Coverage[]): readonly Coverage[] {
  const valid = coverages.filter((c) => c.status === 'active' && holds(c, prescription.authoredOn));
  const named = valid.filter((c) => prescription.coverages.includes(c.reference));
  return prescription.coverages.length > 0 ? named : valid;
}

function holds(period: { readonly start?: Day | undefined; readonly end?: Day | undefined }, day: Day): boolean {
  return contains({ start: period.start ?? day, end: period.end ?? day } satisfies Period, day);
}

function known(reading: Reading<number>): Share | undefined {
  return reading.known ? { percent: reading.value, basis: reading.basis } : undefined;
}
