// Building one statement: text and values grow together, so that no literal ever stands in the text.

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Collects the values of a statement and gives their places. */
export class Values {
  readonly list: unknown[] = [];

  /** The place (`$3::int8[]`) of a value, always with its type, so that PostgreSQL never guesses. */
  put(value: unknown, type: string): string {
    this.list.push(value);
    return `$${this.list.length}::${type}`;
  }

  /** As {@link put}, on first use: PostgreSQL refuses values that the text does not name. */
  later(value: unknown, type: string): () => string {
    let place: string | undefined;
    return () => (place ??= this.put(value, type));
  }
}
