// What every answer about a follow-up begins with, and how data of a window are told (contract 2.3, 2.4).
import type { Assessment } from '../../core/result.ts';
import type { Situation } from '../../core/situation.ts';
import { ACTIVITY } from '../canonical.ts';
import {
  codeParameter,
  codingParameter,
  dateParameter,
  decimalParameter,
  referenceParameter,
  stringParameter,
  unsignedParameter,
} from './parameters.ts';

/**
 * prescription, patient, activity, timezone, asOf.
 * @param prescription id of the ServiceRequest that the answer is about: the asked one, or the latest of the chain
 */
export function headerParameters(situation: Situation, prescription: string): string[] {
  const { chain, file, asOf } = situation;
  return [
    referenceParameter('prescription', `ServiceRequest/${prescription}`),
    referenceParameter('patient', chain.patient),
    codingParameter('activity', ACTIVITY, chain.activity),
    stringParameter('timezone', file.patient.zone),
    dateParameter('asOf', asOf),
  ];
}

/** unit, expected, received, ratio, status; expected and ratio are left out when undetermined. */
export function observanceParts({ unit, expected, received, ratio, status }: Assessment): string[] {
  const parts = [codeParameter('unit', unit)];
  if (expected !== undefined) parts.push(unsignedParameter('expected', expected));
  parts.push(unsignedParameter('received', received));
  if (ratio !== undefined) parts.push(decimalParameter('ratio', ratio));
  parts.push(codeParameter('status', status));
  return parts;
}
