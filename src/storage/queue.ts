// Who may write next. Works that share a patient never overlap, and no create overlaps a work on its patient; creates may
// overlap each other: what two of them add to the same day is the same in any order.

/** A work that waits for a writer. */
export interface Waiting {
  /** Patients it may touch. */
  readonly keys: ReadonlySet<number>;
  /** A pure create: may share a commit with others of its kind, and run beside them. */
  readonly joins: boolean;
  /** Rows and bytes, to limit a group. */
  readonly rows: number;
  readonly bytes: number;
}

export interface Limits {
  readonly rows: number;
  readonly bytes: number;
}

/** How often each patient is held, by creates and by works. */
class Holders {
  readonly #creates = new Map<number, number>();
  readonly #works = new Set<number>();

  add({ keys, joins }: Waiting): void {
    for (const key of keys) {
      if (joins) this.#creates.set(key, (this.#creates.get(key) ?? 0) + 1);
      else this.#works.add(key);
    }
  }

  remove({ keys, joins }: Waiting): void {
    for (const key of keys) {
      const left = joins ? this.#creates.get(key)! - 1 : 0;
      if (!joins) this.#works.delete(key);
      else if (left === 0) this.#creates.delete(key);
      else this.#creates.set(key, left);
    }
  }

  meets({ keys, joins }: Waiting): boolean {
    for (const key of keys) if (this.#works.has(key) || (!joins && this.#creates.has(key))) return true;
    return false;
  }
}

/** A queue with conflict sets. What is taken holds its patients until it is released. */
export class ConflictQueue<T extends Waiting> {
  readonly #limits: Limits;
  readonly #held = new Holders();
  #waiting: T[] = [];
  #rows = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  add(item: T): void {
    this.#waiting.push(item);
    this.#rows += item.rows;
  }

  /**
   * The next group: the first item that meets nobody's patients, of those under way or of those before it; when it joins,
   * with all further ones that may join it, up to the limits. Empty when nothing may start now.
   * @param share rows to stop at, below the limit: others take the rest
   */
  take(share: number = this.#limits.rows): readonly T[] {
    const most = Math.min(share, this.#limits.rows);
    const group: T[] = [];
    const left: T[] = [];
    const passed = new Holders();
    let rows = 0;
    let bytes = 0;
    let at = 0;
    for (; at < this.#waiting.length && rows < most; at++) {
      const item = this.#waiting[at]!;
      const fits = item.joins && rows + item.rows <= most && bytes + item.bytes <= this.#limits.bytes;
      if ((group.length === 0 || fits) && !this.#held.meets(item) && !passed.meets(item)) {
        group.push(item);
        rows += item.rows;
        bytes += item.bytes;
        if (!item.joins) rows = most;
      } else {
        left.push(item);
        passed.add(item);
      }
    }
    this.#waiting = left.length === 0 ? this.#waiting.slice(at) : left.concat(this.#waiting.slice(at));
    for (const item of group) {
      this.#held.add(item);
      this.#rows -= item.rows;
    }
    return group;
  }

  /** Gives back what a group held. */
  release(group: readonly T[]): void {
    for (const item of group) this.#held.remove(item);
  }
}
