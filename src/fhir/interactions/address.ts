// What an address below the base names: the urls of Bundle entries.
import type { Definitions } from '../definitions/types.ts';
import type { Query } from '../search/index.ts';
import { queryPairs } from './matching.ts';

export interface Address {
  readonly kind: 'system' | 'type' | 'instance' | 'version' | 'history' | 'metadata' | 'operation' | 'compartment';
  /** Absent at system level. */
  readonly type?: string;
  readonly id?: string;
  readonly version?: string;
  /** Code of an operation, without the `$`. */
  readonly code?: string;
  /** Type that is searched in a compartment, or `*`. */
  readonly member?: string;
  readonly query: Query;
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/**
 * Reads an address, relative to the base or absolute below it. Anything else, and types that are none, is undefined.
 * @param base absolute address of the base, without a trailing slash
 */
export function readAddress(definitions: Definitions, url: string, base: string): Address | undefined {
  const relative = url === base ? '' : url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url;
  const at = relative.indexOf('?');
  const query = at < 0 ? [] : queryPairs(relative.slice(at));
  const path = (at < 0 ? relative : relative.slice(0, at)).replace(/^\//, '').replace(/\/$/, '');
  const segments = path === '' ? [] : path.split('/');
  const [type, id] = segments;
  const last = segments.at(-1);
  if (last?.startsWith('$')) {
    const place = readPlace(definitions, segments.slice(0, -1));
    return place === undefined ? undefined : { kind: 'operation', ...place, code: last.slice(1), query };
  }
  if (segments.length === 1 && type === 'metadata') return { kind: 'metadata', query };
  if (last === '_history') {
    const place = readPlace(definitions, segments.slice(0, -1));
    return place === undefined || place.version !== undefined ? undefined : { kind: 'history', ...place, query };
  }
  const [, , member] = segments;
  if (segments.length === 3 && member !== undefined && (member === '*' || definitions.isResourceType(member))) {
    const place = readPlace(definitions, segments.slice(0, 2));
    return place === undefined ? undefined : { kind: 'compartment', ...place, member, query };
  }
  const place = readPlace(definitions, segments);
  if (place === undefined) return undefined;
  const kind =
    place.version !== undefined ? 'version' : id !== undefined ? 'instance' : type === undefined ? 'system' : 'type';
  return { kind, ...place, query };
}

/** `Type`, `Type/id`, `Type/id/_history/version`, or nothing. */
function readPlace(
  definitions: Definitions,
  segments: readonly string[],
): { type?: string; id?: string; version?: string } | undefined {
  const [type, id, history, version] = segments;
  if (type === undefined) return {};
  if (!definitions.isResourceType(type)) return undefined;
  if (id === undefined) return { type };
  if (!ID.test(id)) return undefined;
  if (history === undefined) return { type, id };
  if (history !== '_history' || version === undefined || !ID.test(version) || segments.length > 4) return undefined;
  return { type, id, version };
}
