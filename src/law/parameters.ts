// Walks a Law: for whoever must see every dated value (tests, published views, checks).
import type { Law, Parameter } from './law.ts';

/** Every dated parameter of the law, in the order of their names. */
export function everyParameter(law: Law): Parameter<unknown>[] {
  return parametersUnder(law).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parametersUnder(value: unknown): Parameter<unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isParameter(value)) return [value];
  return Object.values(value).flatMap(parametersUnder);
}

function isParameter(value: object): value is Parameter<unknown> {
  return 'knownFrom' in value && 'entries' in value;
}
