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
  const list = details ? (a: Assessment) => classified.days.get(a.index) ?? [] : () => undefined;
  return parametersText(
    [
      headerParameters(situation, prescription),
      ...assessments.map((a) => periodParameters(a, list(a))),
      ...classified.rejected.map((r) =>
        group(
          'rejected',
          `${referenceParameter('observation', r.observation)},${codingParameter('reason', REJECTION, r.reason)}`,
        ),
      ),
    ].join(','),
  );
}

/** @param days undefined: without details */
function periodParameters(a: Assessment, days: readonly DayEvidence[] | undefined): string {
  const missing = days === undefined ? [] : missingUnits(a);
  return group(
    'period',
    [
      positiveParameter('index', a.index),
      periodParameter('window', a.period),
      observanceParts(a),
      ...(days ?? []).map(dayGroup),
      ...missing.map((day) => dateParameter('missing', day)),
    ].join(','),
  );
}

function dayGroup({ date, count, evidence }: DayEvidence): string {
  const counted = [dateParameter('date', date), unsignedParameter('count', count)];
  return group('day', [...counted, ...evidence.map((r) => referenceParameter('evidence', r))].join(','));
}
