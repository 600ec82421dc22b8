// CPU time of the server and of its PostgreSQL, from /proc: on a shared machine it says more than the clock.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Microseconds of CPU used so far; undefined where there is no /proc. */
export interface Cpu {
  readonly node: number;
  readonly postgres: number;
}

const TICK_MICROS = 10_000;

/** @param data folder of the embedded PostgreSQL's data, whose postmaster.pid names its first process */
export function cpuOf(pid: number, data: string): Cpu | undefined {
  if (!existsSync('/proc/self/stat')) return undefined;
  const postmaster = postmasterOf(data);
  let postgres = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(name);
    if (stat !== undefined && (stat.parent === postmaster || Number(name) === postmaster)) postgres += stat.micros;
  }
  return { node: statOf(String(pid))?.micros ?? 0, postgres };
}

function postmasterOf(data: string): number {
  for (const file of [join(data, 'postmaster.pid'), ...subfolders(data).map((f) => join(f, 'postmaster.pid'))]) {
    if (existsSync(file)) return Number(readFileSync(file, 'utf8').split('\n')[0]);
  }
  return -1;
}

function subfolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => join(folder, e.name));
}

/** Fields 4 (parent), 14 and 15 (user and system ticks) of /proc/[pid]/stat; the name before them may hold spaces. */
function statOf(pid: string): { parent: number; micros: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), micros: (Number(fields[11]) + Number(fields[12])) * TICK_MICROS };
  } catch {
    return undefined;
  }
}
