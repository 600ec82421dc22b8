// read: https://hl7.org/fhir/R4/http.html#read
import { everything } from '../../storage/types.ts';
import type { FhirResponse, FhirService } from '../service.ts';
import { stated, unknown } from './answer.ts';

/** The current state. @throws FaultError 404 never used, 410 deleted */
export async function read(service: FhirService, type: string, id: string): Promise<FhirResponse> {
  const state = await service.store.read(type, id, everything);
  if (state === undefined) throw unknown(type, id);
  return stated(state);
}
