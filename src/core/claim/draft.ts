// Billable windows become a pair of claims: one operator, one technical (contract 2.6, 3).
import { cents } from '../../kernel/cents.ts';
import type { Day } from '../../kernel/day.ts';
import { inForce, type Law, type PolicyCode } from '../../law/law.ts';
import type { ClaimDraft, ClaimItem, Decision, Drafts, OperatorForfait, TechnicalForfait } from '../result.ts';
import type { Prescription, Reference, Situation } from '../situation.ts';

interface Asked {
  /** The decisions of all windows: draft claims have no range. */
  readonly decisions: readonly Decision[];
  readonly situation: Situation;
  /** The prescription that was asked; the drafts name it, whatever member of the chain it is. */
  readonly prescription: Prescription;
  readonly policy: PolicyCode;
  /** Items wanted at most; the law's limit when absent or higher. */
  readonly series?: number | undefined;
  readonly law: Law;
}

/**
 * The oldest billable windows as two drafts of the same windows. A pair has one operator and one DMN: those of the
 * oldest window; windows judged with others are left for another draft. Nothing billable: says why.
 */
export function draft(asked: Asked): Drafts {
  const { situation, decisions } = asked;
  const billable = decisions.filter(isDue);
  const oldest = billable[0];
  if (oldest === undefined) return { kind: 'nothing', text: whyNothing(decisions) };
  const { operator, dmn } = oldest.assessment.prescription;
  const exploitant = dmn === undefined ? undefined : situation.register.dmns.get(dmn)?.exploitant;
  if (operator === undefined || exploitant === undefined) return { kind: 'nothing', text: NO_PARTIES };
  const chosen = billable
    .filter((d) => d.assessment.prescription.operator === operator && d.assessment.prescription.dmn === dmn)
    .slice(0, seriesMax(asked.series, situation.asOf, asked.law));
  const common = {
    patient: situation.chain.patient,
    prescription: `ServiceRequest/${asked.prescription.id}`,
    coverages: oldest.assessment.prescription.coverages,
  };
  return {
    kind: 'pair',
    policy: asked.policy,
    operator: claim('operator', operator, common, chosen),
    technical: claim('technical', exploitant, common, chosen),
  };
}

type Due = Decision & { readonly operator: OperatorForfait; readonly technical: TechnicalForfait };

// A billable window has both forfaits, or the price that lacks would have made it undetermined.
function isDue(decision: Decision): decision is Due {
  return decision.status === 'billable' && decision.operator !== undefined && decision.technical !== undefined;
}

/** Items of one claim at most, on a day. */
export function seriesMax(asked: number | undefined, on: Day, law: Law): number {
  const limit = inForce(law.limits.seriesMax, on);
  const max = limit.known ? limit.value : 1;
  return asked === undefined ? max : Math.min(asked, max);
}

function claim(
  kind: ClaimDraft['kind'],
  provider: Reference,
  common: Pick<ClaimDraft, 'patient' | 'prescription' | 'coverages'>,
  windows: readonly Due[],
): ClaimDraft {
  const items = windows.map((decision, i) => item(decision, kind, i + 1));
  return {
    kind,
    ...common,
    provider,
    billablePeriod: { start: items[0]!.window.start, end: items.at(-1)!.window.end },
    items,
    total: cents(items.reduce((sum, i) => sum + i.net, 0)),
  };
}

function item(decision: Due, kind: ClaimDraft['kind'], sequence: number): ClaimItem {
  const forfait = decision[kind];
  return {
    sequence,
    window: decision.assessment.period,
    ...(forfait.code === undefined ? {} : { code: forfait.code }),
    factor: kind === 'operator' ? decision.operator.coefficient : 1,
    quantity: 1,
    unitPrice: forfait.unitPrice,
    net: forfait.amount,
    amo: forfait.amo,
    amc: forfait.amc,
  };
}

function whyNothing(decisions: readonly Decision[]): { en: string; fr: string } {
  if (decisions.length === 0) return NO_WINDOW;
  const last = decisions.at(-1)!;
  const reasons = [...new Set(decisions.flatMap((d) => d.reasons).filter((r) => r.severity !== 'information'))];
  const said = new Map(reasons.map((r) => [r.code, r.text]));
  const running = last.status === 'in-progress' ? last.assessment.period.end : undefined;
  return {
    en: [
      'Nothing is billable.',
      ...[...said.values()].map((t) => t.en),
      running && `The running window ends on ${running}.`,
    ]
      .filter(Boolean)
      .join(' '),
    fr: [
      'Rien n’est facturable.',
      ...[...said.values()].map((t) => t.fr),
      running && `La période en cours se termine le ${running.split('-').reverse().join('/')}.`,
    ]
      .filter(Boolean)
      .join(' '),
  };
}

const NO_WINDOW = {
  en: 'Nothing is billable: no window has begun.',
  fr: 'Rien n’est facturable : aucune période n’a débuté.',
};
const NO_PARTIES = {
  en: 'Nothing can be drafted: the prescription has no operator, or its DMN no exploitant.',
  fr: 'Aucune facture possible : la prescription n’a pas d’opérateur, ou son DMN pas d’exploitant.',
};
