// A query string → a search plan. Nothing is ignored: what is not understood or not served is refused, all of it at once.
import type { Fault } from '../../kernel/fault.ts';
import { FaultError } from '../../kernel/fault.ts';
import type { Clause, Cursor, Reach, ReadStore, SearchPlan } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { COLUMNS, type TypeIndex, typeIndex } from '../extract/paths.ts';
import type { ClauseScope, Draft } from './clauses.ts';
import { idClause, parameterClause, updatedClause } from './clauses.ts';
import { readCursor, type SortValueKind, searchFingerprint, writeCursor } from './cursor.ts';
import { badValue, emptyValue, isFault, notServed, repeated, tooMany, unknownParameter } from './refusals.ts';
import type { Include, SortPart, Total } from './results.ts';
import { DEFAULT_COUNT, parseCount, parseInclude, parseSort, parseSummary, parseTotal } from './results.ts';

export type Query = readonly (readonly [name: string, value: string])[];

/** The parameter that carries the cursor of a page link. */
export const CURSOR = '_cursor';

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

/** Values in all of one search: more would keep the database busy for one caller. */
const MAX_VALUES = 1000;

/** Looked after by http, whatever the search. */
const ELSEWHERE: ReadonlySet<string> = new Set(['_format', '_pretty']);

const CONTROLS = ['_sort', '_count', '_total', '_summary', '_include'];

/** Of R4, not served here yet. */
const UNSERVED = [
  '_has',
  '_revinclude',
  '_elements',
  '_contained',
  '_containedType',
  '_text',
  '_content',
  '_filter',
  '_list',
  '_query',
  '_type',
  '_score',
];

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
  const patients = live.flatMap((c) => (c.kind === 'patient' ? c.anyOf : []));
  const ids = live.flatMap((c) => (c.kind === 'id' ? c.anyOf : []));
  const others = live.filter((c) => c.kind !== 'token' && c.kind !== 'patient' && c.kind !== 'id');
  const parts: Clause[] = [
    ...(patients.length > 0 ? [{ kind: 'patient', anyOf: patients } as const] : []),
    ...(tokens.length > 0 ? [{ kind: 'token', anyOf: tokens } as const] : []),
    ...(ids.length > 0 ? [{ kind: 'id', anyOf: ids } as const] : []),
    ...others,
  ];
  if (parts.length === 0) return { kind: 'none' };
  return parts.length === 1 ? parts[0]! : { kind: 'or', anyOf: parts };
}

/** Takes the parameters one by one and remembers what they said and what was wrong with them. */
class Reading {
  readonly drafts: Draft[] = [];
  readonly applied: [string, string][] = [];
  readonly includes: Include[] = [];
  sort: readonly SortPart[] = [];
  count: number | undefined;
  total: Total | undefined;
  summaryCount = false;
  private readonly faults: Fault[] = [];
  private readonly seen = new Set<string>();
  private cursorText: string | undefined;
  private values = 0;
  private readonly index: TypeIndex;
  private readonly scope: ClauseScope;
  private readonly definitions: Definitions;

  constructor(index: TypeIndex, scope: ClauseScope, definitions: Definitions) {
    this.index = index;
    this.scope = scope;
    this.definitions = definitions;
  }

  take(name: string, value: string): void {
    if (ELSEWHERE.has(name)) return;
    const count = this.values;
    this.values += value.split(',').length;
    if (this.values > MAX_VALUES) {
      if (count <= MAX_VALUES) this.faults.push(tooMany(name, MAX_VALUES));
    } else if (value.includes('\0') || !value.isWellFormed()) {
      this.faults.push(
        badValue(name, value, {
          en: 'a text without U+0000 or lone surrogates',
          fr: 'un texte sans U+0000 ni demi-codet isolé',
        }),
      );
    } else if (name === CURSOR) {
      this.once(name, () => {
        this.cursorText = value;
      });
    } else if (value === '') {
      this.faults.push(this.isKnown(name) ? emptyValue(name) : this.refusalOf(name));
    } else if (CONTROLS.includes(name)) {
      this.control(name, value);
    } else {
      this.filter(name, value);
    }
  }

  private filter(name: string, value: string): void {
    const parameter = this.index.parameters.get(name);
    const clause =
      name === '_id'
        ? idClause(name, value)
        : name === '_lastUpdated'
          ? updatedClause(name, value, this.scope)
          : parameter === undefined
            ? [this.refusalOf(name)]
            : parameterClause(parameter, name, value, this.scope);
    if (Array.isArray(clause)) {
      this.faults.push(...clause);
    } else {
      this.drafts.push(clause as Draft);
      this.applied.push([name, value]);
    }
  }

  private control(name: string, value: string): void {
    if (name === '_include') {
      this.keep(name, value, parseInclude(value, this.index), (include) => this.includes.push(include));
      return;
    }
    this.once(name, () => {
      switch (name) {
        case '_count':
          this.keep(name, value, parseCount(value), (count) => {
            this.count = count;
            this.applied[this.applied.length - 1] = [name, String(count)];
          });
          return;
        case '_total':
          this.keep(name, value, parseTotal(value), (total) => {
            this.total = total;
          });
          return;
        case '_summary':
          this.keep(name, value, parseSummary(value), (only) => {
            this.summaryCount = only;
          });
          return;
        default:
          this.takeSort(value);
      }
    });
  }

  private takeSort(value: string): void {
    const parts = parseSort(value, this.index);
    this.faults.push(...parts.filter(isFault));
    this.sort = parts.flatMap((p) => (isFault(p) ? [] : [p]));
    this.applied.push(['_sort', value]);
  }

  private keep<T extends string | number | boolean | object>(
    name: string,
    value: string,
    read: T | Fault,
    use: (read: T) => void,
  ): void {
    if (typeof read === 'object' && isFault(read)) {
      this.faults.push(read);
      return;
    }
    this.applied.push([name, value]);
    use(read as T);
  }

  private once(name: string, take: () => void): void {
    if (this.seen.has(name)) this.faults.push(repeated(name));
    else take();
    this.seen.add(name);
  }

  private isKnown(name: string): boolean {
    return CONTROLS.includes(name) || COLUMNS.has(name) || this.index.parameters.has(name);
  }

  /** Why a name is not served: a modifier, a chain, a parameter of R4 that is not served, or nothing known at all. */
  private refusalOf(name: string): Fault {
    const { type } = this.index;
    const [head = ''] = name.split(/[:.]/, 1);
    const known = [...this.index.parameters.keys(), ...COLUMNS, ...CONTROLS].sort();
    if (UNSERVED.includes(head))
      return notServed(name, { en: `the parameter "${head}" is`, fr: `le paramètre « ${head} » n’est` });
    const published = this.definitions.searchParameter(type, head) !== undefined;
    if (!published && !CONTROLS.includes(head)) return unknownParameter(type, head, known);
    if (name.includes('.')) return notServed(name, { en: 'chained search is', fr: 'la recherche en chaîne n’est' });
    const modifier = name.slice(head.length);
    if (modifier !== '')
      return notServed(name, { en: `the modifier "${modifier}" is`, fr: `le modificateur « ${modifier} » n’est` });
    return notServed(name, { en: 'this kind of parameter is', fr: 'cette sorte de paramètre n’est' });
  }

  /** The cursor, once everything was read. @throws FaultError with all that was wrong */
  finish(): Cursor | undefined {
    let cursor: Cursor | undefined;
    if (this.cursorText !== undefined && this.faults.length === 0) {
      const kinds = this.sortValueKinds();
      cursor = readCursor(this.cursorText, searchFingerprint(this.index.type, this.applied), kinds);
      if (cursor === undefined) {
        this.faults.push(
          badValue(CURSOR, this.cursorText, {
            en: 'the value that a link of this very search gave; start again from its first page',
            fr: 'la valeur donnée par un lien de cette même recherche ; reprenez à sa première page',
          }),
        );
      }
    }
    if (this.faults.length > 0) throw new FaultError(this.faults);
    return cursor;
  }

  /** Keys after the id never decide, so storage leaves them out. */
  private sortValueKinds(): SortValueKind[] {
    const kinds: SortValueKind[] = [];
    for (const { value } of this.sort) {
      if (value === undefined) break;
      kinds.push(value);
    }
    return kinds;
  }
}
