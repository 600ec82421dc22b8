// What the operations of R4 ask of the store: labels, records, latest readings, figures. Part of the words of types.ts.
import type { Clause, CodingRow, PatientKey, Reach, SearchPlan, StoredResource } from './types.ts';

export interface LabelStore {
  /** Codings (of `_profile`: uris) seen under parameters that a current resource carries, each once a parameter. */
  codingsInUse(
    params: readonly { readonly type: string; readonly param: number }[],
    reach: Reach,
  ): Promise<readonly CodingRow[]>;
}

/** One page of everything that is kept about a patient. */
export interface RecordPlan {
  readonly reach: Reach;
  readonly patient: PatientKey;
  /** Any of these types; undefined = all but Patient. */
  readonly types: readonly string[] | undefined;
  /** ISO instant: states stored then or later. */
  readonly since: string | undefined;
  /**
   * Care dates that touch [lo, hi): those of the row, else of these parameters in the side table. A resource without any
   * belongs to every time.
   */
  readonly care: { readonly lo: string; readonly hi: string; readonly params: readonly number[] } | undefined;
  /** Tokens of resources that are nobody's own and name the patient. */
  readonly mentions: readonly string[];
  readonly limit: number;
  readonly after: RecordPlace | undefined;
}

/** A place in the order: the patient's own by (type, id), then what names the patient by (type, id). */
export interface RecordPlace {
  readonly mention: boolean;
  readonly type: string;
  readonly id: string;
}

export interface RecordStore {
  recordPage(plan: RecordPlan): Promise<{ readonly rows: readonly StoredResource[]; readonly next?: RecordPlace }>;
}

/** An Observation that may be among the latest of its code. */
export interface Latest extends StoredResource {
  /** Names of its codings, or of its text; equal names are equal codes. */
  readonly codes: readonly string[];
  /** 1 = the most recent of all; equal for equal dates. undefined: it has no date. */
  readonly age: number | undefined;
}

export interface LatestStore {
  /**
   * Observations that match, as far as they are among the `max` most recent of any of their codings (ties included), most
   * recent first; and the sets of codings that stand together in any Observation that matches. At most `limit` of the former.
   */
  latestOfCodes(
    plan: Pick<SearchPlan, 'reach' | 'where'>,
    max: number,
    limit: number,
  ): Promise<{
    readonly latest: readonly Latest[];
    readonly together: readonly { readonly patient: PatientKey; readonly codes: readonly string[] }[];
  }>;
}

/** Which measurements are put into figures. */
export interface StatisticsPlan {
  readonly reach: Reach;
  /** Of Observations. */
  readonly where: readonly Clause[];
  /** Their dates begin in [from, to); null = open, and then also those without a date. */
  readonly from: string | null;
  readonly to: string | null;
  /** Codings asked for. */
  readonly codings: readonly { readonly system: string; readonly code: string }[];
  /** Observations asked for because a panel names them: they count under their own first coding. */
  readonly members: readonly string[];
}

/** Figures of one coding in one unit, as decimal texts; null = not defined for so few values. */
export interface Figures {
  readonly system: string;
  readonly code: string;
  /** UCUM; null when no measurement has a usable value. */
  readonly unit: string | null;
  /** As shown by the latest one, or null. */
  readonly shown: string | null;
  readonly figures: Readonly<Record<string, string | null>>;
}

export interface StatisticsStore {
  /** Ids of the Observations that matching panels name as members. */
  panelMembers(plan: StatisticsPlan): Promise<readonly string[]>;
  figures(plan: StatisticsPlan): Promise<readonly Figures[]>;
  /** Observations with a value that counts, most recent first. */
  measured(plan: StatisticsPlan, limit: number): Promise<readonly StoredResource[]>;
}
