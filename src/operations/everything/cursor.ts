// Where a page ended, opaque to clients and of no use to another question.
import { fault } from '../../kernel/fault.ts';
import { hash64 } from '../../storage/hash.ts';
import type { RecordPlace } from '../../storage/types.ts';

/** Where a page ended: in the record of a patient, or before it (`place` undefined). */
export interface Mark {
  readonly patient: string;
  /** The type Patient: the Patient itself was the last. */
  readonly place: RecordPlace | undefined;
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** @param question whose record, and all parameters that say what is shown */
export function writeCursor({ patient, place }: Mark, question: string): string {
  const at = place === undefined ? [] : [place.mention, place.type, place.id];
  return Buffer.from(JSON.stringify([hash64(question), patient, ...at])).toString('base64url');
}

/** @throws FaultError 400 when the text is no cursor of this question */
export function readCursor(text: string, question: string, isType: (name: string) => boolean): Mark {
  const [hash, patient, ...at] = parts(text);
  if (hash === hash64(question) && isId(patient)) {
    if (at.length === 0) return { patient, place: undefined };
    const [mention, type, id] = at;
    if (typeof mention === 'boolean' && typeof type === 'string' && isType(type) && isId(id))
      return { patient, place: { mention, type, id } };
  }
  throw fault('value', 'everything-cursor', {
    en: 'Parameter _cursor: it is no cursor of this question. Follow link[next] as it is, or start again without it.',
    fr: 'Paramètre _cursor : ce n’est pas un curseur de cette question. Suivez link[next] tel quel, ou recommencez sans lui.',
  });
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
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
