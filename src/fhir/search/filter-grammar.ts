// The text of `_filter` → an expression (https://hl7.org/fhir/R4/search_filter.html). Nothing is known of parameters here.
//
//   filter := operand (("and" | "or") operand)*      from left to right, neither binds tighter (R4)
//   operand := "not" operand | "(" filter ")" | path SP operator SP value
//   path := step ("." step)*      step := name (":" Type)? ("[" filter "]")?      what is in brackets is followed by a step
//   value := a JSON string | anything without white space, "]" and ")"
import type { Text } from '../../kernel/fault.ts';

export type FilterExpression =
  | { readonly kind: 'and' | 'or'; readonly of: readonly FilterExpression[] }
  | { readonly kind: 'not'; readonly of: FilterExpression }
  | FilterTest;

export interface FilterTest {
  readonly kind: 'test';
  readonly path: readonly FilterStep[];
  readonly operator: FilterOperator;
  readonly operatorAt: number;
  readonly value: string;
  readonly valueAt: number;
}

/** A name of the path. Positions count from 1. */
export interface FilterStep {
  readonly name: string;
  readonly at: number;
  /** Which of the types that the name may lead to: `subject:Patient`, as in chains. */
  readonly type?: string;
  /** What must hold where the name leads to. */
  readonly filter?: FilterExpression;
}

export const FILTER_OPERATORS = [
  ...(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb'] as const),
  ...(['pr', 'po', 'ss', 'sb', 'in', 'ni', 're'] as const),
] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** Why the text is no expression, and where. */
export interface Misread {
  readonly at: number;
  readonly wanted: Text;
}

const MAX_LENGTH = 8_000;
const MAX_DEPTH = 20;
const MAX_TESTS = 100;

const SPACE = /\s*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_-]*/y;
const TYPE = /:([A-Za-z]+)/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const TOKEN = /[^\s\])]+/y;

/** Reads the text of `_filter`. */
export function readFilter(text: string): FilterExpression | Misread {
  if (text.length > MAX_LENGTH) return { at: MAX_LENGTH, wanted: limit('characters', 'caractères', MAX_LENGTH) };
  try {
    return new FilterReader(text).read();
  } catch (error) {
    if (error instanceof Unread) return error.misread;
    throw error;
  }
}

export function isMisread(read: FilterExpression | Misread): read is Misread {
  return 'wanted' in read;
}

function limit(en: string, fr: string, most: number): Text {
  return { en: `at most ${most} ${en}`, fr: `au plus ${most} ${fr}` };
}

class Unread extends Error {
  readonly misread: Misread;

  constructor(at: number, wanted: Text) {
    super(wanted.en);
    this.misread = { at, wanted };
  }
}

const OPERAND = {
  en: 'a filter: (filter), not (filter), or name operator value, as in birthdate ge 1970',
  fr: 'un filtre : (filtre), not (filtre), ou nom opérateur valeur, comme birthdate ge 1970',
};
const LOGIC = { en: '"and", "or" or the end', fr: '« and », « or » ou la fin' };

class FilterReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #tests = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): FilterExpression {
    const expression = this.#filter();
    if (this.#at < this.#text.length) throw this.#unread(LOGIC);
    return expression;
  }

  #filter(): FilterExpression {
    let left = this.#operand();
    for (;;) {
      this.#take(SPACE);
      const word = this.#peek(NAME);
      if (word !== 'and' && word !== 'or') return left;
      this.#take(NAME);
      const right = this.#operand();
      left = left.kind === word ? { kind: word, of: [...left.of, right] } : { kind: word, of: [left, right] };
    }
  }

  #operand(): FilterExpression {
    this.#take(SPACE);
    if (this.#text[this.#at] === '(') return this.#within('(', ')');
    const word = this.#peek(NAME);
    if (word === undefined || word === 'and' || word === 'or') throw this.#unread(OPERAND);
    if (word !== 'not') return this.#test();
    this.#take(NAME);
    return this.#deeper(() => ({ kind: 'not', of: this.#operand() }));
  }

  #within(open: '(' | '[', close: ')' | ']'): FilterExpression {
    this.#at += open.length;
    const inner = this.#deeper(() => this.#filter());
    this.#take(SPACE);
    if (this.#text[this.#at] !== close) {
      throw this.#unread({ en: `"and", "or" or "${close}"`, fr: `« and », « or » ou « ${close} »` });
    }
    this.#at++;
    return inner;
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw this.#unread(limit('levels', 'niveaux', MAX_DEPTH));
    const result = read();
    this.#depth--;
    return result;
  }

  #test(): FilterTest {
    if (++this.#tests > MAX_TESTS) throw this.#unread(limit('tests', 'tests', MAX_TESTS));
    const path = this.#path();
    this.#space({ en: 'a space, then an operator', fr: 'une espace, puis un opérateur' });
    const operatorAt = this.#at + 1;
    const operator = FILTER_OPERATORS.find((o) => o === this.#peek(NAME));
    if (operator === undefined) {
      const all = FILTER_OPERATORS.join(' ');
      throw this.#unread({ en: `an operator: ${all}`, fr: `un opérateur : ${all}` });
    }
    this.#take(NAME);
    this.#space({ en: 'a space, then a value', fr: 'une espace, puis une valeur' });
    const valueAt = this.#at + 1;
    return { kind: 'test', path, operator, operatorAt, value: this.#value(), valueAt };
  }

  #path(): FilterStep[] {
    const path: FilterStep[] = [];
    do {
      const at = this.#at + 1;
      const name = this.#take(NAME);
      if (name === undefined) throw this.#unread({ en: 'the name of a parameter', fr: 'le nom d’un paramètre' });
      const type = this.#take(TYPE)?.slice(1);
      const filter = this.#text[this.#at] === '[' ? this.#within('[', ']') : undefined;
      path.push({ name, at, ...(type === undefined ? {} : { type }), ...(filter === undefined ? {} : { filter }) });
    } while (this.#dot());
    if (path.at(-1)!.filter !== undefined) {
      throw this.#unread({ en: '"." and a name after "]"', fr: '« . » et un nom après « ] »' });
    }
    return path;
  }

  #dot(): boolean {
    if (this.#text[this.#at] !== '.') return false;
    this.#at++;
    return true;
  }

  #value(): string {
    if (this.#text[this.#at] !== '"') {
      const token = this.#take(TOKEN);
      if (token === undefined) throw this.#unread({ en: 'a value', fr: 'une valeur' });
      return token;
    }
    const wanted = { en: 'a JSON string, as in "a \\"b\\""', fr: 'une chaîne JSON, comme "a \\"b\\""' };
    const start = this.#at;
    const string = this.#take(STRING);
    if (string === undefined) throw this.#unread(wanted);
    if (this.#peek(TOKEN) !== undefined) throw this.#unread(LOGIC);
    const value = unquoted(string);
    if (value === undefined) throw new Unread(start + 1, wanted);
    return value;
  }

  #space(wanted: Text): void {
    if (this.#take(SPACE) === '') throw this.#unread(wanted);
  }

  #peek(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    return form.exec(this.#text)?.[0];
  }

  #take(form: RegExp): string | undefined {
    const found = this.#peek(form);
    this.#at += found?.length ?? 0;
    return found;
  }

  #unread(wanted: Text): Unread {
    return new Unread(this.#at + 1, wanted);
  }
}

/** The text of a JSON string; undefined for a wrong escape, and for what no text may hold (U+0000, half a character). */
function unquoted(string: string): string | undefined {
  try {
    const value = JSON.parse(string) as string;
    return value.includes('\0') || !value.isWellFormed() ? undefined : value;
  } catch {
    return undefined;
  }
}
