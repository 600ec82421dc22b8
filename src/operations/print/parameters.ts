// Parameters as JSON text. Populations print a hundred thousand windows: text is joined, objects are not built.
// Every name and code that goes in unescaped is one of ours; what comes from data passes through `quoted`.
import type { Reference } from '../../core/situation.ts';
import type { Cents } from '../../kernel/cents.ts';
import type { Day, Period } from '../../kernel/day.ts';

/** A JSON string. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** `{"resourceType":"Parameters",…}` of printed parameters. */
export function parametersText(parameters: readonly string[]): string {
  return `{"resourceType":"Parameters"${parameters.length === 0 ? '' : `,"parameter":[${parameters.join(',')}]`}}`;
}

/** A parameter made of parts. */
export function group(name: string, parts: readonly string[]): string {
  return `{"name":"${name}","part":[${parts.join(',')}]}`;
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

export function referenceParameter(name: string, reference: Reference): string {
  return `{"name":"${name}","valueReference":{"reference":${quoted(reference)}}}`;
}

export function codingParameter(name: string, system: string, code: string): string {
  return `{"name":"${name}","valueCoding":{"system":"${system}","code":${quoted(code)}}}`;
}

export function moneyParameter(name: string, amount: Cents): string {
  return `{"name":"${name}","valueMoney":{"value":${decimals(amount)},"currency":"EUR"}}`;
}

/** Euros with two decimals: `28.00`. */
export function decimals(amount: Cents): string {
  const text = String(amount).padStart(3, '0');
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
}
