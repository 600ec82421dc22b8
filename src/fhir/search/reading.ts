// The parameters of one search, one by one: filters become drafts of clauses, the others shape the answer. Nothing is ignored:
// what is not understood or not served is remembered as a fault, and all faults are said at once.
import type { Fault } from '../../kernel/fault.ts';
import { FaultError } from '../../kernel/fault.ts';
import type { Cursor } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { COLUMNS, type TypeIndex } from '../extract/paths.ts';
import type { ClauseScope, Draft } from './clauses.ts';
import { idClause, parameterClause, updatedClause } from './clauses.ts';
import { readCursor, type SortValueKind, searchFingerprint } from './cursor.ts';
import { badValue, emptyValue, isFault, notServed, repeated, tooMany, unknownParameter } from './refusals.ts';
import type { Include, SortPart, Total } from './results.ts';
import { parseCount, parseInclude, parseSort, parseSummary, parseTotal } from './results.ts';

/** The parameter that carries the cursor of a page link. */
export const CURSOR = '_cursor';

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

/** Takes the parameters one by one and remembers what they said and what was wrong with them. */
export class Reading {
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
    if (this.sort.length === 0) this.sort = unasked(this.drafts);
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

/**
 * The order when none was asked for. R4 leaves it open, so a search by date goes along the date, newest first, and one by
 * _lastUpdated along that, oldest first: by id, a search for last week would read everything from the first day. Empty = by id.
 */
function unasked(drafts: readonly Draft[]): readonly SortPart[] {
  for (const by of ['date', 'updated'] as const) {
    if (drafts.some((d) => d.kind === by)) return [{ key: { by, descending: by === 'date' }, value: 'instant' }];
  }
  return [];
}
