// delete: https://hl7.org/fhir/R4/http.html#delete
import { patientOf as routedPatient } from '../../storage/ids.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { unknown } from './answer.ts';
import { deletionOf } from './prepare.ts';
import { lockForUpdate } from './update.ts';

/** Deletes the current state; the history stays. Deleting what is deleted is a success. @throws FaultError 404, 412 */
export async function remove(
  service: FhirService,
  type: string,
  id: string,
  request: FhirRequest,
): Promise<FhirResponse> {
  return service.store.transaction([routedPatient(id) ?? 0], async (tx) => {
    const current = await lockForUpdate(tx, type, id, request.ifMatch);
    if (current === undefined) throw unknown(type, id);
    if (current.content === null) return { status: 204, version: current.version };
    const write = deletionOf(service, current);
    await tx.write([write]);
    await tx.releaseWindows(id);
    return { status: 204, version: write.version };
  });
}
