// The state of one validation: the faults found so far, the limits, and the resources that rules may refer to.
import type { Fault, FaultCode, FaultKind, Text } from '../../kernel/fault.ts';

export type Json = Record<string, unknown>;

/** More faults than this help nobody. */
export const MAX_FAULTS = 100;
/** Objects inside objects; real resources stay below 20. */
export const MAX_DEPTH = 100;
/** Objects in one resource or Bundle: what a few hundred milliseconds can check. */
export const MAX_OBJECTS = 500_000;

interface Note {
  readonly kind: FaultKind;
  readonly detail: FaultCode;
  readonly text: Text;
  readonly severity: 'error' | 'warning';
  /** Path below the element that is being visited; parents put their part in front on the way back. */
  at: string;
}

/**
 * Faults are noted where they are found, with no path: building paths on the way down would cost every good resource
 * what only bad ones need. Each parent calls {@link Run.under} when a child added faults.
 */
export class Run {
  readonly notes: Note[] = [];
  objects = 0;
  /** The resource around the current element (`%resource`): a contained one is its own. */
  resource: Json = {};
  /** The resource that holds `resource` as contained, or itself (`%rootResource`). */
  root: Json = {};
  /** The element on which a rule is judged (`%context`). */
  context: unknown;
  #listed: unknown;
  readonly #byId = new Map<string, Json>();

  /** The resources contained in {@link root}, by id; of several with one id the first. */
  contained(id: string): Json | undefined {
    const list = this.root.contained;
    if (!Array.isArray(list)) return undefined;
    if (this.#listed !== list) {
      this.#listed = list;
      this.#byId.clear();
      for (const c of list as unknown[]) {
        const one = typeof c === 'object' && c !== null ? (c as Json) : undefined;
        if (typeof one?.id === 'string' && !this.#byId.has(one.id)) this.#byId.set(one.id, one);
      }
    }
    return this.#byId.get(id);
  }

  get full(): boolean {
    return this.notes.length >= MAX_FAULTS;
  }

  add(kind: FaultKind, detail: FaultCode, text: Text, at = '', severity: 'error' | 'warning' = 'error'): void {
    if (this.notes.length < MAX_FAULTS) this.notes.push({ kind, detail, text, severity, at });
  }

  /** Whether something can be done without a fault; its faults are forgotten. */
  try(check: () => void): boolean {
    const before = this.notes.length;
    check();
    const clean = !this.notes.slice(before).some((n) => n.severity === 'error') && !this.full;
    this.notes.length = before;
    return clean;
  }

  /** Puts a path segment (`.component[2]`) in front of all faults from index `from`. */
  under(from: number, segment: string): void {
    for (let i = from; i < this.notes.length; i++) {
      const note = this.notes[i] as Note;
      note.at = segment + note.at;
    }
  }

  /** The faults so far, each once: a type and two profiles may ask the same. `root` begins their expressions. */
  faults(root: string): Fault[] {
    const distinct = new Map(this.notes.map((n) => [`${n.at}\n${n.detail}\n${n.text.en}`, n]));
    return [...distinct.values()].map(({ kind, detail, text, severity, at }) => ({
      kind,
      detail,
      text,
      expression: root + at,
      status: 422,
      ...(severity === 'warning' && { severity }),
    }));
  }
}
