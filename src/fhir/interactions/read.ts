// read and conditional read: https://hl7.org/fhir/R4/http.html#read, #cread
import type { ReadStore } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { FhirResponse, FhirService } from '../service.ts';
import { stated, unknown } from './answer.ts';
import type { ReadConditions } from './conditions.ts';

/** The current state; 304 when the request's conditions say that it is known. @throws FaultError 404 never used, 410 deleted */
export function read(
  service: FhirService,
  type: string,
  id: string,
  conditions: ReadConditions = {},
): Promise<FhirResponse> {
  return readFrom(service.store, type, id, conditions);
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
