// The store: one object for everything that the other rooms want from the database.
import type { Clock } from '../kernel/clock.ts';
import { Days } from './days.ts';
import { type Address, openSession } from './db.ts';
import { Dictionary } from './dictionary.ts';
import { draftsOf } from './drafts.ts';
import { Frequencies } from './frequency.ts';
import { Keeper } from './keeper.ts';
import { Labels } from './labels.ts';
import { Lanes } from './lanes.ts';
import { Latests } from './latest.ts';
import type { Log } from './log.ts';
import { migrate } from './migrate.ts';
import { KeySource, PatientCache } from './patient-keys.ts';
import { Presence } from './presence.ts';
import { Records } from './record.ts';
import { type Reindexing, reindex } from './reindex.ts';
import { Reads } from './resources.ts';
import { Session } from './session.ts';
import { Statistics } from './statistics.ts';
import type { Store } from './types.ts';
import { WRITER_SETTINGS, Writer } from './writer.ts';

export interface StoreOptions {
  readonly address: Address;
  readonly log: Log;
  /** Taken from callers that give one to every part; storage looks at no clock, each instant comes with its write. */
  readonly clock?: Clock;
  /** Sessions that write; 2 are enough to keep PostgreSQL busy while the other one commits. */
  readonly writers?: number;
  /** Sessions for point reads, and for searches. */
  readonly readers?: { readonly narrow: number; readonly wide: number };
  /** How contents are read: what an earlier version stored is brought to it first. Left out, it stays as it is. */
  readonly reindexing?: Reindexing;
}

/** Point reads under way on one session: the driver sends them without waiting for each other. */
const NARROW_DEPTH = 64;
const READ_TIMEOUT_MILLIS = 30_000;
const WRITE_TIMEOUT_MILLIS = 60_000;

/**
 * Opens the database: takes its lock, migrates it, makes index rows anew if need be, starts the sessions.
 * @throws FaultError with one line to show: in use by another server, not to be reached, of a newer schema
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { address, log } = options;
  const { narrow, wide } = options.readers ?? { narrow: 2, wide: 4 };
  const keeper = new Keeper(
    async () => new Session(await openSession(address, { name: 'keeper', statementTimeout: READ_TIMEOUT_MILLIS }, log)),
    log,
    { lost: () => writer.drop(), regained: () => forget() },
  );
  const dictionary = new Dictionary(keeper);
  const patients = new PatientCache();
  const presence = new Presence();
  const forget = (): void => {
    dictionary.clear();
    patients.clear();
    presence.clear();
  };
  const write = { name: 'writer', statementTimeout: WRITE_TIMEOUT_MILLIS, settings: WRITER_SETTINGS };
  const openWriter = async (): Promise<Session> => {
    await keeper.hold();
    return new Session(await openSession(address, write, log));
  };
  const renew = { ...write, name: 'reindex', statementTimeout: 0 };
  const openRenewer = async (): Promise<Session> => new Session(await openSession(address, renew, log));
  const writer = new Writer(openWriter, options.writers ?? 2, { dictionary, patients, presence }, log);
  const reading = { name: 'reader', statementTimeout: READ_TIMEOUT_MILLIS };
  const narrowLanes = new Lanes(() => openSession(address, { ...reading, pipeline: true }, log), narrow, NARROW_DEPTH);
  const wideLanes = new Lanes(() => openSession(address, reading, log), wide, 1);
  const keys = new KeySource(async () => {
    const [answer] = await keeper.run([{ text: "select nextval('patient_key') as key" }]);
    return Number(answer!.rows[0]?.key);
  });

  await keeper.hold();
  try {
    await migrate(address, log);
    if (options.reindexing !== undefined) await reindex(openRenewer, dictionary, options.reindexing);
    await keys.start();
  } catch (error) {
    await keeper.close();
    throw error;
  }

  const frequencies = new Frequencies(narrowLanes);
  const reads = new Reads({ narrow: narrowLanes, wide: wideLanes, patients, presence, frequencies });
  const days = new Days(wideLanes, dictionary);
  const labels = new Labels(wideLanes);
  const records = new Records(wideLanes);
  const statistics = new Statistics(wideLanes, (plan) => reads.resolved(plan));
  const latests = new Latests(wideLanes, (plan) => reads.resolved(plan), dictionary);
  return {
    read: (type, id, reach) => reads.read(type, id, reach),
    vread: (type, id, version, reach) => reads.vread(type, id, version, reach),
    history: (type, id, page, reach) => reads.history(type, id, page, reach),
    historyOf: (type, page, reach) => reads.historyOf(type, page, reach),
    search: (plan) => reads.search(plan),
    searchAll: (plans) => reads.searchAll(plans),
    count: (...plans) => reads.count(...plans),
    estimate: (...plans) => reads.estimate(...plans),
    heldTypes: () => reads.heldTypes(),
    unitCodes: (system) => reads.unitCodes(system),
    codingsOf: remembered(dictionary, (param) => reads.codingsOf(param)),
    readMany: (references, reach) => reads.readMany(references, reach),
    missing: (references) => reads.missing(references),
    patientKeys: (ids) => reads.patientKeys(ids),
    newPatientKey: () => keys.take(),
    create: async (writes) => {
      if (writes.length > 0) await writer.create(await draftsOf(writes, dictionary));
    },
    transaction: (patientsTouched, work) => writer.transaction(patientsTouched, work),
    windowDays: (queries) => days.windowDays(queries),
    readings: (patient, from, to) => days.readings(patient, from, to),
    billedWindows: (of) => days.billedWindows(of),
    contents: (types, of, reach) => days.contents(types, of, reach),
    codingsInUse: (params, reach) => labels.codingsInUse(params, reach),
    recordPage: (plan) => records.recordPage(plan),
    panelMembers: (plan) => statistics.panelMembers(plan),
    figures: (plan) => statistics.figures(plan),
    measured: (plan, limit) => statistics.measured(plan, limit),
    latestOfCodes: (plan, max, limit) => latests.latestOfCodes(plan, max, limit),
    close: async () => {
      await writer.close();
      await Promise.all([narrowLanes.close(), wideLanes.close()]);
      await keeper.close();
    },
  };
}

/** Codings by parameter, read again when new ones were noted. One server a database: nobody else notes any. */
function remembered({ notes }: Dictionary, read: Store['codingsOf']): Store['codingsOf'] {
  const known = new Map<number, { readonly version: number; readonly codings: ReturnType<Store['codingsOf']> }>();
  return (param) => {
    let of = known.get(param);
    if (of === undefined || of.version !== notes.version) {
      const codings = read(param);
      // One that failed is not kept.
      codings.catch(() => known.delete(param));
      of = { version: notes.version, codings };
      if (known.size > 500) known.clear();
      known.set(param, of);
    }
    return of.codings;
  };
}
