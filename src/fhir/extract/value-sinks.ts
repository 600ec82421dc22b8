// Dates, strings, numbers and quantities → rows of the side tables, and the date on the resource row.
import { hash32, longDateToken } from '../../storage/hash.ts';
import type { NumberRow } from '../../storage/types.ts';
import { type DateRange, parseDate, periodRange, timingRange } from './dates.ts';
import { type Fields, fields, type Rows, type Sink, type SinkPlace, textOf } from './sink.ts';
import { cut, joined, normalise, TEXT_LIMIT } from './text.ts';

// ---------------------------------------------------------------- dates

const DATES: Readonly<Record<string, (value: unknown) => DateRange | undefined>> = {
  Period: (value) => periodRange(fields(value) ?? {}),
  Timing: (value) => timingRange(fields(value) ?? {}),
};

export function dateSink({ type, path: { key }, branch, date }: SinkPlace): Sink {
  const read = DATES[branch.type] ?? ((value: unknown) => (typeof value === 'string' ? parseDate(value) : undefined));
  if (!date) {
    return (value, rows) => {
      const range = read(value);
      if (range !== undefined) rows.dates.push({ param: key, lo: range.lo, hi: range.hi });
    };
  }
  const long = longDateToken(type);
  return (value, rows) => {
    const range = read(value);
    if (range === undefined) return;
    rows.date = { lo: range.lo, hi: range.hi };
    if (range.long) rows.tokens.push(long);
  };
}

// ---------------------------------------------------------------- strings

/** Words of a family name that it is found by. */
const FAMILY_WORDS = 10;
const NAME_PARTS = ['family', 'given', 'prefix', 'suffix', 'text'];
const ADDRESS_PARTS = ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

/**
 * R4 search.html#string: the parts of a family name are found one by one, `Goff` for `Le Goff`; and as punctuation does not
 * count, `O'Brien` is found by `obrien` as by `o brien`.
 */
export function stringSink({ path: { key }, branch }: SinkPlace): Sink {
  const put = (value: unknown, rows: Rows): void => {
    const text = textOf(value);
    if (text === undefined) return;
    const whole = normalise(text);
    if (whole === '') return;
    const rest = whole.length > TEXT_LIMIT ? { rest: whole } : {};
    rows.strings.push({ param: key, value: cut(whole), exact: hash32(text), ...rest });
    if (whole.length > TEXT_LIMIT) return;
    const together = joined(text);
    if (together !== undefined) rows.strings.push({ param: key, value: cut(together), part: true });
  };
  const family = (value: unknown, rows: Rows): void => {
    put(value, rows);
    const text = textOf(value);
    if (text === undefined) return;
    // Only the first: a text of a megabyte would have as many parts as words, each as long as what is left of it.
    const words = cut(normalise(text)).split(' ', FAMILY_WORDS);
    for (let i = 1; i < words.length; i++) {
      rows.strings.push({ param: key, value: cut(words.slice(i).join(' ')), part: true });
    }
  };
  const parts = branch.type === 'HumanName' ? NAME_PARTS : branch.type === 'Address' ? ADDRESS_PARTS : undefined;
  if (parts === undefined) return branch.steps.at(-1)?.property === 'family' ? family : put;
  return (value, rows) => {
    const holder = fields(value) ?? {};
    for (const part of parts) {
      const text = holder[part];
      if (Array.isArray(text)) for (const item of text) put(item, rows);
      else (part === 'family' ? family : put)(text, rows);
    }
  };
}

// ---------------------------------------------------------------- numbers and quantities

const BELOW = '-Infinity';
const ABOVE = 'Infinity';

/** The code system of currencies, by which Money is searched (R4 search.html#quantity). */
const CURRENCY = 'urn:iso:std:iso:4217';

type Span = Pick<NumberRow, 'lo' | 'hi'>;
type Unit = Pick<NumberRow, 'system' | 'code' | 'unit'>;
const NO_UNIT: Unit = { system: null, code: null, unit: null };

function unitOf(quantity: Fields): Unit {
  return {
    system: textOf(quantity.system) ?? null,
    code: textOf(quantity.code) ?? null,
    unit: textOf(quantity.unit) ?? null,
  };
}

export function numberSink({ path: { key }, branch }: SinkPlace): Sink {
  const put = (rows: Rows, span: Span, unit: Unit): void => {
    rows.numbers.push({ param: key, lo: span.lo, hi: span.hi, system: unit.system, code: unit.code, unit: unit.unit });
  };
  switch (branch.type) {
    case 'decimal':
    case 'integer':
    case 'positiveInt':
    case 'unsignedInt':
      return (value, rows) => {
        if (typeof value === 'number') put(rows, { lo: String(value), hi: String(value) }, NO_UNIT);
      };
    case 'Money':
      return (value, rows) => {
        const money = fields(value) ?? {};
        if (typeof money.value !== 'number') return;
        const code = textOf(money.currency) ?? null;
        put(rows, { lo: String(money.value), hi: String(money.value) }, { system: CURRENCY, code, unit: null });
      };
    case 'Range':
      return (value, rows) => {
        const { low, high } = fields(value) ?? {};
        const [from, to] = [fields(low), fields(high)];
        if (typeof from?.value !== 'number' && typeof to?.value !== 'number') return;
        const span = {
          lo: from?.value === undefined ? BELOW : String(from.value),
          hi: to?.value === undefined ? ABOVE : String(to.value),
        };
        put(rows, span, unitOf(from?.value === undefined ? (to ?? {}) : from));
      };
    case 'SampledData':
      return (value, rows) => {
        const span = sampledSpan(fields(value) ?? {});
        if (span !== undefined) put(rows, span, unitOf(fields(fields(value)?.origin) ?? {}));
      };
    default:
      return (value, rows) => {
        const quantity = fields(value) ?? {};
        if (typeof quantity.value === 'number')
          put(rows, quantitySpan(quantity.value, quantity.comparator), unitOf(quantity));
      };
  }
}

/** `< 5` may be anything below, but not 5: it is found by what it may be. */
function quantitySpan(value: number, comparator: unknown): Span {
  const text = String(value);
  switch (comparator) {
    case '<':
      return { lo: BELOW, hi: String(-nextAbove(-value)) };
    case '<=':
      return { lo: BELOW, hi: text };
    case '>':
      return { lo: String(nextAbove(value)), hi: ABOVE };
    case '>=':
      return { lo: text, hi: ABOVE };
    default:
      return { lo: text, hi: text };
  }
}

const bits = new DataView(new ArrayBuffer(8));

/** The next number above that a double can hold: numbers are stored as doubles, whose ends belong to them. */
function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}

/** From the least to the greatest sample; `E`, `L` and `U` are no values. */
function sampledSpan(sampled: Fields): Span | undefined {
  const origin = fields(sampled.origin)?.value;
  const factor = typeof sampled.factor === 'number' ? sampled.factor : 1;
  if (typeof origin !== 'number' || typeof sampled.data !== 'string') return undefined;
  let least = Infinity;
  let most = -Infinity;
  for (const item of sampled.data.split(' ')) {
    const sample = Number.parseFloat(item);
    if (Number.isNaN(sample)) continue;
    least = Math.min(least, origin + sample * factor);
    most = Math.max(most, origin + sample * factor);
  }
  return least > most ? undefined : { lo: String(least), hi: String(most) };
}
