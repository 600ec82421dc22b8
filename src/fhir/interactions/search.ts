// search of a type, of everything, of a compartment: https://hl7.org/fhir/R4/http.html#search
import type { Page, ReadStore } from '../../storage/types.ts';
import { type CompartmentOwner, parseCompartmentSearch, parseSearch, parseSystemSearch } from '../search/index.ts';
import type { ParsedSearch, SearchOptions } from '../search/parse.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { includedWith } from './include.ts';
import { searchset } from './searchset.ts';

/** A page of matches with what they include. @throws FaultError 400 for anything that is not understood */
export function search(service: FhirService, type: string, request: FhirRequest): Promise<FhirResponse> {
  return searchWith(service, service.store, type, request);
}

/** See {@link search}; reads from `store`, which may be a transaction. */
export async function searchWith(
  service: FhirService,
  store: ReadStore,
  type: string,
  request: FhirRequest,
): Promise<FhirResponse> {
  const parsed = await parseSearch(service, store, type, request.query, optionsOf(request));
  return answer(service, store, parsed, `${request.base}/${type}`, request);
}

/** A search over all types, or those that `_type` names: `[base]?_type=…`. @throws FaultError 400 */
export function searchSystem(service: FhirService, request: FhirRequest): Promise<FhirResponse> {
  return searchSystemWith(service, service.store, request);
}

/** See {@link searchSystem}; reads from `store`, which may be a transaction. */
export async function searchSystemWith(
  service: FhirService,
  store: ReadStore,
  request: FhirRequest,
): Promise<FhirResponse> {
  const parsed = await parseSystemSearch(service, store, request.query, optionsOf(request));
  return answer(service, store, parsed, request.base, request);
}

/**
 * A search of a compartment: `Encounter/[id]/[type]`, or `Encounter/[id]/*` for all types of it.
 * @throws FaultError 400, also for a type that stands in no such compartment
 */
export function searchCompartment(
  service: FhirService,
  owner: CompartmentOwner,
  type: string,
  request: FhirRequest,
): Promise<FhirResponse> {
  return searchCompartmentWith(service, service.store, owner, type, request);
}

/** See {@link searchCompartment}; reads from `store`, which may be a transaction. */
export async function searchCompartmentWith(
  service: FhirService,
  store: ReadStore,
  owner: CompartmentOwner,
  type: string,
  request: FhirRequest,
): Promise<FhirResponse> {
  const parsed = await parseCompartmentSearch(service, store, owner, type, request.query, optionsOf(request));
  return answer(service, store, parsed, `${request.base}/${owner.type}/${owner.id}/${type}`, request);
}

function optionsOf({ base, handling }: FhirRequest): SearchOptions {
  // R4 search.html#errors: an empty parameter is no error. The answer says which ones there were.
  return { base, lenient: handling === 'lenient', emptyIsNothing: true };
}

async function answer(
  service: FhirService,
  store: ReadStore,
  parsed: ParsedSearch,
  address: string,
  request: FhirRequest,
): Promise<FhirResponse> {
  const [page, total] = await Promise.all([pageOf(store, parsed), totalOf(store, parsed)]);
  const included = await includedWith(service, store, parsed, page?.rows ?? [], request.base);
  return { status: 200, body: searchset(service.definitions, parsed, { page, total, included }, address, request) };
}

async function pageOf(store: ReadStore, { countOnly, plans, plan }: ParsedSearch): Promise<Page | undefined> {
  if (countOnly) return undefined;
  return plans.length === 1 ? store.search(plan) : store.searchAll(plans);
}

async function totalOf(store: ReadStore, { countOnly, total, plans }: ParsedSearch): Promise<number | undefined> {
  if (total === 'estimate') return store.estimate(...plans);
  return countOnly || total === 'accurate' ? store.count(...plans) : undefined;
}
