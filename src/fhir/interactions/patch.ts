// patch and conditional patch: https://hl7.org/fhir/R4/http.html#patch
import { fault } from '../../kernel/fault.ts';
import { patientOf as routedPatient } from '../../storage/ids.ts';
import type { StoredResource, Tx } from '../../storage/types.ts';
import type { Exact } from '../json.ts';
import { readJson } from '../json.ts';
import { applyPatch, fhirPathPatch, jsonPatch, type Patch } from '../patch/index.ts';
import type { Query } from '../search/index.ts';
import type { AnyResource, FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { gone, unknown, written } from './answer.ts';
import { matchOf, queryText } from './matching.ts';
import { checkedResource, checkReferences, patientOf, writeOf } from './prepare.ts';
import { judgeWrite } from './rules.ts';
import { keyOf, keysOfMatch, type Need, touching } from './touching.ts';
import { lockForUpdate } from './update.ts';

export type PatchKind = 'json' | 'fhirpath';

/** Reads a patch document. @throws FaultError 400 */
export function readPatch(service: FhirService, kind: PatchKind, document: Exact): Patch {
  if (kind === 'json') return jsonPatch(document);
  checkedResource(service, document.value, 'Parameters');
  return fhirPathPatch(document);
}

/** Changes parts of the current state. @throws FaultError 404, 410, 412 (If-Match), 422 (the patch or its result does not fit) */
export async function patch(
  service: FhirService,
  type: string,
  id: string,
  change: Patch,
  request: FhirRequest,
): Promise<FhirResponse> {
  return touching(service.store, [routedPatient(id) ?? 0, keyOf(`${type}/${id}`)], (tx, need) =>
    patchIn(service, tx, need, type, id, change, request),
  );
}

/** Changes the one resource that matches. @throws FaultError as {@link patch}; 404 when none matches, 412 when several do */
export async function patchWhere(
  service: FhirService,
  type: string,
  query: Query,
  change: Patch,
  request: FhirRequest,
): Promise<FhirResponse> {
  const keys = await keysOfMatch(service, type, query, request.base);
  if (keys === undefined) throw noMatch(type, query);
  return touching(service.store, keys.keys, async (tx, need) => {
    const match = await matchOf(service, tx, type, query, request.base);
    if (match === undefined) throw noMatch(type, query);
    return patchIn(service, tx, need, type, match.id, change, request);
  });
}

/** A conditional patch needs something to patch (R4: 404). */
export function noMatch(type: string, query: Query): Error {
  const text = queryText(query);
  return fault('not-found', 'condition-nothing', {
    en: `No ${type} matches "${text}".`,
    fr: `Aucune ressource ${type} ne répond à « ${text} ».`,
  });
}

async function patchIn(
  service: FhirService,
  tx: Tx,
  need: Need,
  type: string,
  id: string,
  change: Patch,
  request: FhirRequest,
): Promise<FhirResponse> {
  const current = await lockForUpdate(tx, type, id, request.ifMatch, request.ifNoneMatch);
  const { resource, digits } = patchedResource(service, current, type, id, change);
  need.patient(current!.patient);
  const [references] = await checkReferences(
    service,
    tx,
    [{ resource, at: '' }],
    new Set([`${type}/${id}`]),
    need.work,
  );
  const patient = type === 'Patient' ? current!.patient : await patientOf(service, tx, resource);
  need.patient(patient);
  await judgeWrite(service, tx, current, resource);
  const version = current!.version + 1;
  const write = writeOf(service, resource, { digits }, { id, version, patient, method: 'PATCH' }, references);
  await tx.write([write]);
  return written(service, write, 200, request);
}

/**
 * A current state as a patch leaves it: still the same resource, and valid as `check` judges it.
 * @throws FaultError 404, 410, 422
 */
export function patchedResource(
  service: FhirService,
  current: StoredResource | undefined,
  type: string,
  id: string,
  change: Patch,
  check: typeof checkedResource = checkedResource,
): { readonly resource: AnyResource; readonly digits: Exact['digits'] } {
  if (current === undefined) throw unknown(type, id);
  if (current.content === null) throw gone(current);
  const before = readJson(current.content);
  const narrative = JSON.stringify((before.value as AnyResource).text);
  const after = applyPatch(service.definitions, change, before);
  const resource = after.value as AnyResource | null | undefined;
  if (typeof resource !== 'object' || resource?.resourceType !== type || resource.id !== id) {
    throw fault('business-rule', 'patch-identity', {
      en: `A patch cannot change resourceType or id: the resource stays ${type}/${id}.`,
      fr: `Un patch ne peut changer ni resourceType ni id : la ressource reste ${type}/${id}.`,
    });
  }
  if (dataOf(resource) !== dataOf(JSON.parse(current.content))) dropStaleNarrative(resource, narrative);
  return { resource: check(service, resource, type), digits: after.digits };
}

/** What a narrative may speak of: a tag or a profile is nothing to it. */
function dataOf({ text: _text, meta: _meta, ...data }: AnyResource): string {
  return JSON.stringify(data);
}

/**
 * R4: the narrative must not be clinically unsafe after a patch. One that was generated from the data says what the data was:
 * it goes, unless the patch gives the new one. One with content of its own cannot be judged here.
 * @throws FaultError 422
 */
function dropStaleNarrative(resource: AnyResource, before: string | undefined): void {
  const { text } = resource as { text?: { status?: string } };
  if (text === undefined || before === undefined || JSON.stringify(text) !== before) return;
  if (text.status === 'generated' || text.status === 'extensions') {
    delete (resource as Record<string, unknown>).text;
    return;
  }
  if (text.status !== 'additional') return;
  throw fault(
    'business-rule',
    'patch-narrative',
    {
      en: 'The narrative says more than the data (status additional), and may be wrong after this patch. Patch text too, or send an update.',
      fr: 'Le texte en dit plus que les données (statut additional) et pourrait être faux après ce patch. Modifiez aussi text, ou envoyez une mise à jour.',
    },
    { expression: `${resource.resourceType}.text` },
  );
}
