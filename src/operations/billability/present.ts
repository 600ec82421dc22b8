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
  group,
  moneyParameter,
  parametersText,
  periodParameter,
  positiveParameter,
  referenceParameter,
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
  const parameters = headerParameters(situation, prescription);
  parameters.push(codeParameter('policy', policy));
  for (const decision of decisions) parameters.push(windowGroup(decision, language));
  return parametersText(parameters);
}

function windowGroup(
  { assessment, status, reasons, operator, technical, otherPolicy }: Decision,
  language: Language,
): string {
  const parts = [
    positiveParameter('index', assessment.index),
    periodParameter('window', assessment.period),
    codeParameter('status', status),
    group('observance', observanceParts(assessment)),
  ];
  for (const reason of reasons) parts.push(reasonGroup(reason, language));
  if (operator !== undefined) parts.push(operatorGroup(operator));
  if (technical !== undefined) parts.push(technicalGroup(technical));
  if (otherPolicy !== undefined) parts.push(codeParameter('otherPolicy', otherPolicy));
  return group('period', parts);
}

function reasonGroup({ code, severity, text, legal, evidence }: Reason, language: Language): string {
  const parts = [
    codingParameter('code', REASON, code),
    codeParameter('severity', severity),
    stringParameter('text', text[language]),
  ];
  if (legal !== undefined) parts.push(uriParameter('legal', legal));
  for (const reference of evidence) parts.push(referenceParameter('evidence', reference));
  return group('reason', parts);
}

function operatorGroup({ code, coefficient, amount, amo, amc }: OperatorForfait): string {
  return group('operator', [
    codingParameter('code', FORFAIT, code),
    decimalParameter('coefficient', coefficient),
    moneyParameter('amount', amount),
    moneyParameter('amo', amo),
    moneyParameter('amc', amc),
  ]);
}

function technicalGroup({ code, amount, amo, amc, lastVerified }: TechnicalForfait): string {
  return group('technical', [
    ...(code === undefined ? [] : [codingParameter('code', LATM_CODE, code)]),
    moneyParameter('amount', amount),
    moneyParameter('amo', amo),
    moneyParameter('amc', amc),
    dateParameter('lastVerified', lastVerified),
  ]);
}
