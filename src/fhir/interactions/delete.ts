// delete and conditional delete: https://hl7.org/fhir/R4/http.html#delete
import { patientOf as routedPatient } from '../../storage/ids.ts';
import type { Tx } from '../../storage/types.ts';
import type { Query } from '../search/index.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { removed } from './answer.ts';
import { matchOf } from './matching.ts';
import { deletionOf } from './prepare.ts';
import { checkUnreferenced } from './referrers.ts';
import { afterDeletion } from './rules.ts';
import { keyOf, keysOfMatch, type Need, touching } from './touching.ts';
import { lockForUpdate } from './update.ts';

/** Deletes the current state; the history stays. Deleting what is not there is a success (R4). @throws FaultError 409, 412 */
export async function remove(
  service: FhirService,
  type: string,
  id: string,
  request: FhirRequest,
): Promise<FhirResponse> {
  const reference = `${type}/${id}`;
  return touching(
    service.store,
    [routedPatient(id) ?? 0, keyOf(reference)],
    (tx, need) => removeIn(service, tx, need, type, id, request),
    [reference],
  );
}

/** Deletes the one resource that matches; a success too when none does (R4). @throws FaultError 412 when several match */
export async function removeWhere(
  service: FhirService,
  type: string,
  query: Query,
  request: FhirRequest,
): Promise<FhirResponse> {
  const work = async (tx: Tx, need: Need): Promise<FhirResponse> => {
    const match = await matchOf(service, tx, type, query, request.base);
    if (match === undefined) return removed(type, request);
    return removeIn(service, tx, need, type, match.id, request);
  };
  const keys = await keysOfMatch(service, type, query, request.base);
  return keys === undefined ? removed(type, request) : touching(service.store, keys.keys, work, [keys.reference]);
}

async function removeIn(
  service: FhirService,
  tx: Tx,
  need: Need,
  type: string,
  id: string,
  request: FhirRequest,
): Promise<FhirResponse> {
  const current = await lockForUpdate(tx, type, id, request.ifMatch);
  const reference = `${type}/${id}`;
  if (current === undefined) return removed(reference, request);
  if (current.content === null) return removed(reference, request, current.version);
  need.patient(current.patient);
  need.deletion([reference]);
  const write = deletionOf(service, current);
  await tx.write([write]);
  await afterDeletion(service, tx, [write]);
  await checkUnreferenced(service, tx, [current]);
  return removed(reference, request, write.version);
}
