// Sessions for reading. A lane is one session; a set of lanes is either narrow (point reads, several under way on each
// session) or wide (searches, one at a time, so that a slow one holds up nobody).
import type pg from 'pg';
import { Bulk, MOST_TEXT } from './bulk.ts';
import { parserOf } from './db.ts';
import { isConnectionLoss, toFault } from './faults.ts';
import type { Row } from './session.ts';

/** A question to the database. Named ones are prepared once for each session. */
export interface Question {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly name?: string;
}

/** Answers questions with rows. */
export interface Reader {
  rows(question: Question): Promise<readonly Row[]>;
}

const TEXT = 25;

/** The types of a query whose texts are counted: the driver lets the rows go that come after too much. */
function counted(bulk: Bulk): pg.CustomTypesConfig {
  const take = (text: string) => bulk.take(text);
  return {
    getTypeParser: ((oid: number) => (oid === TEXT ? take : parserOf(oid))) as pg.CustomTypesConfig['getTypeParser'],
  };
}

interface Lane {
  client: Promise<pg.Client> | undefined;
  underWay: number;
}

export class Lanes implements Reader {
  readonly #open: () => Promise<pg.Client>;
  readonly #lanes: readonly Lane[];
  readonly #depth: number;
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  /**
   * @param depth how many questions may be under way on one session
   * @param most characters that an answer may hold
   */
  constructor(open: () => Promise<pg.Client>, count: number, depth: number, most = MOST_TEXT) {
    this.#most = most;
    this.#open = open;
    this.#depth = depth;
    this.#lanes = Array.from({ length: count }, () => ({ client: undefined, underWay: 0 }));
  }

  /** Asks; once again when the session turns out to be broken, for a read changes nothing. @throws FaultError 503 */
  async rows(question: Question): Promise<readonly Row[]> {
    try {
      return await this.#ask(question);
    } catch (error) {
      if (!isConnectionLoss(error) || this.#closed) throw toFault(error);
    }
    try {
      // On a session of its own making: after a restart of PostgreSQL every lane is broken, noticed or not.
      return await this.#ask(question, 'fresh');
    } catch (error) {
      throw toFault(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#lanes.map(async ({ client }) => (await client?.catch(() => undefined))?.end()));
  }

  async #ask({ text, values, name }: Question, session: 'any' | 'fresh' = 'any'): Promise<readonly Row[]> {
    const lane = await this.#take();
    try {
      if (session === 'fresh') this.#forget(lane);
      const client = await this.#connected(lane);
      const types = counted(new Bulk(this.#most));
      const query = { text, values: values as unknown[], types, ...(name === undefined ? {} : { name }) };
      return (await client.query<Record<string, unknown>>(query)).rows;
    } finally {
      lane.underWay -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** The least busy lane, counted as busier at once: nobody may take its last place between the choice and the use. */
  async #take(): Promise<Lane> {
    for (;;) {
      let best = this.#lanes[0]!;
      for (const lane of this.#lanes) if (lane.underWay < best.underWay) best = lane;
      if (best.underWay < this.#depth) {
        best.underWay += 1;
        return best;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #forget(lane: Lane): void {
    lane.client?.then((client) => client.end()).catch(() => undefined);
    lane.client = undefined;
  }

  #connected(lane: Lane): Promise<pg.Client> {
    if (lane.client === undefined) {
      const opening = this.#open();
      lane.client = opening;
      const forget = (): void => {
        if (lane.client === opening) lane.client = undefined;
      };
      opening.then((client) => {
        client.on('error', forget);
        client.on('end', forget);
      }, forget);
    }
    return lane.client;
  }
}
