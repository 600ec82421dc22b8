// Searches over several types: of everything here (`[base]?_type=…`) and of a compartment (`Patient/1/Observation`).
import type { Fault } from '../../kernel/fault.ts';
import { FaultError } from '../../kernel/fault.ts';
import type { ReadStore } from '../../storage/types.ts';
import { ITSELF } from '../definitions/compartments.ts';
import { anyOf, type Draft, NOTHING, type SearchScope, type SearchSource } from './draft.ts';
import { type ParsedSearch, parseOver, type Query, type SearchContext, type SearchOptions } from './parse.ts';
import { isCanonical, local } from './references.ts';
import { badValue, emptyValue, notServed, repeated } from './refusals.ts';
import { SPECIAL } from './special.ts';
import { CONTROLS } from './unknown.ts';

type WideSource = SearchSource & Pick<ReadStore, 'heldTypes'>;

/** Filters that resources of every type have: without `_type`, R4 allows no other. */
const GENERAL: ReadonlySet<string> = new Set([...Object.keys(SPECIAL), '_tag', '_security', '_profile', '_source']);
const ELSEWHERE: ReadonlySet<string> = new Set(['_format', '_pretty', '_cursor']);

/**
 * Reads a search over all types, or over those that `_type` names.
 * @throws FaultError 400; without `_type` also for a filter that only some types have
 */
export async function parseSystemSearch(
  context: SearchContext,
  store: WideSource,
  query: Query,
  options: SearchOptions = {},
): Promise<ParsedSearch> {
  return over(context, store, query, undefined, { ...options, place: '/' });
}

/** Whose compartment: a resource of a type that has one. */
export interface CompartmentOwner {
  readonly type: string;
  readonly id: string;
}

/**
 * Reads a search of a compartment, of one type or of all that can stand in it (`*`).
 * @throws FaultError 400; also for a type that stands in no compartment of the owner's type
 */
export async function parseCompartmentSearch(
  context: SearchContext,
  store: WideSource,
  owner: CompartmentOwner,
  type: string,
  query: Query,
  options: SearchOptions = {},
): Promise<ParsedSearch> {
  const { definitions } = context;
  const members = definitions.resourceTypes.filter((t) => definitions.compartment(owner.type, t).length > 0);
  const wanted = { ...options, place: `/${owner.type}/${owner.id}/`, within: compartmentOf(owner) };
  if (type === '*') return over(context, store, query, members, wanted);
  if (!members.includes(type)) {
    throw new FaultError([
      badValue('type', type, {
        en: `a type that stands in the compartment of a resource of type ${owner.type}: ${members.join(', ')}`,
        fr: `un type qui figure dans le compartiment d’une ressource de type ${owner.type} : ${members.join(', ')}`,
      }),
    ]);
  }
  return parseOver(context, store, [type], query, { ...wanted, includeFrom: [type] });
}

async function over(
  context: SearchContext,
  store: WideSource,
  query: Query,
  among: readonly string[] | undefined,
  options: SearchOptions,
): Promise<ParsedSearch> {
  const empty = options.emptyIsNothing === true && query.some(([name, value]) => name === '_type' && value === '');
  const named = query.filter(([name, value]) => name === '_type' && !(empty && value === ''));
  const rest = query.filter(([name]) => name !== '_type');
  if (named.length > 1) throw new FaultError([repeated('_type')]);
  const all = among ?? context.definitions.resourceTypes;
  const types = named[0]?.[1].split(',').map((t) => t.trim());
  const wrong = types?.find((t) => !all.includes(t));
  if (wrong !== undefined) {
    throw new FaultError([
      badValue('_type', wrong, { en: `any of ${all.join(', ')}`, fr: `l’un de ${all.join(', ')}` }),
    ]);
  }
  const particular = types === undefined ? rest.flatMap(particularOf) : [];
  if (particular.length > 0 && options.lenient !== true) throw new FaultError(particular);
  const held = types ?? (await store.heldTypes()).filter((t) => all.includes(t));
  // Nothing is held: any type tells what is wrong with the query, and finds nothing.
  const searched = held.length > 0 ? [...new Set(held)].sort() : ['Basic'];
  const taken = rest.filter(([name]) => !particular.some((f) => f.expression === `http.${name}`));
  const parsed = await parseOver(context, store, searched, taken, { ...options, includeFrom: types });
  const leftOut = [...(empty ? [emptyValue('_type')] : []), ...particular, ...parsed.leftOut];
  return { ...parsed, leftOut, ...(types === undefined ? {} : withType(parsed, types)) };
}

/** `_type` belongs to the search, in its links too. */
function withType(parsed: ParsedSearch, types: readonly string[]): Pick<ParsedSearch, 'applied' | 'nextPage'> {
  const type = ['_type', types.join(',')] as const;
  return { applied: [type, ...parsed.applied], nextPage: (cursor) => [type, ...parsed.nextPage(cursor)] };
}

/** Without `_type` only filters that every type has are taken. */
function particularOf([name]: Query[number]): Fault[] {
  const head = name.split(/[:.]/, 1)[0]!;
  if (GENERAL.has(head) || ELSEWHERE.has(head) || Object.hasOwn(CONTROLS, head)) return [];
  return [
    notServed(name, {
      en: 'without _type, only what every resource has can be searched: this parameter is',
      fr: 'sans _type, seul ce qu’a toute ressource peut être recherché : ce paramètre n’est',
    }),
  ];
}

/** R4's compartment: what names its owner by any of the parameters that the definition lists. */
function compartmentOf({ type, id }: CompartmentOwner): (scope: SearchScope) => Draft {
  return (scope) => {
    const { definitions, index } = scope;
    const drafts = definitions.compartment(type, index.type).flatMap((code): Draft[] => {
      if (code === ITSELF) return [{ kind: 'id', anyOf: [id] }];
      const parameter = index.parameters.get(code);
      if (parameter === undefined || parameter.kind !== 'reference' || isCanonical(parameter)) return [];
      return parameter.targets.includes(type) ? [local(parameter, [type], id, scope)] : [];
    });
    return drafts.length === 0 ? NOTHING : anyOf(drafts);
  };
}
