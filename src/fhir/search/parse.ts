// A query string → search plans. Nothing is ignored: what is not understood or not served is refused, all of it at once, or
// under lenient handling left out and said so.
import type { Fault } from '../../kernel/fault.ts';
import { FaultError } from '../../kernel/fault.ts';
import type { Cursor, Reach, SearchPlan } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { typeIndex } from '../extract/paths.ts';
import { containedAsked, parseContained } from './contained.ts';
import { searchFingerprint, writeCursor } from './cursor.ts';
import { type Draft, patientIds, type SearchScope, type SearchSource, settled } from './draft.ts';
import type { Include } from './includes.ts';
import { CURSOR, Reading } from './reading.ts';
import { badValue } from './refusals.ts';
import type { Total } from './results.ts';
import { DEFAULT_COUNT } from './results.ts';
import type { Form } from './subset.ts';

export type Query = readonly (readonly [name: string, value: string])[];

export interface ParsedSearch {
  /** What storage is asked, one plan for each type; `limit` is the page size, 0 when only the count is wanted. */
  readonly plans: readonly SearchPlan[];
  /** The only plan of a search of one type. */
  readonly plan: SearchPlan;
  /** The parameters as understood, for the self link; without cursor and format. */
  readonly applied: Query;
  /** What lenient handling left out. */
  readonly leftOut: readonly Fault[];
  /** `_summary=count` or `_count=0`: no entries, only the total. */
  readonly countOnly: boolean;
  /** What `_total` asks, undefined when it was not said. */
  readonly total: Total | undefined;
  readonly includes: readonly Include[];
  /** What of each match is shown; undefined = all of it. A summary is also that of what is included. */
  readonly form: Form | undefined;
  /** Parameters of the link to the page after the cursor that storage gave. */
  nextPage(cursor: Cursor): Query;
}

export interface SearchContext {
  readonly definitions: Definitions;
  readonly clock: { now(): number };
}

export interface SearchOptions {
  /** Absolute address of this server, without a trailing slash: references below it are local. */
  readonly base?: string;
  readonly reach?: Reach;
  /** What is unknown or not served is left out instead of refused. */
  readonly lenient?: boolean;
  /** A parameter without a value is left out, and said to be; without this it is refused, as a condition of a write must be. */
  readonly emptyIsNothing?: boolean;
  /** What must hold beside what the query says: the compartment of an address. */
  readonly within?: (scope: SearchScope) => Draft;
  /** In the fingerprint of cursors: what the address says beside the type. */
  readonly place?: string;
}

/**
 * Reads a search of a type.
 * @param store asked for the keys of the patients that are named, in one question, and for what single parameters need
 * @throws FaultError 400 with a fault for each parameter that is unknown, not served, or has a bad value
 */
export function parseSearch(
  context: SearchContext,
  store: SearchSource,
  type: string,
  query: Query,
  options: SearchOptions = {},
): Promise<ParsedSearch> {
  const contained = containedAsked(query);
  if (contained !== undefined) return parseContained(context, store, type, query, contained, options);
  return parseOver(context, store, [type], query, { ...options, includeFrom: [type] });
}

interface OverOptions extends SearchOptions {
  /** Types at which includes may begin; undefined = any. */
  readonly includeFrom: readonly string[] | undefined;
}

/** Reads one query as a search of each of the types. @throws FaultError 400 */
export async function parseOver(
  context: SearchContext,
  store: SearchSource,
  types: readonly string[],
  query: Query,
  { base, reach = everything, lenient = false, emptyIsNothing = false, within, place = '', includeFrom }: OverOptions,
): Promise<ParsedSearch> {
  const scopes = types.map(
    (type): SearchScope => ({
      definitions: context.definitions,
      store,
      reach,
      index: typeIndex(context.definitions, type),
      base,
      now: context.clock.now(),
      depth: 0,
    }),
  );
  const readings: Reading[] = [];
  for (const scope of scopes) {
    const reading = new Reading(scope, { lenient, emptyIsNothing, types: includeFrom });
    for (const [name, value] of query) await reading.take(name, value);
    readings.push(reading);
  }
  const leftOut = readings.flatMap((r) => r.leftOut);
  const names = new Set(leftOut.map((f) => f.expression));
  const uneven = readings.some((r) => new Set(r.leftOut.map((f) => f.expression)).size < names.size);
  if (uneven) {
    // What some of the types do not have is left out for all of them.
    const kept = query.filter(([name]) => !names.has(`http.${name}`));
    const options = { reach, lenient, emptyIsNothing, place, includeFrom, ...(base === undefined ? {} : { base }) };
    const parsed = await parseOver(
      context,
      store,
      types,
      kept,
      within === undefined ? options : { ...options, within },
    );
    return { ...parsed, leftOut: distinct(leftOut) };
  }
  const over = `${place}${types.join(',')}`;
  const cursors = finished(readings, over);
  const [first] = readings as [Reading];
  const drafts = readings.map((r, i) => [...r.drafts, ...(within === undefined ? [] : [within(scopes[i]!)])]);
  const ids = [...new Set(drafts.flat().flatMap(patientIds))];
  const keys = ids.length === 0 ? new Map<string, number>() : await store.patientKeys(ids);
  const countOnly = first.summary === 'count' || first.count === 0;
  const fingerprint = searchFingerprint(over, first.applied);
  const plans = types.map((type, i): SearchPlan => {
    const cursor = cursors[i];
    return {
      reach,
      type,
      where: drafts[i]!.map((d) => settled(d, keys)).flatMap((c) => (c.kind === 'and' ? c.allOf : [c])),
      sort: sortOf(readings, i),
      limit: countOnly ? 0 : (first.count ?? DEFAULT_COUNT),
      ...(cursor === undefined ? {} : { after: cursor }),
    };
  });
  return {
    plans,
    plan: plans[0]!,
    applied: first.applied,
    leftOut: distinct(leftOut),
    countOnly,
    total: first.total,
    includes: first.includes,
    form: first.form,
    nextPage: (next) => [...first.applied, [CURSOR, writeCursor(next, fingerprint)]],
  };
}

function distinct(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((f) => [`${f.expression} ${f.detail}`, f])).values()];
}

/** The cursors of all types, which are the same one. @throws FaultError with what is wrong in any of the types, each once */
function finished(readings: readonly Reading[], over: string): (Cursor | undefined)[] {
  const faults = new Map<string, Fault>();
  const cursors = readings.map((reading) => {
    try {
      if (readings.length > 1 && reading.sort.length === 0) reading.sort = commonOrder(readings);
      return reading.finish(over);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      for (const fault of error.faults) {
        const key = `${fault.expression} ${fault.detail}`;
        if (!faults.has(key)) faults.set(key, fault);
      }
      return undefined;
    }
  });
  const kinds = new Set(readings.map((r) => r.sort.map((s) => s.value).join()));
  if (faults.size === 0 && kinds.size > 1) {
    const wanted = {
      en: 'an order of the same kind in all of the types',
      fr: 'un ordre de même nature dans tous les types',
    };
    faults.set('_sort', badValue('_sort', readings[0]!.applied.find(([n]) => n === '_sort')?.[1] ?? '', wanted));
  }
  if (faults.size > 0) throw new FaultError([...faults.values()]);
  return cursors;
}

/** An order that all types have: by the time of the last change where that is asked for, else by id. */
function commonOrder(readings: readonly Reading[]): Reading['sort'] {
  const updated = readings.every((r) => r.drafts.some((d) => d.kind === 'updated'));
  return updated
    ? [{ key: { by: 'updated', descending: false }, value: 'instant' }]
    : [{ key: { by: 'id', descending: false }, value: undefined }];
}

function sortOf(readings: readonly Reading[], i: number): SearchPlan['sort'] {
  return readings[i]!.sort.map((s) => s.key);
}
