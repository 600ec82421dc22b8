// Parameters that shape the answer, not what matches: _sort, _count, _total, _summary, _include (R4 search.html#modifyingresults).
import type { Fault } from '../../kernel/fault.ts';
import type { SortKey } from '../../storage/types.ts';
import { COLUMNS, type TypeIndex } from '../extract/paths.ts';
import type { SortValueKind } from './cursor.ts';
import { badValue, nearest, notServed } from './refusals.ts';

export const DEFAULT_COUNT = 50;
/** A larger _count gets this many: R4 lets a server answer with fewer than asked. */
export const MAX_COUNT = 1000;
const MAX_SORT = 8;

export type Total = 'none' | 'estimate' | 'accurate';

/** What one `_include` asks to follow. */
export interface Include {
  /** Reference parameter of the searched type. */
  readonly parameter: string;
  /** Only targets of this type. */
  readonly target?: string;
}

export function parseCount(value: string): number | Fault {
  if (!/^\d{1,9}$/.test(value)) {
    return badValue('_count', value, { en: `a number from 0 to ${MAX_COUNT}`, fr: `un nombre de 0 à ${MAX_COUNT}` });
  }
  return Math.min(Number(value), MAX_COUNT);
}

export function parseTotal(value: string): Total | Fault {
  if (value === 'none' || value === 'estimate' || value === 'accurate') return value;
  return badValue('_total', value, { en: 'none, estimate or accurate', fr: 'none, estimate ou accurate' });
}

/** Whether only the count is wanted. */
export function parseSummary(value: string): boolean | Fault {
  if (value === 'count') return true;
  if (value === 'false') return false;
  if (value === 'true' || value === 'text' || value === 'data') {
    return notServed('_summary', { en: `"${value}" is`, fr: `« ${value} » n’est` });
  }
  return badValue('_summary', value, { en: 'count or false', fr: 'count ou false' });
}

const SORTABLE = {
  date: { kind: 'date', value: 'instant' },
  string: { kind: 'string', value: 'text' },
  number: { kind: 'number', value: 'number' },
  quantity: { kind: 'number', value: 'number' },
} as const satisfies Partial<Record<string, { kind: 'date' | 'string' | 'number'; value: SortValueKind }>>;

export interface SortPart {
  readonly key: SortKey;
  /** Form of its values in the cursor; undefined for the id, which is there anyway. */
  readonly value: SortValueKind | undefined;
}

/** Codes that `_sort` takes on a type. */
export function sortable(index: TypeIndex): string[] {
  const own = [...index.parameters.values()].filter((p) => p.kind in SORTABLE && p.paths.length === 1);
  return [...COLUMNS, ...own.map((p) => p.definition.code)];
}

/** `_sort=-date,_id`: one key or the refusal for each part. */
export function parseSort(value: string, index: TypeIndex): (SortPart | Fault)[] {
  const parts = value.split(',');
  if (parts.length > MAX_SORT) {
    return [badValue('_sort', value, { en: `at most ${MAX_SORT} keys`, fr: `au plus ${MAX_SORT} clés` })];
  }
  return parts.map((part) => sortPart(part, index));
}

function sortPart(part: string, index: TypeIndex): SortPart | Fault {
  const descending = part.startsWith('-');
  const code = descending ? part.slice(1) : part;
  if (code === '_id') return { key: { by: 'id', descending }, value: undefined };
  if (code === '_lastUpdated') return { key: { by: 'updated', descending }, value: 'instant' };
  const parameter = index.parameters.get(code);
  const path = parameter?.paths[0];
  if (parameter === undefined || path === undefined || !(parameter.kind in SORTABLE) || parameter.paths.length > 1) {
    const all = sortable(index);
    const near = nearest(code, all);
    const list = all.join(', ');
    return badValue('_sort', part, {
      en: `${near === undefined ? '' : `"${near}", or `}any of ${list}, with - before it to go down`,
      fr: `${near === undefined ? '' : `« ${near} », ou `}l’un de ${list}, précédé de - pour décroître`,
    });
  }
  const { kind, value } = SORTABLE[parameter.kind as keyof typeof SORTABLE];
  const by = path === index.datePath ? 'date' : { kind, param: path.key };
  return { key: { by, descending }, value };
}

/** Reference parameters of a type that `_include` can follow. */
export function includable(index: TypeIndex): string[] {
  return [...index.parameters.values()]
    .filter((p) => p.kind === 'reference' && p.paths.some((path) => path.branches.some((b) => b.type === 'Reference')))
    .map((p) => p.definition.code);
}

/** `Observation:subject` or `Observation:subject:Patient`. */
export function parseInclude(value: string, index: TypeIndex): Include | Fault {
  const all = includable(index);
  const [source, parameter = '', target, ...rest] = value.split(':');
  if (value === '*' || parameter === '*') {
    return notServed('_include', {
      en: 'including every reference (*) is',
      fr: 'l’inclusion de toutes les références (*) n’est',
    });
  }
  const known = all.includes(parameter) ? index.parameters.get(parameter) : undefined;
  if (
    source !== index.type ||
    known === undefined ||
    rest.length > 0 ||
    (target !== undefined && !known.targets.includes(target))
  ) {
    const forms = all.map((code) => `${index.type}:${code}`).join(', ');
    return badValue('_include', value, {
      en:
        forms === ''
          ? `nothing: ${index.type} has no reference to follow`
          : `one of ${forms}, with :Type after it to keep one target type`,
      fr:
        forms === ''
          ? `rien : ${index.type} n’a pas de référence à suivre`
          : `l’un de ${forms}, suivi de :Type pour un seul type de cible`,
    });
  }
  return { parameter, ...(target === undefined ? {} : { target }) };
}
