// The two forfaits of a window in cents, each with the entries of the law that it comes from (contract 2.4, 3).
import { type Cents, scale } from '../../kernel/cents.ts';
import type { Day } from '../../kernel/day.ts';
import type { Text } from '../../kernel/fault.ts';
import { type Basis, inForce, type Law, type Line } from '../../law/law.ts';
import { ruleDay } from '../observance/rule.ts';
import type { OperatorForfait, TechnicalForfait } from '../result.ts';
import type { Coverage, DmnLine, Prescription } from '../situation.ts';
import type { Level } from './levels.ts';
import { type Share, shareOf, split } from './shares.ts';

/** What is due if the window is billable; what is not known is named in `unknown`. */
export interface Prices {
  readonly operator?: OperatorForfait;
  readonly technical?: TechnicalForfait;
  readonly unknown: readonly Text[];
}

interface Asked {
  readonly line: Line | undefined;
  readonly dmnLine: DmnLine | undefined;
  readonly prescription: Prescription;
  readonly coverages: readonly Coverage[];
  readonly level: Level;
  readonly first: Day;
  readonly law: Law;
}

const NO_LINE: Prices = { unknown: [] };

/** Prices on the window's first day; before the line is listed, those that come with the listing (see ruleDay). */
export function pricesOf(asked: Asked): Prices {
  const { line, law } = asked;
  if (line === undefined) return NO_LINE;
  const on = ruleDay(line, asked.first);
  const share = shareOf(asked.prescription, asked.coverages, on, law);
  const operator = share && operatorForfait(line, asked.level, share, on, law);
  const technical = share && technicalForfait(line, asked.dmnLine, share, on, law);
  const unknown: Text[] = [];
  if (share === undefined) unknown.push(NO_SHARE);
  if (operator === undefined) unknown.push(NO_OPERATOR_TARIFF);
  if (technical === undefined) unknown.push(NO_TECHNICAL_PRICE);
  return { ...(operator && { operator }), ...(technical && { technical }), unknown };
}

function operatorForfait(line: Line, level: Level, share: Share, on: Day, law: Law): OperatorForfait | undefined {
  const tariff = inForce(line.operatorTariff, on);
  if (!tariff.known) return undefined;
  const price = inForce(law.operatorTariffs[tariff.value], on);
  if (!price.known) return undefined;
  const amount = scale(price.value, level.coefficient);
  const basis = [tariff.basis, price.basis, share.basis];
  if (level.basis !== undefined) basis.push(level.basis);
  return {
    code: tariff.value,
    coefficient: level.coefficient,
    unitPrice: price.value,
    amount,
    ...split(amount, share.percent),
    basis,
  };
}

function technicalForfait(
  line: Line,
  dmnLine: DmnLine | undefined,
  share: Share,
  on: Day,
  law: Law,
): TechnicalForfait | undefined {
  const price = technicalPrice(line, dmnLine, on, law);
  if (price === undefined) return undefined;
  const latm = inForce(line.latmCode, on);
  const individual = dmnLine?.individualCode;
  return {
    ...(individual !== undefined
      ? { code: individual, codeKind: 'individual' as const }
      : latm.known
        ? { code: latm.value, codeKind: 'latm' as const }
        : {}),
    unitPrice: price.value,
    amount: price.value,
    ...split(price.value, share.percent),
    lastVerified: price.verified,
    basis: [...price.basis, share.basis],
  };
}

/** The line's own price; else, where the line may, the common grid's by the interest that the DMN states. */
function technicalPrice(
  line: Line,
  dmnLine: DmnLine | undefined,
  on: Day,
  law: Law,
): { value: Cents; verified: Day; basis: readonly Basis[] } | undefined {
  const own = inForce(line.technicalPrice, on);
  if (own.known) return { value: own.value, verified: own.basis.verified, basis: [own.basis] };
  const grid = inForce(line.baseGrid, on);
  if (!grid.known || !grid.value || dmnLine?.interest === undefined) return undefined;
  const price = inForce(law.grid[dmnLine.interest], on);
  if (!price.known) return undefined;
  return { value: price.value, verified: price.basis.verified, basis: [price.basis, grid.basis] };
}

const NO_SHARE: Text = {
  en: 'The share of the compulsory insurance is not known for this day.',
  fr: 'La part de l’assurance maladie obligatoire n’est pas connue à cette date.',
};
const NO_OPERATOR_TARIFF: Text = {
  en: 'The tariff of the operator’s forfait is not known for this day.',
  fr: 'Le tarif du forfait opérateur n’est pas connu à cette date.',
};
const NO_TECHNICAL_PRICE: Text = {
  en: 'The price of the technical forfait is not known: the line has no known price of its own, and the common grid does not apply or the DMN states no interest.',
  fr: 'Le montant du forfait technique n’est pas connu : la ligne n’a pas de montant propre connu, et la grille commune ne s’applique pas ou le DMN n’indique pas d’intérêt.',
};
