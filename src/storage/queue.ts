// Who may write next: works that share a patient never overlap, and keep their order.

/** A work that waits for a writer. */
export interface Waiting {
  /** Patients it may touch. */
  readonly keys: ReadonlySet<number>;
  /** May share a commit with others of its kind: a pure create. */
  readonly joins: boolean;
  /** Rows and bytes, to limit a group. */
  readonly rows: number;
  readonly bytes: number;
}

export interface Limits {
  readonly rows: number;
  readonly bytes: number;
}

/** A queue with conflict sets. What is taken holds its keys until it is released. */
export class ConflictQueue<T extends Waiting> {
  readonly #limits: Limits;
  readonly #held = new Map<number, number>();
  #waiting: T[] = [];

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#waiting.length;
  }

  add(item: T): void {
    this.#waiting.push(item);
  }

  /**
   * The next group: the first item that meets no held key and no key of an item before it; when it joins, with all further
   * ones that may join it, up to the limits. Empty when nothing may start now.
   */
  take(): readonly T[] {
    const group: T[] = [];
    const left: T[] = [];
    const passed = new Set<number>();
    let rows = 0;
    let bytes = 0;
    let full = false;
    for (const item of this.#waiting) {
      const fits =
        group.length === 0 ||
        (item.joins && rows + item.rows <= this.#limits.rows && bytes + item.bytes <= this.#limits.bytes);
      if (!full && fits && this.#isFree(item, passed)) {
        group.push(item);
        rows += item.rows;
        bytes += item.bytes;
        full = !item.joins;
      } else {
        left.push(item);
        if (!full) for (const key of item.keys) passed.add(key);
      }
    }
    this.#waiting = left;
    for (const item of group) for (const key of item.keys) this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    return group;
  }

  /** Gives back what a group held. */
  release(group: readonly T[]): void {
    for (const { keys } of group) {
      for (const key of keys) {
        const holders = this.#held.get(key)! - 1;
        if (holders === 0) this.#held.delete(key);
        else this.#held.set(key, holders);
      }
    }
  }

  /** Takes everything out, for the end. */
  drain(): readonly T[] {
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }

  #isFree({ keys }: T, passed: ReadonlySet<number>): boolean {
    for (const key of keys) if (this.#held.has(key) || passed.has(key)) return false;
    return true;
  }
}
