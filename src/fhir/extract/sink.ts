// What every sink works with. A sink takes one value of a known FHIR type and adds its index rows.
import type { CodingRow, NumberRow, Range } from '../../storage/types.ts';
import type { Branch } from './branches.ts';
import type { IndexPath } from './paths.ts';

/** Rows under construction. */
export interface Rows {
  readonly tokens: string[];
  readonly codings: CodingRow[];
  date?: Range;
  readonly dates: ({ param: number } & Range)[];
  readonly strings: { param: number; value: string }[];
  readonly numbers: NumberRow[];
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
