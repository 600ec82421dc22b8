// update, also as create with the client's id, and conditional update:
// https://hl7.org/fhir/R4/http.html#update, #upsert, #cond-update
import { fault } from '../../kernel/fault.ts';
import { newId, patientOf as routedPatient } from '../../storage/ids.ts';
import type { PatientKey, StoredResource, Tx } from '../../storage/types.ts';
import type { LocalReference } from '../extract/index.ts';
import type { Exact } from '../json.ts';
import type { Query } from '../search/index.ts';
import type { AnyResource, FhirRequest, FhirResponse, FhirService, VersionTag } from '../service.ts';
import { written } from './answer.ts';
import { checkWriteConditions } from './conditions.ts';
import { canonicalQuery, claim, matchOf } from './matching.ts';
import { checkedResource, checkReferences, patientOf, writeOf } from './prepare.ts';
import { judgeWrite } from './rules.ts';
import { keyOf, type Need, touching } from './touching.ts';

type WithBody = FhirRequest & { body: Exact };

/** Stores a new version. @throws FaultError 400 (id), 409, 412 (If-Match), 422 */
export async function update(service: FhirService, type: string, id: string, request: WithBody): Promise<FhirResponse> {
  const resource = checkedResource(service, request.body.value, type);
  checkId(resource, type, id);
  const patient = await patientFor(service, resource, id);
  return touching(service.store, [patient, routedPatient(id) ?? 0, keyOf(`${type}/${id}`)], async (tx, need) => {
    const [references] = await checkReferences(
      service,
      service.store,
      [{ resource, at: '' }],
      new Set([`${type}/${id}`]),
      need.work,
    );
    const current = await lockForUpdate(tx, type, id, request.ifMatch, request.ifNoneMatch);
    return replace(service, tx, need, resource, { id, patient, current, references }, request);
  });
}

/**
 * Updates the one resource that matches, or creates one: under the body's id when it has one.
 * @throws FaultError 400 (the body's id is not that of the match), 409 (it is somebody else's), 412 (several match, If-Match), 422
 */
export async function updateWhere(
  service: FhirService,
  type: string,
  query: Query,
  request: WithBody,
): Promise<FhirResponse> {
  const resource = checkedResource(service, request.body.value, type);
  const { id: given } = resource;
  const known = new Set(given === undefined ? [] : [`${type}/${given}`]);
  const newKey = type === 'Patient' ? service.store.newPatientKey() : undefined;
  const patient = newKey ?? (await patientOf(service, service.store, resource));
  return touching(service.store, [patient, keyOf(`${type}?${canonicalQuery(query)}`)], async (tx, need) => {
    const [references] = await checkReferences(service, service.store, [{ resource, at: '' }], known, need.work);
    const match = await matchOf(service, tx, type, query, request.base);
    const id = idOfMatch(type, given, match) ?? newId(patient, service.clock);
    const current = await lockForUpdate(tx, type, id, request.ifMatch, request.ifNoneMatch);
    if (match === undefined) {
      checkUnused(current, type, id);
      await claim(tx, type, query, id);
    }
    return replace(service, tx, need, resource, { id, patient, current, references }, request);
  });
}

/** The id to write to; undefined when the server chooses it. @throws FaultError 400 when the body names another than the match */
export function idOfMatch(
  type: string,
  given: string | undefined,
  match: StoredResource | undefined,
): string | undefined {
  if (match === undefined || given === undefined || given === match.id) return match?.id ?? given;
  throw fault(
    'value',
    'update-id',
    {
      en: `The condition matches ${type}/${match.id}, the body's id is "${given}". Leave the id out, or send that of the match.`,
      fr: `La condition désigne ${type}/${match.id}, l’id du corps est « ${given} ». Omettez l’id, ou envoyez celui de la ressource désignée.`,
    },
    { expression: `${type}.id` },
  );
}

/** An update as create needs an id that nothing lives under. @throws FaultError 409 */
export function checkUnused(current: StoredResource | undefined, type: string, id: string): void {
  if (current === undefined || current.content === null) return;
  throw fault(
    'conflict',
    'id-in-use',
    {
      en: `Nothing matches the condition, but ${type}/${id} exists. Send another id, or update ${type}/${id} itself.`,
      fr: `Rien ne répond à la condition, mais ${type}/${id} existe. Envoyez un autre id, ou mettez à jour ${type}/${id} lui-même.`,
    },
    { expression: `${type}.id` },
  );
}

/** Writes the next version of a locked state, or the first. */
async function replace(
  service: FhirService,
  tx: Tx,
  need: Need,
  resource: AnyResource,
  at: {
    readonly id: string;
    readonly patient: PatientKey;
    readonly current: StoredResource | undefined;
    readonly references: readonly LocalReference[] | undefined;
  },
  request: WithBody,
): Promise<FhirResponse> {
  const { id, current, references } = at;
  if (current !== undefined) need.patient(current.patient);
  // A Patient keeps its key: looked up again, for a concurrent first PUT may have brought it in the meantime.
  const isPatient = resource.resourceType === 'Patient';
  const patient = isPatient ? ((await tx.patientKeys([id])).get(id) ?? at.patient) : at.patient;
  need.patient(patient);
  await judgeWrite(service, tx, current, resource);
  const version = (current?.version ?? 0) + 1;
  const write = writeOf(service, resource, request.body, { id, version, patient, method: 'PUT' }, references);
  await tx.write([write]);
  return written(service, write, current === undefined || current.content === null ? 201 : 200, request);
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
export async function patientFor(service: FhirService, resource: AnyResource, id: string): Promise<PatientKey> {
  if (resource.resourceType !== 'Patient') return patientOf(service, service.store, resource);
  return (await service.store.patientKeys([id])).get(id) ?? service.store.newPatientKey();
}

/** Locks the state to be replaced. @throws FaultError 412 when a condition of the request does not hold */
export async function lockForUpdate(
  tx: Tx,
  type: string,
  id: string,
  ifMatch: readonly VersionTag[] | undefined,
  ifNoneMatch?: FhirRequest['ifNoneMatch'],
): Promise<StoredResource | undefined> {
  const current = await tx.lock(type, id);
  checkWriteConditions({ ifMatch, ifNoneMatch }, current, `${type}/${id}`);
  return current;
}
