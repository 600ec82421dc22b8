// read and conditional read: https://hl7.org/fhir/R4/http.html#read, #cread
import type { ReadStore } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { Query } from '../search/index.ts';
import type { FhirResponse, FhirService } from '../service.ts';
import { stated, unknown } from './answer.ts';
import type { ReadConditions } from './conditions.ts';
import { shaped } from './form.ts';

/**
 * The current state, or the part of it that `_summary` and `_elements` ask for; 304 when the request's conditions say that it is
 * known.
 * @throws FaultError 404 never used, 410 deleted, 400
 */
export async function read(
  service: FhirService,
  type: string,
  id: string,
  request: ReadConditions & { readonly query?: Query } = {},
): Promise<FhirResponse> {
  return shaped(service, type, await readFrom(service.store, type, id, request), request.query);
}

/** See {@link read}; reads from `store`, which may be a transaction. */
export async function readFrom(
  store: ReadStore,
  type: string,
  id: string,
  conditions: ReadConditions = {},
): Promise<FhirResponse> {
  const state = await store.read(type, id, everything);
  if (state === undefined) throw unknown(type, id);
  return stated(state, conditions);
}
