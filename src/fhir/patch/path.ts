// The part of FHIRPath that FHIRPath Patch needs to name elements: names, indexes, where(x = 'y'), first(), last(), single(),
// extension('url'), ofType(X). Parsed in one pass without backtracking; a text of a stranger can neither loop nor recurse.
// https://hl7.org/fhir/R4/fhirpatch.html, https://hl7.org/fhirpath/N1/
import { a } from '../../kernel/article.ts';
import { refuse } from './values.ts';

const MAX_LENGTH = 2000;

/** What `where` compares: `system = 'x'`, joined by `and`. */
export interface Condition {
  readonly names: readonly string[];
  readonly literal: string | boolean | { readonly number: string };
}

export type Step =
  | { readonly kind: 'child'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'where'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'ofType'; readonly type: string }
  | { readonly kind: 'first' }
  | { readonly kind: 'last' }
  | { readonly kind: 'single' };

export interface Path {
  readonly text: string;
  readonly steps: readonly Step[];
}

type Token =
  | { readonly kind: 'name' | 'number' | 'string' | 'sign'; readonly text: string }
  | { readonly kind: 'end'; readonly text: '' };

const END: Token = { kind: 'end', text: '' };
const TOKEN = /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|`([^`\\]*)`|(-?\d+(?:\.\d+)?)|'((?:[^'\\]|\\.)*)'|([.()[\]=,]))/y;

/**
 * Reads a path. A first name that begins with a capital is the type of the resource.
 * @throws FaultError 422 for anything beyond the part that is served
 */
export function parsePath(text: string, resourceType: string): Path {
  const tokens = new Tokens(text);
  const steps: Step[] = [];
  const first = tokens.name();
  if (/^[A-Z]/.test(first)) {
    if (first !== resourceType && first !== 'Resource' && first !== 'DomainResource') {
      throw refuse(
        'patch-path',
        `"${text}" begins with ${first}, the resource is ${a(resourceType)}.`,
        `« ${text} » commence par ${first}, la ressource est de type ${resourceType}.`,
      );
    }
  } else readStep(tokens, first, steps);
  readIndexes(tokens, steps);
  while (tokens.takes('.')) {
    readStep(tokens, tokens.name(), steps);
    readIndexes(tokens, steps);
  }
  tokens.expect('end');
  return { text, steps };
}

function readIndexes(tokens: Tokens, steps: Step[]): void {
  while (tokens.takes('[')) {
    const index = tokens.expect('number');
    if (!/^\d{1,9}$/.test(index)) throw tokens.beyond();
    steps.push({ kind: 'index', index: Number(index) });
    tokens.sign(']');
  }
}

function readStep(tokens: Tokens, name: string, steps: Step[]): void {
  if (!tokens.takes('(')) {
    steps.push({ kind: 'child', name });
    return;
  }
  switch (name) {
    case 'first':
    case 'last':
    case 'single':
      steps.push({ kind: name });
      break;
    case 'extension':
      steps.push({ kind: 'extension', url: unescaped(tokens.expect('string')) });
      break;
    case 'ofType':
      steps.push({ kind: 'ofType', type: readType(tokens) });
      break;
    case 'where':
      steps.push({ kind: 'where', conditions: readConditions(tokens) });
      break;
    default:
      throw tokens.beyond();
  }
  tokens.sign(')');
}

function readType(tokens: Tokens): string {
  const first = tokens.name();
  return tokens.takes('.') ? tokens.name() : first;
}

function readConditions(tokens: Tokens): Condition[] {
  const conditions: Condition[] = [];
  do {
    const names = [tokens.name()];
    while (tokens.takes('.')) names.push(tokens.name());
    tokens.sign('=');
    conditions.push({ names, literal: readLiteral(tokens) });
  } while (tokens.takes('and'));
  return conditions;
}

function readLiteral(tokens: Tokens): Condition['literal'] {
  const token = tokens.next();
  if (token.kind === 'string') return unescaped(token.text);
  if (token.kind === 'number') return { number: token.text };
  if (token.kind === 'name' && (token.text === 'true' || token.text === 'false')) return token.text === 'true';
  throw tokens.beyond();
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|(.))/gs, (_all, hex: string | undefined, c: string) =>
    hex === undefined ? (ESCAPES[c] ?? c) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

class Tokens {
  readonly #text: string;
  #at = 0;
  #ahead: Token | undefined;

  constructor(text: string) {
    this.#text = text;
    if (text.length > MAX_LENGTH) throw this.beyond();
  }

  next(): Token {
    const token = this.#peek();
    this.#ahead = undefined;
    return token;
  }

  /** Takes a sign or a word when it is next. */
  takes(text: string): boolean {
    const token = this.#peek();
    if ((token.kind !== 'sign' && token.kind !== 'name') || token.text !== text) return false;
    this.#ahead = undefined;
    return true;
  }

  sign(text: string): void {
    if (!this.takes(text)) throw this.beyond();
  }

  name(): string {
    return this.expect('name');
  }

  expect(kind: Token['kind']): string {
    const token = this.next();
    if (token.kind !== kind) throw this.beyond();
    return token.text;
  }

  beyond(): Error {
    const shown = this.#text.length > 200 ? `${this.#text.slice(0, 200)}…` : this.#text;
    return refuse(
      'patch-path-beyond',
      `The path "${shown}" is not understood. Paths are made of names, [index], where(x = 'y'), first(), last(), single(), extension('url') and ofType(Type).`,
      `Le chemin « ${shown} » n’est pas compris. Un chemin est fait de noms, [index], where(x = 'y'), first(), last(), single(), extension('url') et ofType(Type).`,
    );
  }

  #peek(): Token {
    this.#ahead ??= this.#read();
    return this.#ahead;
  }

  #read(): Token {
    TOKEN.lastIndex = this.#at;
    const m = TOKEN.exec(this.#text);
    if (m === null) {
      if (this.#text.slice(this.#at).trim() === '') return END;
      throw this.beyond();
    }
    this.#at = TOKEN.lastIndex;
    const [, name, quoted, number, string, sign] = m;
    if (name !== undefined) return { kind: 'name', text: name };
    if (quoted !== undefined) return { kind: 'name', text: quoted };
    if (number !== undefined) return { kind: 'number', text: number };
    if (string !== undefined) return { kind: 'string', text: string };
    return { kind: 'sign', text: sign! };
  }
}
