// vread: https://hl7.org/fhir/R4/http.html#vread
import { fault } from '../../kernel/fault.ts';
import type { ReadStore } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { Query } from '../search/index.ts';
import type { FhirResponse, FhirService } from '../service.ts';
import { stated } from './answer.ts';
import type { ReadConditions } from './conditions.ts';
import { shaped } from './form.ts';

/** One version, current or past, or a part of it. @throws FaultError 404 no such version, 410 the version is the deletion, 400 */
export async function vread(
  service: FhirService,
  type: string,
  id: string,
  version: string,
  request: ReadConditions & { readonly query?: Query } = {},
): Promise<FhirResponse> {
  return shaped(service, type, await vreadFrom(service.store, type, id, version, request), request.query);
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
