// Where a page ended, as an opaque text in link[next].
import { fault } from '../../kernel/fault.ts';
import { hash64 } from '../../storage/hash.ts';

export interface Cursor {
  /** Id of the last chain's latest member. */
  readonly after: string;
  /** Chains that matched when the first page was made. */
  readonly total: number;
  /** When the first page was made: all pages answer for the same day. */
  readonly now: number;
}

/** @param query the parameters of the search that the cursor belongs to */
export function writeCursor({ after, total, now }: Cursor, query: string): string {
  return Buffer.from(JSON.stringify([after, total, now, hash64(query)])).toString('base64url');
}

/** @throws FaultError 400 when the text is no cursor of this search */
export function readCursor(text: string, query: string): Cursor {
  const [after, total, now, hash] = parts(text);
  if (
    typeof after === 'string' &&
    /^[A-Za-z0-9\-.]{1,64}$/.test(after) &&
    isCount(total) &&
    isCount(now) &&
    hash === hash64(query)
  ) {
    return { after, total, now };
  }
  throw fault('value', 'population-cursor', {
    en: 'Parameter _cursor: it is no cursor of this search. Follow link[next] as it is, or start again without it.',
    fr: 'Paramètre _cursor : ce n’est pas un curseur de cette recherche. Suivez link[next] tel quel, ou recommencez sans lui.',
  });
}

function parts(text: string): unknown[] {
  try {
    const bytes = Buffer.from(text, 'base64url');
    // Decoding skips what is no base64: only the very text that was given is taken.
    const value: unknown = bytes.toString('base64url') === text ? JSON.parse(bytes.toString('utf8')) : [];
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
