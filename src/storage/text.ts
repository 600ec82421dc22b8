// What is kept of a text.

/** Units of UTF-16 that a search column holds of a text. */
export const TEXT_LIMIT = 255;

/** The first {@link TEXT_LIMIT} units of a text, never half a character. */
export function cutText(text: string): string {
  if (text.length <= TEXT_LIMIT) return text;
  const last = text.charCodeAt(TEXT_LIMIT - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? TEXT_LIMIT - 1 : TEXT_LIMIT);
}
