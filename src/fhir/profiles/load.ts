// What the server conforms to, read at start: our own profiles/ and, beside them, published packages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CodeSystem, OperationDefinition, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { type FhirPackage, readPackages } from './package.ts';

/** A resource of `profiles/`; its id is the one that the contract names, and it always has a url. */
export type ConformanceResource = (StructureDefinition | ValueSet | CodeSystem | OperationDefinition) & {
  readonly id: string;
  readonly url: string;
};

export interface LoadedProfiles {
  /** Ours and those of packages, each canonical once. */
  readonly structureDefinitions: readonly StructureDefinition[];
  readonly valueSets: readonly ValueSet[];
  readonly codeSystems: readonly CodeSystem[];
  readonly operationDefinitions: readonly OperationDefinition[];
  /** Everything under `profiles/`: what the server stores and serves under its own address. */
  readonly own: readonly ConformanceResource[];
  readonly packages: readonly FhirPackage[];
}

const FOLDER = fileURLToPath(new URL('../../../profiles/', import.meta.url));
const OWN_FILE = /^(StructureDefinition|ValueSet|CodeSystem|OperationDefinition)-.+\.json$/;

/**
 * Reads `profiles/` and, when a folder is named, the packages in it. Where a canonical stands several times ours wins, then
 * the latest version.
 * @param packages folder of FHIR packages (VIGIE_PACKAGES)
 * @throws PackageError when a package cannot be used
 */
export function loadProfiles(packages?: string, folder: string = FOLDER): LoadedProfiles {
  const own = readdirSync(folder)
    .filter((name) => OWN_FILE.test(name))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ConformanceResource);
  const read = packages === undefined ? [] : readPackages(packages);
  return {
    own,
    packages: read,
    structureDefinitions: once([
      ...own.filter((r) => r.resourceType === 'StructureDefinition'),
      ...newest(read.flatMap((p) => p.structureDefinitions)),
    ]),
    valueSets: once([...own.filter((r) => r.resourceType === 'ValueSet'), ...newest(read.flatMap((p) => p.valueSets))]),
    codeSystems: once([
      ...own.filter((r) => r.resourceType === 'CodeSystem'),
      ...newest(read.flatMap((p) => p.codeSystems)),
    ]),
    operationDefinitions: own.filter((r) => r.resourceType === 'OperationDefinition'),
  };
}

interface Versioned {
  readonly url?: string;
  readonly version?: string;
}

/** The first of each canonical. */
function once<T extends Versioned>(resources: readonly T[]): T[] {
  const seen = new Set<string>();
  return resources.filter((r) => r.url !== undefined && !seen.has(r.url) && seen.add(r.url));
}

/** Latest version first; `2.10.0` is later than `2.9.0`, a release later than its drafts (`0.1.0` than `0.1.0-ballot`). */
function newest<T extends Versioned>(resources: readonly T[]): T[] {
  const release = (r: T) => ((r.version ?? '').includes('-') ? 0 : 1);
  return resources.toSorted((a, b) => {
    const [x, y] = [(a.version ?? '').split('-')[0] as string, (b.version ?? '').split('-')[0] as string];
    return y.localeCompare(x, 'en', { numeric: true }) || release(b) - release(a);
  });
}
