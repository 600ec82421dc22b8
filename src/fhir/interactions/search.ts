// search of a type: https://hl7.org/fhir/R4/http.html#search, answer: bundle.html#searchset
import type { Page, ReadStore, StoredResource } from '../../storage/types.ts';
import type { ParsedSearch, Query } from '../search/index.ts';
import { parseSearch } from '../search/index.ts';
import type { AnyResource, FhirRequest, FhirResponse, FhirService } from '../service.ts';

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
  const parsed = await parseSearch(service, store, type, request.query, { base: request.base });
  const [page, total] = await Promise.all([
    parsed.countOnly ? undefined : store.search(parsed.plan),
    parsed.countOnly || (parsed.total !== undefined && parsed.total !== 'none') ? store.count(parsed.plan) : undefined,
  ]);
  const included = page === undefined ? [] : await include(service, store, parsed, page.rows);
  return { status: 200, body: searchset(type, parsed, page, total, included, request.base) };
}

async function include(
  service: FhirService,
  store: ReadStore,
  parsed: ParsedSearch,
  matches: readonly StoredResource[],
): Promise<readonly StoredResource[]> {
  if (parsed.includes.length === 0) return [];
  const shown = new Set(matches.map((m) => `${m.type}/${m.id}`));
  const wanted = new Map<string, { type: string; id: string }>();
  for (const match of matches) {
    if (match.content === null) continue;
    const resource = JSON.parse(match.content) as AnyResource;
    for (const { parameter, target } of parsed.includes) {
      for (const reference of service.extractor.follow(resource, parameter)) {
        const key = `${reference.type}/${reference.id}`;
        if (!shown.has(key) && (target === undefined || target === reference.type)) wanted.set(key, reference);
      }
    }
  }
  return wanted.size === 0 ? [] : store.readMany([...wanted.values()], parsed.plan.reach);
}

function searchset(
  type: string,
  parsed: ParsedSearch,
  page: Page | undefined,
  total: number | undefined,
  included: readonly StoredResource[],
  base: string,
): string {
  const link = [{ relation: 'self', url: address(base, type, parsed.applied) }];
  if (page?.next !== undefined) link.push({ relation: 'next', url: address(base, type, parsed.nextPage(page.next)) });
  const head = JSON.stringify({
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total === undefined ? {} : { total }),
    link,
  });
  const entries = [
    ...(page?.rows ?? []).map((row) => entry(row, base, 'match')),
    ...included.map((row) => entry(row, base, 'include')),
  ];
  return entries.length === 0 ? head : `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

/** Stored text goes out as it is: nothing is parsed to be printed again. */
function entry(row: StoredResource, base: string, mode: 'match' | 'include'): string {
  return `{"fullUrl":${JSON.stringify(`${base}/${row.type}/${row.id}`)},"resource":${row.content},"search":{"mode":"${mode}"}}`;
}

function address(base: string, type: string, query: Query): string {
  const text = new URLSearchParams(query.map(([n, v]): [string, string] => [n, v])).toString();
  return `${base}/${type}${text === '' ? '' : `?${text}`}`;
}
