// Conditions on the rows of the side tables: dates, texts and numbers of parameters that are no tokens.
import { cutText, TEXT_LIMIT } from '../text.ts';
import type { Clause, SideClause, StringMatch } from '../types.ts';
import { nearTest } from './near.ts';
import { dateTest, numberTest } from './ranges.ts';
import type { Values } from './statement.ts';

export const SIDE_TABLES = {
  'other-date': 'search_date',
  string: 'search_string',
  number: 'search_number',
  near: 'search_number',
} as const satisfies Record<SideClause['kind'], string>;

export function isSide(clause: Clause): clause is SideClause {
  return clause.kind in SIDE_TABLES;
}

/** The ids whose row in a side table fits. A parameter key belongs to one type, so the type need not be asked for. */
export function ids(clause: SideClause, values: Values): string {
  return `select s.id from ${SIDE_TABLES[clause.kind]} s where ${sideTest(clause, 's', values)}`;
}

/** The condition of a clause on a row of its table, named `row`. */
export function sideTest(clause: SideClause, row: string, values: Values): string {
  return `${placeTest(clause, row, values)} and ${valueTest(clause, row, values)}`;
}

/** Which values: those of a parameter, or those that stand beside a coding. */
function placeTest({ param, pairs }: SideClause, row: string, values: Values): string {
  if (pairs === undefined) return `${row}.param = ${values.put(param, 'int')}`;
  return pairs.length === 1
    ? `${row}.pair = ${values.put(pairs[0], 'int8')}`
    : `${row}.pair = any(${values.put(pairs, 'int8[]')})`;
}

function valueTest(clause: SideClause, row: string, values: Values): string {
  switch (clause.kind) {
    case 'other-date':
      return dateTest(clause.test, `${row}.lo`, `${row}.hi`, values);
    case 'number': {
      const { test, second } = clause;
      if (second === undefined)
        return numberTest(test, values, { lo: `${row}.lo`, hi: `${row}.hi`, unit: `${row}.unit` });
      const points = [numberTest(test, values, point(`${row}.lo`)), numberTest(second, values, point(`${row}.hi`))];
      return points.join(' and ');
    }
    case 'string': {
      const tests = clause.anyOf.map((text, i) => stringTest(clause.match, text, clause.exact?.[i], row, values));
      const whole = clause.whole ? `${row}.exact is not null and ` : '';
      return `${whole}(${tests.join(' or ')})`;
    }
    case 'near':
      return nearTest(clause, row, values);
    default:
      return clause satisfies never;
  }
}

function point(column: string): { lo: string; hi: string } {
  return { lo: column, hi: column };
}

/** Texts by `>=` and `<`: `like` with a parameter uses the index of trigrams only, which knows no order. */
function stringTest(match: StringMatch, text: string, exact: number | undefined, row: string, values: Values): string {
  const kept = cutText(text);
  const all = `coalesce(${row}.rest, ${row}.value)`;
  // The first characters have the index. Where the text is longer, and they are the same, all of them decide.
  const compared = (operator: '=' | '<' | '<=' | '>' | '>=') => {
    if (text.length < TEXT_LIMIT - 1) return `${row}.value ${operator} ${values.put(text, 'text')}`;
    const wide = operator === '=' ? '=' : `${operator[0]}=`;
    return `(${row}.value ${wide} ${values.put(kept, 'text')} and ${all} ${operator} ${values.put(text, 'text')})`;
  };
  switch (match) {
    case 'equals':
      return compared('=');
    case 'differs':
      return `${all} <> ${values.put(text, 'text')}`;
    case 'above':
      return compared('>');
    case 'from':
      return compared('>=');
    case 'below':
      return compared('<');
    case 'to':
      return compared('<=');
    case 'ends': {
      const pattern = values.put(likeText(text, '%', ''), 'text');
      return `((${row}.rest is null and ${row}.value like ${pattern}) or ${row}.rest like ${pattern})`;
    }
    case 'exact':
      return `(${row}.value = ${values.put(kept, 'text')} and ${row}.exact = ${values.put(exact ?? 0, 'int')})`;
    case 'contains': {
      const pattern = values.put(likeText(text, '%', '%'), 'text');
      return text.length > TEXT_LIMIT
        ? `${row}.rest like ${pattern}`
        : `(${row}.value like ${pattern} or ${row}.rest like ${pattern})`;
    }
    case 'starts':
      if (kept === text) return startTest(`${row}.value`, text, values);
      return `(${row}.value = ${values.put(kept, 'text')} and ${startTest(`${row}.rest`, text, values)})`;
  }
}

/** A pattern of `like` for a text that stands for itself. */
function likeText(text: string, before: '' | '%', after: '' | '%'): string {
  return `${before}${text.replace(/[\\%_]/g, '\\$&')}${after}`;
}

function startTest(column: string, text: string, values: Values): string {
  const next = nextText(text);
  const from = `${column} >= ${values.put(text, 'text')}`;
  return next === undefined ? from : `(${from} and ${column} < ${values.put(next, 'text')})`;
}

const LAST = 0x10ffff;

/** The smallest text above all that start with `text`, in order of code points (collation C in UTF-8); undefined when there is none. */
export function nextText(text: string): string | undefined {
  const points = Array.from(text, (c) => c.codePointAt(0)!);
  while (points.at(-1) === LAST) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no characters of UTF-8.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
