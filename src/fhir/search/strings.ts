// Values of string parameters, and of `:text` on coded ones (R4 search.html#string).
import { hash32 } from '../../storage/hash.ts';
import type { StringMatch } from '../../storage/types.ts';
import type { IndexedParameter } from '../extract/paths.ts';
import { normalise } from '../extract/text.ts';
import { anyOf, type Result } from './draft.ts';
import { badValue } from './refusals.ts';
import { plain } from './values.ts';

const LONGEST = 2000;

const TEXT = {
  en: `a text of 1 to ${LONGEST} characters with a letter or digit`,
  fr: `un texte de 1 à ${LONGEST} caractères, avec une lettre ou un chiffre`,
};

/** The value as it is compared; undefined when nothing of it is. */
function readText(value: string): { text: string; sent: string } | undefined {
  const sent = plain(value);
  const text = normalise(sent);
  return text === '' || sent.length > LONGEST ? undefined : { text, sent };
}

/** @param modifier `exact`: to the letter; `contains`: anywhere; none: the beginning, without case, accents and punctuation */
export function stringClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  modifier: 'exact' | 'contains' | undefined,
): Result {
  const read = readText(value);
  if (read === undefined) return badValue(name, value, TEXT);
  return anyOf(
    parameter.paths.map((p) => ({
      kind: 'string',
      param: p.key,
      match: modifier ?? 'starts',
      anyOf: [read.text],
      ...(modifier === 'exact' ? { exact: [hash32(read.sent)] } : {}),
    })),
  );
}

/** The whole texts of a parameter, compared as `_filter` does: without case, accents and punctuation. */
export function wholeTextClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  match: Exclude<StringMatch, 'exact'>,
): Result {
  const text = normalise(value);
  if (text === '' || value.length > LONGEST) return badValue(name, value, TEXT);
  return anyOf(parameter.paths.map((p) => ({ kind: 'string', param: p.key, match, whole: true, anyOf: [text] })));
}

/** `:text` on a coded parameter: a normal string search over display, text and the text of an identifier's type. */
export function wordingClause(parameter: IndexedParameter, name: string, value: string): Result {
  const read = readText(value);
  if (read === undefined) return badValue(name, value, TEXT);
  return anyOf(parameter.paths.map((p) => ({ kind: 'wording', param: p.key, text: read.text })));
}
