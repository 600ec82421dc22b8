// How strings are compared: without case, accents, punctuation and repeated spaces (R4 search.html#string).
export { cutText as cut, TEXT_LIMIT } from '../../storage/types.ts';

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

/** Lower case, no accents, single spaces for spaces and punctuation, none at the ends; not cut. */
export function normalise(text: string): string {
  const lower = text.toLowerCase();
  if (ASCII.test(lower)) return lower.replace(/[\s!-#%-*,-/:;?@[-\]_{}]+/g, ' ').trim();
  const bare = lower
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[œæßøłđðþı]/g, (c) => LETTERS[c] ?? c);
  return bare.replace(/[\s\p{P}]+/gu, ' ').trim();
}

/** Punctuation between letters, which some leave out and some write as a space. */
const INNER = /(?<=[\p{L}\p{N}\p{M}])\p{P}+(?=[\p{L}\p{N}])/gu;

/** As {@link normalise}, with what stands apart by punctuation alone as one word (`obrien`); undefined where nothing does. */
export function joined(text: string): string | undefined {
  const together = text.replace(INNER, '');
  return together.length === text.length ? undefined : normalise(together);
}

/** Characters that are kept of a word. */
const WORD_LIMIT = 100;

/** The words of a normalised text, each once, long ones cut. */
export function wordsOf(text: string): string[] {
  const words = new Set<string>();
  for (const word of text.split(/[^\p{L}\p{N}]+/u)) if (word !== '') words.add(shortWord(word));
  return [...words];
}

function shortWord(word: string): string {
  return word.length <= WORD_LIMIT ? word : [...word].slice(0, WORD_LIMIT).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The text of a narrative: tags become spaces, references to characters become these. */
export function narrativeText(div: string): string {
  return div
    .replace(/<!--[\s\S]*?-->|<[^>]*>/g, ' ')
    .replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w{2,8}));/g, (_, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[name as string] ?? ' ';
      const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : ' ';
    });
}
