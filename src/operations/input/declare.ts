// The parameters that an operation takes, declared: what is read, and what is refused, follows from this.
import type { Day } from '../../kernel/day.ts';

/** Values by kind of parameter. `text` is for opaque texts of our own, such as a cursor. */
export interface Kinds {
  readonly date: Day;
  readonly code: string;
  readonly boolean: boolean;
  readonly integer: number;
  /** `Type/id` */
  readonly reference: string;
  readonly text: string;
  /** ISO with a zone. */
  readonly instant: string;
  readonly uri: string;
  readonly decimal: number;
  readonly period: { readonly start?: string; readonly end?: string };
  readonly coding: { readonly system: string; readonly code: string };
  readonly meta: Readonly<Record<string, unknown>>;
  /** A resource as it was sent, not judged. */
  readonly resource: unknown;
}

export interface Declared<K extends keyof Kinds = keyof Kinds, Many extends boolean = boolean> {
  readonly kind: K;
  readonly many: Many;
  /** Codes: the ones that exist. */
  readonly codes?: readonly string[];
  /** Integers: the smallest and the largest. */
  readonly min?: number;
  readonly max?: number;
  /** References: the types that may be named. */
  readonly targets?: readonly string[];
}

export type Declarations = Readonly<Record<string, Declared>>;

/** What was given: a list where several are taken, else the value or undefined. */
export type Given<D extends Declarations> = {
  readonly [P in keyof D]: D[P] extends Declared<infer K, infer Many>
    ? Many extends true
      ? readonly Kinds[K][]
      : Kinds[K] | undefined
    : never;
};

export const date: Declared<'date', false> = { kind: 'date', many: false };
export const boolean: Declared<'boolean', false> = { kind: 'boolean', many: false };
export const text: Declared<'text', false> = { kind: 'text', many: false };
export const texts: Declared<'text', true> = { kind: 'text', many: true };
export const instant: Declared<'instant', false> = { kind: 'instant', many: false };
export const uri: Declared<'uri', false> = { kind: 'uri', many: false };
export const decimal: Declared<'decimal', false> = { kind: 'decimal', many: false };
export const period: Declared<'period', false> = { kind: 'period', many: false };
export const codings: Declared<'coding', true> = { kind: 'coding', many: true };
export const meta: Declared<'meta', false> = { kind: 'meta', many: false };
export const resource: Declared<'resource', false> = { kind: 'resource', many: false };

export function code(codes: readonly string[]): Declared<'code', false> {
  return { kind: 'code', many: false, codes };
}

/** Repeatable; in an address also as a list with commas. */
export function codes(known: readonly string[]): Declared<'code', true> {
  return { kind: 'code', many: true, codes: known };
}

export function integer(min: number, max: number): Declared<'integer', false> {
  return { kind: 'integer', many: false, min, max };
}

export function reference(...targets: string[]): Declared<'reference', false> {
  return { kind: 'reference', many: false, targets };
}
