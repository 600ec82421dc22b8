// Parameters that shape the answer, not what matches: _sort, _count, _total, _summary, _elements (R4 search.html#modifyingresults).
import type { Fault } from '../../kernel/fault.ts';
import type { SortKey } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { COLUMNS, type IndexedParameter, type TypeIndex } from '../extract/paths.ts';
import type { SortValueKind } from './cursor.ts';
import { badValue, nearest, notServed } from './refusals.ts';
import { type Form, topElements } from './subset.ts';

export const DEFAULT_COUNT = 50;
/** A larger _count gets this many: R4 lets a server answer with fewer than asked. */
export const MAX_COUNT = 1000;
const MAX_SORT = 8;

export type Total = 'none' | 'estimate' | 'accurate';

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

export type Summary = 'true' | 'text' | 'data' | 'count' | 'false';
const SUMMARIES: readonly string[] = ['true', 'text', 'data', 'count', 'false'] satisfies Summary[];

export function parseSummary(value: string): Summary | Fault {
  if (SUMMARIES.includes(value)) return value as Summary;
  return badValue('_summary', value, {
    en: 'true, text, data, count or false',
    fr: 'true, text, data, count ou false',
  });
}

/** `_elements=identifier,active`: names of elements at the top of one of the types. `Patient.name` may be said for `name`. */
export function parseElements(value: string, types: readonly string[], definitions: Definitions): Form | Fault {
  const known = new Set(types.flatMap((type) => topElements(definitions, type).map((e) => e.name)));
  const names = value.split(',').map((name) => {
    const [type, ...rest] = name.trim().split('.');
    return (rest.length === 1 && types.includes(type!) ? rest[0]! : name.trim()).replace(/\[x\]$/, '');
  });
  const wrong = names.find((name) => !known.has(name));
  if (wrong === undefined) return { kind: 'elements', names };
  const near = nearest(wrong, [...known]);
  const list = [...known].sort().join(', ');
  return badValue('_elements', wrong, {
    en: `${near === undefined ? '' : `"${near}", or `}any of ${list}, separated by commas`,
    fr: `${near === undefined ? '' : `« ${near} », ou `}l’un de ${list}, séparés par des virgules`,
  });
}

// ---------------------------------------------------------------- order

const SORTABLE = {
  date: { kind: 'date', value: 'instant' },
  string: { kind: 'string', value: 'text' },
  number: { kind: 'number', value: 'number' },
  quantity: { kind: 'number', value: 'number' },
  token: { kind: 'token', value: 'text' },
  uri: { kind: 'token', value: 'text' },
} as const satisfies Partial<Record<string, { kind: 'date' | 'string' | 'number' | 'token'; value: SortValueKind }>>;

export interface SortPart {
  readonly key: SortKey;
  /** Form of its values in the cursor; undefined for the id, which is there anyway. */
  readonly value: SortValueKind | undefined;
}

/** Tokens of which the text is noted: codes. An identifier has no order that says anything. */
const NOTED = new Set(['CodeableConcept', 'Coding', 'code', 'boolean', 'uri', 'url', 'canonical', 'oid', 'id']);

function isSortable({ kind, paths }: IndexedParameter, { datePath }: TypeIndex): boolean {
  if (!(kind in SORTABLE) || paths.some((p) => p.truth)) return false;
  if (paths.length > 1 && datePath !== undefined && paths.includes(datePath)) return false;
  return (kind !== 'token' && kind !== 'uri') || paths.every((p) => p.branches.every((b) => NOTED.has(b.type)));
}

/** Codes that `_sort` takes on a type. */
export function sortable(index: TypeIndex): string[] {
  const own = [...index.parameters.values()].filter((p) => isSortable(p, index));
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
  if (code === '_id') return { key: { by: 'id-text', descending }, value: 'text' };
  if (code === '_lastUpdated') return { key: { by: 'updated', descending }, value: 'instant' };
  if (code === '_score') {
    return notServed('_sort', {
      en: 'an order by relevance (_score) is',
      fr: 'un ordre par pertinence (_score) n’est',
    });
  }
  const parameter = index.parameters.get(code);
  if (parameter === undefined || !isSortable(parameter, index)) {
    const all = sortable(index);
    const near = nearest(code, all);
    const list = all.join(', ');
    return badValue('_sort', part, {
      en: `${near === undefined ? '' : `"${near}", or `}any of ${list}, with - before it to go down`,
      fr: `${near === undefined ? '' : `« ${near} », ou `}l’un de ${list}, précédé de - pour décroître`,
    });
  }
  const { kind, value } = SORTABLE[parameter.kind as keyof typeof SORTABLE];
  const [path, ...others] = parameter.paths;
  if (path === index.datePath) return { key: { by: 'date', descending }, value };
  const param = others.length === 0 ? path!.key : parameter.paths.map((p) => p.key);
  const single = others.length === 0 && path!.branches.every((b) => b.single);
  return { key: { by: { kind, param, ...(single ? { single } : {}) }, descending }, value };
}
