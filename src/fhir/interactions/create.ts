// create and conditional create: https://hl7.org/fhir/R4/http.html#create, #ccreate
import { newId } from '../../storage/ids.ts';
import type { PatientKey } from '../../storage/types.ts';
import type { Exact } from '../json.ts';
import type { AnyResource, FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { written } from './answer.ts';
import { referring } from './deletions.ts';
import { canonicalQuery, claim, matchOf, queryPairs } from './matching.ts';
import { checkedResource, checkReferences, patientOf, writeOf } from './prepare.ts';
import { keyOf, touching } from './touching.ts';

const NONE: ReadonlySet<string> = new Set();

/** Stores a new resource under an id of the server's. @throws FaultError 400, 412 (several match If-None-Exist), 422 */
export async function create(
  service: FhirService,
  type: string,
  request: FhirRequest & { body: Exact },
): Promise<FhirResponse> {
  const resource = checkedResource(service, request.body.value, type);
  const { ifNoneExist } = request;
  if (ifNoneExist !== undefined) return createUnlessThere(service, type, resource, { ...request, ifNoneExist });
  service.rules?.get(type)?.created(resource);
  return referring(service.store, async (work) => {
    const [references] = await checkReferences(service, service.store, [{ resource, at: '' }], NONE, work);
    const patient = await patientOfNew(service, resource);
    const id = newId(patient, service.clock);
    const write = writeOf(service, resource, request.body, { id, version: 1, patient, method: 'POST' }, references);
    await service.store.create([write]);
    return written(service, write, 201, request);
  });
}

async function patientOfNew(service: FhirService, resource: AnyResource): Promise<PatientKey> {
  const isPatient = resource.resourceType === 'Patient';
  return isPatient ? service.store.newPatientKey() : patientOf(service, service.store, resource);
}

async function createUnlessThere(
  service: FhirService,
  type: string,
  resource: AnyResource,
  request: FhirRequest & { body: Exact; ifNoneExist: string },
): Promise<FhirResponse> {
  const query = queryPairs(request.ifNoneExist);
  const patient = await patientOfNew(service, resource);
  const keys = [patient, keyOf(`${type}?${canonicalQuery(query)}`)];
  return touching(service.store, keys, async (tx, need) => {
    const [references] = await checkReferences(service, service.store, [{ resource, at: '' }], NONE, need.work);
    const there = await matchOf(service, tx, type, query, request.base);
    if (there !== undefined) return written(service, there, 200, request);
    service.rules?.get(type)?.created(resource);
    const id = newId(patient, service.clock);
    await claim(tx, type, query, id);
    const write = writeOf(service, resource, request.body, { id, version: 1, patient, method: 'POST' }, references);
    await tx.write([write]);
    return written(service, write, 201, request);
  });
}
