// One Vigie per data folder: a lock that PostgreSQL itself holds for us and frees the moment our process is gone.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fault } from '../../kernel/fault.ts';

export interface Connection {
  /** Folder of the Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface Guard {
  /** For the launcher's own few statements. */
  readonly client: pg.Client;
  release(): Promise<void>;
}

const LOCK = 0x56696769;
const PATIENCE_MS = 1500;

/**
 * Takes the lock; a killed Vigie's session may need a moment to end.
 * @param connection to the database `postgres`: advisory locks belong to one database.
 * @param onEnd called when the session ends without `release`.
 * @throws FaultError `embedded-in-use` when a living Vigie holds it.
 */
export async function takeGuard(connection: Connection, dataDir: string, onEnd: () => void): Promise<Guard> {
  const client = new pg.Client({ ...connection, application_name: `vigie ${process.pid}` });
  let holding = false;
  client.on('error', () => undefined);
  client.on('end', () => {
    if (holding) onEnd();
  });
  const release = async () => {
    holding = false;
    await client.end();
  };
  await client.connect();
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK]);
    if (rows[0]?.taken) {
      holding = true;
      return { client, release };
    }
    if (performance.now() > giveUpAt) break;
    await sleep(50);
  }
  const holder = await holderOf(client);
  await release();
  throw fault('conflict', 'embedded-in-use', {
    en: `${dataDir} is in use by another Vigie (${holder}). Stop it first, or set VIGIE_DATA to another folder.`,
    fr: `${dataDir} est utilisé par une autre Vigie (${holder}). Arrêtez-la d'abord, ou donnez un autre dossier dans VIGIE_DATA.`,
  });
}

async function holderOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and objid = $1 and granted`,
    [LOCK],
  );
  return rows[0]?.name.replace('vigie', 'process') ?? '?';
}
