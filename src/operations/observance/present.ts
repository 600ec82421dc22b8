// The answer of $observance as Parameters (contract 2.3).
import { missingUnits } from '../../core/observance/assess.ts';
import type { DayEvidence } from '../../core/observance/classify.ts';
import type { Assessment } from '../../core/result.ts';
import { REJECTION } from '../canonical.ts';
import { headerParameters, observanceParts } from '../print/header.ts';
import {
  codingParameter,
  dateParameter,
  group,
  parametersText,
  periodParameter,
  positiveParameter,
  referenceParameter,
  unsignedParameter,
} from '../print/parameters.ts';
import type { Gathered } from './gather.ts';

/**
 * @param prescription id of the asked ServiceRequest
 * @param details whether days and missing units are listed; rejected readings always are
 */
export function present(
  prescription: string,
  { situation, assessments, classified }: Gathered,
  details: boolean,
): string {
  return parametersText([
    ...headerParameters(situation, prescription),
    ...assessments.map((a) => periodParameters(a, details ? (classified.days.get(a.index) ?? []) : undefined)),
    ...classified.rejected.map((r) =>
      group('rejected', [
        referenceParameter('observation', r.observation),
        codingParameter('reason', REJECTION, r.reason),
      ]),
    ),
  ]);
}

function periodParameters(a: Assessment, days: readonly DayEvidence[] | undefined): string {
  return group('period', [
    positiveParameter('index', a.index),
    periodParameter('window', a.period),
    ...observanceParts(a),
    ...(days === undefined
      ? []
      : [...days.map(dayGroup), ...missingUnits(a).map((day) => dateParameter('missing', day))]),
  ]);
}

function dayGroup({ date, count, evidence }: DayEvidence): string {
  return group('day', [
    dateParameter('date', date),
    unsignedParameter('count', count),
    ...evidence.map((r) => referenceParameter('evidence', r)),
  ]);
}
