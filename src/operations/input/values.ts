// One value of a parameter, from the text of an address or from a Parameters body.

import { parseDay } from '../../kernel/day.ts';
import type { Text } from '../../kernel/fault.ts';
import { readComplex, readDecimal, readInstant, readUri } from './complex.ts';
import type { Declared, Kinds } from './declare.ts';

/** A value, or the sentence that says what is wrong with it and what to send. */
export type Read = { readonly value: Kinds[keyof Kinds] } | { readonly wrong: Text };

/** The value[x] choices that a Parameters body may use for a kind; the first is the one to show. */
export const CHOICES: Readonly<Record<keyof Kinds, readonly string[]>> = {
  date: ['valueDate'],
  code: ['valueCode'],
  boolean: ['valueBoolean'],
  integer: ['valueInteger', 'valuePositiveInt', 'valueUnsignedInt'],
  reference: ['valueString', 'valueReference', 'valueUri'],
  text: ['valueString', 'valueCode'],
  instant: ['valueInstant', 'valueDateTime'],
  uri: ['valueUri', 'valueCanonical', 'valueUrl', 'valueString'],
  decimal: ['valueDecimal', 'valueInteger', 'valuePositiveInt', 'valueUnsignedInt'],
  period: ['valuePeriod'],
  coding: ['valueCoding'],
  meta: ['valueMeta'],
  resource: ['resource'],
};

/**
 * Reads a text. References lose the address of this server's base and a version.
 * @param base absolute address of the FHIR base
 */
export function readText(text: string, declared: Declared, base: string): Read {
  switch (declared.kind) {
    case 'date': {
      const value = parseDay(text);
      return value === undefined ? wrong(DATE_EN(text), DATE_FR(text)) : { value };
    }
    case 'code':
      return readCode(text, declared.codes ?? []);
    case 'boolean':
      if (text === 'true' || text === 'false') return { value: text === 'true' };
      return wrong(`"${text}" is neither true nor false.`, `« ${text} » n’est ni true ni false.`);
    case 'integer':
      return readInteger(/^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN, text, declared);
    case 'reference':
      return readReference(text, declared.targets ?? [], base);
    case 'text':
      return { value: text };
    case 'instant':
      return readInstant(text);
    case 'uri':
      return readUri(text);
    case 'decimal':
      return readDecimal(text);
    case 'period':
    case 'coding':
    case 'meta':
    case 'resource': {
      const choice = CHOICES[declared.kind][0];
      return wrong(
        `It has parts, which an address cannot carry. POST a Parameters body with ${choice}.`,
        `Il a des parties, qu’une adresse ne peut porter. Envoyez par POST un corps Parameters avec ${choice}.`,
      );
    }
    default:
      return declared.kind satisfies never;
  }
}

/** Reads a value of a Parameters body. `choice` is the name of the property, one of {@link CHOICES}. */
export function readValue(value: unknown, choice: string, declared: Declared, base: string): Read {
  if (declared.kind === 'boolean' && typeof value === 'boolean') return { value };
  if (declared.kind === 'integer' && typeof value === 'number') return readInteger(value, String(value), declared);
  if (declared.kind === 'decimal' && typeof value === 'number') return { value };
  if (typeof value === 'object' && value !== null && declared.kind !== 'reference')
    return readComplex(value, declared.kind);
  if (choice === 'valueReference') {
    const literal = (value as { reference?: unknown } | null)?.reference;
    if (typeof literal === 'string') return readText(literal, declared, base);
    return wrong(
      'The Reference must have a "reference" such as Organization/1.',
      'La Reference doit avoir une « reference » comme Organization/1.',
    );
  }
  if (typeof value === 'string' && declared.kind !== 'boolean' && declared.kind !== 'integer')
    return readText(value, declared, base);
  return wrong(`The value is no ${declared.kind}.`, `La valeur n’est pas de type ${declared.kind}.`);
}

const DATE_EN = (text: string) => `"${text}" is no calendar day. Write a whole day that exists, as YYYY-MM-DD.`;
const DATE_FR = (text: string) =>
  `« ${text} » n’est pas un jour du calendrier. Écrivez un jour entier qui existe, AAAA-MM-JJ.`;

function readCode(text: string, known: readonly string[]): Read {
  if (known.includes(text)) return { value: text };
  return wrong(
    `"${text}" is unknown. Known: ${known.join(', ')}.`,
    `« ${text} » est inconnu. Connus : ${known.join(', ')}.`,
  );
}

function readInteger(value: number, shown: string, { min = 0, max = Number.MAX_SAFE_INTEGER }: Declared): Read {
  if (Number.isInteger(value) && value >= min && value <= max) return { value };
  return wrong(
    `"${shown}" must be a whole number from ${min} to ${max}.`,
    `« ${shown} » doit être un nombre entier de ${min} à ${max}.`,
  );
}

const REFERENCE = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

function readReference(text: string, targets: readonly string[], base: string): Read {
  const [, type = '', id] = REFERENCE.exec(text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text) ?? [];
  if (id !== undefined && targets.includes(type)) return { value: `${type}/${id}` };
  const forms = targets.map((t) => `${t}/id`);
  return wrong(
    `"${text}" must be a reference: ${forms.join(' or ')}.`,
    `« ${text} » doit être une référence : ${forms.join(' ou ')}.`,
  );
}

function wrong(en: string, fr: string): Read {
  return { wrong: { en, fr } };
}
