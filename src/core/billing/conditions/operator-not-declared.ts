// The operator holds a récépissé of its declaration to the ARS, dated on or before the first day, that names the activity.
import { overlap } from '../../../kernel/day.ts';
import type { Declaration } from '../../situation.ts';
import { type Condition, MET, notMet, type WindowCase } from '../window-case.ts';
import { frDay } from '../words.ts';

export const operatorNotDeclared: Condition = {
  reason: 'operator-not-declared',
  check(c) {
    const { operator } = c.prescription;
    const declarations = operator === undefined ? [] : (c.situation.register.declarations.get(operator) ?? []);
    if (declarations.some((d) => opens(d, c))) return MET;
    const activity = c.situation.chain.activity;
    return notMet(
      {
        en: `The operator has no récépissé of the ARS that names “${activity}” and is in force on ${c.first}.`,
        fr: `L’opérateur n’a pas de récépissé de l’ARS nommant « ${activity} » et valable le ${frDay(c.first)}.`,
      },
      operator,
      ...declarations.map((d) => d.reference),
    );
  },
};

// Contract.status values of a déclaration that never was, or that no longer is.
const VOID = new Set(['cancelled', 'entered-in-error', 'negotiable', 'offered', 'rejected', 'revoked', 'terminated']);

function opens(d: Declaration, c: WindowCase): boolean {
  return (
    !VOID.has(d.status ?? '') &&
    d.issued !== undefined &&
    d.issued <= c.first &&
    d.activities.includes(c.situation.chain.activity) &&
    overlap(d, { start: c.first, end: c.first }) !== undefined
  );
}
