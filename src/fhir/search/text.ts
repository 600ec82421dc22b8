// `_text` and `_content`: words, "several words", AND, OR, NOT and parentheses (R4 search.html#text). Words that only stand
// beside each other must all be there. A word that ends with * stands for all that begin so.
import { normalise, wordsOf } from '../extract/text.ts';
import { anyOf, type Draft, type Result, type SearchScope } from './draft.ts';
import { badValue } from './refusals.ts';
import { plain } from './values.ts';

const WANTED = {
  en: 'words, joined by AND, OR, NOT and parentheses, as in (bone OR liver) and metastases; a word may end with *',
  fr: 'des mots, liés par AND, OR, NOT et des parenthèses, comme (bone OR liver) and metastases ; un mot peut finir par *',
};
const MOST_WORDS = 50;

/** @param narrative only words of the narrative */
export function textClause(name: string, value: string, narrative: boolean, scope: SearchScope): Result {
  const reader = new TextReader(plain(value), (word) => wordDraft(word, narrative, scope));
  return reader.read() ?? badValue(name, value, WANTED);
}

/** A word of the free texts; of the whole content also one that stands with a coded value. */
function wordDraft(word: string, narrative: boolean, { index }: SearchScope): Draft {
  if (narrative) return { kind: 'text', word: lexeme(`~${word}`) };
  return anyOf([
    { kind: 'text', word: lexeme(word) },
    { kind: 'wording-word', type: index.type, word: lexeme(word) },
  ]);
}

/** In the words of a tsquery. Words have letters and digits only, and one sign of ours. */
function lexeme(word: string): string {
  return word.endsWith('*') ? `'${word.slice(0, -1)}':*` : `'${word}'`;
}

const PIECE = /\s*(?:(\()|(\))|"([^"]*)"|([^\s()"]+))/y;

type Piece = { readonly kind: '(' | ')' } | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean };

/** or := and (OR and)* · and := not ((AND)? not)* · not := NOT? (word | "words" | ( or )) */
class TextReader {
  readonly #pieces: Piece[] = [];
  readonly #draft: (word: string) => Draft;
  #at = 0;
  #words = 0;

  constructor(text: string, draft: (word: string) => Draft) {
    this.#draft = draft;
    PIECE.lastIndex = 0;
    for (let m = PIECE.exec(text); m !== null && m[0] !== ''; m = PIECE.exec(text)) {
      if (m[1] !== undefined) this.#pieces.push({ kind: '(' });
      else if (m[2] !== undefined) this.#pieces.push({ kind: ')' });
      else this.#pieces.push({ kind: 'text', text: m[3] ?? m[4]!, quoted: m[3] !== undefined });
    }
  }

  /** undefined when the text is no such expression. */
  read(): Draft | undefined {
    const draft = this.#or();
    return this.#at === this.#pieces.length && this.#words <= MOST_WORDS ? draft : undefined;
  }

  #or(): Draft | undefined {
    const of: Draft[] = [];
    do {
      const one = this.#and();
      if (one === undefined) return undefined;
      of.push(one);
    } while (this.#take('or'));
    return anyOf(of);
  }

  #and(): Draft | undefined {
    const of: Draft[] = [];
    do {
      const one = this.#not();
      if (one === undefined) return undefined;
      of.push(one);
    } while (this.#take('and') || this.#goesOn());
    return of.length === 1 ? of[0] : { kind: 'every', of };
  }

  #not(): Draft | undefined {
    if (this.#take('not')) {
      const one = this.#not();
      return one && { kind: 'negated', of: one };
    }
    if (this.#is('and') || this.#is('or')) return undefined;
    const piece = this.#pieces[this.#at++];
    if (piece?.kind === '(') {
      const inner = this.#or();
      return this.#pieces[this.#at++]?.kind === ')' ? inner : undefined;
    }
    return piece?.kind === 'text' ? this.#wordsOf(piece) : undefined;
  }

  #wordsOf({ text, quoted }: Extract<Piece, { kind: 'text' }>): Draft | undefined {
    const words = wordsOf(normalise(text));
    this.#words += words.length;
    if (words.length === 0) return undefined;
    if (!quoted && text.endsWith('*')) words[words.length - 1] += '*';
    const of = words.map(this.#draft);
    return of.length === 1 ? of[0] : { kind: 'every', of };
  }

  #take(operator: 'and' | 'or' | 'not'): boolean {
    if (!this.#is(operator)) return false;
    this.#at++;
    return true;
  }

  #is(operator: 'and' | 'or' | 'not'): boolean {
    const piece = this.#pieces[this.#at];
    return piece?.kind === 'text' && !piece.quoted && piece.text.toLowerCase() === operator;
  }

  /** Something follows that is no operator: it must hold too. */
  #goesOn(): boolean {
    const piece = this.#pieces[this.#at];
    return piece !== undefined && piece.kind !== ')' && !this.#is('or');
  }
}
