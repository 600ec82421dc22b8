// The words between the FHIR rooms and storage: what is written, what is asked. Plain data; no SQL here, no FHIR logic there.

import type { Cursor, SearchPlan } from './plan.ts';
import type { LabelStore, LatestStore, RecordStore, StatisticsStore } from './questions.ts';

export type * from './plan.ts';
export type * from './questions.ts';
export { cutText, TEXT_LIMIT } from './text.ts';

/** Integer key of a Patient; 0 = the resource belongs to no patient. It stands in every key of clinical data. */
export type PatientKey = number;

/** What the caller may see and touch. Required in every plan, so that access control has one place. */
export type Reach = { readonly kind: 'everything' };
export const everything: Reach = { kind: 'everything' };

// ---------------------------------------------------------------- writing

/** Index rows of one resource, made by fhir/extract. Parameters are named by `paramKey(type, code)`. */
export interface IndexRows {
  /** Signed 64-bit hashes as decimal strings (see storage/hash.ts): tokens, references, uris, each bound to type and parameter. */
  readonly tokens: readonly string[];
  /** Distinct codings and uris behind the tokens, so that half of one (`code=x` without system) can be answered exactly. */
  readonly codings: readonly NotedCoding[];
  /** Which parameters have a value, as one token that resources of the same make share. */
  readonly shape?: Shape;
  /** The texts of the coded values (display, text), as one token that resources of the same wording share. */
  readonly wording?: Wording;
  /** Words of narrative and other free texts: lower case, no accents, each once; those of the narrative also with a `~` before. */
  readonly words?: readonly string[];
  /** The type's parameter called `date`, if it has one: kept on the resource row itself. ISO instants, half-open [lo, hi). */
  readonly date?: Range;
  readonly dates: readonly ({ readonly param: number; readonly pair?: string } & Range)[];
  readonly strings: readonly StringRow[];
  readonly numbers: readonly NumberRow[];
  /** Rows of resources inside, as if they stood alone: their shapes and wordings are noted. Their other rows are above. */
  readonly inside?: readonly IndexRows[];
}

export interface CodingRow {
  readonly param: number;
  readonly system: string;
  readonly code: string;
}

/** A coding and its token. A uri, or a code whose system goes without saying, has the empty system. */
export interface NotedCoding extends CodingRow {
  readonly hash: string;
}

export interface Shape {
  /** Stands among the resource's tokens. */
  readonly token: string;
  readonly type: string;
  /** Keys of the places that hold a value. */
  readonly places: readonly number[];
}

export interface Wording {
  /** Stands among the resource's tokens. */
  readonly token: string;
  readonly type: string;
  readonly texts: readonly {
    readonly param: number;
    /** Normalised, cut. */
    readonly value: string;
    /** The words of the whole text. */
    readonly words: readonly string[];
  }[];
}

/** Text of a string parameter. */
export interface StringRow {
  readonly param: number;
  /** Normalised: lower case, no accents, single spaces; its first 255 characters. */
  readonly value: string;
  /** All of it, when it is longer than that. */
  readonly rest?: string;
  /** 32-bit hash of the text as it was sent, for matches to the letter. */
  readonly exact?: number;
  /** Only a part of a text: it is found, and does not count for the order. */
  readonly part?: boolean;
  readonly pair?: string;
}

/** Instants, ISO 8601 UTC with microseconds at most; `null`, or `-infinity` and `infinity`, = open. */
export interface Range {
  readonly lo: string | null;
  readonly hi: string | null;
}

/** number and quantity parameters: the value itself (lo = hi), or the ends of what it may be (a Range, `< 5`), closed. */
export interface NumberRow {
  readonly param: number;
  /** Decimal texts; `-Infinity` and `Infinity` for open ends. */
  readonly lo: string;
  readonly hi: string;
  readonly system: string | null;
  readonly code: string | null;
  readonly unit: string | null;
  /** Hash of the coding that this value stands beside, in a composite parameter. */
  readonly pair?: string;
}

/** What an Observation means for day counting, whatever the line. The local day is made in SQL from the patient's zone. */
export interface ReadingFact {
  /** `system|code` of every coding of Observation.code. */
  readonly codes: readonly string[];
  /** Codes of category codings of the HL7 observation-category system. */
  readonly categories: readonly string[];
  readonly when:
    | {
        readonly kind: 'instant';
        readonly at: string /** a Period's end: exactly 00:00 belongs to the day before */;
        readonly end: boolean;
      }
    | { readonly kind: 'day'; readonly day: string }
    /** Year or year-month only: the days it may mean, both inclusive. */
    | { readonly kind: 'imprecise'; readonly start: string; readonly end: string }
    | { readonly kind: 'none' };
  /** final, amended or corrected. */
  readonly final: boolean;
  /** A value, or a component with one, and no dataAbsentReason. */
  readonly valued: boolean;
  /** Ids of the ServiceRequests that basedOn names. */
  readonly basedOn: readonly string[];
  /** The device reference, as text, or null. */
  readonly device: string | null;
}

/** One new state of a resource, ready to be stored. */
export interface ResourceWrite {
  readonly type: string;
  readonly id: string;
  readonly patient: PatientKey;
  readonly version: number;
  /** meta.lastUpdated, ISO with milliseconds. */
  readonly updated: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The exact JSON text; null for a deletion. */
  readonly content: string | null;
  readonly rows: IndexRows | null;
  readonly fact: ReadingFact | null;
  /** Patient only: the zone that the Patient's content gives. */
  readonly zone?: string;
}

/** What is kept beside a current state, made from its content; and its versions, which are raised when it is made otherwise. */
export interface Extraction {
  /** Version of index rows. */
  readonly search: number;
  /** Version of facts and zones. */
  readonly reading: number;
  extract(content: string): Pick<ResourceWrite, 'rows' | 'fact' | 'zone'>;
}

/** A stored state. */
export interface StoredResource {
  readonly type: string;
  readonly id: string;
  readonly patient: PatientKey;
  readonly version: number;
  readonly updated: string;
  readonly method: string;
  /** null = deleted at this version. */
  readonly content: string | null;
}

// ---------------------------------------------------------------- searching

export interface Page {
  readonly rows: readonly StoredResource[];
  /** Where this page ended, when there is more. */
  readonly next?: Cursor;
}

/** What the FHIR rooms need from storage to read. */
export interface ReadStore {
  /** The current state, or the deletion, or undefined when the id was never used. */
  read(type: string, id: string, reach: Reach): Promise<StoredResource | undefined>;
  vread(type: string, id: string, version: number, reach: Reach): Promise<StoredResource | undefined>;
  /** Newest first; `limit` states older than version `before` (all when undefined). */
  history(
    type: string,
    id: string,
    page: NarrowPage,
    reach: Reach,
  ): Promise<{ readonly total: number; readonly rows: readonly StoredResource[] }>;
  /** States of all resources of a type (of every type when undefined), newest first. */
  historyOf(type: string | undefined, page: HistoryPage, reach: Reach): Promise<HistoryRows>;
  search(plan: SearchPlan): Promise<Page>;
  /** One page over several types: plans of the same reach, order, limit and cursor. */
  searchAll(plans: readonly SearchPlan[]): Promise<Page>;
  /** How many match, over all the plans. */
  count(...plans: readonly SearchPlan[]): Promise<number>;
  /** About how many match: exact while they are few. */
  estimate(...plans: readonly SearchPlan[]): Promise<number>;
  /** Types of which there is any resource. */
  heldTypes(): Promise<readonly string[]>;
  /** Codes of units of a system that stored quantities have. */
  unitCodes(system: string): Promise<readonly string[]>;
  /** Codings seen under a parameter, which are few. */
  codingsOf(param: number): Promise<readonly { readonly system: string; readonly code: string }[]>;
  /** Current states by reference; missing ones are left out. */
  readMany(
    references: readonly { readonly type: string; readonly id: string }[],
    reach: Reach,
  ): Promise<readonly StoredResource[]>;
  /** Of these references, those without a current state (never written, or deleted). Hot: cached in process, kept exact by deletes. */
  missing(
    references: readonly { readonly type: string; readonly id: string }[],
  ): Promise<readonly { readonly type: string; readonly id: string }[]>;
  /** Keys of Patients by id; unknown ones are left out. */
  patientKeys(ids: readonly string[]): Promise<ReadonlyMap<string, PatientKey>>;
}

/** Instants, [lo, hi). */
export interface Span {
  readonly lo: string;
  readonly hi: string;
}

/** Of the history of one resource. */
export interface NarrowPage {
  readonly limit: number;
  readonly before?: number;
  readonly since?: string;
  readonly at?: Span;
  /** No other versions than these. */
  readonly versions?: readonly number[];
}

/** A resource, or one version of it. */
export interface NamedState {
  readonly type: string;
  readonly id: string;
  readonly version?: number;
}

export interface HistoryPage {
  readonly limit: number;
  /** No other states than these, each named once. */
  readonly among?: readonly NamedState[];
  /** Written at or after this instant. */
  readonly since?: string;
  /** Current at some instant of the span; deletions that happened in it. */
  readonly at?: Span;
  /** Where the page before ended. */
  readonly after?: { readonly updated: string; readonly type: string; readonly id: string; readonly version: number };
}

export interface HistoryRows {
  readonly rows: readonly StoredResource[];
  /** undefined when there are more than are counted, or when counting is too dear (`at`). */
  readonly total: number | undefined;
  /** Where this page ended, when there is more. */
  readonly next?: NonNullable<HistoryPage['after']>;
}

/** A token that resources of a type may have. */
export interface TypedToken {
  readonly type: string;
  readonly token: string;
}

/** A transaction: everything that ReadStore can, on its own snapshot, and writing. */
export interface Tx extends ReadStore, BillingTx {
  /** Locks and returns the current state, or the latest deletion. */
  lock(type: string, id: string): Promise<StoredResource | undefined>;
  /** Applies writes as one set of statements. */
  write(writes: readonly ResourceWrite[]): Promise<void>;
  /**
   * Claims a conditional-create query for an id. Returns undefined when claimed, or the id that holds it already:
   * the uniqueness is a key of the schema, so that twenty concurrent conditional creates make one resource.
   */
  claimQuery(type: string, query: string, id: string): Promise<string | undefined>;
  /** Current resources with one of these tokens, and resources of these patients; `limit` of each at most. */
  referrers(
    tokens: readonly TypedToken[],
    patients: readonly PatientKey[],
    limit: number,
  ): Promise<readonly StoredResource[]>;
  /** Gives a claimed query to another id: for one whose holder does not match it (any more). */
  takeQuery(type: string, query: string, id: string): Promise<void>;
}

export interface WriteStore {
  /** Reserves the key of a new patient, before its id is made (ids carry the key). Never given twice, even across restarts. */
  newPatientKey(): PatientKey;
  /**
   * Pure creates with server-given ids and nothing to read first: grouped with those of other callers into one commit.
   * Resolves after COMMIT. All of one call or none.
   */
  create(writes: readonly ResourceWrite[]): Promise<void>;
  /**
   * Runs `work` in a transaction of its own. `keys` are the patients it may touch (0 for shared resources): two works that
   * share a key never overlap. Serialization failures and deadlocks run it again, so it must be repeatable.
   */
  transaction<T>(keys: readonly PatientKey[], work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface Store extends ReadStore, WriteStore, DayStore, LabelStore, RecordStore, LatestStore, StatisticsStore {
  close(): Promise<void>;
}

// ---------------------------------------------------------------- days and billing: SQL counts, core decides

/** Asks which days of a follow-up's windows have a counted reading. */
export interface WindowQuery {
  /** Echoed in the answers. */
  readonly key: number;
  readonly patient: PatientKey;
  /** First day of window 1; windows are `windowDays` long. */
  readonly start: string;
  readonly windowDays: number;
  /** Days looked at, both inclusive (monitoring, asOf). */
  readonly from: string;
  readonly to: string;
  /** `system|code`. */
  readonly codes: readonly string[];
  /** Categories of which any Observation counts. */
  readonly categories: readonly string[];
  /** Ids of the chain's prescriptions: readings that name others only do not count. */
  readonly prescriptions: readonly string[];
}

/** Days with data of one window: bit i (0-based) is set when day i has a counted reading. Windows without any are left out. */
export interface WindowDays {
  readonly key: number;
  /** 1-based. */
  readonly index: number;
  readonly days: number;
}

/** A reading as stored, with its local day. */
export interface StoredFact {
  readonly id: string;
  readonly version: number;
  /** undefined when the date is imprecise or absent. */
  readonly day?: string;
  readonly imprecise?: { readonly start: string; readonly end: string };
  /** The instant, when known: ISO UTC. */
  readonly at?: string;
  readonly codes: readonly string[];
  readonly categories: readonly string[];
  readonly final: boolean;
  readonly valued: boolean;
  readonly basedOn: readonly string[];
  readonly device: string | null;
}

export interface BilledWindow {
  readonly patient: PatientKey;
  readonly pathology: string;
  readonly forfait: 'operator' | 'technical';
  readonly start: string;
  readonly end: string;
  readonly claim: string;
}

export interface DayStore {
  windowDays(queries: readonly WindowQuery[]): Promise<readonly WindowDays[]>;
  /** Every reading of a patient whose day, or possible days, touch the period. Ordered by day, instant, id. */
  readings(patient: PatientKey, from: string, to: string): Promise<readonly StoredFact[]>;
  /** Windows in submitted claims. */
  billedWindows(patients: readonly PatientKey[]): Promise<readonly BilledWindow[]>;
  /** Current contents of types that belong to patients (all patients when undefined), in order of (patient, id). */
  contents(
    types: readonly string[],
    patients: readonly PatientKey[] | undefined,
    reach: Reach,
  ): Promise<
    readonly { readonly patient: PatientKey; readonly type: string; readonly id: string; readonly content: string }[]
  >;
}

/** Tx's part of billing: the exclusion constraint of the schema refuses a second forfait for the same days. */
export interface BillingTx {
  /** Returns the rows that clash with a submitted claim; when there is any, nothing was written. */
  billWindows(rows: readonly BilledWindow[]): Promise<readonly BilledWindow[]>;
  /** Frees the windows of a claim that was cancelled or deleted. */
  releaseWindows(claim: string): Promise<void>;
}
