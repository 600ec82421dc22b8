// Search, seen from outside the room.
import type { Definitions, SearchParameterDefinition } from '../definitions/types.ts';
import { COLUMNS, typeIndex } from '../extract/paths.ts';
import { includable } from './results.ts';

export { type ParsedSearch, parseSearch, type Query, type SearchContext, type SearchOptions } from './parse.ts';
export { CURSOR } from './reading.ts';
export { DEFAULT_COUNT, type Include, MAX_COUNT, type Total } from './results.ts';

/** The search parameters of a type that searches take, for the CapabilityStatement. */
export function servedParameters(definitions: Definitions, type: string): SearchParameterDefinition[] {
  const { parameters } = typeIndex(definitions, type);
  return definitions.searchParameters(type).filter((p) => COLUMNS.has(p.code) || parameters.has(p.code));
}

/** What `_include` takes on a type, as `Type:parameter`. */
export function includableParameters(definitions: Definitions, type: string): string[] {
  return includable(typeIndex(definitions, type)).map((code) => `${type}:${code}`);
}
