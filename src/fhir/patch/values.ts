// JSON values while they are patched. Numbers are as `withDigits` shows them: an object of its own kind that keeps the text.
import { type FaultCode, type FaultError, fault } from '../../kernel/fault.ts';
import { rawSource } from '../json.ts';

/** Values copied and compared by one patch: `copy` alone could double a resource with each operation. */
const MAX_VALUES = 1_000_000;

/** Bounds the work of one patch. */
export class Budget {
  #left = MAX_VALUES;

  /** @throws FaultError 413 when it is used up */
  spend(): void {
    if (--this.#left >= 0) return;
    throw fault('too-large', 'patch-too-much', {
      en: `The patch copies or compares more than ${MAX_VALUES} values. Send an update instead.`,
      fr: `Le patch copie ou compare plus de ${MAX_VALUES} valeurs. Envoyez plutôt une mise à jour.`,
    });
  }
}

/** An object or array, and no number. */
export function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && rawSource(value) === undefined;
}

/** A deep copy. */
export function cloneOf(value: unknown, budget: Budget): unknown {
  budget.spend();
  if (!isContainer(value)) return value;
  if (Array.isArray(value)) return value.map((item) => cloneOf(item, budget));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = cloneOf(item, budget);
  return copy;
}

/** Equality of JSON values: numbers by value, members in any order (RFC 6902 4.6). */
export function sameValue(a: unknown, b: unknown, budget: Budget): boolean {
  budget.spend();
  if (!isContainer(a) || !isContainer(b)) return plain(a) === plain(b) && isContainer(a) === isContainer(b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key], budget));
}

function plain(value: unknown): unknown {
  const source = rawSource(value);
  return source === undefined ? value : Number(source);
}

/** A patch that does not go with the resource: 422. */
export function refuse(detail: FaultCode, en: string, fr: string): FaultError {
  return fault('business-rule', detail, { en, fr });
}
