// The writers: a few sessions, a queue, and commits that grow by themselves. A free writer takes all pure creates that wait
// and may go, and commits them as one; there is no timer. Answers come after COMMIT.
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultError } from '../kernel/fault.ts';
import type { Draft } from './drafts.ts';
import { closedFault, constraintOf, isConnectionLoss, isRetryable, toFault, unknownOutcome } from './faults.ts';
import { insertAssigned, insertReadings, insertResources, insertSideRows } from './insert.ts';
import type { Log } from './log.ts';
import { notesOf } from './notes.ts';
import { isPatient, upsertPatients } from './patients.ts';
import { ConflictQueue, type Waiting } from './queue.ts';
import type { Session, Step } from './session.ts';
import { type Memory, PgTx } from './tx.ts';
import type { PatientKey, Tx } from './types.ts';

/**
 * Statements of writers find everything by key. A generic plan that walks indexes is right for one row and for a thousand,
 * and while a table is small too: a plan made then would scan it for a minute after it has grown.
 */
export const WRITER_SETTINGS: Readonly<Record<string, string>> = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  idle_in_transaction_session_timeout: '60000',
};

/** A group is one statement for each table: beyond these, memory and latency grow and the rate does not. */
const GROUP = { rows: 1000, bytes: 8_000_000 };
/** Below this, two commits cost more than they win. */
const LEAST_SHARE = 64;
const ATTEMPTS = 10;
/** A key that another transaction took meanwhile is seen at the next attempt: what is still refused then is a conflict. */
const ATTEMPTS_AFTER_KEY = 3;
const RACED = new Set([
  'assigned_id_pk',
  'resource_pk',
  'conditional_create_pk',
  'billed_window_once',
  'patient_id_uq',
]);

/** Tells a caller how it ended. Called when the writer is free again, so that what the caller sends next finds it so. */
type Settle = () => void;

interface Item extends Waiting {
  /** Set for pure creates. */
  readonly drafts?: readonly Draft[];
  /** Set for works with a transaction of their own. Never rejects: what it gives settles its caller's promise. */
  readonly work?: (session: Session, renew: () => Promise<Session>) => Promise<Settle>;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

interface Slot {
  session: Session | undefined;
  busy: boolean;
}

export class Writer {
  readonly #open: () => Promise<Session>;
  readonly #memory: Memory;
  readonly #log: Log;
  readonly #queue = new ConflictQueue<Item>(GROUP);
  readonly #slots: readonly Slot[];
  #closing: (() => void) | undefined;
  #pumping = false;
  #closed = false;

  /** @param open opens a session once it is sure that this server holds the database */
  constructor(open: () => Promise<Session>, count: number, memory: Memory, log: Log) {
    this.#open = open;
    this.#memory = memory;
    this.#log = log;
    this.#slots = Array.from({ length: count }, () => ({ session: undefined, busy: false }));
  }

  /** Stores new resources, all of them or none, in a commit that others may share. @throws FaultError */
  create(drafts: readonly Draft[]): Promise<void> {
    const keys = new Set<number>();
    let bytes = 0;
    for (const { write } of drafts) {
      // Nobody's resources are not in the ledger: two creates of such never meet.
      if (write.patient !== 0) keys.add(write.patient);
      bytes += write.content?.length ?? 0;
    }
    return new Promise((done, fail) => {
      this.#add({ keys, joins: true, rows: drafts.length, bytes, drafts, done, fail });
    });
  }

  /** Runs a work in a transaction. @throws FaultError, or what the work throws */
  transaction<T>(keys: readonly PatientKey[], work: (tx: Tx) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#add({
        keys: new Set(keys),
        joins: false,
        rows: 1,
        bytes: 0,
        work: (session, renew) =>
          this.#transact(session, renew, work).then(
            (result) => () => resolve(result),
            (error) => () => reject(error),
          ),
        done: () => {},
        fail: reject,
      });
    });
  }

  /** Ends the sessions at once: the lock of the database is lost. */
  drop(): void {
    for (const slot of this.#slots) {
      slot.session?.end().catch(() => undefined);
      slot.session = undefined;
    }
  }

  /** Finishes what waits, then ends. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#queue.length > 0 || this.#slots.some((slot) => slot.busy)) {
      await new Promise<void>((resolve) => {
        this.#closing = resolve;
      });
    }
    await Promise.all(this.#slots.map(({ session }) => session?.end()));
  }

  #add(item: Item): void {
    if (this.#closed) {
      item.fail(closedFault());
      return;
    }
    this.#queue.add(item);
    if (this.#pumping) return;
    this.#pumping = true;
    // Requests that arrived together are read one after the other: after all of them, and they share a commit.
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const idle = this.#slots.filter((slot) => !slot.busy);
    for (const [i, slot] of idle.entries()) {
      // Shared out among the free writers, so that one works while the other's callers prepare what comes next.
      const group = this.#queue.take(Math.max(LEAST_SHARE, Math.ceil(this.#queue.rows / (idle.length - i))));
      if (group.length === 0) break;
      slot.busy = true;
      void this.#serve(slot, group);
    }
    if (this.#closing && this.#queue.length === 0 && !this.#slots.some((slot) => slot.busy)) this.#closing();
  }

  async #serve(slot: Slot, group: readonly Item[]): Promise<void> {
    const settle = await this.#done(slot, group);
    this.#queue.release(group);
    slot.busy = false;
    for (const one of settle) one();
    this.#pump();
  }

  async #done(slot: Slot, group: readonly Item[]): Promise<readonly Settle[]> {
    try {
      const session = await this.#sessionOf(slot);
      const work = group[0]?.work;
      return work === undefined
        ? await this.#createAll(session, group)
        : [await work(session, () => this.#renewed(slot))];
    } catch (error) {
      const made = toFault(error);
      return group.map((item) => () => item.fail(made));
    }
  }

  async #sessionOf(slot: Slot): Promise<Session> {
    if (!slot.session?.alive) slot.session = await this.#open();
    return slot.session;
  }

  /** A session in place of one that broke. */
  async #renewed(slot: Slot): Promise<Session> {
    slot.session?.end().catch(() => undefined);
    slot.session = undefined;
    return this.#sessionOf(slot);
  }

  async #createAll(session: Session, group: readonly Item[]): Promise<readonly Settle[]> {
    const failed = (made: unknown): readonly Settle[] => group.map((item) => () => item.fail(made));
    try {
      await this.#store(
        session,
        group.flatMap((item) => item.drafts ?? []),
      );
      return group.map((item) => item.done);
    } catch (error) {
      if (isConnectionLoss(error)) return failed(unknownOutcome(error));
      if (group.length === 1) return failed(toFault(error));
      // One of them is to blame, the others are not: each gets a commit of its own.
      this.#log.warn({ err: error, items: group.length }, 'a shared commit failed; its parts are committed one by one');
      const settle: Settle[] = [];
      for (const item of group) settle.push(...(await this.#createAll(session, [item])));
      return settle;
    }
  }

  /** One train, which is one transaction. */
  async #store(session: Session, drafts: readonly Draft[]): Promise<void> {
    const notes = notesOf(drafts);
    const steps: Step[] = notes === undefined ? [] : notes.insert();
    const patients = drafts.filter(isPatient);
    if (patients.length > 0) steps.push(upsertPatients(patients));
    const given = drafts.filter(({ write }) => write.method !== 'POST');
    if (given.length > 0) steps.push(insertAssigned(given));
    steps.push(insertResources(drafts), ...insertSideRows(drafts));
    const readings = drafts.flatMap(({ reading }) => (reading === undefined ? [] : [reading]));
    if (readings.length > 0) steps.push(insertReadings(readings, true));
    await session.run(steps);
    for (const { write } of patients) this.#memory.patients.remember(write.id, write.patient);
    if (notes !== undefined) this.#memory.dictionary.notes.remember(notes);
  }

  async #transact<T>(first: Session, renew: () => Promise<Session>, work: (tx: Tx) => Promise<T>): Promise<T> {
    let session = first;
    for (let attempt = 1; ; attempt++) {
      const tx = new PgTx(session, this.#memory);
      try {
        const result = await work(tx);
        await tx.commit();
        return result;
      } catch (error) {
        if (isConnectionLoss(error)) {
          if (tx.committing) throw unknownOutcome(error);
          // Nothing was committed. The session may have been broken long before: a new one gets a second try.
          if (attempt > 1) throw toFault(error);
          session = await renew();
          continue;
        }
        await tx.rollback().catch(() => undefined);
        const left = isRetryable(error) ? ATTEMPTS : raced(error) ? ATTEMPTS_AFTER_KEY : 0;
        if (attempt >= left) throw toFault(error);
      }
      // Whoever won is about to commit; later attempts wait longer, and not in step with each other.
      await sleep(Math.random() * 2 ** attempt);
    }
  }
}

function raced(error: unknown): boolean {
  return !(error instanceof FaultError) && RACED.has(constraintOf(error) ?? '');
}
