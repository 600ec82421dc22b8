// Says in one line why the database of DATABASE_URL cannot be used, before anything else is tried on it.
import { fault } from '../kernel/fault.ts';
import { openSession } from './db.ts';
import { silent } from './log.ts';

/** Opens a session and closes it. @throws FaultError `database-unreachable` with the reason and what to write; no password is shown. */
export async function reach(url: string): Promise<void> {
  try {
    const session = await openSession({ connectionString: url }, { name: 'reach', statementTimeout: 10_000 }, silent);
    await session.end();
  } catch (error) {
    const where = url.replace(/^(\w+:\/\/)[^@]*@/, '$1').replace(/\?.*$/, '');
    const why = reasonOf(error);
    throw fault('unavailable', 'database-unreachable', {
      en: `The database of DATABASE_URL (${where}) cannot be used: ${why}. Start it, or write: DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE`,
      fr: `La base de DATABASE_URL (${where}) est inutilisable : ${why}. Démarrez-la, ou écrivez : DATABASE_URL=postgresql://UTILISATEUR:MOT_DE_PASSE@HOTE:5432/BASE`,
    });
  }
}

/** A name with several addresses fails with one error for each, and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
