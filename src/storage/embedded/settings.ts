// The settings of the embedded PostgreSQL: durable, one client on the same machine, no TCP.
import { statfsSync } from 'node:fs';
import { totalmem } from 'node:os';

export type Settings = Readonly<Record<string, string>>;

const MIB = 1024 * 1024;

function clamp(value: number, low: number, high: number): number {
  return Math.round(Math.min(Math.max(value, low), high));
}

/**
 * Settings sized for this machine. Memory is what the container may use, if it is limited.
 * @param dataDir decides how much disk the write-ahead log may take.
 */
export function settingsFor(socketDir: string, dataDir: string): Settings {
  const limit = process.constrainedMemory();
  const memory = (limit > 0 && limit < totalmem() ? limit : totalmem()) / MIB;
  const disk = statfsSync(dataDir);
  const freeDisk = (disk.bavail * disk.bsize) / MIB;
  const walSize = clamp(freeDisk / 8, 512, 8192);
  return {
    listen_addresses: '',
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    max_connections: '50',
    // An eighth: the server process and the system's page cache need the rest.
    shared_buffers: `${clamp(memory / 8, 64, 2048)}MB`,
    effective_cache_size: `${clamp(memory / 2, 256, 65536)}MB`,
    work_mem: `${clamp(memory / 256, 8, 64)}MB`,
    maintenance_work_mem: `${clamp(memory / 32, 64, 512)}MB`,
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // Measured: pglz, the only one in this build, saves nothing on pages of ids and doubles the time of inserts after a checkpoint.
    wal_compression: 'off',
    max_wal_size: `${walSize}MB`,
    min_wal_size: `${clamp(walSize / 8, 128, 1024)}MB`,
    checkpoint_timeout: '15min',
    jit: 'off',
    random_page_cost: '1.1',
    gin_pending_list_limit: '16MB',
    autovacuum: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
  };
}

/** The text of a configuration file. */
export function render(settings: Settings): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  return `# Written by Vigie at each start: changes here are lost. Yours go into postgresql.conf, below the include.\n${lines.join('\n')}\n`;
}
