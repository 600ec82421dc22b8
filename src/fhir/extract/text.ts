// How strings are compared: without case, accents and repeated spaces (R4 search.html#string).

/** What is kept of a text; the database column holds no more. A search for more than this is refused. */
export const TEXT_LIMIT = 255;

// Letters that Unicode does not take apart.
const LETTERS: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII, which needs no taking apart.
const ASCII = /^[\x00-\x7f]*$/;

/** Lower case, no accents, single spaces, none at the ends; not cut. */
export function normalise(text: string): string {
  const lower = text.toLowerCase();
  const bare = ASCII.test(lower)
    ? lower
    : lower
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .replace(/[œæßøłđðþı]/g, (c) => LETTERS[c] ?? c);
  return bare.replace(/\s+/g, ' ').trim();
}

/** The first {@link TEXT_LIMIT} units of a normalised text, never half a character. */
export function cut(text: string): string {
  if (text.length <= TEXT_LIMIT) return text;
  const last = text.charCodeAt(TEXT_LIMIT - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? TEXT_LIMIT - 1 : TEXT_LIMIT);
}
