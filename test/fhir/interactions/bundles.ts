// Bundles for tests: entries in a word, and what their answers say.
import { type Answer, type Json, patient, type Server } from '../../http/server.ts';

export interface Bundles {
  tx(...entry: Json[]): Promise<Answer>;
  count(query: string): Promise<number>;
  /** States stored, past ones too. */
  total(): Promise<unknown>;
}

export function bundles(s: Server): Bundles {
  const states = 'select (select count(*) from resource) + (select count(*) from resource_history) as n';
  return {
    tx: (...entry) =>
      s.post('', { resourceType: 'Bundle', type: 'transaction', ...(entry.length > 0 ? { entry } : {}) }),
    count: async (query) => (await s.get(query)).json.entry?.length ?? 0,
    total: async () => (await s.query(states))[0]?.n,
  };
}

export const post = (resource: Json, more: Json = {}): Json => ({
  ...more,
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more.request },
});
export const put = (url: string, resource: Json, request: Json = {}): Json => ({
  resource,
  request: { method: 'PUT', url, ...request },
});
export const del = (url: string, request: Json = {}): Json => ({ request: { method: 'DELETE', url, ...request } });
export const get = (url: string, request: Json = {}): Json => ({ request: { method: 'GET', url, ...request } });

/** A Patient with an identifier that conditions find. */
export const known = (value: string, more: Json = {}): Json =>
  patient({ identifier: [{ system: 'urn:t', value }], ...more });
export const urn = (n: number): string => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const statuses = (bundle: Json): number[] =>
  bundle.entry.map((e: Json) => Number(e.response.status.slice(0, 3)));
/** `Type/id` of an entry's answer. */
export const at = (bundle: Json, i: number): string => bundle.entry[i].response.location.replace(/\/_history.*/, '');
