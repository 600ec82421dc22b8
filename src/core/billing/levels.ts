// Forfaits majorés: which windows get the coefficient that their prescription asks (arrêté of 21 December 2023; contract 2.4, 2.8).
import { type Basis, inForce, type Law } from '../../law/law.ts';
import type { Assessment, ReasonCode } from '../result.ts';

/** The operator's coefficient in one window. */
export interface Level {
  readonly coefficient: number;
  /** Asked above 1; absent when it was not. */
  readonly asked?: number;
  /** Why the coefficient fell back to 1. */
  readonly refused?: Extract<ReasonCode, 'majore-not-eligible' | 'majore-cap-reached'>;
  /** The entry of the law that grants or caps. */
  readonly basis?: Basis;
}

const NONE: Level = { coefficient: 1 };

/**
 * The level of each window, in order. Every window whose prescription asks for a level uses up the caps, whether it is
 * billable or not: so many by one prescription, so many in all for the chain.
 */
export function levels(windows: readonly Assessment[], activity: string, law: Law): readonly Level[] {
  let byChain = 0;
  const byPrescription = new Map<string, number>();
  return windows.map(({ prescription, period }) => {
    const asked = prescription.level;
    if (asked === undefined || asked === 1) return NONE;
    const line = law.lines[activity];
    const majore = line && inForce(line.majore, period.start);
    if (!majore?.known || !majore.value.coefficients.includes(asked))
      return {
        coefficient: 1,
        asked,
        refused: 'majore-not-eligible',
        ...(majore?.basis ? { basis: majore.basis } : {}),
      };
    const own = byPrescription.get(prescription.id) ?? 0;
    const { perPrescription, perChain } = majore.value;
    const left = own < perPrescription && byChain < perChain;
    byPrescription.set(prescription.id, own + 1);
    byChain++;
    if (left) return { coefficient: asked, asked, basis: majore.basis };
    return { coefficient: 1, asked, refused: 'majore-cap-reached', basis: majore.basis };
  });
}
