// What is searched, as plain data: FHIR makes plans, storage compiles them.
import type { PatientKey, Reach } from './types.ts';

/** A set of resources of one type. */
export interface Selection {
  readonly type: string;
  /** All must hold. */
  readonly where: readonly Clause[];
}

export interface SearchPlan extends Selection {
  /** Holds for every resource that the plan looks at, those of its inner selections too. */
  readonly reach: Reach;
  /** Empty: by id, which is the order of creation for ids that the server gave. */
  readonly sort: readonly SortKey[];
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: Cursor;
}

export type Clause =
  /** Any of these token hashes. `rare`: such as identifiers, which one resource has, or a few. */
  | { readonly kind: 'token'; readonly anyOf: readonly string[]; readonly rare?: boolean }
  | Half
  /** Two values of one component: the tokens of `left`, each under the key together with `right` (tokens, or a side clause). */
  | { readonly kind: 'pair'; readonly key: number; readonly left: Clause; readonly right: Clause }
  | { readonly kind: 'patient'; readonly anyOf: readonly PatientKey[] }
  | { readonly kind: 'id'; readonly anyOf: readonly string[] }
  | { readonly kind: 'updated'; readonly test: RangeTest }
  /** The type's own `date` parameter, on the resource row. */
  | { readonly kind: 'date'; readonly test: SpanTest }
  | SideClause
  /** A word of the free texts. */
  | { readonly kind: 'text'; readonly word: string }
  | { readonly kind: 'or'; readonly anyOf: readonly Clause[] }
  | { readonly kind: 'and'; readonly allOf: readonly Clause[] }
  | { readonly kind: 'not'; readonly clause: Clause }
  /** All hold of one resource inside: tokens and parameters are those of its rows, under its key. */
  | { readonly kind: 'inside'; readonly key: number; readonly where: readonly Clause[] }
  /** Names one of these resources. */
  | { readonly kind: 'refers'; readonly by: Link; readonly to: Selection }
  /** Is named by one of these resources. */
  | { readonly kind: 'referred'; readonly by: Link; readonly from: Selection }
  /** Matches nothing, e.g. a reference to a patient nobody has. */
  | { readonly kind: 'none' };

/** How a resource names another: as the patient it belongs to, or by the tokens of a reference parameter. */
export type Link = { readonly kind: 'patient' } | { readonly kind: 'token'; readonly param: number };

/** Stands for tokens that only the tables of what was ever seen can tell. */
export type Half =
  /** A code whose system was not given: every coding seen under the parameter. */
  | { readonly kind: 'any-system'; readonly param: number; readonly code: string }
  /** Every code of a system seen under the parameter. */
  | { readonly kind: 'any-code'; readonly param: number; readonly system: string }
  /** Every uri seen under the parameter that begins so. */
  | { readonly kind: 'uri-below'; readonly param: number; readonly prefix: string }
  /** Coded values with a text that begins so. */
  | { readonly kind: 'wording'; readonly param: number; readonly text: string }
  /** Coded values with a text that has the word. */
  | { readonly kind: 'wording-word'; readonly type: string; readonly word: string }
  /** Resources of the type that have a value at one of the places, or at none of them. */
  | { readonly kind: 'present'; readonly type: string; readonly places: readonly number[]; readonly present: boolean };

/** A condition on a row of a side table. `pairs`: only rows that stand beside one of these codings. */
export type SideClause =
  | {
      readonly kind: 'other-date';
      readonly param: number;
      readonly test: SpanTest;
      readonly pairs?: readonly string[];
    }
  | {
      readonly kind: 'string';
      readonly param: number;
      readonly match: StringMatch;
      /** Only texts as they were sent, not the parts of family names that are found beside them. */
      readonly whole?: boolean;
      /** Normalised. */
      readonly anyOf: readonly string[];
      /** For `exact`: hashes of the texts to the letter, in the order of `anyOf`. */
      readonly exact?: readonly number[];
      readonly pairs?: readonly string[];
    }
  | {
      readonly kind: 'number';
      readonly param: number;
      readonly test: NumberTest;
      /** A test of the upper end, when the row holds two numbers of a component instead of a range. */
      readonly second?: NumberTest;
      readonly pairs?: readonly string[];
    }
  | NearClause;

/** Positions within a distance of a point. Degrees; a row of numbers holds a latitude in `lo` and a longitude in `hi`. */
export interface NearClause {
  readonly kind: 'near';
  readonly param: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly metres: number;
  readonly pairs?: readonly string[];
}

/** `exact` to the letter, the others without case; those that compare go by code points. */
export type StringMatch =
  | 'starts'
  | 'exact'
  | 'contains'
  | 'ends'
  | 'equals'
  | 'differs'
  | 'above'
  | 'from'
  | 'below'
  | 'to';

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/** Compares a stored [lo, hi) with the searched [lo, hi). */
export interface RangeTest {
  readonly prefix: Prefix;
  readonly lo: string;
  readonly hi: string;
}

/** As {@link RangeTest}; `contains`: the searched range lies within the stored one. */
export interface SpanTest extends Omit<RangeTest, 'prefix'> {
  readonly prefix: Prefix | 'contains';
}

export interface NumberTest {
  readonly prefix: Prefix;
  readonly lo: string;
  readonly hi: string;
  readonly system?: string;
  readonly code?: string;
}

export interface SortKey {
  readonly by: /** In an order of the store's own: no two are alike, so nothing after it decides. */
    | 'id'
    /** By the text of the logical id. */
    | 'id-text'
    | 'updated'
    | 'date'
    | {
        readonly kind: 'date' | 'string' | 'number' | 'token';
        readonly param: number | readonly number[];
        /** A resource has one value at most: what a clause asks of it is then a stretch of the order. */
        readonly single?: boolean;
      }
    /**
     * By the values that a clause of the plan finds, along its index: the order that costs least when none was asked for. A
     * `pair` of a side clause, too: it becomes one.
     */
    | { readonly kind: 'along'; readonly clause: Clause };
  readonly descending: boolean;
}

/** Values of the sort keys of the last row, then its id; its type where a search is over several. */
export interface Cursor {
  readonly values: readonly (string | null)[];
  readonly id: string;
  readonly type?: string;
}
