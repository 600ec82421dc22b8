// Operator and exploitant signed a convention on this DMN, at the latest on the window's last day (before any billing).
import { overlap } from '../../../kernel/day.ts';
import type { Agreement, Dmn } from '../../situation.ts';
import { type Condition, MET, notMet, type WindowCase } from '../window-case.ts';
import { frDay } from '../words.ts';

export const agreementMissing: Condition = {
  reason: 'agreement-missing',
  check(c) {
    const { dmn } = c;
    if (dmn === undefined) return MET;
    const agreements = c.situation.register.agreements.get(dmn.reference) ?? [];
    if (agreements.some((a) => binds(a, dmn, c))) return MET;
    const { operator } = c.prescription;
    return notMet(
      {
        en: `No executed convention between operator and exploitant on this DMN, signed by ${c.last}.`,
        fr: `Aucune convention en vigueur entre l’opérateur et l’exploitant sur ce DMN, signée au plus tard le ${frDay(c.last)}.`,
      },
      operator,
      dmn.exploitant,
      dmn.reference,
      ...agreements.filter((a) => operator !== undefined && a.subjects.includes(operator)).map((a) => a.reference),
    );
  },
};

function binds(a: Agreement, dmn: Dmn, c: WindowCase): boolean {
  const { operator } = c.prescription;
  return (
    a.status === 'executed' &&
    a.signed !== undefined &&
    a.signed <= c.last &&
    operator !== undefined &&
    dmn.exploitant !== undefined &&
    a.subjects.includes(operator) &&
    a.subjects.includes(dmn.exploitant) &&
    overlap(a, { start: c.first, end: c.last }) !== undefined
  );
}
