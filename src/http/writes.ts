// create, update and patch as the routes call them: with the Provenance that came along, where one did.
import { create } from '../fhir/interactions/create.ts';
import { queryPairs } from '../fhir/interactions/matching.ts';
import { patch, patchWhere } from '../fhir/interactions/patch.ts';
import { writeWithProvenance } from '../fhir/interactions/provenance.ts';
import { update, updateWhere } from '../fhir/interactions/update.ts';
import type { Exact } from '../fhir/json.ts';
import type { Patch } from '../fhir/patch/index.ts';
import type { Query } from '../fhir/search/index.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../fhir/service.ts';

type WithBody = FhirRequest & { body: Exact };

/** The request when a Provenance came with it. */
function said(request: WithBody): (WithBody & { provenance: Exact }) | undefined {
  const { provenance } = request;
  return provenance === undefined ? undefined : { ...request, provenance };
}

export function creating(service: FhirService, type: string, request: WithBody): Promise<FhirResponse> {
  const documented = said(request);
  if (documented === undefined) return create(service, type, request);
  const { ifNoneExist } = request;
  const condition = ifNoneExist === undefined ? {} : { ifNoneExist: queryPairs(ifNoneExist) };
  return writeWithProvenance(service, 'POST', type, documented, condition);
}

/** `at`: an id, or a condition. */
export function updating(
  service: FhirService,
  type: string,
  at: string | Query,
  request: WithBody,
): Promise<FhirResponse> {
  const documented = said(request);
  if (documented !== undefined) return writeWithProvenance(service, 'PUT', type, documented, place(at));
  return typeof at === 'string' ? update(service, type, at, request) : updateWhere(service, type, at, request);
}

/** `at`: an id, or a condition. */
export function patching(
  service: FhirService,
  type: string,
  at: string | Query,
  change: Patch,
  request: WithBody,
): Promise<FhirResponse> {
  const documented = said(request);
  if (documented !== undefined)
    return writeWithProvenance(service, 'PATCH', type, documented, { ...place(at), patch: change });
  return typeof at === 'string'
    ? patch(service, type, at, change, request)
    : patchWhere(service, type, at, change, request);
}

function place(at: string | Query): { id: string } | { condition: Query } {
  return typeof at === 'string' ? { id: at } : { condition: at };
}
