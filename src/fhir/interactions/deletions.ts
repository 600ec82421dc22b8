// Deletions under way in this server (one serves a database): a reference that is being written and the deletion of what it
// names must not overtake each other, for neither sees the other in the database.
// A deletion announces what it deletes, waits for the works that refer to it already, and only then looks who refers. A work
// that comes to refer to it meanwhile waits for its end and begins again. A writer pays for one entry in a set.

/** What a work refers to: `Type/id`. */
interface References {
  has(reference: string): boolean;
  keys(): Iterable<string>;
}

/** A work that may write references. */
export interface Work {
  /** What it refers to, as far as it has said. */
  readonly references: References[];
  /** Deletions that had ended before it began. */
  readonly since: number;
  /** What it deletes itself. */
  readonly own: ReadonlySet<string>;
  /** Deletions that wait for its end. */
  readonly waiting: (() => void)[];
}

/** Something that a work refers to is being deleted, or was since it began: to begin again when that is settled. */
export class Overtaken extends Error {
  readonly settled: Promise<void>;

  constructor(reference: string, settled: Promise<void>) {
    super(reference);
    this.settled = settled;
  }
}

/** Deletions remembered for works that began before them. */
const REMEMBERED = 20_000;
const NOTHING: ReadonlySet<string> = new Set();

export class Deletions {
  readonly #announced = new Map<string, Promise<void>>();
  readonly #ended = new Map<string, number>();
  readonly #works = new Set<Work>();
  #sequence = 0;

  begin(own: ReadonlySet<string> = NOTHING): Work {
    const work: Work = { references: [], since: this.#sequence, own, waiting: [] };
    this.#works.add(work);
    return work;
  }

  end(work: Work): void {
    this.#works.delete(work);
    for (const wake of work.waiting) wake();
  }

  /** Before a work looks whether its references are there: from now on their deletion waits for it. @throws Overtaken */
  refer(work: Work, references: References): void {
    if (this.#announced.size > 0 || this.#sequence !== work.since) {
      for (const reference of references.keys()) {
        if (work.own.has(reference)) continue;
        const settled = this.#announced.get(reference);
        if (settled !== undefined) throw new Overtaken(reference, settled);
        if ((this.#ended.get(reference) ?? 0) > work.since) throw new Overtaken(reference, Promise.resolve());
      }
    }
    work.references.push(references);
  }

  /**
   * Announces deletions, all at once, and waits for the works that refer to them. The caller is under way in no work and has
   * announced nothing else: nobody waits for somebody who waits for him.
   * @returns to be called when the deletions are committed, or given up
   */
  async announce(references: readonly string[]): Promise<() => void> {
    for (let held = this.#first(references); held !== undefined; held = this.#first(references)) await held;
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const reference of references) this.#announced.set(reference, promise);
    const referring = [...this.#works].filter((w) => w.references.some((r) => references.some((one) => r.has(one))));
    await Promise.all(referring.map((work) => new Promise<void>((wake) => work.waiting.push(wake))));
    return () => {
      this.#sequence++;
      for (const reference of references) {
        this.#announced.delete(reference);
        this.#ended.set(reference, this.#sequence);
      }
      if (this.#ended.size > REMEMBERED) this.#forget();
      resolve();
    };
  }

  #first(references: readonly string[]): Promise<void> | undefined {
    for (const reference of references) {
      const held = this.#announced.get(reference);
      if (held !== undefined) return held;
    }
    return undefined;
  }

  /** The older half: a work that lasts longer than ten thousand deletions is none. */
  #forget(): void {
    let left = this.#ended.size / 2;
    for (const reference of this.#ended.keys()) {
      if (left-- <= 0) break;
      this.#ended.delete(reference);
    }
  }
}

const all = new WeakMap<object, Deletions>();

/** The deletions of a store. */
export function deletionsOf(store: object): Deletions {
  let found = all.get(store);
  if (found === undefined) {
    found = new Deletions();
    all.set(store, found);
  }
  return found;
}

/** Runs a work that writes references, and has no transaction to begin again: a pure create. */
export async function referring<T>(store: object, run: (work: Work) => Promise<T>): Promise<T> {
  const deletions = deletionsOf(store);
  for (;;) {
    const work = deletions.begin();
    let overtaken: Overtaken;
    try {
      return await run(work);
    } catch (e) {
      if (!(e instanceof Overtaken)) throw e;
      overtaken = e;
    } finally {
      deletions.end(work);
    }
    await overtaken.settled;
  }
}
