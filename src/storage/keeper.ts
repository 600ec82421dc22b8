// One server per database: the session that holds the lock, and does the few small writes outside of transactions.
import { setTimeout as sleep } from 'node:timers/promises';
import { fault } from '../kernel/fault.ts';
import { toFault } from './faults.ts';
import type { Log } from './log.ts';
import type { Answer, Session, Step } from './session.ts';

/** Key of the advisory lock, beside the one of the migrations. */
const LOCK = 0x5669_6766;
/** PostgreSQL needs a moment to notice that a killed server is gone. */
const PATIENCE_MILLIS = 2_000;

export interface KeeperEvents {
  /** The lock is gone with its session: nothing may be written until it is back. */
  lost(): void;
  /** The lock is back; another server may have written in between, so what is remembered of the database is void. */
  regained(): void;
}

/** Holds the lock of the database as long as it lives, and takes it again after the database restarted. */
export class Keeper {
  readonly #open: () => Promise<Session>;
  readonly #log: Log;
  readonly #events: KeeperEvents;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;
  #held = false;

  constructor(open: () => Promise<Session>, log: Log, events: KeeperEvents) {
    this.#open = open;
    this.#log = log;
    this.#events = events;
  }

  /** Makes sure that the lock is held. @throws FaultError when another server has it or the database does not answer */
  async hold(): Promise<Session> {
    if (this.#session?.alive) return this.#session;
    this.#opening ??= this.#take().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Runs a train of steps, one train after the other. @throws FaultError */
  async run(steps: readonly Step[]): Promise<readonly Answer[]> {
    const turn = this.#last.then(async () => {
      const session = await this.hold();
      try {
        return await session.run(steps);
      } catch (error) {
        throw toFault(error);
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#session?.end();
  }

  async #take(): Promise<Session> {
    const session = await this.#open().catch((error) => {
      throw toFault(error);
    });
    const until = Date.now() + PATIENCE_MILLIS;
    while (!(await tryLock(session))) {
      if (Date.now() > until || this.#closed) {
        await session.end();
        throw inUse();
      }
      await sleep(50);
    }
    this.#session = session;
    session.client.once('end', () => {
      if (this.#closed || this.#session !== session) return;
      this.#session = undefined;
      this.#log.warn({}, 'the lock of the database is lost with its session');
      this.#events.lost();
    });
    if (this.#held) this.#events.regained();
    this.#held = true;
    return session;
  }
}

async function tryLock(session: Session): Promise<boolean> {
  const [row] = await session.rows('select pg_try_advisory_lock($1) as locked', [LOCK]);
  return row?.locked === true;
}

function inUse(): Error {
  return fault('unavailable', 'storage-in-use', {
    en: 'Another Vigie uses this database. Stop it first, or give this one a database of its own.',
    fr: "Une autre instance de Vigie utilise cette base. Arrêtez-la d'abord, ou donnez à celle-ci sa propre base.",
  });
}
