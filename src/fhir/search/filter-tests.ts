// One test of `_filter`: parameter, operator, value → a draft. The table of R4 says which operators a kind of parameter has.
import type { Composite } from '../extract/composites.ts';
import type { IndexedParameter } from '../extract/paths.ts';
import { compositeClause } from './composites.ts';
import { dateTest, overDates } from './dates.ts';
import type { Draft, Result, SearchScope } from './draft.ts';
import type { FilterOperator, FilterTest } from './filter-grammar.ts';
import { modifiedValue, modifiersOf, plainValue, presence } from './filters.ts';
import { badValue, isFault, wrongOperator } from './refusals.ts';
import { specialClause, specialMissing } from './special.ts';
import { wholeTextClause } from './strings.ts';
import { notClause } from './token-modifiers.ts';

const PREFIXES: readonly FilterOperator[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];

const TEXT_MATCHES = {
  eq: 'equals',
  ne: 'differs',
  co: 'contains',
  sw: 'starts',
  ew: 'ends',
  gt: 'above',
  ge: 'from',
  lt: 'below',
  le: 'to',
} as const satisfies Partial<Record<FilterOperator, string>>;

/** Operators that are modifiers of ordinary searches. */
const MODIFIERS = { ss: 'below', sb: 'above', in: 'in', ni: 'not-in' } as const;

const WANTED = {
  date: {
    en: 'a date such as 2024, 2024-03, 2024-03-31 or 2024-03-31T10:00:00+02:00',
    fr: 'une date comme 2024, 2024-03, 2024-03-31 ou 2024-03-31T10:00:00+02:00',
  },
  number: { en: 'a number such as 0.8', fr: 'un nombre comme 0.8' },
  quantity: {
    en: 'a quantity such as 5.4, 5.4|ucum|mg or 5.4||mg',
    fr: 'une quantité comme 5.4, 5.4|ucum|mg ou 5.4||mg',
  },
} as const;

/** The operators of a parameter, in the order of R4. */
function operatorsOf(parameter: IndexedParameter): FilterOperator[] {
  const { kind } = parameter;
  const taken = modifiersOf(parameter);
  const modifiers = (Object.keys(MODIFIERS) as (keyof typeof MODIFIERS)[]).filter((o) => taken.includes(MODIFIERS[o]));
  switch (kind) {
    case 'string':
      return [...(Object.keys(TEXT_MATCHES) as (keyof typeof TEXT_MATCHES)[]), 'pr'];
    case 'number':
    case 'quantity':
      return [...PREFIXES, 'pr'];
    case 'date':
      return [...PREFIXES, 'co', 'po', 'pr'];
    case 'reference':
      return ['re', 'pr'];
    case 'token':
      return [...(isSingle(parameter) ? (['eq', 'ne'] as const) : (['eq'] as const)), ...modifiers, 'pr'];
    case 'uri':
      return [...(isSingle(parameter) ? (['eq', 'ne'] as const) : (['eq'] as const)), 'sw', ...modifiers, 'pr'];
  }
}

/**
 * Whether a resource has one value at most. Of several, only tokens of all of them are kept, not which of them belong together:
 * whether one of them is unequal is not known then.
 */
function isSingle({ paths }: IndexedParameter): boolean {
  return paths.length === 1 && paths[0]!.branches.every((b) => b.single);
}

/** The draft of a test, or why there is none. */
export async function testOf(
  parameter: IndexedParameter | Composite,
  name: string,
  { operator, value }: FilterTest,
  scope: SearchScope,
): Promise<Result> {
  if ('pairings' in parameter) {
    return operator === 'eq'
      ? compositeClause(parameter, name, value, scope, plainValue)
      : wrongOperator(name, operator, ['eq']);
  }
  const operators = operatorsOf(parameter);
  if (!operators.includes(operator)) return wrongOperator(name, operator, operators);
  if (operator === 'pr') return present(name, value, (missing) => presence(parameter, missing, scope));
  switch (parameter.kind) {
    case 'string':
      return wholeTextClause(parameter, name, value, TEXT_MATCHES[operator as keyof typeof TEXT_MATCHES]);
    case 'number':
    case 'quantity': {
      const draft = await plainValue(parameter, name, `${operator}${withSystem(value, 1)}`, scope);
      return isFault(draft) ? badValue(name, value, WANTED[parameter.kind]) : draft;
    }
    case 'date':
      return spanOf(name, operator, value, scope, (test) => overDates(parameter, test, scope.index));
    case 'reference':
      return plainValue(parameter, name, literal(value), scope);
    case 'token':
    case 'uri':
      return codeTest(parameter, name, operator, value, scope);
  }
}

/** The draft of a test of `_id` or `_lastUpdated`; others of the kind have no values to compare. */
export async function specialTest(name: string, { operator, value }: FilterTest, scope: SearchScope): Promise<Result> {
  const operators: readonly FilterOperator[] =
    name === '_id' ? ['eq', 'ne', 'pr'] : name === '_lastUpdated' ? [...PREFIXES, 'po', 'pr'] : [];
  if (!operators.includes(operator)) return wrongOperator(name, operator, operators);
  if (operator === 'pr') return present(name, value, specialMissing);
  if (name === '_id') {
    const draft = await specialClause(name, name, value, scope);
    return operator === 'eq' || isFault(draft) ? draft : { kind: 'negated', of: draft };
  }
  // An instant overlaps with what it lies in.
  return spanOf(name, operator === 'po' ? 'eq' : operator, value, scope, (test) =>
    test.prefix === 'contains' ? { kind: 'none' } : { kind: 'updated', test: { ...test, prefix: test.prefix } },
  );
}

function present(name: string, value: string, make: (missing: boolean) => Result): Result {
  if (value === 'true' || value === 'false') return make(value === 'false');
  return badValue(name, value, { en: 'true or false', fr: 'true ou false' });
}

/** `co`: the stored date, with all that its precision implies, has the value in it; `po`: the two have an instant in common. */
function spanOf(
  name: string,
  operator: FilterOperator,
  value: string,
  { now }: SearchScope,
  make: (test: Parameters<typeof overDates>[1]) => Draft,
): Result {
  const prefix = operator === 'co' || operator === 'po' ? 'eq' : operator;
  const test = dateTest(name, `${prefix}${value}`, now);
  if (isFault(test)) return badValue(name, value, WANTED.date);
  if (operator === 'co') return make({ ...test, prefix: 'contains' });
  return make(operator === 'po' ? { ...test, prefix: 'ap' } : test);
}

async function codeTest(
  parameter: IndexedParameter,
  name: string,
  operator: FilterOperator,
  sent: string,
  scope: SearchScope,
): Promise<Result> {
  const value =
    parameter.kind === 'uri' || operator === 'in' || operator === 'ni' ? literal(sent) : withSystem(sent, 0);
  if (operator === 'sw') {
    return { kind: 'or', anyOf: parameter.paths.map((p) => ({ kind: 'uri-below', param: p.key, prefix: sent })) };
  }
  if (operator === 'ni') return negated(await modifiedValue(parameter, 'in', name, value, scope));
  if (operator !== 'eq' && operator !== 'ne') {
    return modifiedValue(parameter, MODIFIERS[operator as keyof typeof MODIFIERS], name, value, scope);
  }
  const draft = await plainValue(parameter, name, value, scope);
  if (operator === 'eq' || isFault(draft)) return draft;
  return { kind: 'every', of: [presence(parameter, false, scope), notClause(parameter, draft, scope)] };
}

function negated(draft: Result): Result {
  return isFault(draft) ? draft : { kind: 'negated', of: draft };
}

/** R4: these words stand for the whole address of their system. */
const SYSTEMS: Readonly<Record<string, string>> = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ucum: 'http://unitsofmeasure.org',
};

/** A value whose system may be such a word. @param place of the system among the parts */
function withSystem(value: string, place: number): string {
  const parts = value.split('|');
  const system = parts.length > place + 1 ? parts[place]!.toLowerCase() : '';
  if (Object.hasOwn(SYSTEMS, system)) parts[place] = SYSTEMS[system]!;
  return parts.join('|');
}

/** Backslashes mean nothing in this syntax; the readers of ordinary values take them for escapes. */
function literal(value: string): string {
  return value.replaceAll('\\', '\\\\');
}
