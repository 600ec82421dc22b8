// The part of FHIRPath that the R4 search parameters use, read into paths. Anything else is refused when the server starts,
// so that no parameter is ever half understood.
//
//   path := name ( .name | .ofType(T) | .as(T) | as T | [0] | .where(element='text') | .where(resolve() is T) | .resolve() )*
//   expression := path ( | path )*            parentheses around a path or the start of one

export type Segment =
  | { readonly kind: 'child'; readonly name: string }
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'equals'; readonly element: string; readonly text: string }
  | { readonly kind: 'resolves'; readonly type: string };

/** One alternative of an expression. The first segment is a type name, or an element for the rare `name | alias`. */
export interface PathExpression {
  readonly text: string;
  readonly segments: readonly Segment[];
  /** `X.exists() and X != false`: true when the element is there and not false, as a boolean. */
  readonly truth?: boolean;
}

/** The alternatives of an expression. @throws SyntaxError for what the subset does not have. */
export function parseExpression(expression: string): PathExpression[] {
  return splitAlternatives(expression).map(parsePath);
}

/** Cuts at `|` outside of parentheses and quotes. */
function splitAlternatives(expression: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < expression.length; i++) {
    const c = expression[i];
    if (c === "'") quoted = !quoted;
    if (quoted) continue;
    if (c === '(') depth++;
    if (c === ')') depth--;
    if (c === '|' && depth === 0) {
      parts.push(expression.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(expression.slice(start));
  return parts.map((p) => p.trim());
}

const TRUTH = /^([A-Za-z.]+)\.exists\(\) and \1 != false$/;
const AS = /^(.*[^.]) as ([A-Za-z]+)$/;
const START = /^[A-Za-z][A-Za-z0-9]*/;
const REST: readonly (readonly [RegExp, (m: RegExpExecArray) => readonly Segment[]])[] = [
  [/^\.(?:ofType|as)\(([A-Za-z]+)\)/, (m) => [{ kind: 'type', type: m[1]! }]],
  [/^\[(\d+)\]/, (m) => [{ kind: 'index', at: Number(m[1]) }]],
  [/^\.where\(resolve\(\) is ([A-Za-z]+)\)/, (m) => [{ kind: 'resolves', type: m[1]! }]],
  [/^\.where\(([a-z][A-Za-z]*) ?= ?'([^']*)'\)/, (m) => [{ kind: 'equals', element: m[1]!, text: m[2]! }]],
  [/^\.resolve\(\)/, () => []],
  [/^\.([a-z][A-Za-z0-9]*)(?!\()/, (m) => [{ kind: 'child', name: m[1]! }]],
];

function parsePath(text: string): PathExpression {
  const truth = TRUTH.exec(text);
  if (truth !== null) return { text, segments: parseSegments(truth[1]!, text), truth: true };
  return { text, segments: parseSegments(text, text) };
}

function parseSegments(path: string, whole: string): Segment[] {
  if (path.startsWith('(')) {
    const end = closing(path);
    return [...parseSegments(path.slice(1, end), whole), ...parseRest(path.slice(end + 1), whole)];
  }
  const as = AS.exec(path);
  if (as !== null) return [...parseSegments(as[1]!, whole), { kind: 'type', type: as[2]! }];
  const start = START.exec(path);
  if (start === null) throw unsupported(whole);
  return [{ kind: 'child', name: start[0] }, ...parseRest(path.slice(start[0].length), whole)];
}

function parseRest(rest: string, whole: string): Segment[] {
  const segments: Segment[] = [];
  let left = rest;
  while (left !== '') {
    const found = REST.map(([form, make]) => ({ match: form.exec(left), make })).find((f) => f.match !== null);
    if (found?.match == null) throw unsupported(whole);
    segments.push(...found.make(found.match));
    left = left.slice(found.match[0].length);
  }
  return segments;
}

function closing(path: string): number {
  let depth = 0;
  for (let i = 0; i < path.length; i++) {
    if (path[i] === '(') depth++;
    if (path[i] === ')' && --depth === 0) return i;
  }
  throw unsupported(path);
}

function unsupported(expression: string): SyntaxError {
  return new SyntaxError(`search parameter expression not understood: ${expression}`);
}
