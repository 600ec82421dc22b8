// Composite parameters, told while a resource is walked: each value that may be part of one is marked, and where an element
// ends, the marks made inside it are its values.
import { pairToken } from '../../storage/hash.ts';
import type { Pairing } from './composites.ts';
import type { IndexPath, TypeIndex } from './paths.ts';
import { type Rows, remembered, type SideRow, type Sink } from './sink.ts';

/** The pairings of a type that are indexed, by their element. */
export function pairingsByElement({ composites }: TypeIndex): ReadonlyMap<string, readonly Pairing[]> {
  const byKey = new Map<number, Pairing>();
  for (const { pairings } of composites.values()) for (const p of pairings) if (!p.trivial) byKey.set(p.key, p);
  return Map.groupBy(byKey.values(), (p) => p.element);
}

/** Marks what a sink adds, where its values may be part of a composite. */
export function marking(path: IndexPath, type: string, sink: Sink, pairings: Iterable<Pairing>): Sink {
  const roles = [...pairings].filter((p) => p.parts.includes(path) && (p.parts[0] === path || p.types.includes(type)));
  if (roles.length === 0) return sink;
  const { key, kind } = path;
  if (kind === 'token' || kind === 'reference') {
    return (value, rows) => {
      const before = rows.tokens.length;
      sink(value, rows);
      for (let i = before; i < rows.tokens.length; i++) rows.markedTokens.push({ param: key, hash: rows.tokens[i]! });
    };
  }
  const table = (rows: Rows): readonly SideRow[] =>
    kind === 'date' ? rows.dates : kind === 'string' ? rows.strings : rows.numbers;
  return (value, rows) => {
    const side = table(rows);
    const before = side.length;
    sink(value, rows);
    for (let i = before; i < side.length; i++) rows.markedRows.push(side[i]!);
  };
}

type Walk = (value: unknown, rows: Rows) => void;

/** Pairs what is found inside one element. Whose first part stands apart is left for the end of the resource. */
export function framed(walk: Walk, pairings: readonly Pairing[]): Walk {
  const inside = pairings.filter((p) => !p.apart).map(pairer);
  const apart = pairings.filter((p) => p.apart).map(pairer);
  return (value, rows) => {
    const tokens = rows.markedTokens.length;
    const sides = rows.markedRows.length;
    walk(value, rows);
    for (const pair of inside) pair(rows, tokens, rows.markedTokens.length, sides, rows.markedRows.length);
    if (apart.length > 0) later(rows, apart, sides, rows.markedRows.length);
  };
}

type Pair = (rows: Rows, fromToken: number, toToken: number, fromSide: number, toSide: number) => void;

const waiting = new WeakMap<Rows, (() => void)[]>();

function later(rows: Rows, pairs: readonly Pair[], from: number, to: number): void {
  const work = waiting.get(rows) ?? [];
  work.push(() => {
    for (const pair of pairs) pair(rows, 0, rows.markedTokens.length, from, to);
  });
  waiting.set(rows, work);
}

/** Pairs what waited for the end of the resource. */
export function finishPairs(rows: Rows): void {
  for (const work of waiting.get(rows) ?? []) work();
}

function pairer({ key, parts }: Pairing): Pair {
  const [left, right, third] = parts as readonly [IndexPath, IndexPath, IndexPath?];
  const pairOf = remembered((token) => pairToken(key, token));
  const coded = right.kind === 'token' || right.kind === 'reference';
  return (rows, fromToken, toToken, fromSide, toSide) => {
    const firsts: string[] = [];
    const seconds: string[] = [];
    for (let i = fromToken; i < toToken; i++) {
      const { param, hash } = rows.markedTokens[i]!;
      if (param === left.key) firsts.push(hash);
      else if (param === right.key) seconds.push(hash);
    }
    if (firsts.length === 0) return;
    if (coded) {
      for (const first of firsts) for (const second of seconds) rows.tokens.push(pairToken(key, first, second));
      return;
    }
    const own = rows.markedRows.slice(fromSide, toSide);
    const values = own.filter((row) => row.param === right.key);
    if (third === undefined) for (const value of values) beside(rows, value, firsts.map(pairOf), right);
    else {
      const last = own.find((row) => row.param === third.key);
      for (const value of values) for (const first of firsts) span(rows, key, value, last, pairOf(first));
    }
  };
}

/** The row of a value carries its first coding; of each further one there is a copy. */
function beside(rows: Rows, row: SideRow, pairs: readonly string[], { kind }: IndexPath): void {
  const [first, ...others] = pairs;
  if (first !== undefined) row.pair = first;
  const table = (kind === 'date' ? rows.dates : kind === 'string' ? rows.strings : rows.numbers) as SideRow[];
  for (const pair of others) table.push({ ...row, pair });
}

/** Two numbers of one element are the ends of one row. */
function span(rows: Rows, param: number, first: SideRow, last: SideRow | undefined, pair: string): void {
  if (!('lo' in first) || last === undefined || !('hi' in last)) return;
  rows.numbers.push({ param, lo: first.lo!, hi: last.hi!, system: null, code: null, unit: null, pair });
}
