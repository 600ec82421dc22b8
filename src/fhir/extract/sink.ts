// What every sink works with. A sink takes one value of a known FHIR type and adds its index rows.
import type { NotedCoding, NumberRow, Range, StringRow } from '../../storage/types.ts';
import type { Branch } from './branches.ts';
import type { IndexPath } from './paths.ts';

type Open<T> = { -readonly [K in keyof T]: T[K] };

/** A row of a side table under construction: whether it stands beside a coding is known last. */
export type SideRow = Open<({ param: number; pair?: string } & Range) | StringRow | NumberRow>;

/** A text of a coded value, and its part of the hash of all of them. */
export interface Said {
  readonly lanes: readonly [number, number];
  readonly param: number;
  readonly value: string;
  readonly words: readonly string[];
}

/** Rows under construction. */
export interface Rows {
  readonly tokens: string[];
  readonly codings: NotedCoding[];
  date?: Range;
  readonly dates: Open<{ param: number; pair?: string } & Range>[];
  readonly strings: Open<StringRow>[];
  readonly numbers: Open<NumberRow>[];
  /** Bits of the places that hold a value. */
  present: number;
  presentMore: number;
  /** Texts of coded values; `saidFirst`, `saidSecond`: the sums of their hashes. */
  readonly said: Said[];
  saidFirst: number;
  saidSecond: number;
  /** Values that may belong to a composite, in the order found. */
  readonly markedTokens: { readonly param: number; readonly hash: string }[];
  readonly markedRows: SideRow[];
}

export function newRows(): Rows {
  return {
    tokens: [],
    codings: [],
    dates: [],
    strings: [],
    numbers: [],
    present: 0,
    presentMore: 0,
    said: [],
    saidFirst: 0,
    saidSecond: 0,
    markedTokens: [],
    markedRows: [],
  };
}

export type Sink = (value: unknown, rows: Rows) => void;

export interface SinkPlace {
  readonly type: string;
  readonly path: IndexPath;
  readonly branch: Branch;
  /** The path to the patient: local Patients are left to the patient key. */
  readonly patient: boolean;
  /** The path that stands on the resource row. */
  readonly date: boolean;
  /** Absolute addresses below it are local. */
  readonly base: string | undefined;
  /** Bit of a place that is told apart by the type of the target. */
  readonly targetBit: (type: string) => number | undefined;
}

export type Fields = Record<string, unknown>;

export function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const REMEMBERED = 5_000;

/** Codes, devices and prescriptions come back all the time: what was made of a text is kept, up to 5,000 texts a path. */
export function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      if (known.size >= REMEMBERED) known.clear();
      found = make(text);
      known.set(text, found);
    }
    return found;
  };
}

/** Sets the bit of a place. Two words of 31 bits are enough for R4 (a test counts). */
export function setBit(rows: Rows, bit: number): void {
  if (bit < 31) rows.present |= 1 << bit;
  else rows.presentMore |= 1 << (bit - 31);
}
