// `_contained=true` and `both`: resources of the type that stand inside others (R4 search.html#contained). What is answered are
// the containers (`_containedType=container`): one plan for each type of them, which asks for one resource inside for which all
// conditions hold.
import { FaultError } from '../../kernel/fault.ts';
import type { Clause, SearchPlan } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import { holderParam, holderToken, insideKey, UNINDEXED } from '../extract/contained.ts';
import { typeIndex } from '../extract/paths.ts';
import { searchFingerprint, writeCursor } from './cursor.ts';
import { type Draft, NO_KEYS, patientIds, type SearchScope, type SearchSource, settled } from './draft.ts';
import { insideDraft } from './inside.ts';
import type { ParsedSearch, Query, SearchContext, SearchOptions } from './parse.ts';
import { CURSOR, Reading } from './reading.ts';
import { badValue, isFault, notServed } from './refusals.ts';
import { DEFAULT_COUNT } from './results.ts';

const NAMES: readonly string[] = ['_contained', '_containedType'];

/** What a query asks of resources inside others; undefined = nothing that is served, and `Reading` says what of it is wrong. */
export function containedAsked(query: Query): 'true' | 'both' | undefined {
  const [asked, ...more] = query.filter(([name]) => name === '_contained');
  const types = query.filter(([name]) => name === '_containedType');
  if (more.length > 0 || types.length > 1 || types.some(([, type]) => type !== 'container')) return undefined;
  return asked?.[1] === 'true' || asked?.[1] === 'both' ? asked[1] : undefined;
}

/** Reads a search of a type among resources inside others. @throws FaultError 400 */
export async function parseContained(
  context: SearchContext,
  store: SearchSource,
  type: string,
  query: Query,
  mode: 'true' | 'both',
  { base, reach = everything, lenient = false, emptyIsNothing = false }: SearchOptions,
): Promise<ParsedSearch> {
  const index = typeIndex(context.definitions, type);
  const now = context.clock.now();
  const scope: SearchScope = { definitions: context.definitions, store, reach, index, base, now, depth: 0 };
  const reading = new Reading(scope, { lenient, emptyIsNothing, types: undefined });
  for (const [name, value] of query) if (!NAMES.includes(name)) await reading.take(name, value);
  if (reading.sort.length === 0) reading.sort = [{ key: { by: 'id', descending: false }, value: undefined }];
  const over = `${type}/contained`;
  const applied = [...query.filter(([name]) => NAMES.includes(name)), ...reading.applied];
  const after = reading.finish(over, applied);
  const inside = reading.drafts.map((d) => insideDraft(d, index));
  const wrong = inside.find(isFault);
  const sorted = reading.sort.some(({ key }) => typeof key.by === 'object' || key.by === 'date');
  if (wrong !== undefined) throw new FaultError([wrong]);
  if (sorted) {
    throw new FaultError([
      badValue('_sort', sortOf(applied), {
        en: '_id or _lastUpdated, with _contained',
        fr: '_id ou _lastUpdated, avec _contained',
      }),
    ]);
  }
  const where = (inside as readonly Draft[]).map((d) => settled(d, NO_KEYS));
  const places = placesOf(await store.codingsOf(holderParam(type)));
  const clauses = new Map([...places].map(([container, at]) => [container, holding(type, container, at, where)]));
  if (mode === 'both') clauses.set(type, orStandingAlone(await ownClauses(store, reading.drafts), clauses.get(type)));
  // None is held: nothing is found, whatever the type.
  if (clauses.size === 0) clauses.set(type, [{ kind: 'none' }]);
  const countOnly = reading.summary === 'count' || reading.count === 0;
  const plans = [...clauses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([container, clause]): SearchPlan => ({
        reach,
        type: container,
        where: clause,
        sort: reading.sort.map(({ key }) => key),
        limit: countOnly ? 0 : (reading.count ?? DEFAULT_COUNT),
        ...(after === undefined ? {} : { after }),
      }),
    );
  const fingerprint = searchFingerprint(over, applied);
  return {
    plans,
    plan: plans[0]!,
    applied,
    leftOut: reading.leftOut,
    countOnly,
    total: reading.total,
    includes: reading.includes,
    form: reading.form,
    nextPage: (next) => [...applied, [CURSOR, writeCursor(next, fingerprint)]],
  };
}

/** What resources of the type that stand alone must have. */
async function ownClauses(store: SearchSource, drafts: readonly Draft[]): Promise<readonly Clause[]> {
  const ids = [...new Set(drafts.flatMap(patientIds))];
  const keys = ids.length === 0 ? NO_KEYS : await store.patientKeys(ids);
  return drafts.map((d) => settled(d, keys));
}

/** The type may contain itself: then a resource matches as it stands, or by what is inside it. */
function orStandingAlone(own: readonly Clause[], inside: readonly Clause[] | undefined): readonly Clause[] {
  if (inside === undefined) return own;
  const ways = [own, inside].map((allOf): Clause => ({ kind: 'and', allOf }));
  return [{ kind: 'or', anyOf: ways }];
}

function sortOf(applied: Query): string {
  return applied.find(([name]) => name === '_sort')?.[1] ?? '';
}

/** At which places the types hold one. @throws FaultError where one holds so many that not all of them are indexed */
function placesOf(
  codings: readonly { readonly system: string; readonly code: string }[],
): Map<string, readonly string[]> {
  const over = codings.find(({ code }) => code === UNINDEXED);
  if (over !== undefined) {
    throw new FaultError([
      notServed('_contained', {
        en: `a ${over.system} here holds more of them than are indexed: this search is`,
        fr: `une ressource ${over.system} d’ici en contient plus qu’il n’en est indexé : cette recherche n’est`,
      }),
    ]);
  }
  return new Map(
    Object.entries(Object.groupBy(codings, ({ system }) => system)).map(([container, all]) => [
      container,
      all!.map(({ code }) => code),
    ]),
  );
}

/** What a container of a type must have: a resource at one of the places for which all holds. */
function holding(
  type: string,
  container: string,
  places: readonly string[],
  where: readonly Clause[],
): readonly Clause[] {
  const tokens = places.map((place) => holderToken(type, container, place));
  const any: Clause = { kind: 'token', anyOf: tokens };
  const each = places.map((place, i): readonly Clause[] => [
    { kind: 'token', anyOf: [tokens[i]!] },
    { kind: 'inside', key: insideKey(type, Number(place)), where },
  ]);
  // The first clause tells how few they are.
  if (where.length === 0) return [any];
  return each.length === 1
    ? each[0]!
    : [any, { kind: 'or', anyOf: each.map((allOf): Clause => ({ kind: 'and', allOf })) }];
}
