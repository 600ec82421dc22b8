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
  remembered,
  stringParameter,
  unsignedParameter,
} from './parameters.ts';

/**
 * prescription, patient, activity, timezone, asOf.
 * @param prescription id of the ServiceRequest that the answer is about: the asked one, or the latest of the chain
 */
export function headerParameters({ chain, file, asOf }: Situation, prescription: string): string {
  const subject = `${referenceParameter('prescription', `ServiceRequest/${prescription}`)},${referenceParameter('patient', chain.patient)}`;
  const place = `${codingParameter('activity', ACTIVITY, chain.activity)},${stringParameter('timezone', file.patient.zone)}`;
  return `${subject},${place},${dateParameter('asOf', asOf)}`;
}

const counts = remembered();

/** unit, expected, received, ratio, status; expected and ratio are left out when undetermined. */
export function observanceParts({ unit, expected, received, ratio, status }: Assessment): string {
  return counts(`${unit} ${expected} ${received} ${ratio} ${status}`, () =>
    [
      codeParameter('unit', unit),
      ...(expected === undefined ? [] : [unsignedParameter('expected', expected)]),
      unsignedParameter('received', received),
      ...(ratio === undefined ? [] : [decimalParameter('ratio', ratio)]),
      codeParameter('status', status),
    ].join(','),
  );
}
