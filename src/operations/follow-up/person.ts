// Patient, Consent, Coverage → what core knows of a person and of their rights (contract 1).
import type { Consent as FhirConsent, Coverage as FhirCoverage, Patient } from '@medplum/fhirtypes';
import type { Consent, Coverage, PatientFacts } from '../../core/situation.ts';
import type { Law } from '../../law/law.ts';
import { EXEMPTION, REGIME } from '../canonical.ts';
import { dayOf } from './dates.ts';
import { claims, codesIn, daysOf } from './elements.ts';

/**
 * Only a death with its day is known here. `deceasedBoolean`, or a year or month alone, cut nothing: a guessed day could
 * make a last window due in full, while windows after the real day fail by themselves for want of data.
 */
export function readPatient(patient: Patient, zone: string): PatientFacts {
  return {
    reference: `Patient/${patient.id}`,
    birthDate: patient.birthDate !== undefined,
    deceased: dayOf(patient.deceasedDateTime, zone),
    zone,
  };
}

const CONSENT_SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';

/**
 * Undefined for a Consent about something else (research, treatment, directives): only one that follows tls-consent, or
 * whose scope is the patient's privacy, can refuse the transmission.
 */
export function readConsent(consent: FhirConsent, zone: string): Consent | undefined {
  const ours = claims(consent, 'tls-consent') || codesIn(consent.scope, CONSENT_SCOPE).includes('patient-privacy');
  if (!ours) return undefined;
  return {
    reference: `Consent/${consent.id}`,
    status: consent.status,
    type: consent.provision?.type,
    ...daysOf(consent.provision?.period, zone),
  };
}

/** Codes that the law does not know are left out: nobody can say what they change. */
export function readCoverage(coverage: FhirCoverage, zone: string, law: Law): Coverage {
  const exceptions = (coverage.costToBeneficiary ?? []).flatMap((c) => c.exception ?? []);
  return {
    reference: `Coverage/${coverage.id}`,
    status: coverage.status,
    regime: known(codesIn(coverage.type, REGIME), law.shares.regime)[0],
    ...daysOf(coverage.period, zone),
    exemptions: exceptions.flatMap((e) =>
      known(codesIn(e.type, EXEMPTION), law.shares.exempt).map((type) => ({ type, ...daysOf(e.period, zone) })),
    ),
  };
}

function known<K extends string>(codes: readonly string[], among: Readonly<Record<K, unknown>>): K[] {
  return codes.filter((c): c is K => Object.hasOwn(among, c));
}
