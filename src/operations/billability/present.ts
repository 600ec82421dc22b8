// The answer of $billability as Parameters (contract 2.4). Populations print theirs with it too.
import type { Decision, OperatorForfait, Reason, TechnicalForfait } from '../../core/result.ts';
import type { Situation } from '../../core/situation.ts';
import type { Language } from '../../fhir/outcome.ts';
import type { PolicyCode } from '../../law/law.ts';
import { FORFAIT, LATM_CODE, REASON } from '../canonical.ts';
import { headerParameters, observanceParts } from '../print/header.ts';
import {
  codeParameter,
  codingParameter,
  dateParameter,
  decimalParameter,
  foreignCodingParameter,
  group,
  moneyParameter,
  parametersText,
  periodParameter,
  positiveParameter,
  referenceParameter,
  remembered,
  stringParameter,
  uriParameter,
} from '../print/parameters.ts';

export interface Shown {
  /** Id of the ServiceRequest that the answer names. */
  readonly prescription: string;
  readonly situation: Situation;
  readonly decisions: readonly Decision[];
  readonly policy: PolicyCode;
  /** Of the texts. */
  readonly language: Language;
}

/** One Parameters, on one line. */
export function present({ prescription, situation, decisions, policy, language }: Shown): string {
  let parameters = `${headerParameters(situation, prescription)},${codeParameter('policy', policy)}`;
  for (const decision of decisions) parameters += `,${windowGroup(decision, language)}`;
  return parametersText(parameters);
}

function windowGroup(
  { assessment, status, reasons, operator, technical, otherPolicy }: Decision,
  language: Language,
): string {
  let parts = `${positiveParameter('index', assessment.index)},${periodParameter('window', assessment.period)}`;
  parts += `,${codeParameter('status', status)},${group('observance', observanceParts(assessment))}`;
  for (const reason of reasons) parts += `,${reasonGroup(reason, language)}`;
  if (operator !== undefined) parts += `,${operatorGroup(operator)}`;
  if (technical !== undefined) parts += `,${technicalGroup(technical)}`;
  if (otherPolicy !== undefined) parts += `,${codeParameter('otherPolicy', otherPolicy)}`;
  return group('period', parts);
}

function reasonGroup({ code, severity, text, legal, evidence }: Reason, language: Language): string {
  let parts = `${codingParameter('code', REASON, code)},${codeParameter('severity', severity)}`;
  parts += `,${stringParameter('text', text[language])}`;
  if (legal !== undefined) parts += `,${uriParameter('legal', legal)}`;
  for (const reference of evidence) parts += `,${referenceParameter('evidence', reference)}`;
  return group('reason', parts);
}

const forfaits = remembered();

function operatorGroup({ code, coefficient, amount, amo, amc }: OperatorForfait): string {
  return forfaits(`${code} ${coefficient} ${amount} ${amo} ${amc}`, () =>
    group(
      'operator',
      `${codingParameter('code', FORFAIT, code)},${decimalParameter('coefficient', coefficient)},${shares({ amount, amo, amc })}`,
    ),
  );
}

function technicalGroup({ code, amount, amo, amc, lastVerified }: TechnicalForfait): string {
  return forfaits(`${lastVerified} ${amount} ${amo} ${amc} ${code === undefined ? '' : `=${code}`}`, () => {
    const coded = code === undefined ? '' : `${foreignCodingParameter('code', LATM_CODE, code)},`;
    return group('technical', `${coded}${shares({ amount, amo, amc })},${dateParameter('lastVerified', lastVerified)}`);
  });
}

function shares({ amount, amo, amc }: Pick<OperatorForfait, 'amount' | 'amo' | 'amc'>): string {
  return `${moneyParameter('amount', amount)},${moneyParameter('amo', amo)},${moneyParameter('amc', amc)}`;
}
