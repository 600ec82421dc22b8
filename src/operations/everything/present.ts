// A page of a record as a searchset: records are matches, what they name is included.
import type { StoredResource } from '../../storage/types.ts';
import type { Gathered } from './gather.ts';

export interface Shown {
  readonly gathered: Gathered;
  readonly base: string;
  readonly self: string;
  readonly next: string | undefined;
}

/** A Bundle as JSON text; stored texts go out as they are. */
export function present({ gathered, base, self, next }: Shown): string {
  const link = [{ relation: 'self', url: self }, ...(next === undefined ? [] : [{ relation: 'next', url: next }])];
  const entries = [
    ...gathered.records.map((state) => entry(state, base, 'match')),
    ...gathered.linked.map((state) => entry(state, base, 'include')),
  ];
  const head = JSON.stringify({ resourceType: 'Bundle', type: 'searchset', link });
  return entries.length === 0 ? head : `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

function entry({ type, id, content }: StoredResource, base: string, mode: 'match' | 'include'): string {
  return `{"fullUrl":${JSON.stringify(`${base}/${type}/${id}`)},"resource":${content},"search":{"mode":"${mode}"}}`;
}
