// Small resources for the rules.
import type { Json } from './check.ts';

export function without(o: Json, key: string): Json {
  return Object.fromEntries(Object.entries(o).filter(([k]) => k !== key));
}

export function consent(change: Json): Json {
  const scope = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] };
  return {
    resourceType: 'Consent',
    status: 'active',
    scope,
    category: [{ text: 'x' }],
    patient: { display: 'x' },
    ...change,
  };
}

export function request(change: Json): Json {
  return { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { display: 'x' }, ...change };
}

export function codeSystem(...codes: string[]): Json {
  const concept = codes.map((c) => ({ code: c }));
  return { resourceType: 'CodeSystem', name: 'X', status: 'draft', content: 'complete', concept };
}

export function naming(...preferred: boolean[]): Json {
  const uniqueId = preferred.map((p, i) => ({ type: 'uri', value: `http://e.org/${i}`, preferred: p }));
  return { resourceType: 'NamingSystem', name: 'X', status: 'draft', kind: 'codesystem', date: '2026', uniqueId };
}

export function structure(element: Json): Json {
  const differential = { element: [{ id: 'Patient', path: 'Patient', ...element }] };
  return {
    resourceType: 'StructureDefinition',
    url: 'http://e.org/x',
    name: 'X',
    status: 'draft',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential,
  };
}

export function dispense(whenPrepared: string, whenHandedOver: string): Json {
  return {
    resourceType: 'MedicationDispense',
    status: 'completed',
    medicationCodeableConcept: { text: 'x' },
    whenPrepared,
    whenHandedOver,
  };
}
