// A query string → a search plan. Nothing is ignored: what is not understood or not served is refused, all of it at once.
import type { Clause, Cursor, Reach, ReadStore, SearchPlan } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { typeIndex } from '../extract/paths.ts';
import type { ClauseScope, Draft } from './clauses.ts';
import { searchFingerprint, writeCursor } from './cursor.ts';
import { CURSOR, Reading } from './reading.ts';
import type { Include, Total } from './results.ts';
import { DEFAULT_COUNT } from './results.ts';

export type Query = readonly (readonly [name: string, value: string])[];

export interface ParsedSearch {
  /** What storage is asked; `limit` is the page size, 0 when only the count is wanted. */
  readonly plan: SearchPlan;
  /** The parameters as understood, for the self link; without cursor and format. */
  readonly applied: Query;
  /** `_summary=count` or `_count=0`: no entries, only the total. */
  readonly countOnly: boolean;
  /** What `_total` asks, undefined when it was not said. */
  readonly total: Total | undefined;
  readonly includes: readonly Include[];
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
}

/**
 * Reads a search of a type.
 * @param store asked for the keys of the patients that are named, in one question
 * @throws FaultError 400 with a fault for each parameter that is unknown, not served, or has a bad value
 */
export async function parseSearch(
  context: SearchContext,
  store: Pick<ReadStore, 'patientKeys'>,
  type: string,
  query: Query,
  { base, reach = everything }: SearchOptions = {},
): Promise<ParsedSearch> {
  const index = typeIndex(context.definitions, type);
  const scope: ClauseScope = {
    index,
    base,
    now: context.clock.now(),
    isResourceType: context.definitions.isResourceType,
  };
  const reading = new Reading(index, scope, context.definitions);
  for (const [name, value] of query) reading.take(name, value);
  const cursor = reading.finish();
  const { drafts, applied, sort, total, includes } = reading;
  const ids = [...new Set(drafts.flatMap(patientIds))];
  const keys = ids.length === 0 ? new Map<string, number>() : await store.patientKeys(ids);
  const countOnly = reading.summaryCount || reading.count === 0;
  const fingerprint = searchFingerprint(type, applied);
  return {
    plan: {
      reach,
      type,
      where: drafts.map((d) => settled(d, keys)),
      sort: sort.map((s) => s.key),
      limit: countOnly ? 0 : (reading.count ?? DEFAULT_COUNT),
      ...(cursor === undefined ? {} : { after: cursor }),
    },
    applied,
    countOnly,
    total,
    includes,
    nextPage: (next) => [...applied, [CURSOR, writeCursor(next, fingerprint)]],
  };
}

function patientIds(draft: Draft): readonly string[] {
  if (draft.kind === 'patient-id') return draft.ids;
  return draft.kind === 'any' ? draft.of.flatMap(patientIds) : [];
}

/** Patients by key. Alternatives of one kind become one clause, which is one question of an index. */
function settled(draft: Draft, keys: ReadonlyMap<string, number>): Clause {
  if (draft.kind === 'patient-id') {
    const known = draft.ids.map((id) => keys.get(id)).filter((k) => k !== undefined);
    return known.length === 0 ? { kind: 'none' } : { kind: 'patient', anyOf: known };
  }
  if (draft.kind === 'or') return merged(draft.anyOf);
  if (draft.kind !== 'any') return draft;
  return merged(draft.of.map((d) => settled(d, keys)).flatMap((c) => (c.kind === 'or' ? c.anyOf : [c])));
}

function merged(clauses: readonly Clause[]): Clause {
  const live = clauses.filter((c) => c.kind !== 'none');
  const tokens = live.flatMap((c) => (c.kind === 'token' ? c.anyOf : []));
  const rare = live.every((c) => c.kind !== 'token' || c.rare);
  const patients = live.flatMap((c) => (c.kind === 'patient' ? c.anyOf : []));
  const ids = live.flatMap((c) => (c.kind === 'id' ? c.anyOf : []));
  const others = live.filter((c) => c.kind !== 'token' && c.kind !== 'patient' && c.kind !== 'id');
  const parts: Clause[] = [
    ...(patients.length > 0 ? [{ kind: 'patient', anyOf: patients } as const] : []),
    ...(tokens.length > 0 ? [{ kind: 'token', anyOf: tokens, ...(rare ? { rare } : {}) } as const] : []),
    ...(ids.length > 0 ? [{ kind: 'id', anyOf: ids } as const] : []),
    ...others,
  ];
  if (parts.length === 0) return { kind: 'none' };
  return parts.length === 1 ? parts[0]! : { kind: 'or', anyOf: parts };
}
