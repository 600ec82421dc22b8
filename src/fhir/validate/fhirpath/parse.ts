// A reader for the FHIRPath of invariants (FHIRPath N1 grammar, without date literals and quantities with units).

export type Ast =
  | { readonly kind: 'empty' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'this' }
  | { readonly kind: 'variable'; readonly name: string }
  /** A child by name; `of` undefined = of `$this`. */
  | { readonly kind: 'member'; readonly of: Ast | undefined; readonly name: string }
  | { readonly kind: 'call'; readonly of: Ast | undefined; readonly name: string; readonly args: readonly Ast[] }
  | { readonly kind: 'index'; readonly of: Ast; readonly at: Ast }
  | { readonly kind: 'type'; readonly op: 'is' | 'as'; readonly of: Ast; readonly name: string }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Ast; readonly right: Ast };

/** The expression uses something that this reader or compiler does not know. */
export class UnsupportedFhirPath extends Error {}

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|('(?:[^'\\]|\\.)*')|(`(?:[^`\\]|\\.)*`)|([A-Za-z_][A-Za-z0-9_]*)|(\$this|\$index|%[A-Za-z_][\w-]*|%`[^`]+`|%'[^']+')|(<=|>=|!=|!~|[-+*/&|=~<>().,[\]{}]))/y;

/** How tightly operators bind; the same for all between two steps (N1 §6.8). */
const PRECEDENCE: Readonly<Record<string, number>> = {
  implies: 1,
  or: 2,
  xor: 2,
  and: 3,
  in: 4,
  contains: 4,
  '=': 5,
  '~': 5,
  '!=': 5,
  '!~': 5,
  '<': 6,
  '>': 6,
  '<=': 6,
  '>=': 6,
  '|': 7,
  is: 8,
  as: 8,
  '+': 9,
  '-': 9,
  '&': 9,
  '*': 10,
  '/': 10,
  div: 10,
  mod: 10,
};

/**
 * Parses an expression.
 * @throws UnsupportedFhirPath when it is not in the subset.
 */
export function parse(expression: string): Ast {
  const parser = new Parser(expression);
  return parser.all();
}

type Kind = 'number' | 'string' | 'quoted' | 'word' | 'special' | 'sign' | 'end';

class Parser {
  readonly #source: string;
  #at = 0;
  #kind: Kind = 'end';
  #text = '';

  constructor(source: string) {
    this.#source = source;
    this.#next();
  }

  all(): Ast {
    const ast = this.#expression(0);
    if (this.#kind !== 'end') throw this.#unsupported();
    return ast;
  }

  #unsupported(): UnsupportedFhirPath {
    return new UnsupportedFhirPath(`unexpected "${this.#text}" before ${this.#at} in: ${this.#source}`);
  }

  #next(): void {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#source);
    if (match === null) {
      this.#text = this.#source.slice(this.#at).trim();
      if (this.#text !== '') throw this.#unsupported();
      this.#kind = 'end';
      return;
    }
    this.#at = TOKEN.lastIndex;
    const group = match.findIndex((text, i) => i > 0 && text !== undefined);
    this.#kind = (['number', 'string', 'quoted', 'word', 'special', 'sign'] as const)[group - 1] as Kind;
    this.#text = match[group] as string;
  }

  #take(text: string): boolean {
    if (this.#text !== text || this.#kind === 'string' || this.#kind === 'quoted') return false;
    this.#next();
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unsupported();
  }

  #expression(floor: number): Ast {
    let left = this.#unary();
    for (;;) {
      const op = this.#text;
      const binds = this.#kind === 'word' || this.#kind === 'sign' ? PRECEDENCE[op] : undefined;
      if (binds === undefined || !Object.hasOwn(PRECEDENCE, op) || binds <= floor) return left;
      this.#next();
      left =
        op === 'is' || op === 'as'
          ? { kind: 'type', op, of: left, name: this.#typeName() }
          : { kind: 'binary', op, left, right: this.#expression(binds) };
    }
  }

  #unary(): Ast {
    if (this.#take('-')) return { kind: 'binary', op: '-', left: { kind: 'literal', value: 0 }, right: this.#unary() };
    if (this.#take('+')) return this.#unary();
    return this.#postfix(this.#term());
  }

  #postfix(term: Ast): Ast {
    let ast = term;
    for (;;) {
      if (this.#take('.')) ast = this.#invocation(ast);
      else if (this.#take('[')) {
        ast = { kind: 'index', of: ast, at: this.#expression(0) };
        this.#expect(']');
      } else return ast;
    }
  }

  #term(): Ast {
    const text = this.#text;
    switch (this.#kind) {
      case 'number':
        this.#next();
        return { kind: 'literal', value: Number(text) };
      case 'string':
        this.#next();
        return { kind: 'literal', value: unescaped(text) };
      case 'special':
        this.#next();
        if (text === '$this') return { kind: 'this' };
        if (text.startsWith('%')) return { kind: 'variable', name: text.slice(1).replace(/[`']/g, '') };
        throw this.#unsupported();
      case 'sign':
        if (this.#take('(')) {
          const inner = this.#expression(0);
          this.#expect(')');
          return inner;
        }
        if (this.#take('{')) {
          this.#expect('}');
          return { kind: 'empty' };
        }
        throw this.#unsupported();
      case 'word':
        if (text === 'true' || text === 'false') {
          this.#next();
          return { kind: 'literal', value: text === 'true' };
        }
    }
    return this.#invocation(undefined);
  }

  #invocation(of: Ast | undefined): Ast {
    if (this.#kind === 'special' && this.#text === '$this') {
      this.#next();
      return of ?? { kind: 'this' };
    }
    if (this.#kind !== 'word' && this.#kind !== 'quoted') throw this.#unsupported();
    const name = this.#kind === 'quoted' ? this.#text.slice(1, -1) : this.#text;
    this.#next();
    if (!this.#take('(')) return { kind: 'member', of, name };
    const args: Ast[] = [];
    if (!this.#take(')')) {
      do args.push(this.#expression(0));
      while (this.#take(','));
      this.#expect(')');
    }
    return { kind: 'call', of, name, args };
  }

  #typeName(): string {
    const first = this.#text;
    if (this.#kind !== 'word' && this.#kind !== 'quoted') throw this.#unsupported();
    this.#next();
    if (!this.#take('.')) return first;
    // FHIR.Patient, System.Boolean: the namespace adds nothing, names do not clash.
    const name = this.#text;
    this.#next();
    return name;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function unescaped(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\\(?:u([\dA-Fa-f]{4})|(.))/gs, (_, hex: string | undefined, c: string) =>
      hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : (ESCAPES[c] ?? c),
    );
}
