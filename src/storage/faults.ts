// SQLSTATE becomes a Fault here, and nowhere else. Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
import { type FaultError, fault } from '../kernel/fault.ts';

/** The SQLSTATE of a database error, or the system's code of a socket error; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The constraint that a statement broke, when it did. */
export function constraintOf(error: unknown): string | undefined {
  const name = (error as { constraint?: unknown } | null)?.constraint;
  return typeof name === 'string' ? name : undefined;
}

/** The same work may succeed when it is run again: serialization failure, deadlock. */
export function isRetryable(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

const LOST = [
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Client has encountered a connection error',
  'Client was closed',
  'timeout expired',
];
const SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EACCES',
]);

/** The connection is gone, or the database is not to be reached: what was sent last may or may not have been done. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return code.startsWith('08') || code.startsWith('57P') || SYSTEM.has(code);
  return error instanceof Error && LOST.some((start) => error.message.startsWith(start));
}

/** The fault of a commit without an answer. It is never taken for a success, and never for a failure either. */
export function unknownOutcome(cause: unknown): FaultError {
  return withCause(
    fault(
      'unavailable',
      'storage-outcome-unknown',
      {
        en: 'The connection to the database broke while the change was being committed: it may be stored or not. Look before you send it again.',
        fr: "La connexion à la base s'est rompue pendant l'enregistrement : la modification est peut-être faite, peut-être non. Vérifiez avant de la renvoyer.",
      },
      { status: 503 },
    ),
    cause,
  );
}

/** The fault of a write that comes when the store is closed or closing. */
export function closedFault(): FaultError {
  return fault(
    'unavailable',
    'storage-closed',
    {
      en: 'The server is stopping. Send the request again when it has started anew.',
      fr: "Le serveur s'arrête. Renvoyez la requête quand il aura redémarré.",
    },
    { status: 503 },
  );
}

/**
 * The fault of a database error, or the error itself when it is a bug of ours. Serialization failures that are left after
 * all attempts come here too.
 */
export function toFault(error: unknown): unknown {
  const code = codeOf(error);
  if (isConnectionLoss(error) || code === '57014' || code?.startsWith('53') || code === '25006') {
    return withCause(
      fault(
        'unavailable',
        'storage-unavailable',
        {
          en: 'The database does not answer now. Send the request again in a few seconds.',
          fr: 'La base de données ne répond pas pour le moment. Renvoyez la requête dans quelques secondes.',
        },
        { status: 503 },
      ),
      error,
    );
  }
  if (code === '23505' || code === '23P01' || isRetryable(error)) {
    return withCause(
      fault('conflict', 'storage-conflict', {
        en: 'Another request has changed or created the same thing at the same time. Read the current state, then send the request again.',
        fr: "Une autre requête a modifié ou créé la même chose au même moment. Relisez l'état actuel, puis renvoyez la requête.",
      }),
      error,
    );
  }
  if (code === '22021' || code === '54000') {
    return withCause(
      fault('value', 'storage-text', {
        en: 'A text holds a character or a length that cannot be stored (U+0000, or an index value that is too long).',
        fr: "Un texte contient un caractère ou une longueur qui ne peut pas être enregistré (U+0000, ou une valeur d'index trop longue).",
      }),
      error,
    );
  }
  return error;
}

function withCause(made: FaultError, cause: unknown): FaultError {
  made.cause = cause;
  return made;
}
