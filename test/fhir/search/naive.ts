// Searches answered the slow way, by looking at every resource: what the server's answers are held against.
// Written from R4 search.html alone; it knows codes, dates, masses and components, and no more.

export interface Coding {
  readonly system?: string;
  readonly code: string;
}
export interface Mass {
  readonly value: number;
  readonly code: 'kg' | 'g' | 'mg';
}
export interface Thing {
  readonly id: string;
  readonly status: string;
  readonly codes: readonly Coding[];
  readonly when: string | { readonly start?: string; readonly end?: string } | undefined;
  readonly mass: Mass | undefined;
  readonly components: readonly { readonly code: Coding; readonly mass: Mass }[];
}

const MICROGRAMS = { kg: 1_000_000_000n, g: 1_000_000n, mg: 1_000n } as const;
const DIGITS = 9;

/** Thousand-millionths of a microgram, so that every decimal of the tests is a whole number. */
function scaled(text: string, unit: Mass['code']): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!;
  const digits = BigInt(`${whole}${fraction.padEnd(DIGITS, '0')}`);
  return (sign === '-' ? -digits : digits) * MICROGRAMS[unit];
}

/** Half a unit of the last digit that is written. */
function halfDigit(text: string, unit: Mass['code']): bigint {
  const decimals = text.split('.')[1]?.length ?? 0;
  return (10n ** BigInt(DIGITS - decimals) * MICROGRAMS[unit]) / 2n;
}

export function massMatches(stored: Mass, prefix: string, text: string, unit: Mass['code'] | undefined): boolean {
  // Without a unit the numbers are compared, whatever they count.
  const searched = unit ?? stored.code;
  const value = scaled(String(stored.value), stored.code);
  const wanted = scaled(text, searched);
  const half = halfDigit(text, searched);
  const equal = value >= wanted - half && value < wanted + half;
  switch (prefix) {
    case 'gt':
    case 'sa':
      return value > wanted;
    case 'lt':
    case 'eb':
      return value < wanted;
    case 'ge':
      return value >= wanted;
    case 'le':
      return value <= wanted;
    case 'ne':
      return !equal;
    default:
      return equal;
  }
}

/** First instant and the instant after the last, in milliseconds. */
export function span(text: string): [number, number] {
  const parts = text.split('-');
  if (text.includes('T')) {
    const seconds = /T\d\d:\d\d:\d\d/.test(text);
    const from = Date.parse(seconds || !text.endsWith('Z') ? text : text.replace('Z', ':00Z'));
    return [from, from + (seconds ? 1_000 : 60_000)];
  }
  const [year, month, day] = parts.map(Number) as [number, number?, number?];
  if (month === undefined) return [Date.UTC(year, 0), Date.UTC(year + 1, 0)];
  if (day === undefined) return [Date.UTC(year, month - 1), Date.UTC(year, month)];
  return [Date.UTC(year, month - 1, day), Date.UTC(year, month - 1, day + 1)];
}

function spanOf(when: NonNullable<Thing['when']>): [number, number] {
  if (typeof when === 'string') return span(when);
  return [
    when.start === undefined ? Number.NEGATIVE_INFINITY : span(when.start)[0],
    when.end === undefined ? Number.POSITIVE_INFINITY : span(when.end)[1],
  ];
}

/** R4 search.html#prefix: what a prefix means for ranges. */
export function dateMatches(when: Thing['when'], prefix: string, text: string): boolean {
  if (when === undefined) return false;
  const [from, to] = span(text);
  const [lo, hi] = spanOf(when);
  const contained = lo >= from && hi <= to;
  switch (prefix) {
    case 'ne':
      return !contained;
    case 'gt':
      return hi > to;
    case 'lt':
      return lo < from;
    case 'ge':
      return hi > from;
    case 'le':
      return lo < to;
    case 'sa':
      return lo >= to;
    case 'eb':
      return hi <= from;
    default:
      return contained;
  }
}

/** `code`, `system|code`, `|code`, `system|`. */
export function codeMatches(coding: Coding, text: string): boolean {
  const [system, code] = text.includes('|') ? (text.split('|') as [string, string]) : [undefined, text];
  if (system !== undefined && (coding.system ?? '') !== system) return false;
  return code === '' || coding.code === code;
}
