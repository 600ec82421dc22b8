// Required bindings: is the code of an element in its value set?
import type { Expansion } from '../definitions/types.ts';
import { badCode, noCode } from './messages.ts';
import type { Json, Run } from './run.ts';

/** Notes a fault when a value of a bound element has no code of the value set. The value's structure is already checked. */
export type CodeCheck = (value: unknown, run: Run) => void;

/**
 * The check of one required binding, by type of the bound element.
 * Undefined when the codes of the value set are not all known here: then nothing is said.
 */
export function codeCheck(
  type: string,
  valueSet: string,
  expand: (url: string) => Expansion | undefined,
): CodeCheck | undefined {
  const expansion = expand(valueSet);
  if (expansion === undefined) return undefined;
  switch (type) {
    case 'Coding':
      return (value, run) => checkCoding(value as Json, expansion, valueSet, run);
    case 'CodeableConcept':
      return (value, run) => checkConcept(value as Json, expansion, valueSet, run);
    case 'Quantity':
    case 'Age':
    case 'Count':
    case 'Distance':
    case 'Duration':
    case 'SimpleQuantity':
    case 'MoneyQuantity':
      return (value, run) => checkQuantity(value as Json, expansion, valueSet, run);
    default:
      return plainCheck(expansion, valueSet);
  }
}

function plainCheck(expansion: Expansion, valueSet: string): CodeCheck {
  // Most bindings stand on a code, most of those on one short list: a Set answers fastest.
  const lists = expansion.systems.map((system) => expansion.codes(system));
  const all = lists.includes(undefined) ? undefined : new Set(lists.flatMap((list) => list ?? []));
  return (value, run) => {
    if (typeof value !== 'string') return;
    if (all === undefined ? !expansion.has(value) : !all.has(value)) {
      run.add('code-invalid', 'code-not-in-value-set', badCode(value, valueSet));
    }
  };
}

function has(expansion: Expansion, coding: Json): boolean {
  const { code, system } = coding;
  // A coding in a bound element without its system names no concept (R4 terminologies.html#unbound).
  return typeof code === 'string' && typeof system === 'string' && expansion.has(code, system);
}

function checkCoding(coding: Json, expansion: Expansion, valueSet: string, run: Run): void {
  if (has(expansion, coding)) return;
  if (coding.code === undefined) {
    if (coding.extension === undefined) run.add('code-invalid', 'code-missing', noCode(valueSet));
    return;
  }
  run.add('code-invalid', 'code-not-in-value-set', badCode(named(coding), valueSet));
}

function checkConcept(concept: Json, expansion: Expansion, valueSet: string, run: Run): void {
  const codings = Array.isArray(concept.coding) ? (concept.coding as Json[]) : [];
  if (codings.some((c) => has(expansion, c))) return;
  if (codings.length > 0) {
    run.add('code-invalid', 'code-not-in-value-set', badCode(codings.map(named).join(', '), valueSet));
  } else if (concept.extension === undefined) {
    // An extension may say why there is no code (data-absent-reason); a mere text may not.
    run.add('code-invalid', 'code-missing', noCode(valueSet));
  }
}

function checkQuantity(quantity: Json, expansion: Expansion, valueSet: string, run: Run): void {
  if (quantity.code !== undefined && !has(expansion, quantity)) {
    run.add('code-invalid', 'code-not-in-value-set', badCode(named(quantity), valueSet));
  }
}

function named(coding: Json): string {
  return coding.system === undefined ? String(coding.code) : `${coding.system}|${coding.code}`;
}
