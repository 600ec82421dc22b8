// The parameters of one search, one by one: filters become drafts of clauses, the others shape the answer. Nothing is ignored:
// what is not understood or not served is remembered as a fault, and all faults are said at once. Under lenient handling,
// what is unknown or not served is left out instead, and said in the answer.
import type { Fault } from '../../kernel/fault.ts';
import { FaultError } from '../../kernel/fault.ts';
import type { Clause, Cursor, SideClause, StringMatch } from '../../storage/types.ts';
import { readCursor, type SortValueKind, searchFingerprint } from './cursor.ts';
import type { Draft, SearchScope } from './draft.ts';
import { filterExpression } from './filter-expression.ts';
import { filter } from './filters.ts';
import { type Include, parseInclude } from './includes.ts';
import {
  badValue,
  emptyValue,
  isFault,
  isOfTheName,
  mayBeLeftOut,
  notServed,
  repeated,
  tooMany,
  tooManyFilters,
} from './refusals.ts';
import type { SortPart, Summary, Total } from './results.ts';
import { parseCount, parseElements, parseSort, parseSummary, parseTotal } from './results.ts';
import type { Form } from './subset.ts';
import { CONTROLS, unknownName } from './unknown.ts';

/** The parameter that carries the cursor of a page link. */
export const CURSOR = '_cursor';

const FILTER = '_filter';

/** The values of R4, that of the default first. */
const CONTAINED: Readonly<Record<string, readonly [string, ...string[]]>> = {
  _contained: ['false', 'true', 'both'],
  _containedType: ['container', 'contained'],
};
const INSIDE = {
  en: 'a search for resources that are contained in others is',
  fr: 'la recherche de ressources contenues dans d’autres n’est',
};

/** Values in all of one search: more would keep the database busy for one caller. */
const MAX_VALUES = 1000;

/** Filters that must all hold. The time to plan them grows with their cube: 80 take 0.5 s, 300 took half a minute. */
const MAX_FILTERS = 50;

/** Looked after by http, whatever the search. */
const ELSEWHERE: ReadonlySet<string> = new Set(['_format', '_pretty']);

/** Parameters that may stand several times. */
const MANY: ReadonlySet<string> = new Set(['_include', '_revinclude']);

export interface ReadingOptions {
  readonly lenient: boolean;
  /** A parameter without a value is left out, as R4 wants it for searches. */
  readonly emptyIsNothing: boolean;
  /** Types that includes may begin at; undefined = any. */
  readonly types: readonly string[] | undefined;
}

/** Takes the parameters one by one and remembers what they said and what was wrong with them. */
export class Reading {
  readonly drafts: Draft[] = [];
  readonly applied: [string, string][] = [];
  /** What lenient handling left out. */
  readonly leftOut: Fault[] = [];
  readonly includes: Include[] = [];
  sort: readonly SortPart[] = [];
  count: number | undefined;
  total: Total | undefined;
  summary: Summary | undefined;
  elements: Form | undefined;
  private readonly faults: Fault[] = [];
  private readonly seen = new Set<string>();
  private cursorText: string | undefined;
  private values = 0;
  private filters = 0;
  private readonly scope: SearchScope;
  private readonly options: ReadingOptions;

  constructor(scope: SearchScope, options: ReadingOptions) {
    this.scope = scope;
    this.options = options;
  }

  /** What of each match is shown; undefined = all of it. */
  get form(): Form | undefined {
    const { summary, elements } = this;
    if (summary === 'true' || summary === 'text' || summary === 'data') return { kind: 'summary', of: summary };
    return elements;
  }

  async take(name: string, value: string): Promise<void> {
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
    } else {
      const [head = '', modifier] = name.split(':', 2);
      if (Object.hasOwn(CONTROLS, head)) this.control(head, modifier, name, value);
      else await this.filter(name, value);
    }
  }

  private async filter(name: string, value: string): Promise<void> {
    if (++this.filters > MAX_FILTERS) {
      if (this.filters === MAX_FILTERS + 1) this.faults.push(tooManyFilters(name, MAX_FILTERS));
      return;
    }
    if (value === '') return this.nothing(name);
    if (name === FILTER) return this.expression(value);
    const clause = await filter(name, value, this.scope);
    if (Array.isArray(clause)) {
      this.refuse(clause as Fault[]);
      return;
    }
    this.drafts.push(clause as Draft);
    this.applied.push([name, value]);
  }

  /** A filter without a value. Its name must be right all the same: any value tells. */
  private async nothing(name: string): Promise<void> {
    const clause = name === FILTER ? [] : await filter(name, 'x', this.scope);
    const wrong = Array.isArray(clause) ? (clause as Fault[]).filter(isOfTheName) : [];
    if (wrong.length > 0) this.refuse(wrong);
    else this.leaveEmpty(name);
  }

  private leaveEmpty(name: string): void {
    (this.options.emptyIsNothing ? this.leftOut : this.faults).push(emptyValue(name));
  }

  /** `_filter`: what must all hold is looked at as if it were said by parameters of its own. */
  private async expression(text: string): Promise<void> {
    const draft = await filterExpression(text, this.scope);
    if (Array.isArray(draft)) this.faults.push(...(draft as Fault[]));
    else this.drafts.push(...everyOf(draft as Draft));
    this.applied.push([FILTER, text]);
  }

  private refuse(faults: readonly Fault[]): void {
    const open = this.options.lenient && faults.every(mayBeLeftOut);
    (open ? this.leftOut : this.faults).push(...faults);
  }

  private control(head: string, modifier: string | undefined, name: string, value: string): void {
    if (modifier !== undefined && !CONTROLS[head]!.includes(modifier)) {
      this.faults.push(unknownName(head, modifier, this.scope, name));
    } else if (value === '') {
      this.leaveEmpty(name);
    } else if (MANY.has(head)) {
      const { definitions } = this.scope;
      const parsed = parseInclude(head as '_include', value, modifier === 'iterate', this.options.types, definitions);
      this.keep(name, value, parsed, (include) => this.includes.push(include));
    } else {
      this.once(name, () => this.takeControl(head, value));
    }
  }

  private takeControl(name: string, value: string): void {
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
        this.keep(name, value, parseSummary(value), (summary) => {
          this.summary = summary;
        });
        return;
      case '_elements': {
        const types = this.options.types ?? this.scope.definitions.resourceTypes;
        this.keep(name, value, parseElements(value, types, this.scope.definitions), (form) => {
          this.elements = form;
        });
        return;
      }
      case '_sort':
        this.takeSort(value);
        return;
      default:
        this.takeContained(name, value);
    }
  }

  /** `_contained`, `_containedType`: what R4 gives as the default is what is done. */
  private takeContained(name: string, value: string): void {
    const [usual, ...others] = CONTAINED[name]!;
    if (value === usual) this.applied.push([name, value]);
    else if (others.includes(value)) this.refuse([notServed(name, INSIDE)]);
    else {
      const all = [usual, ...others].join(', ');
      this.faults.push(badValue(name, value, { en: `one of ${all}`, fr: `l’un de ${all}` }));
    }
  }

  private takeSort(value: string): void {
    const parts = parseSort(value, this.scope.index);
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

  /**
   * The cursor, once everything was read.
   * @param fingerprintOf what the search is over, for the fingerprint of the cursor
   * @param applied the parameters as understood, when there are more than were read here
   * @throws FaultError with all that was wrong
   */
  finish(fingerprintOf: string, applied: readonly (readonly [string, string])[] = this.applied): Cursor | undefined {
    this.checkTogether();
    if (this.sort.length === 0) this.sort = unasked(this.drafts);
    let cursor: Cursor | undefined;
    if (this.cursorText !== undefined && this.faults.length === 0) {
      const kinds = this.sortValueKinds();
      cursor = readCursor(this.cursorText, searchFingerprint(fingerprintOf, applied), kinds);
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

  /** R4: `_summary=text` goes with no include. A summary and a list of elements contradict each other. */
  private checkTogether(): void {
    const shortens = this.summary === 'true' || this.summary === 'text' || this.summary === 'data';
    if (this.summary === 'text' && this.includes.length > 0) {
      this.faults.push(
        badValue('_summary', 'text', {
          en: 'another summary, or no _include and _revinclude: R4 does not allow them together',
          fr: 'un autre résumé, ou ni _include ni _revinclude : R4 ne les permet pas ensemble',
        }),
      );
    }
    if (shortens && this.elements !== undefined) {
      this.faults.push(
        badValue('_elements', this.summary ?? '', {
          en: 'either _summary or _elements',
          fr: 'soit _summary, soit _elements',
        }),
      );
    }
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
 * The order when none was asked for. R4 leaves it open, so a search by date goes along the date, newest first, one by
 * _lastUpdated along that, oldest first, and one by another date, a text or a number along that: by id, a search for last
 * week would read everything from the first day. Empty = by id.
 */
function unasked(drafts: readonly Draft[]): readonly SortPart[] {
  for (const by of ['date', 'updated'] as const) {
    if (drafts.some((d) => d.kind === by)) return [{ key: { by, descending: by === 'date' }, value: 'instant' }];
  }
  const isNarrow = drafts.some((d) => d.kind === 'id' || d.kind === 'patient-id' || (d.kind === 'token' && d.rare));
  const clause = drafts.find((d): d is SideClause | PairClause => goesAlong(d));
  if (isNarrow || clause === undefined) return [];
  const kind = clause.kind === 'pair' ? clause.right.kind : clause.kind;
  const value = kind === 'string' ? 'text' : kind === 'number' || kind === 'near' ? 'number' : 'instant';
  return [{ key: { by: { kind: 'along', clause }, descending: false }, value }];
}

type PairClause = Extract<Clause, { kind: 'pair' }>;

/** Matches of these lie anywhere. */
const SCATTERED: ReadonlySet<StringMatch> = new Set(['contains', 'ends', 'differs']);

/** Whether the matches of a clause lie side by side in its index. */
function goesAlong(clause: Draft): boolean {
  switch (clause.kind) {
    case 'pair':
      return clause.right.kind !== 'pair' && goesAlong(clause.right);
    case 'string':
      return !SCATTERED.has(clause.match) && clause.anyOf.length === 1;
    case 'number':
      return clause.test.prefix !== 'ne' && clause.second === undefined;
    case 'near':
      return true;
    case 'other-date':
      return clause.test.prefix !== 'ne' && clause.test.prefix !== 'ap' && clause.test.prefix !== 'contains';
    default:
      return false;
  }
}

function everyOf(draft: Draft): readonly Draft[] {
  return draft.kind === 'every' ? draft.of.flatMap(everyOf) : [draft];
}
