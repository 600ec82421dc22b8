// Answers that several interactions give.
import type { Fault } from '../../kernel/fault.ts';
import { fault } from '../../kernel/fault.ts';
import type { ResourceWrite, StoredResource } from '../../storage/types.ts';
import { information, outcomeOf } from '../outcome.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { notModified, type ReadConditions } from './conditions.ts';

/** Location of a version, relative to the base. */
export function locationOf(state: { type: string; id: string; version: number }): string {
  return `${state.type}/${state.id}/_history/${state.version}`;
}

/** The answer to a write: 201 or 200, with the headers that R4 http.html asks for, and the body that Prefer asks for. */
export function written(
  service: FhirService,
  state: ResourceWrite | StoredResource,
  status: 200 | 201,
  request: Pick<FhirRequest, 'prefer' | 'language'>,
): FhirResponse {
  const head = { status, location: locationOf(state), version: state.version, lastModified: state.updated };
  if (request.prefer === 'OperationOutcome') return { ...head, outcome: outcomeOfWrite(service, state, request) };
  return state.content === null || request.prefer === 'minimal' ? head : { ...head, body: state.content };
}

/** Hints and warnings about what was stored (R4 http.html#return). */
function outcomeOfWrite(
  service: FhirService,
  state: ResourceWrite | StoredResource,
  { language }: Pick<FhirRequest, 'language'>,
): string {
  const warnings: Fault[] = state.content === null ? [] : service.validator.validate(JSON.parse(state.content));
  if (warnings.length > 0) return JSON.stringify(outcomeOf(warnings, language));
  const place = locationOf(state);
  return JSON.stringify(information(language === 'fr' ? `Enregistré : ${place}.` : `Stored: ${place}.`));
}

/** The answer to a deletion, also of what is not there (R4 http.html#delete): 204, or 200 with the outcome that is asked for. */
export function removed(
  reference: string,
  request: Pick<FhirRequest, 'prefer' | 'language'>,
  version?: number,
): FhirResponse {
  const head = version === undefined ? {} : { version };
  if (request.prefer !== 'OperationOutcome') return { status: 204, ...head };
  const text = {
    en: version === undefined ? `There was nothing to delete at ${reference}.` : `${reference} is deleted.`,
    fr: version === undefined ? `Il n’y avait rien à supprimer à ${reference}.` : `${reference} est supprimé.`,
  };
  return { status: 200, ...head, outcome: JSON.stringify(information(text[request.language])) };
}

/** A stored state as the answer to a read; 304 when the reader has it already. @throws FaultError 410 */
export function stated(state: StoredResource, conditions: ReadConditions = {}): FhirResponse {
  if (state.content === null) throw gone(state);
  const head = { location: locationOf(state), version: state.version, lastModified: state.updated };
  return notModified(conditions, state) ? { status: 304, ...head } : { status: 200, ...head, body: state.content };
}

/** Says which version the deletion is: an update that names it brings the resource back (R4 http.html#delete). */
export function gone({ type, id, version }: { type: string; id: string; version: number }): Error {
  return fault(
    'deleted',
    'resource-deleted',
    {
      en: `${type}/${id} was deleted. Its history is at ${type}/${id}/_history.`,
      fr: `${type}/${id} a été supprimé. Son historique est à ${type}/${id}/_history.`,
    },
    { version },
  );
}

export function unknown(type: string, id: string): Error {
  return fault('not-found', 'resource-unknown', {
    en: `There is no ${type} with the id "${id}" here. Check the id, or look for it by a search: ${type}?…`,
    fr: `Aucune ressource ${type} n’a ici l’identifiant « ${id} ». Vérifiez-le, ou cherchez-la : ${type}?…`,
  });
}
