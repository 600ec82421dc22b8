// instance history: https://hl7.org/fhir/R4/http.html#history
import { fault } from '../../kernel/fault.ts';
import type { StoredResource } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { locationOf, unknown } from './answer.ts';

const DEFAULT_COUNT = 50;
const MAX_COUNT = 1000;
const CURSOR = '_before';

/** Versions of one resource, newest first. @throws FaultError 404 never used, 400 unknown parameter or bad value */
export async function history(
  service: FhirService,
  type: string,
  id: string,
  request: FhirRequest,
): Promise<FhirResponse> {
  const page = parameters(request);
  const { total, rows } = await service.store.history(type, id, page, everything);
  if (total === 0 && page.before === undefined && page.since === undefined) throw unknown(type, id);
  const last = rows.at(-1);
  const link = [{ relation: 'self', url: `${request.base}/${type}/${id}/_history${query(request.query)}` }];
  if (last !== undefined && rows.length === page.limit && last.version > 1) {
    const kept = request.query.filter(([name]) => name !== CURSOR);
    link.push({
      relation: 'next',
      url: `${request.base}/${type}/${id}/_history${query([...kept, [CURSOR, String(last.version)]])}`,
    });
  }
  const entries = rows.map((state) => historyEntry(state, request.base));
  const head = JSON.stringify({ resourceType: 'Bundle', type: 'history', total, link });
  return { status: 200, body: `${head.slice(0, -1)}${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}` };
}

function historyEntry(state: StoredResource, base: string): string {
  const method = state.content === null ? 'DELETE' : state.method;
  const url = method === 'POST' ? state.type : `${state.type}/${state.id}`;
  const status = method === 'DELETE' ? '204 No Content' : state.version === 1 ? '201 Created' : '200 OK';
  const rest = JSON.stringify({
    request: { method, url },
    response: { status, location: locationOf(state), etag: `W/"${state.version}"`, lastModified: state.updated },
  });
  const fullUrl = JSON.stringify(`${base}/${state.type}/${state.id}`);
  return `{"fullUrl":${fullUrl}${state.content === null ? '' : `,"resource":${state.content}`},${rest.slice(1)}`;
}

function query(pairs: readonly (readonly [string, string])[]): string {
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v]))}`;
}

function parameters(request: FhirRequest): { limit: number; before?: number; since?: string } {
  const page: { limit: number; before?: number; since?: string } = { limit: DEFAULT_COUNT };
  for (const [name, value] of request.query) {
    if (name === '_count' && /^\d{1,9}$/.test(value) && Number(value) > 0)
      page.limit = Math.min(Number(value), MAX_COUNT);
    else if (name === CURSOR && /^[1-9]\d{0,8}$/.test(value)) page.before = Number(value);
    else if (name === '_since' && isInstant(value)) page.since = new Date(value).toISOString();
    else if (name !== '_format' && name !== '_pretty') throw refused(name, value);
  }
  return page;
}

function isInstant(value: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(value) && !Number.isNaN(Date.parse(value))
  );
}

function refused(name: string, value: string): Error {
  return fault('not-supported', 'history-parameter', {
    en: `The parameter ${name}=${value} is not understood here. _history takes _count (1 or more) and _since (an instant with zone).`,
    fr: `Le paramètre ${name}=${value} n’est pas compris ici. _history accepte _count (1 ou plus) et _since (un instant avec fuseau).`,
  });
}
