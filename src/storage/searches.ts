// Asking searches: a plan is made whole, compiled, asked, and its rows are made states.
import { METHODS } from './drafts.ts';
import type { Frequencies } from './frequency.ts';
import { lookUpHalves } from './halves.ts';
import type { Reader } from './lanes.ts';
import { AT_ONCE, type CodeStep, codeKey, MOST_CODES, planOfStep, stepsFrom } from './search/by-code.ts';
import {
  compileCount,
  compileCountUpTo,
  compileExplain,
  compileSearch,
  compileSearchAll,
  compileSteps,
  nextCursor,
  resolveHalves,
  type SearchRow,
} from './search.ts';
import type { Row } from './session.ts';
import { typeOfKey } from './type-keys.ts';
import type { Page, SearchPlan, StoredResource } from './types.ts';

const METHOD_NAMES: readonly string[] = Object.entries(METHODS).reduce<string[]>((names, [name, key]) => {
  names[key] = name;
  return names;
}, []);

export function methodName(key: number): string {
  return METHOD_NAMES[key] ?? 'PUT';
}

/** Matches up to which an estimate is exact. */
const COUNTED = 10_000;

// From type to type along the key: as many looks at the index as there are types.
const HELD = `with recursive held (type) as (
  (select r.type from resource r order by r.type limit 1)
  union all
  select (select r.type from resource r where r.type > h.type order by r.type limit 1) from held h where h.type is not null
)
select type from held where type is not null`;

const CODES = `select c.code, array_agg(c.hash::text) as tokens
from coding c
where c.param = $1::int
group by c.code
order by c.code
limit $2::int`;

const CODINGS = `select c.system, c.code from coding c where c.param = $1::int`;

const UNITS = `select distinct u.code from unit u where u.system = $1::text and u.code <> ''`;

export class Searches {
  readonly #narrow: Reader;
  readonly #wide: Reader;
  readonly #frequencies: Frequencies | undefined;

  /** @param frequencies left out inside a transaction */
  constructor(narrow: Reader, wide: Reader, frequencies?: Frequencies) {
    this.#narrow = narrow;
    this.#wide = wide;
    this.#frequencies = frequencies;
  }

  /** The plan with what it names by half looked up. */
  resolved<P extends Pick<SearchPlan, 'where' | 'sort'>>(plan: P): Promise<P> {
    return resolveHalves(plan, (questions) => lookUpHalves(questions, this.#narrow));
  }

  async search(plan: SearchPlan): Promise<Page> {
    const [resolved] = await Promise.all([this.resolved(plan), this.#frequencies?.refresh()]);
    const rows = await this.#byCode(resolved);
    const found = rows ?? (await this.#wide.rows(compileSearch(resolved, this.#frequencies)));
    return pageOf(plan, found as unknown as readonly SearchRow[]);
  }

  /** A page in the order of codes, when it is read so. */
  async #byCode(plan: SearchPlan): Promise<readonly Row[] | undefined> {
    const key = codeKey(plan);
    if (key === undefined) return undefined;
    const { param } = key.by;
    const seen = await this.#narrow.rows({ name: 'codes', text: CODES, values: [param, MOST_CODES + 1] });
    if (seen.length > MOST_CODES) return undefined;
    const codes = (key.descending ? seen.toReversed() : seen) as unknown as readonly CodeStep[];
    const before = new Map<string | null, readonly string[]>();
    for (const [i, { code }] of codes.entries())
      before.set(
        code,
        codes.slice(0, i).flatMap((c) => c.tokens),
      );
    const steps = stepsFrom(codes, key, plan.after);
    const rows: Row[] = [];
    for (let at = 0; at < steps.length && rows.length <= plan.limit; at += AT_ONCE) {
      const some = steps.slice(at, at + AT_ONCE);
      const left = { ...plan, limit: plan.limit - rows.length };
      const plans = some.map((step) => planOfStep(left, step, before.get(step.code) ?? []));
      const statement = compileSteps(
        plans,
        some.map((s) => s.code),
        this.#frequencies,
      );
      rows.push(...(await this.#wide.rows(statement)));
    }
    return rows;
  }

  async searchAll(plans: readonly SearchPlan[]): Promise<Page> {
    const [first] = plans;
    if (first === undefined) return { rows: [] };
    const [resolved] = await Promise.all([this.#all(plans), this.#frequencies?.refresh()]);
    const found = await this.#wide.rows(compileSearchAll(resolved, this.#frequencies));
    const page = pageOf(first, found as unknown as readonly SearchRow[]);
    const last = page.rows.at(-1);
    if (page.next === undefined || last === undefined) return page;
    return { ...page, next: { ...page.next, type: last.type } };
  }

  async count(...plans: readonly SearchPlan[]): Promise<number> {
    if (plans.length === 0) return 0;
    const [row] = await this.#wide.rows(compileCount(...(await this.#all(plans))));
    return row?.count as number;
  }

  async estimate(...plans: readonly SearchPlan[]): Promise<number> {
    if (plans.length === 0) return 0;
    const resolved = await this.#all(plans);
    const [row] = await this.#wide.rows(compileCountUpTo(COUNTED, ...resolved));
    const count = row?.count as number;
    if (count < COUNTED) return count;
    let guess = 0;
    for (const plan of resolved) {
      const [explained] = await this.#wide.rows(compileExplain(plan));
      guess += rowsIn(explained?.['QUERY PLAN']);
    }
    return Math.max(guess, COUNTED);
  }

  async heldTypes(): Promise<readonly string[]> {
    const rows = await this.#narrow.rows({ name: 'held_types', text: HELD, values: [] });
    return rows.map((row) => typeOfKey(row.type as number));
  }

  async unitCodes(system: string): Promise<readonly string[]> {
    const rows = await this.#narrow.rows({ name: 'unit_codes', text: UNITS, values: [system] });
    return rows.map((row) => row.code as string);
  }

  async codingsOf(param: number): Promise<readonly { readonly system: string; readonly code: string }[]> {
    const rows = await this.#narrow.rows({ name: 'codings_of', text: CODINGS, values: [param] });
    return rows.map((row) => ({ system: row.system as string, code: row.code as string }));
  }

  /** One after the other: they are few, and most ask nothing. */
  async #all(plans: readonly SearchPlan[]): Promise<readonly SearchPlan[]> {
    const resolved: SearchPlan[] = [];
    for (const plan of plans) resolved.push(await this.resolved(plan));
    return resolved;
  }
}

function pageOf(plan: Pick<SearchPlan, 'limit'>, rows: readonly SearchRow[]): Page {
  const next = nextCursor(plan, rows);
  const states = rows.slice(0, plan.limit).map(stateOf);
  return next === undefined ? { rows: states } : { rows: states, next };
}

function stateOf({ type, id, patient, version, updated, method, content }: SearchRow): StoredResource {
  return { type: typeOfKey(type), id, patient, version, updated, method: methodName(method), content };
}

/** What `explain (format json)` says: rows of the topmost node. */
function rowsIn(plan: unknown): number {
  const parsed = (typeof plan === 'string' ? JSON.parse(plan) : plan) as
    | [{ Plan?: { 'Plan Rows'?: number } }]
    | undefined;
  return parsed?.[0].Plan?.['Plan Rows'] ?? 0;
}
