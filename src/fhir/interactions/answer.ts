// Answers that several interactions give.
import { fault } from '../../kernel/fault.ts';
import type { ResourceWrite, StoredResource } from '../../storage/types.ts';
import type { FhirRequest, FhirResponse } from '../service.ts';
import { notModified, type ReadConditions } from './conditions.ts';

/** Location of a version, relative to the base. */
export function locationOf(state: { type: string; id: string; version: number }): string {
  return `${state.type}/${state.id}/_history/${state.version}`;
}

/** The answer to a write: 201 or 200, with the headers that R4 http.html asks for, and the body that Prefer asks for. */
export function written(state: ResourceWrite | StoredResource, status: 200 | 201, request: FhirRequest): FhirResponse {
  return {
    status,
    location: locationOf(state),
    version: state.version,
    lastModified: state.updated,
    ...(state.content === null || request.prefer === 'minimal' ? {} : { body: state.content }),
  };
}

/** A stored state as the answer to a read; 304 when the reader has it already. @throws FaultError 410 */
export function stated(state: StoredResource, conditions: ReadConditions = {}): FhirResponse {
  if (state.content === null) throw gone(state);
  const head = { location: locationOf(state), version: state.version, lastModified: state.updated };
  return notModified(conditions, state) ? { status: 304, ...head } : { status: 200, ...head, body: state.content };
}

export function gone(state: { type: string; id: string; version: number }): Error {
  return fault('deleted', 'resource-deleted', {
    en: `${state.type}/${state.id} was deleted. Its history is at ${state.type}/${state.id}/_history.`,
    fr: `${state.type}/${state.id} a été supprimé. Son historique est à ${state.type}/${state.id}/_history.`,
  });
}

export function unknown(type: string, id: string): Error {
  return fault('not-found', 'resource-unknown', {
    en: `There is no ${type} with the id "${id}" here.`,
    fr: `Aucune ressource ${type} n’a ici l’identifiant « ${id} ».`,
  });
}
