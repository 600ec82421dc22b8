// Parameters of the answers as plain values, so that a test reads as the contract does.
import type { Json } from './world.ts';

interface Parameter {
  readonly name: string;
  readonly part?: readonly Parameter[];
  readonly [value: string]: unknown;
}

/** A value: of a Coding the code, of a Reference its text, of Money the amount. */
export type Plain = string | number | boolean | { readonly [name: string]: Plain | readonly Plain[] };

const MANY = new Set(['period', 'day', 'missing', 'rejected', 'reason', 'evidence']);

/** The parameters of an answer by name; those that may repeat as lists, which are always there. */
export function plain(parameters: Json): Record<string, unknown> {
  return ofList((parameters.parameter ?? []) as readonly Parameter[]);
}

function ofList(list: readonly Parameter[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const parameter of list) {
    const value = parameter.part === undefined ? asValue(parameter) : ofList(parameter.part);
    // The `reason` of a rejected reading is one Coding, those of a window are groups.
    const many = MANY.has(parameter.name) && (parameter.name !== 'reason' || parameter.part !== undefined);
    if (many) found[parameter.name] = [...((found[parameter.name] as unknown[] | undefined) ?? []), value];
    else found[parameter.name] = value;
  }
  return found;
}

function asValue(parameter: Parameter): unknown {
  const key = Object.keys(parameter).find((k) => k.startsWith('value'));
  const value = parameter[key ?? ''] as Json;
  if (key === 'valueCoding') return value.code;
  if (key === 'valueReference') return value.reference;
  if (key === 'valueMoney') return value.value;
  if (key === 'valuePeriod') return `${value.start}/${value.end}`;
  return value;
}

/** Reasons of a period as `code/severity`. */
export function reasonsOf(period: unknown): string[] {
  const { reason = [] } = period as { reason?: readonly { code: string; severity: string }[] };
  return reason.map((r) => `${r.code}/${r.severity}`);
}

/** Periods of an answer. */
export function periodsOf(answer: Json): readonly Record<string, unknown>[] {
  return (plain(answer).period ?? []) as readonly Record<string, unknown>[];
}
