// Addresses of our own definitions (contract: canonical base).
const BASE = 'https://w3id.org/vigie/fhir';

/** Address of a profile or extension: `tls-share`. */
export function structure(id: string): string {
  return `${BASE}/StructureDefinition/${id}`;
}

/** Address of an OperationDefinition: `billability`. */
export function operationDefinition(id: string): string {
  return `${BASE}/OperationDefinition/${id}`;
}

export const ACTIVITY = `${BASE}/CodeSystem/tls-activity`;
export const CONTRACT_TYPE = `${BASE}/CodeSystem/tls-contract-type`;
export const OPERATOR_KIND = `${BASE}/CodeSystem/tls-operator-kind`;
export const FORFAIT = `${BASE}/CodeSystem/tls-forfait`;
/** Codes under which the forfait technique is invoiced: of the line, or given to a DMN. */
export const LATM_CODE = `${BASE}/CodeSystem/tls-latm-code`;
export const REJECTION = `${BASE}/CodeSystem/tls-observance-rejection`;
export const REASON = `${BASE}/CodeSystem/tls-billability-reason`;
export const REGIME = `${BASE}/CodeSystem/tls-regime`;
export const EXEMPTION = `${BASE}/CodeSystem/tls-exemption`;
