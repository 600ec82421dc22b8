// How often tokens occur, as PostgreSQL's statistics say: a search walks along its order for a frequent token, and looks a
// rare one up. The planner knows the same, but guesses too high for those that it keeps no statistics of.
import type { Reader } from './lanes.ts';

const STATISTICS = `select s.most_common_elems::text::int8[]::text[] as tokens, s.most_common_elem_freqs::float8[] as shares,
  c.reltuples::float8 as rows
from pg_class c
left join pg_stats s on s.schemaname = c.relnamespace::regnamespace::text and s.tablename = c.relname and s.attname = 'token'
where c.oid = 'resource'::regclass`;

const FRESH_MILLIS = 60_000;
/** Matches from which a token is worth a walk, in any table. */
const FREQUENT = 2_000;

export class Frequencies {
  readonly #reader: Reader;
  #shares: ReadonlyMap<string, number> = new Map();
  #rows = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Rows of all types together, as last counted by PostgreSQL; 0 when it never did. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether any of the tokens is among those that very many resources have. */
  frequent(tokens: readonly string[]): boolean {
    return tokens.some((token) => (this.#shares.get(token) ?? 0) * this.#rows >= FREQUENT);
  }

  /** Reads the statistics again when they are a minute old. The first caller waits, later ones go on with the old ones. */
  async refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.#readAt < FRESH_MILLIS) return this.#rows === 0 ? this.#reading : undefined;
    const first = this.#readAt === Number.NEGATIVE_INFINITY;
    this.#readAt = now;
    // A hint only: without it, searches are slower and not wrong.
    this.#reading = this.#read().catch(() => undefined);
    if (first) await this.#reading;
  }

  async #read(): Promise<void> {
    const [row] = await this.#reader.rows({ name: 'frequencies', text: STATISTICS, values: [] });
    const tokens = (row?.tokens ?? []) as readonly string[];
    const shares = (row?.shares ?? []) as readonly number[];
    this.#shares = new Map(tokens.map((token, i) => [token, shares[i] ?? 0]));
    this.#rows = Math.max(0, (row?.rows ?? 0) as number);
  }
}
