// Values of number and quantity parameters (R4 search.html#number, #quantity).
import type { NumberTest } from '../../storage/types.ts';
import type { IndexedParameter } from '../extract/paths.ts';
import { prefixOf } from './dates.ts';
import { anyOf, type Draft, NOTHING, type Result, type SearchScope } from './draft.ts';
import { approximateRange, type Decimal, impliedRange, parseDecimal, printDecimal } from './numbers.ts';
import { badValue } from './refusals.ts';
import { conversion, UCUM } from './units.ts';
import { barParts } from './values.ts';

const WANTED = {
  quantity: {
    en: 'a quantity such as 5.4, 5.4|http://unitsofmeasure.org|mg or gt5.4||mg',
    fr: 'une quantité comme 5.4, 5.4|http://unitsofmeasure.org|mg ou gt5.4||mg',
  },
  number: { en: 'a number such as 0.8 or gt0.8', fr: 'un nombre comme 0.8 ou gt0.8' },
} as const;

export async function numberClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  scope: SearchScope,
): Promise<Result> {
  const parts = barParts(value);
  const { prefix, rest } = prefixOf(parts[0] ?? '');
  const decimal = parseDecimal(rest);
  const [, system = '', code = ''] = parts;
  const unitAllowed = parameter.kind === 'quantity' ? parts.length === 1 || parts.length === 3 : parts.length === 1;
  if (decimal === undefined || !unitAllowed) {
    return badValue(name, value, WANTED[parameter.kind === 'quantity' ? 'quantity' : 'number']);
  }
  const test: NumberTest = {
    prefix,
    ...rangeOf(prefix, decimal),
    ...(system === '' ? {} : { system }),
    ...(code === '' ? {} : { code }),
  };
  const tests = system === UCUM && code !== '' ? await inStoredUnits(test, code, scope) : [test];
  return over(parameter, tests);
}

function over({ paths }: IndexedParameter, tests: readonly NumberTest[]): Draft {
  const drafts = paths.flatMap((p) => tests.map((test): Draft => ({ kind: 'number', param: p.key, test })));
  return drafts.length === 0 ? NOTHING : anyOf(drafts);
}

/** R4: without a prefix the digits say how exact the number is, with one it is exactly that. */
function rangeOf(prefix: NumberTest['prefix'], decimal: Decimal): { lo: string; hi: string } {
  if (prefix === 'eq' || prefix === 'ne') return impliedRange(decimal);
  if (prefix === 'ap') return approximateRange(decimal);
  const text = printDecimal(decimal);
  return { lo: text, hi: text };
}

/** The same test in each unit that stored quantities have and that measures the same. */
async function inStoredUnits(test: NumberTest, code: string, { store }: SearchScope): Promise<NumberTest[]> {
  const tests: NumberTest[] = [];
  for (const unit of await store.unitCodes(UCUM)) {
    const convert = await conversion(code, unit);
    if (convert !== undefined) tests.push({ ...test, lo: convert(test.lo), hi: convert(test.hi), code: unit });
  }
  return tests;
}
