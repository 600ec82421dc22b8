// ServiceRequest → Prescription (tls-prescription, contract 1.1).
import type { ServiceRequest, TimingRepeat } from '@medplum/fhirtypes';
import type { Prescription, PrescriptionStatus, Reference, Transmission } from '../../core/situation.ts';
import { day, earliest } from '../../kernel/day.ts';
import type { FaultCode, Text } from '../../kernel/fault.ts';
import type { Law } from '../../law/law.ts';
import { ACTIVITY } from '../canonical.ts';
import { dayOf, firstDay, lastDay } from './dates.ts';
import { codesIn, extension, idIn, literal } from './elements.ts';

/** Why a ServiceRequest is no prescription that can be judged. */
export interface NoPrescription {
  /** Stable code of the refusal. */
  readonly detail: FaultCode;
  readonly text: Text;
  readonly expression: string;
}

export interface ReadPrescription {
  readonly prescription: Prescription;
  /** supportingInfo: an Observation among these may be the weight. */
  readonly supporting: readonly Reference[];
}

const STATUSES: readonly string[] = ['active', 'completed', 'revoked', 'on-hold'] satisfies PrescriptionStatus[];

/**
 * A validity without an end is often written 9999-12-31. Nobody will tell this day from that one, and a question about the
 * far future (asOf) does not list a hundred thousand windows.
 */
const FOR_EVER = day('2199-12-31');

/**
 * Reads a ServiceRequest. `weight` is left false: it needs other resources.
 * A missing DMN or operator is kept: the decision names it. What windows cannot be cut without (line, validity, date) is not.
 * @param patient `Patient/…` of the compartment
 * @param zone the patient's
 */
export function readPrescription(
  request: ServiceRequest,
  patient: Reference,
  zone: string,
  law: Law,
): ReadPrescription | NoPrescription {
  const activity = codesIn(request.code, ACTIVITY)[0];
  const authoredOn = dayOf(request.authoredOn, zone);
  const start = firstDay(request.occurrencePeriod?.start, zone);
  const last = lastDay(request.occurrencePeriod?.end, zone);
  const end = last === undefined ? undefined : earliest(last, FOR_EVER);
  if (activity === undefined || law.lines[activity] === undefined) return ofAnotherKind(activity);
  if (!STATUSES.includes(request.status)) return withStatus(request.status);
  if (start === undefined || end === undefined || end < start) return NO_VALIDITY;
  if (authoredOn === undefined) return NO_DATE;
  const transmission = transmissionIn(extension(request, 'tls-expected-transmission')?.valueTiming?.repeat);
  return {
    prescription: {
      id: request.id as string,
      status: request.status as PrescriptionStatus,
      activity,
      patient,
      authoredOn,
      start,
      end,
      monitoringStart: firstDay(extension(request, 'tls-monitoring-start')?.valueDate, zone),
      monitoringEnd: lastDay(extension(request, 'tls-monitoring-end')?.valueDate, zone),
      replaces: (request.replaces ?? []).flatMap((r) => idIn(r, 'ServiceRequest') ?? []),
      dmn: literal(extension(request, 'tls-dmn-prescribed')?.valueReference),
      operator: literal(request.performer?.[0]),
      level: extension(request, 'tls-operator-level')?.valueDecimal,
      transmission,
      indication: (request.reasonCode?.length ?? 0) > 0 || (request.reasonReference?.length ?? 0) > 0,
      weight: false,
      coverages: (request.insurance ?? []).flatMap((r) => literal(r) ?? []).filter((r) => r.startsWith('Coverage/')),
    },
    supporting: (request.supportingInfo ?? []).flatMap((r) => literal(r) ?? []),
  };
}

/** Timing.repeat with a period; frequency is 1 when absent (R4 Timing). */
function transmissionIn(repeat: TimingRepeat | undefined): Transmission | undefined {
  if (repeat?.period === undefined || repeat.periodUnit === undefined) return undefined;
  return {
    frequency: repeat.frequency ?? 1,
    period: repeat.period,
    periodUnit: repeat.periodUnit as Transmission['periodUnit'],
  };
}

function ofAnotherKind(activity: string | undefined): NoPrescription {
  const shown = activity === undefined ? '' : ` ("${activity}")`;
  return {
    detail: 'prescription-of-another-kind',
    expression: 'ServiceRequest.code',
    text: {
      en: `This ServiceRequest is no prescription of télésurveillance: its code has no known activity of ${ACTIVITY}${shown}. Ask about one that has.`,
      fr: `Cette ServiceRequest n’est pas une prescription de télésurveillance : son code n’a pas d’activité connue de ${ACTIVITY}${shown}. Interrogez-en une qui en a.`,
    },
  };
}

function withStatus(status: string): NoPrescription {
  return {
    detail: 'prescription-status',
    expression: 'ServiceRequest.status',
    text: {
      en: `A ServiceRequest with status ${status} is no prescription. It must be active, completed, revoked or on-hold.`,
      fr: `Une ServiceRequest de statut ${status} n’est pas une prescription. Il faut active, completed, revoked ou on-hold.`,
    },
  };
}

const NO_VALIDITY: NoPrescription = {
  detail: 'prescription-without-validity',
  expression: 'ServiceRequest.occurrencePeriod',
  text: {
    en: 'The prescription has no validity: give occurrencePeriod with start and end, both days included.',
    fr: 'La prescription n’a pas de validité : donnez occurrencePeriod avec start et end, jours inclus.',
  },
};

const NO_DATE: NoPrescription = {
  detail: 'prescription-without-date',
  expression: 'ServiceRequest.authoredOn',
  text: {
    en: 'The prescription has no date: give authoredOn, a whole day.',
    fr: 'La prescription n’a pas de date : donnez authoredOn, un jour entier.',
  },
};
