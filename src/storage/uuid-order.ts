// Where a text stands among uuids written out: an index of uuids is in the order of their texts, but takes no text.

const HEX = '0123456789abcdef';
const LENGTH = 36;
const DASHES: ReadonlySet<number> = new Set([8, 13, 18, 23]);

/** The least uuid whose text is at or after a text, in order of code units; undefined when there is none. */
export function uuidFrom(text: string): string | undefined {
  for (let i = 0; i < LENGTH; i++) {
    const c = text[i];
    if (c === undefined) return filled(text, i, '0');
    const place = placeAt(i);
    if (place.includes(c)) continue;
    const later = [...place].find((p) => p > c);
    return later === undefined ? stepped(text, i, 1) : filled(text.slice(0, i) + later, i + 1, '0');
  }
  return text.length === LENGTH ? text : stepped(text, LENGTH, 1);
}

/** The greatest uuid whose text is at or before a text; undefined when there is none. */
export function uuidUpTo(text: string): string | undefined {
  for (let i = 0; i < LENGTH; i++) {
    const c = text[i];
    // What goes on comes after what ends.
    if (c === undefined) return stepped(text, i, -1);
    const place = placeAt(i);
    if (place.includes(c)) continue;
    const earlier = [...place].findLast((p) => p < c);
    return earlier === undefined ? stepped(text, i, -1) : filled(text.slice(0, i) + earlier, i + 1, 'f');
  }
  return text.slice(0, LENGTH);
}

function placeAt(i: number): string {
  return DASHES.has(i) ? '-' : HEX;
}

/** The first `length` characters, and the rest as low or as high as it gets. */
function filled(text: string, length: number, digit: '0' | 'f'): string {
  let uuid = text.slice(0, length);
  for (let i = length; i < LENGTH; i++) uuid += DASHES.has(i) ? '-' : digit;
  return uuid;
}

/** The next uuid beyond all that begin with the first `length` characters, or the last before them. */
function stepped(text: string, length: number, by: 1 | -1): string | undefined {
  for (let i = length - 1; i >= 0; i--) {
    if (DASHES.has(i)) continue;
    const next = HEX[HEX.indexOf(text[i]!) + by];
    if (next !== undefined) return filled(text.slice(0, i) + next, i + 1, by === 1 ? '0' : 'f');
  }
  return undefined;
}
