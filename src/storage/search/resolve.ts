// Halves of tokens become whole ones: what was ever seen under a parameter tells which codings a code may mean, which uris
// begin alike, which texts stand with codes, and which resources have no value. One question a plan, or none.
import { insideParam, pairToken } from '../hash.ts';
import type { Clause, Half, SearchPlan, Selection, SideClause } from '../types.ts';
import { isSide } from './sides.ts';

/** Answers from the tables of what was seen: token hashes, one list a question, in order. */
export type HalfLookup = (questions: readonly Half[]) => Promise<readonly (readonly string[])[]>;

const HALVES = new Set<Clause['kind']>(['any-system', 'any-code', 'uri-below', 'wording', 'wording-word', 'present']);

function isHalf(clause: Clause): clause is Half {
  return HALVES.has(clause.kind);
}

/** The plan with every half, and every composite of them, turned into token hashes. Asks once, or not at all. */
export async function resolveHalves<P extends Pick<SearchPlan, 'where' | 'sort'>>(
  plan: P,
  lookup: HalfLookup,
): Promise<P> {
  const questions: Half[] = [];
  for (const clause of plan.where) collect(clause, questions);
  const composite = plan.where.some(isCompound);
  if (questions.length === 0 && !composite) return plan;
  const answers = questions.length === 0 ? [] : await lookup(questions);
  const byQuestion = new Map(questions.map((q, i) => [q, answers[i] ?? []]));
  const resolved = new Map(plan.where.map((c) => [c, resolve(c, byQuestion)]));
  // What finds nothing has no order either.
  const sort = plan.sort.flatMap((key) => {
    if (typeof key.by !== 'object' || key.by.kind !== 'along') return [key];
    const clause = resolved.get(key.by.clause);
    return clause !== undefined && isSide(clause) ? [{ ...key, by: { ...key.by, clause } }] : [];
  });
  const where = [...resolved.values()].flatMap((c) => (c.kind === 'and' ? c.allOf : [c]));
  return { ...plan, where, sort };
}

/** Made of what is turned into tokens although it is no half. */
function isCompound(clause: Clause): boolean {
  return clause.kind === 'pair' || clause.kind === 'inside' || inner(clause).some(isCompound);
}

/** The clauses that a clause is made of. */
function inner(clause: Clause): readonly Clause[] {
  switch (clause.kind) {
    case 'or':
      return clause.anyOf;
    case 'and':
      return clause.allOf;
    case 'not':
      return [clause.clause];
    case 'refers':
      return clause.to.where;
    case 'referred':
      return clause.from.where;
    case 'inside':
      return clause.where;
    case 'pair':
      return [clause.left, clause.right];
    default:
      return [];
  }
}

function collect(clause: Clause, questions: Half[]): void {
  if (isHalf(clause)) questions.push(clause);
  for (const part of inner(clause)) collect(part, questions);
}

type Answers = ReadonlyMap<Half, readonly string[]>;

function resolve(clause: Clause, answers: Answers): Clause {
  if (isHalf(clause)) return tokens(answers.get(clause) ?? []);
  switch (clause.kind) {
    case 'or':
      return joined(clause.anyOf.map((c) => resolve(c, answers)));
    case 'and':
      return { ...clause, allOf: clause.allOf.map((c) => resolve(c, answers)) };
    case 'not':
      return { ...clause, clause: resolve(clause.clause, answers) };
    case 'refers':
      return { ...clause, to: selection(clause.to, answers) };
    case 'referred':
      return { ...clause, from: selection(clause.from, answers) };
    case 'inside':
      return { kind: 'and', allOf: clause.where.map((c) => moved(resolve(c, answers), clause.key)) };
    case 'pair':
      return paired(clause.key, resolve(clause.left, answers), resolve(clause.right, answers));
    default:
      return clause;
  }
}

/** A clause on a resource inside another, as one on the rows that it has there. */
function moved(clause: Clause, key: number): Clause {
  const each = (clauses: readonly Clause[]) => clauses.map((c) => moved(c, key));
  if (isSide(clause)) {
    const { pairs } = clause;
    const beside = pairs === undefined ? {} : { pairs: pairs.map((pair) => pairToken(key, pair)) };
    return { ...clause, param: insideParam(key, clause.param), ...beside } satisfies SideClause;
  }
  switch (clause.kind) {
    case 'token':
      return { ...clause, anyOf: clause.anyOf.map((token) => pairToken(key, token)) };
    case 'or':
      return { ...clause, anyOf: each(clause.anyOf) };
    case 'and':
      return { ...clause, allOf: each(clause.allOf) };
    case 'not':
      return { ...clause, clause: moved(clause.clause, key) };
    case 'none':
      return clause;
    default:
      throw new Error(`${clause.kind} is not kept of what is inside`);
  }
}

function selection(of: Selection, answers: Answers): Selection {
  return { ...of, where: of.where.map((c) => resolve(c, answers)) };
}

function tokens(anyOf: readonly string[]): Clause {
  return anyOf.length === 0 ? { kind: 'none' } : { kind: 'token', anyOf };
}

/** Alternatives that are all tokens are one clause. */
function joined(clauses: readonly Clause[]): Clause {
  const live = clauses.filter((c) => c.kind !== 'none');
  if (live.length === 0) return { kind: 'none' };
  if (live.every((c) => c.kind === 'token')) return tokens(live.flatMap((c) => (c.kind === 'token' ? c.anyOf : [])));
  return live.length === 1 ? live[0]! : { kind: 'or', anyOf: live };
}

function paired(key: number, left: Clause, right: Clause): Clause {
  const firsts = tokensOf(left);
  const pairs = (second?: string) => firsts.map((first) => pairToken(key, first, second));
  if (firsts.length === 0 || right.kind === 'none') return { kind: 'none' };
  if (isSide(right)) return { ...right, pairs: pairs() } satisfies SideClause;
  if (right.kind === 'or' && !right.anyOf.every((c) => c.kind === 'token')) {
    return joined(right.anyOf.map((c) => paired(key, left, c)));
  }
  return tokens(tokensOf(right).flatMap((second) => pairs(second)));
}

/** @throws Error for a clause that is made of no tokens: a slip of ours */
function tokensOf(clause: Clause): readonly string[] {
  if (clause.kind === 'none') return [];
  if (clause.kind === 'token') return clause.anyOf;
  if (clause.kind === 'or') return clause.anyOf.flatMap(tokensOf);
  throw new Error(`a composite of ${clause.kind}`);
}
