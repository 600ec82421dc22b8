// A page in the order of codes. Tokens are hashes and have no order, but the codes behind them are known, and few: the page is
// read code by code, each part along its own index, and a part is only asked when those before do not fill the page.
import type { Clause, Cursor, SearchPlan, SortKey } from '../types.ts';

/** A code seen under the parameter, and its tokens: one for each system. `null`: resources without any. */
export interface CodeStep {
  readonly code: string | null;
  readonly tokens: readonly string[];
}

/** More than these are found and sorted: so many parts would cost more than they save. */
export const MOST_CODES = 256;
/** Parts of one statement. */
export const AT_ONCE = 16;

type CodeKey = SortKey & { readonly by: { readonly kind: 'token'; readonly param: number } };

/** The key of a plan that is read code by code; undefined when it is read otherwise. */
export function codeKey({ sort, where }: SearchPlan): CodeKey | undefined {
  const [first] = sort;
  if (typeof first?.by !== 'object' || first.by.kind !== 'token' || typeof first.by.param !== 'number')
    return undefined;
  // What is within a patient, or rare, is found and sorted at less cost.
  const isFew = where.some((c) => c.kind === 'patient' || c.kind === 'id' || (c.kind === 'token' && c.rare));
  return isFew ? undefined : (first as CodeKey);
}

/** The codes from which a page goes on: all, or those from the cursor's on. Those without a code come last, up and down. */
export function stepsFrom(codes: readonly CodeStep[], key: SortKey, after: Cursor | undefined): readonly CodeStep[] {
  const all = [...codes, { code: null, tokens: codes.flatMap((c) => c.tokens) }];
  if (after === undefined) return all;
  const at = after.values[0] ?? null;
  const isPast = (code: string | null): boolean =>
    code !== null && (at === null || (key.descending ? ofBytes(code, at) > 0 : ofBytes(code, at) < 0));
  return all.filter(({ code }) => !isPast(code));
}

/** As the column of codes is ordered (collation C): JavaScript's own order takes characters beyond U+FFFF for smaller. */
function ofBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * The plan of one step: what has the code and none that comes before it, in the order of the keys that follow.
 * @param before tokens of the codes that come before, whose resources have their place there
 */
export function planOfStep(plan: SearchPlan, step: CodeStep, before: readonly string[]): SearchPlan {
  const { after } = plan;
  const { after: _after, ...rest } = plan;
  const own: Clause[] = step.code === null ? [] : [{ kind: 'token', anyOf: step.tokens }];
  const others = step.code === null ? step.tokens : before;
  const not: Clause[] = others.length === 0 ? [] : [{ kind: 'not', clause: { kind: 'token', anyOf: others } }];
  const isHere = after !== undefined && (after.values[0] ?? null) === step.code;
  const sort =
    plan.sort.length > 1 ? plan.sort.slice(1) : [{ by: 'id', descending: plan.sort[0]!.descending } as const];
  return {
    ...rest,
    where: [...plan.where, ...own, ...not],
    sort,
    ...(isHere ? { after: { ...after, values: after.values.slice(1) } } : {}),
  };
}
