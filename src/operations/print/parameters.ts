// Parameters as JSON text. Populations print a hundred thousand windows: text is joined, objects are not built.
// Every name and code that goes in unescaped is one of ours; what comes from data passes through `quoted`.
import type { Reference } from '../../core/situation.ts';
import type { Cents } from '../../kernel/cents.ts';
import type { Day, Period } from '../../kernel/day.ts';

/** A JSON string. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** `{"resourceType":"Parameters",…}` of at least one printed parameter, commas between them. */
export function parametersText(parameters: string): string {
  return `{"resourceType":"Parameters","parameter":[${parameters}]}`;
}

/** A parameter made of at least one part, commas between them. */
export function group(name: string, parts: string): string {
  return `{"name":"${name}","part":[${parts}]}`;
}

export function dateParameter(name: string, day: Day): string {
  return `{"name":"${name}","valueDate":"${day}"}`;
}

export function codeParameter(name: string, code: string): string {
  return `{"name":"${name}","valueCode":"${code}"}`;
}

export function stringParameter(name: string, text: string): string {
  return `{"name":"${name}","valueString":${quoted(text)}}`;
}

export function uriParameter(name: string, uri: string): string {
  return `{"name":"${name}","valueUri":${quoted(uri)}}`;
}

export function decimalParameter(name: string, value: number): string {
  return `{"name":"${name}","valueDecimal":${value}}`;
}

export function unsignedParameter(name: string, value: number): string {
  return `{"name":"${name}","valueUnsignedInt":${value}}`;
}

export function positiveParameter(name: string, value: number): string {
  return `{"name":"${name}","valuePositiveInt":${value}}`;
}

export function periodParameter(name: string, { start, end }: Period): string {
  return `{"name":"${name}","valuePeriod":{"start":"${start}","end":"${end}"}}`;
}

/** References of core are made of types and ids: letters, digits, `-`, `.`, `/`, nothing to escape. */
export function referenceParameter(name: string, reference: Reference): string {
  return `{"name":"${name}","valueReference":{"reference":"${reference}"}}`;
}

/** @param code one of ours, or of the law */
export function codingParameter(name: string, system: string, code: string): string {
  return `{"name":"${name}","valueCoding":{"system":"${system}","code":"${code}"}}`;
}

/** @param code from data */
export function foreignCodingParameter(name: string, system: string, code: string): string {
  return `{"name":"${name}","valueCoding":{"system":"${system}","code":${quoted(code)}}}`;
}

export function moneyParameter(name: string, amount: Cents): string {
  return `{"name":"${name}","valueMoney":{"value":${decimals(amount)},"currency":"EUR"}}`;
}

/**
 * Remembers what was printed, by a key that holds everything printed: forfaits and counts come back all the time. All is
 * forgotten when 10,000 are kept.
 */
export function remembered(): (key: string, print: () => string) => string {
  const kept = new Map<string, string>();
  return (key, print) => {
    let text = kept.get(key);
    if (text === undefined) {
      if (kept.size >= 10_000) kept.clear();
      text = print();
      kept.set(key, text);
    }
    return text;
  };
}

/** Euros with two decimals: `28.00`. */
export function decimals(amount: Cents): string {
  const text = String(amount).padStart(3, '0');
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
}
