// Splits TypeScript into its code and its strings, without comments: enough to look for words without being fooled by prose.

export interface Literal {
  readonly text: string;
  readonly line: number;
}

export interface Scanned {
  /** The source with comments removed and every literal emptied; lines keep their numbers. */
  readonly code: string;
  readonly literals: readonly Literal[];
}

/** After these a slash starts a regular expression; after anything else it divides. */
const BEFORE_REGEX = /(^|[=([{,;:!&|?+\-*%~^<>]|\b(return|typeof|case|in|of|do|else|void|await|yield))\s*$/;

/** Scans a whole source file. Text in `${}` of a template counts as code. */
export function scan(source: string): Scanned {
  const literals: Literal[] = [];
  let code = '';
  let at = 0;
  /** Braces open inside each template expression that we are in. */
  const templates: number[] = [];

  const newlines = (text: string) => text.replace(/[^\n]/g, '');
  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0] ?? source.slice(at);
    at += text.length;
    return text;
  };
  const literal = (text: string) => {
    literals.push({ text, line: code.split('\n').length });
    code += newlines(text);
  };
  /** From inside a template to its end, or to the next expression in it. */
  const template = () => {
    literal(skip(/(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y));
    if (source.startsWith('${', at)) {
      templates.push(0);
      code += '${';
      at += 2;
    } else {
      code += '`';
      at += 1;
    }
  };

  while (at < source.length) {
    const c = source[at]!;
    const two = source.slice(at, at + 2);
    if (two === '//') skip(/[^\n]*/y);
    else if (two === '/*') code += newlines(skip(/\/\*[\s\S]*?\*\//y));
    else if (c === '"' || c === "'") {
      const text = skip(c === '"' ? /"(?:\\[\s\S]|[^"\\\n])*"/y : /'(?:\\[\s\S]|[^'\\\n])*'/y);
      code += c;
      literal(text.slice(1, -1));
      code += c;
    } else if (c === '`') {
      code += c;
      at++;
      template();
    } else if (c === '/' && BEFORE_REGEX.test(code.slice(-40))) {
      skip(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y);
      code += '/ /';
    } else {
      at++;
      code += c;
      const depth = templates.length - 1;
      if (depth < 0) continue;
      if (c === '{') templates[depth]!++;
      else if (c === '}' && templates[depth]!-- === 0) {
        templates.pop();
        template();
      }
    }
  }
  return { code, literals };
}
