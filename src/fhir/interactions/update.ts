// update, also as create with the client's id: https://hl7.org/fhir/R4/http.html#update
import { fault } from '../../kernel/fault.ts';
import { patientOf as routedPatient } from '../../storage/ids.ts';
import type { StoredResource, Tx } from '../../storage/types.ts';
import type { Exact } from '../json.ts';
import type { AnyResource, FhirRequest, FhirResponse, FhirService, VersionTag } from '../service.ts';
import { written } from './answer.ts';
import { checkWriteConditions } from './conditions.ts';
import { checkedResource, checkReferences, patientOf, writeOf } from './prepare.ts';

/** Stores a new version. @throws FaultError 400 (id), 409, 412 (If-Match), 422 */
export async function update(
  service: FhirService,
  type: string,
  id: string,
  request: FhirRequest & { body: Exact },
): Promise<FhirResponse> {
  const resource = checkedResource(service, request.body.value, type);
  checkId(resource, type, id);
  await checkReferences(service, service.store, [{ resource, at: '' }], new Set([`${type}/${id}`]));
  const patient = await patientFor(service, resource, id);
  const keys = [...new Set([patient, routedPatient(id) ?? 0])];
  return service.store.transaction(keys, async (tx) => {
    const current = await lockForUpdate(tx, type, id, request.ifMatch, request.ifNoneMatch);
    const write = writeOf(service, resource, request.body, {
      id,
      version: (current?.version ?? 0) + 1,
      // Looked up again: a concurrent first PUT of the same Patient may have brought its key in the meantime.
      patient: type === 'Patient' ? ((await tx.patientKeys([id])).get(id) ?? patient) : patient,
      method: 'PUT',
    });
    await tx.write([write]);
    return written(write, current === undefined || current.content === null ? 201 : 200, request);
  });
}

/** The body's id must be the address's (R4 http.html#update). */
export function checkId(resource: AnyResource, type: string, id: string): void {
  if (resource.id === id) return;
  throw fault(
    'value',
    'update-id',
    {
      en: `The body's id must be "${id}", as in the address${resource.id === undefined ? '; it is missing' : ` (it is "${resource.id}")`}.`,
      fr: `L’id du corps doit être « ${id} », comme dans l’adresse${resource.id === undefined ? ' ; il manque' : ` (il est « ${resource.id} »)`}.`,
    },
    { expression: `${type}.id` },
  );
}

/** The patient key of an updated resource; an updated or client-named Patient keeps or gets its own. */
export async function patientFor(service: FhirService, resource: AnyResource, id: string): Promise<number> {
  if (resource.resourceType !== 'Patient') return patientOf(service, service.store, resource);
  return (await service.store.patientKeys([id])).get(id) ?? service.store.newPatientKey();
}

/** Locks the state to be replaced. @throws FaultError 412 when a condition of the request does not hold */
export async function lockForUpdate(
  tx: Tx,
  type: string,
  id: string,
  ifMatch: VersionTag | undefined,
  ifNoneMatch?: FhirRequest['ifNoneMatch'],
): Promise<StoredResource | undefined> {
  const current = await tx.lock(type, id);
  checkWriteConditions({ ifMatch, ifNoneMatch }, current, `${type}/${id}`);
  return current;
}
