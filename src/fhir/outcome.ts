// The one table from faults to HTTP status and FHIR issue code, and the OperationOutcome made of it.
import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { Fault, FaultKind } from '../kernel/fault.ts';

export type Language = 'en' | 'fr';

// Status: R4 http.html and contract §4. Issue codes: R4 value set issue-type.
const TABLE: Readonly<Record<FaultKind, readonly [status: number, code: OperationOutcomeIssue['code']]>> = {
  invalid: [400, 'invalid'],
  structure: [400, 'structure'],
  required: [400, 'required'],
  value: [400, 'value'],
  'not-supported': [400, 'not-supported'],
  unauthenticated: [401, 'login'],
  forbidden: [403, 'forbidden'],
  'not-found': [404, 'not-found'],
  deleted: [410, 'deleted'],
  conflict: [409, 'conflict'],
  'duplicate-match': [412, 'multiple-matches'],
  'version-mismatch': [412, 'conflict'],
  'too-large': [413, 'too-long'],
  'media-type': [415, 'not-supported'],
  'not-acceptable': [406, 'not-supported'],
  method: [405, 'not-supported'],
  'business-rule': [422, 'business-rule'],
  invariant: [422, 'invariant'],
  'code-invalid': [422, 'code-invalid'],
  'too-costly': [403, 'too-costly'],
  throttled: [429, 'throttled'],
  unavailable: [503, 'transient'],
};

/** HTTP status of a list of faults: that of the first error in it. */
export function statusOf(faults: readonly Fault[]): number {
  const first = faults.find((f) => f.severity !== 'warning') ?? faults[0];
  return first === undefined ? 500 : (first.status ?? TABLE[first.kind][0]);
}

/** One issue a fault, in the caller's language; `details.coding` carries the stable code of the place that refuses. */
export function outcomeOf(faults: readonly Fault[], language: Language): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: faults.map((f) => ({
      severity: f.severity ?? 'error',
      code: TABLE[f.kind][1],
      details: { coding: [{ system: FAULT_SYSTEM, code: f.detail }], text: f.text[language] },
      ...(f.expression === undefined ? {} : { expression: [f.expression] }),
    })),
  };
}

const FAULT_SYSTEM = 'https://w3id.org/vigie/fhir/CodeSystem/tls-fault';

/** An OperationOutcome that informs (nothing failed). */
export function information(text: string): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', details: { text } }],
  };
}

/** A bug of ours: no internals, only the id under which the log has the whole story. */
export function exceptionOutcome(requestId: string, language: Language): OperationOutcome {
  const text =
    language === 'fr'
      ? `Erreur interne. Rien n’a été enregistré par cette requête si elle écrivait. Signalez l’identifiant ${requestId}.`
      : `Internal error. If this request was writing, nothing of it was stored. Report the id ${requestId}.`;
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'fatal', code: 'exception', details: { text } }] };
}

/** The language of a person: French when Accept-Language prefers it, else English. */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'en';
  let best: Language = 'en';
  let weight = 0;
  for (const part of acceptLanguage.split(',')) {
    const [tag = '', ...parameters] = part.trim().split(';');
    const q = Number(parameters.find((p) => p.trim().startsWith('q='))?.split('=')[1] ?? 1);
    const language = tag.slice(0, 2).toLowerCase();
    if ((language === 'fr' || language === 'en') && q > weight) {
      best = language;
      weight = q;
    }
  }
  return best;
}
