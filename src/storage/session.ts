// A session that sends a train of prepared statements with one Sync: one round trip, and one transaction when none is open.
// Protocol: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
import type pg from 'pg';
import { Bulk, MOST_TEXT } from './bulk.ts';
import { parserOf } from './db.ts';

/** One statement of a train. */
export interface Step {
  /** Constant texts are prepared once for each session and named by their text. */
  readonly text: string;
  /** Texts, or buffers in PostgreSQL's binary form. */
  readonly values?: readonly Parameter[];
  /** Built for one use: not kept as a prepared statement. */
  readonly once?: boolean;
  /** What follows a COPY … FROM STDIN. */
  readonly data?: Buffer;
}

export type Parameter = string | number | boolean | Buffer | null | readonly (string | number | null)[];

/** A result row; columns by name. */
export type Row = Readonly<Record<string, unknown>>;

/** What one statement answered. */
export interface Answer {
  readonly rows: readonly Row[];
  /** The tag, e.g. `INSERT 0 3`, `COMMIT`. */
  readonly tag: string;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/** The parts of the driver's connection that a train uses. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: readonly unknown[]; valueMapper(value: unknown): unknown }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: object): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sync(): void;
}

/** Names of the statements that a session has prepared, by their text. */
type Prepared = Map<string, string>;

/** The driver's Submittable for one train. */
class Train {
  readonly done: Promise<Answer[]>;
  #resolve!: (answers: Answer[]) => void;
  #reject!: (error: unknown) => void;
  readonly #steps: readonly Step[];
  readonly #prepared: Prepared;
  readonly #name: () => string;
  readonly #fresh: string[] = [];
  readonly #answers: Answer[] = [];
  #fields: readonly Field[] = [];
  #parsers: ((text: string) => unknown)[] = [];
  #rows: Row[] = [];
  #failed: unknown;
  readonly #bulk: Bulk;
  #tooMuch: unknown;

  constructor(steps: readonly Step[], prepared: Prepared, name: () => string, bulk: Bulk) {
    this.#bulk = bulk;
    this.#steps = steps;
    this.#prepared = prepared;
    this.#name = name;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: unknown): Error | null {
    const wire = connection as Wire;
    wire.stream.cork();
    try {
      for (const step of this.#steps) this.#send(wire, step);
    } catch (error) {
      // A value that cannot be sent: what went out before is undone at the Sync, because its transaction is not committed by it.
      this.#failed = error;
      wire.parse({ name: '', text: 'this train is broken off' });
    } finally {
      wire.sync();
      wire.stream.uncork();
    }
    return null;
  }

  #send(wire: Wire, step: Step): void {
    let statement = step.once ? '' : this.#prepared.get(step.text);
    if (statement === undefined) {
      statement = this.#name();
      this.#prepared.set(step.text, statement);
      this.#fresh.push(step.text);
      wire.parse({ name: statement, text: step.text });
    } else if (step.once) {
      wire.parse({ name: '', text: step.text });
    }
    wire.bind({ statement, values: step.values ?? [], valueMapper: asSent });
    wire.describe({ type: 'P', name: '' });
    wire.execute({});
    if (step.data !== undefined) {
      // PostgreSQL reads it when it comes to the COPY; when a statement before it fails, it reads over it up to the Sync.
      wire.sendCopyFromChunk(step.data);
      wire.endCopyFrom();
    }
  }

  handleRowDescription(message: { fields: readonly Field[] }): void {
    this.#fields = message.fields;
    this.#parsers = message.fields.map((field) => parserOf(field.dataTypeID));
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    if (this.#tooMuch !== undefined) return;
    const row: Record<string, unknown> = {};
    for (let i = 0; i < this.#fields.length; i++) {
      const text = message.fields[i];
      row[this.#fields[i]!.name] = text === null || text === undefined ? null : this.#parsers[i]!(text);
    }
    this.#rows.push(row);
    this.#count(message.fields);
  }

  /** Rows that come after too much are let go; the train fails when it is at its end. */
  #count(fields: readonly (string | null)[]): void {
    try {
      for (const text of fields) if (text !== null) this.#bulk.take(text);
    } catch (error) {
      this.#tooMuch = error;
      this.#rows = [];
    }
  }

  handleCommandComplete(message: { text: string }): void {
    this.#answers.push({ rows: this.#rows, tag: message.text });
    this.#rows = [];
    this.#fields = [];
  }

  /** The data is on its way already. */
  handleCopyInResponse(): void {}

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleError(error: unknown): void {
    // Which of the new statements were prepared before the error is not known: they get other names next time.
    for (const text of this.#fresh) this.#prepared.delete(text);
    this.#reject(this.#failed ?? error);
  }

  handleReadyForQuery(): void {
    if (this.#tooMuch !== undefined) this.#reject(this.#tooMuch);
    this.#resolve(this.#answers);
  }
}

function asSent(value: unknown): unknown {
  if (value === null || value === undefined || Buffer.isBuffer(value)) return value ?? null;
  if (Array.isArray(value)) return arrayLiteral(value);
  return String(value);
}

/** A one-dimensional array as PostgreSQL writes it, every element quoted. For the short arrays of questions. */
export function arrayLiteral(items: readonly (string | number | null)[]): string {
  const quoted = items.map((item) => (item === null ? 'null' : `"${String(item).replace(/["\\]/g, '\\$&')}"`));
  return `{${quoted.join(',')}}`;
}

/** One connection with trains of statements. Only one train is under way at a time; the caller sees to that. */
export class Session {
  readonly client: pg.Client;
  readonly #prepared: Prepared = new Map();
  readonly #most: number;
  #names = 0;
  #alive = true;

  /** @param most characters that the answers of one train may hold */
  constructor(client: pg.Client, most = MOST_TEXT) {
    this.client = client;
    this.#most = most;
    client.on('error', () => {
      this.#alive = false;
    });
    client.on('end', () => {
      this.#alive = false;
    });
  }

  /** False once the connection broke. */
  get alive(): boolean {
    return this.#alive;
  }

  /**
   * Runs the steps in order; resolves with an answer for each. The first error undoes the whole train (or, in an open
   * transaction, everything back to its start). @throws the driver's error
   */
  run(steps: readonly Step[]): Promise<readonly Answer[]> {
    const train = new Train(steps, this.#prepared, () => `v${++this.#names}`, new Bulk(this.#most));
    this.client.query(train);
    return train.done;
  }

  /** The rows of one statement. */
  async rows(text: string, values: readonly Parameter[] = []): Promise<readonly Row[]> {
    const [answer] = await this.run([{ text, values }]);
    return answer?.rows ?? [];
  }

  async end(): Promise<void> {
    this.#alive = false;
    await this.client.end();
  }
}
