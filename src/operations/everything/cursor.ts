// Where a page of a record ended, opaque to clients and of no use to another question.
import { fault } from '../../kernel/fault.ts';
import { hash64 } from '../../storage/hash.ts';
import type { RecordPlace } from '../../storage/types.ts';

/** @param question the patient and all parameters that say what is shown */
export function writeCursor({ mention, type, id }: RecordPlace, question: string): string {
  return Buffer.from(JSON.stringify([hash64(question), mention, type, id])).toString('base64url');
}

/** @throws FaultError 400 when the text is no cursor of this question */
export function readCursor(text: string, question: string, isType: (name: string) => boolean): RecordPlace {
  const [hash, mention, type, id] = parts(text);
  if (
    hash === hash64(question) &&
    typeof mention === 'boolean' &&
    typeof type === 'string' &&
    isType(type) &&
    typeof id === 'string' &&
    /^[A-Za-z0-9\-.]{1,64}$/.test(id)
  ) {
    return { mention, type, id };
  }
  throw fault('value', 'everything-cursor', {
    en: 'Parameter _cursor: it is no cursor of this question. Follow link[next] as it is, or start again without it.',
    fr: 'Paramètre _cursor : ce n’est pas un curseur de cette question. Suivez link[next] tel quel, ou recommencez sans lui.',
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
