// vread: https://hl7.org/fhir/R4/http.html#vread
import { fault } from '../../kernel/fault.ts';
import type { ReadStore } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { FhirResponse, FhirService } from '../service.ts';
import { stated } from './answer.ts';
import type { ReadConditions } from './conditions.ts';

/** One version, current or past. @throws FaultError 404 no such version, 410 the version is the deletion */
export function vread(
  service: FhirService,
  type: string,
  id: string,
  version: string,
  conditions: ReadConditions = {},
): Promise<FhirResponse> {
  return vreadFrom(service.store, type, id, version, conditions);
}

/** See {@link vread}; reads from `store`, which may be a transaction. */
export async function vreadFrom(
  store: ReadStore,
  type: string,
  id: string,
  version: string,
  conditions: ReadConditions = {},
): Promise<FhirResponse> {
  const state = /^[1-9]\d{0,8}$/.test(version) ? await store.vread(type, id, Number(version), everything) : undefined;
  if (state === undefined) {
    throw fault('not-found', 'version-unknown', {
      en: `${type}/${id} has no version "${version}". Its versions are at ${type}/${id}/_history.`,
      fr: `${type}/${id} n’a pas de version « ${version} ». Ses versions sont à ${type}/${id}/_history.`,
    });
  }
  return stated(state, conditions);
}
