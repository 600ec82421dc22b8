// One transaction on a writer session. Statements travel in trains; the first one carries the BEGIN with it.
import { fault } from '../kernel/fault.ts';
import { type BillingRows, clashing, insertWindows, releaseWindows, windowOf } from './billing.ts';
import { claimQuery, takeQuery } from './conditional.ts';
import type { Dictionary } from './dictionary.ts';
import { type Draft, draftsOf, type ReadingDraft } from './drafts.ts';
import { toFault } from './faults.ts';
import { insertAssigned, insertReadings, insertResources, insertSideRows } from './insert.ts';
import type { Question, Reader } from './lanes.ts';
import { recountDays, recountPatients, rezone, type TouchedDay } from './ledger.ts';
import { Notes, notesOf } from './notes.ts';
import type { PatientCache } from './patient-keys.ts';
import { isPatient, upsertPatients } from './patients.ts';
import type { Presence } from './presence.ts';
import { referrers } from './referrers.ts';
import { insertDeletions, moveToHistory, removeReadings } from './replace.ts';
import { knownPlace, READ_CURRENT, READ_LATEST_PAST, Reads, stateOf } from './resources.ts';
import type { Answer, Row, Session, Step } from './session.ts';
import type { BilledWindow, ResourceWrite, StoredResource, Tx, TypedToken } from './types.ts';

const BEGIN: Step = { text: 'begin isolation level repeatable read' };
const COMMIT: Step = { text: 'commit' };
const ROLLBACK: Step = { text: 'rollback' };

// Writers plan once and walk indexes only (see writer.ts); a search plans for its values.
const SEARCHING: Step = {
  text: `select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'on', true),
  set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true)`,
};
const WRITING: Step = {
  text: `select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
  set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`,
};

/** What the process remembers of the database, and must hear of changes. */
export interface Memory {
  readonly dictionary: Dictionary;
  readonly patients: PatientCache;
  readonly presence: Presence;
}

/** A transaction with everything that reading can, and writing. */
export class PgTx extends Reads implements Tx {
  readonly #session: Session;
  readonly #memory: Memory;
  readonly #deleted: Set<string>;
  readonly #newPatients: ResourceWrite[] = [];
  readonly #touched: TouchedDay[] = [];
  readonly #rezoned = new Set<number>();
  readonly #notes = new Notes();
  #begun = false;
  /** True from the moment that a COMMIT is sent until its answer is there. */
  committing = false;

  constructor(session: Session, memory: Memory) {
    const reader: Reader = { rows: (question) => this.#read(question, []) };
    const searcher: Reader = { rows: (question) => this.#read(question, [SEARCHING]) };
    const deleted = new Set<string>();
    super({ narrow: reader, wide: searcher, patients: memory.patients, presence: memory.presence, deleted });
    this.#session = session;
    this.#memory = memory;
    this.#deleted = deleted;
  }

  async lock(type: string, id: string): Promise<StoredResource | undefined> {
    const values = knownPlace(type, id);
    const [current, past] = await this.#run([
      { text: `${READ_CURRENT} for update`, values },
      { text: READ_LATEST_PAST, values },
    ]);
    const row = current!.rows[0] ?? past!.rows[0];
    return row === undefined ? undefined : stateOf(row);
  }

  async write(writes: readonly ResourceWrite[]): Promise<void> {
    const drafts = await draftsOf(writes, this.#memory.dictionary);
    // A resource that changes twice takes two sets of statements.
    let left = drafts;
    while (left.length > 0) {
      const seen = new Set<string>();
      const later: Draft[] = [];
      const now = left.filter((draft) => {
        const place = `${draft.type}/${draft.uuid}`;
        if (!seen.has(place)) return seen.add(place);
        later.push(draft);
        return false;
      });
      await this.#apply(now);
      left = later;
    }
  }

  async claimQuery(type: string, query: string, id: string): Promise<string | undefined> {
    const [claimed, holder] = await this.#run(claimQuery(type, query, id));
    return claimed!.rows.length > 0 ? undefined : (holder!.rows[0]?.id as string | undefined);
  }

  async takeQuery(type: string, query: string, id: string): Promise<void> {
    await this.#run([takeQuery(type, query, id)]);
  }

  async referrers(
    tokens: readonly TypedToken[],
    patients: readonly number[],
    limit: number,
  ): Promise<readonly StoredResource[]> {
    const [answer] = await this.#run([referrers(tokens, patients, limit)]);
    return answer!.rows.map(stateOf);
  }

  async billWindows(rows: readonly BilledWindow[]): Promise<readonly BilledWindow[]> {
    if (rows.length === 0) return [];
    const [answer] = await this.#run([clashing(rows)]);
    const clashes = (answer!.rows as unknown as readonly BillingRows[]).map(windowOf);
    if (clashes.length === 0) await this.#run([insertWindows(rows)]);
    return clashes;
  }

  async releaseWindows(claim: string): Promise<void> {
    await this.#run([releaseWindows(claim)]);
  }

  /** Counts the ledger of the touched days and commits. @throws FaultError when PostgreSQL rolled back instead */
  async commit(): Promise<void> {
    if (!this.#begun) return;
    const steps: Step[] = [];
    const days = this.#touched.filter(({ patient }) => !this.#rezoned.has(patient));
    if (this.#rezoned.size > 0) steps.push(...recountPatients([...this.#rezoned]));
    if (days.length > 0) steps.push(recountDays(days));
    this.committing = true;
    const answers = await this.#session.run([...steps, COMMIT]);
    this.committing = false;
    this.#begun = false;
    if (answers.at(-1)?.tag !== 'COMMIT') throw brokenOff();
    for (const { id, patient } of this.#newPatients) this.#memory.patients.remember(id, patient);
    this.#memory.dictionary.notes.remember(this.#notes);
    this.#tellDeletions();
  }

  /** Undoes everything; also when the transaction is broken already. */
  async rollback(): Promise<void> {
    // Whether a commit without an answer took place is not known: what it deleted must not be taken for present.
    this.#tellDeletions();
    if (!this.#begun || !this.#session.alive) return;
    this.#begun = false;
    await this.#session.run([ROLLBACK]);
  }

  #tellDeletions(): void {
    for (const place of this.#deleted) {
      const [type = '', id = ''] = place.split('/');
      this.#memory.presence.forget({ type, id });
    }
  }

  async #apply(drafts: readonly Draft[]): Promise<void> {
    const fresh = drafts.filter(({ write }) => write.version === 1);
    const next = drafts.filter(({ write }) => write.version > 1);
    const states = drafts.filter(({ write }) => write.content !== null);
    const deletions = drafts.filter(({ write }) => write.content === null);
    const notes = notesOf(drafts);
    const steps: Step[] = notes === undefined ? [] : notes.insert();
    const touching: number[] = [];
    const touch = (step: Step): void => {
      touching.push(steps.push(step) - 1);
    };
    if (next.length > 0) {
      steps.push(...moveToHistory(next));
      const observations = next.filter(({ write }) => write.type === 'Observation');
      if (observations.length > 0) touch(removeReadings(observations));
    }
    if (deletions.length > 0) steps.push(insertDeletions(deletions));
    const given = fresh.filter(({ write }) => write.method !== 'POST');
    if (given.length > 0) steps.push(insertAssigned(given));
    const patients = states.filter(isPatient);
    const zones = patients.length > 0 ? steps.push(upsertPatients(patients)) - 1 : undefined;
    if (states.length > 0) steps.push(insertResources(states), ...insertSideRows(states));
    const news = readingsOf(fresh);
    if (news.length > 0) steps.push(insertReadings(news, true));
    const changed = readingsOf(next);
    if (changed.length > 0) touch(insertReadings(changed, false));

    const answers = await this.#run(steps);
    if (notes !== undefined) this.#notes.add(notes);
    for (const place of touching) this.#note(answers[place]!.rows);
    for (const { write } of deletions) this.#deleted.add(`${write.type}/${write.id}`);
    for (const { write } of states) this.#deleted.delete(`${write.type}/${write.id}`);
    for (const { write } of patients) this.#newPatients.push(write);
    const old = new Set(next.map(({ write }) => write.patient));
    const moved = zones === undefined ? [] : answers[zones]!.rows.map((row) => row.key as number);
    const rezoned = moved.filter((key) => old.has(key));
    if (rezoned.length > 0) {
      await this.#run([rezone(rezoned)]);
      for (const key of rezoned) this.#rezoned.add(key);
    }
  }

  #note(rows: readonly Row[]): void {
    for (const { patient, day } of rows) {
      if (day !== null) this.#touched.push({ patient: patient as number, day: day as string });
    }
  }

  async #read({ text, values, name }: Question, before: readonly Step[]): Promise<readonly Row[]> {
    const question: Step = { text, values: values as Step['values'] & object, once: name === undefined };
    const after = before.length > 0 ? [WRITING] : [];
    const answers = await this.#run([...before, question, ...after]);
    return answers[before.length]!.rows;
  }

  async #run(steps: readonly Step[]): Promise<readonly Answer[]> {
    if (this.#begun) return this.#session.run(steps);
    this.#begun = true;
    return (await this.#session.run([BEGIN, ...steps])).slice(1);
  }
}

function readingsOf(drafts: readonly Draft[]): readonly ReadingDraft[] {
  return drafts.flatMap(({ reading }) => (reading === undefined ? [] : [reading]));
}

function brokenOff(): unknown {
  return toFault(
    fault(
      'unavailable',
      'storage-rolled-back',
      {
        en: 'The database undid the change instead of storing it. Nothing was stored; send the request again.',
        fr: "La base a annulé la modification au lieu de l'enregistrer. Rien n'est enregistré ; renvoyez la requête.",
      },
      { status: 503 },
    ),
  );
}
