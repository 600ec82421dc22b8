// Search, seen from outside the room.
import type { Definitions, SearchParameterDefinition } from '../definitions/types.ts';
import { COLUMNS, typeIndex } from '../extract/paths.ts';
import { includable, revIncludable } from './includes.ts';
import { SPECIAL } from './special.ts';

export {
  type Address,
  addressOf,
  atAddress,
  canonicalsAt,
  hasAddress,
  isCanonicalPath,
  means,
} from './canonicals.ts';
export type { SearchSource } from './draft.ts';
export { modifiersOf } from './filters.ts';
export { followedBack, followedFrom, type Include, MAX_INCLUDED, reverseQuestions } from './includes.ts';
export { namedInList } from './list.ts';
export { type ParsedSearch, parseSearch, type Query, type SearchContext, type SearchOptions } from './parse.ts';
export { CURSOR } from './reading.ts';
export { DEFAULT_COUNT, MAX_COUNT, type Total } from './results.ts';
export { type Form, subset } from './subset.ts';
export { type CompartmentOwner, parseCompartmentSearch, parseSystemSearch } from './wide.ts';

/** The search parameters of a type that searches take, for the CapabilityStatement. */
export function servedParameters(definitions: Definitions, type: string): SearchParameterDefinition[] {
  const { parameters, composites, position } = typeIndex(definitions, type);
  const isServed = (code: string) =>
    COLUMNS.has(code) || parameters.has(code) || composites.has(code) || Object.hasOwn(SPECIAL, code);
  return definitions.searchParameters(type).filter((p) => isServed(p.code) || p === position?.definition);
}

/** What `_include` takes on a type, as `Type:parameter`. */
export function includableParameters(definitions: Definitions, type: string): string[] {
  return includable(typeIndex(definitions, type)).map((code) => `${type}:${code}`);
}

/** What `_revinclude` takes on a type, as `Type:parameter`. */
export function revIncludableParameters(definitions: Definitions, type: string): string[] {
  return revIncludable(definitions, type);
}
