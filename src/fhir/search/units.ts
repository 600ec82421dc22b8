// Units of UCUM: a searched quantity in the units that stored quantities have. Values stay as they were stored; what is
// converted are the ends of the searched range, so that a search costs as much as before and an unconverted one is exact.
import { addedZeros, type Decimal, parseDecimal, printDecimal } from './numbers.ts';

export const UCUM = 'http://unitsofmeasure.org';

/** Digits to which a conversion is trusted that is no exact decimal: 60 a minute is 1 a second. */
const DIGITS = 12;

type Library = typeof import('@lhncbc/ucum-lhc')['default'];
let library: Promise<ReturnType<Library['UcumLhcUtils']['getInstance']>> | undefined;

/** Read at the first search that needs it: 70 ms and 2 MB. */
function load(): NonNullable<typeof library> {
  library ??= import('@lhncbc/ucum-lhc').then((module) => module.default.UcumLhcUtils.getInstance());
  return library;
}

/** Turns a number of one unit into that of another. */
export type Conversion = (decimal: string) => string;

const KEPT = 10_000;
const known = new Map<string, Conversion | undefined>();

/** Characters of a code that is converted: the longest of UCUM's own examples has 30, and long ones take the library minutes. */
const LONGEST = 100;

/** UCUM's alphabet is printable ASCII (§7). What is none is not even asked: the library logs it. */
function isCode(text: string): boolean {
  return text.length <= LONGEST && /^[!-~]+$/.test(text);
}

/** The conversion between two units, by their codes; undefined when they do not measure the same. */
export async function conversion(from: string, to: string): Promise<Conversion | undefined> {
  if (!isCode(from) || !isCode(to)) return from === to ? (decimal) => decimal : undefined;
  const key = `${from}\n${to}`;
  if (!known.has(key)) {
    if (known.size >= KEPT) known.clear();
    known.set(key, await find(from, to));
  }
  return known.get(key);
}

async function find(from: string, to: string): Promise<Conversion | undefined> {
  if (from === to) return (decimal) => decimal;
  const utils = await load();
  if (utils.convertUnitTo(from, 1, to).status !== 'succeeded') return undefined;
  const [a, b] = [utils.getSpecifiedUnit(from, 'validate').unit, utils.getSpecifiedUnit(to, 'validate').unit];
  if (a === null || b === null) return undefined;
  const [numerator, denominator] = [magnitude(a.magnitude_), magnitude(b.magnitude_)];
  if (a.cnv_ === null && b.cnv_ === null && numerator !== undefined && denominator !== undefined) {
    return (decimal) => scaled(decimal, numerator, denominator);
  }
  // Celsius and its like have a zero of their own.
  return (decimal) => {
    const { toVal } = utils.convertUnitTo(from, Number(decimal), to);
    return toVal === null ? 'NaN' : String(Number(toVal.toPrecision(DIGITS)));
  };
}

/** The library computes with doubles: 15 digits of them are what the tables say. */
function magnitude(value: number): Decimal | undefined {
  const decimal = parseDecimal(String(Number(value.toPrecision(15))));
  return decimal === undefined || decimal.mantissa <= 0n ? undefined : decimal;
}

/** decimal × numerator / denominator: exactly where that is a decimal, else to {@link DIGITS} digits. */
function scaled(decimal: string, numerator: Decimal, denominator: Decimal): string {
  const value = parseDecimal(decimal);
  if (value === undefined) return decimal;
  const product = value.mantissa * numerator.mantissa;
  const exponent = value.exponent + numerator.exponent - denominator.exponent;
  const zeros = 40;
  const large = addedZeros(product, zeros);
  const quotient = large / denominator.mantissa;
  if (quotient * denominator.mantissa === large)
    return printDecimal({ mantissa: quotient, exponent: exponent - zeros });
  return String(Number(Number(printDecimal({ mantissa: quotient, exponent: exponent - zeros })).toPrecision(DIGITS)));
}
