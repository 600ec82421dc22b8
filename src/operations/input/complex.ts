// Values of operations of R4 itself: instants, uris, decimals, and what has parts.
import { parseDate } from '../../fhir/extract/dates.ts';
import type { Text } from '../../kernel/fault.ts';
import type { Kinds } from './declare.ts';
import type { Read } from './values.ts';

/** An instant has a zone (R4 datatypes.html#instant). A plus sign that was not percent-encoded arrives as a space. */
export function readInstant(text: string): Read {
  const value = text.replace(/ (?=\d\d:\d\d$)/, '+');
  const date = parseDate(value);
  if (date?.zoned === true && date.precision === 'second') return { value };
  return wrong(
    `"${text}" is no instant. Write date, time and zone: 2026-03-31T10:00:00+02:00.`,
    `« ${text} » n’est pas un instant. Écrivez date, heure et fuseau : 2026-03-31T10:00:00+02:00.`,
  );
}

export function readUri(text: string): Read {
  if (/^\S+$/.test(text)) return { value: text };
  return wrong(`"${text}" is no uri: it may hold no space.`, `« ${text} » n’est pas un uri : pas d’espace.`);
}

export function readDecimal(text: string): Read {
  const value = /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? wrong(`"${text}" is no number.`, `« ${text} » n’est pas un nombre.`) : { value };
}

/** Reads an object of a Parameters body. */
export function readComplex(value: object, kind: keyof Kinds): Read {
  if (Array.isArray(value) && kind !== 'resource')
    return wrong('The value is a list; send one.', 'La valeur est une liste ; envoyez-en une seule.');
  switch (kind) {
    case 'meta':
    case 'resource':
      return { value: value as Kinds['meta'] };
    case 'coding': {
      const { system, code } = value as { system?: unknown; code?: unknown };
      if (typeof code === 'string' && (system === undefined || typeof system === 'string'))
        return { value: { system: system ?? '', code } };
      return wrong(
        'The Coding needs a code, and a system as text.',
        'Le Coding doit avoir un code, et un system en texte.',
      );
    }
    case 'period':
      return readPeriod(value as { start?: unknown; end?: unknown });
    default:
      return wrong(`The value is no ${kind}.`, `La valeur n’est pas de type ${kind}.`);
  }
}

function readPeriod({ start, end }: { start?: unknown; end?: unknown }): Read {
  const [from, to] = [start, end].map((t) => (typeof t === 'string' ? parseDate(t) : undefined));
  const bad = (start !== undefined && from === undefined) || (end !== undefined && to === undefined);
  if (bad || (from === undefined && to === undefined)) {
    return wrong(
      'The Period needs a start or an end, as dates that exist.',
      'La Period doit avoir un start ou un end, des dates qui existent.',
    );
  }
  if (from !== undefined && to !== undefined && from.lo >= to.hi)
    return wrong('The Period ends before it starts.', 'La Period finit avant de commencer.');
  return { value: { ...(from && { start: start as string }), ...(to && { end: end as string }) } };
}

function wrong(en: string, fr: string): { wrong: Text } {
  return { wrong: { en, fr } };
}
