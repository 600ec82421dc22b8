// Published FHIR packages: npm archives (.tgz) or their unpacked folders.
// Format: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CodeSystem, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { readTar, TarError } from './tar.ts';

/** Unpacked bytes that one archive may have; the largest French package unpacks to some 60 MB. */
const UNPACKED_MAX = 512 * 1024 * 1024;

export interface FhirPackage {
  readonly name: string;
  readonly version: string;
  /** Only constraints with a snapshot: what the validator can use. */
  readonly structureDefinitions: readonly StructureDefinition[];
  readonly valueSets: readonly ValueSet[];
  readonly codeSystems: readonly CodeSystem[];
  /** Canonicals of profiles that were left out because they have no snapshot. */
  readonly withoutSnapshot: readonly string[];
}

/** A package that cannot be used; the message names it and says what to do. Fatal at start. */
export class PackageError extends Error {
  constructor(place: string, problem: string, options?: ErrorOptions) {
    super(`FHIR package ${place}: ${problem}`, options);
    this.name = 'PackageError';
  }
}

/**
 * Every package in a folder, by name and version. A package is a `.tgz`, or a folder with a `package.json` at its top or in
 * `package/`; everything else in the folder is ignored.
 * @throws PackageError for a folder that is not there, and for a package that is broken, dangerous or not for R4.
 */
export function readPackages(folder: string): FhirPackage[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (cause) {
    throw new PackageError(folder, 'this folder cannot be read. Set VIGIE_PACKAGES to a folder of packages.', {
      cause,
    });
  }
  const packages = names.flatMap((name) => {
    const place = join(folder, name);
    if (statSync(place).isDirectory()) return folderFiles(place) ?? [];
    return name.endsWith('.tgz') ? [{ place, files: archiveFiles(place) }] : [];
  });
  return packages.map(({ place, files }) => fromFiles(place, files));
}

type Files = ReadonlyMap<string, Buffer>;

/** The files directly in `package/` of an archive. */
function archiveFiles(place: string): Files {
  try {
    const entries = readTar(gunzipSync(readFileSync(place), { maxOutputLength: UNPACKED_MAX }));
    const files = new Map<string, Buffer>();
    for (const { name, content } of entries) {
      const [, file] = /^package\/([^/]+\.json)$/.exec(name) ?? [];
      if (file !== undefined) files.set(file, content);
    }
    return files;
  } catch (cause) {
    const problem =
      cause instanceof TarError ? `the archive ${cause.message}` : `the archive cannot be unpacked (${String(cause)})`;
    throw new PackageError(place, `${problem}. Download it again from a source you trust.`, { cause });
  }
}

/** The files of an unpacked package, or nothing when the folder is none. Links out of the folder are refused. */
function folderFiles(place: string): { place: string; files: Files }[] | undefined {
  for (const inner of [join(place, 'package'), place]) {
    const names = readNames(inner);
    if (!names.includes('package.json')) continue;
    const root = realpathSync(place);
    const files = new Map<string, Buffer>();
    for (const name of names.filter((n) => n.endsWith('.json'))) {
      const real = realpathSync(join(inner, name));
      const inside = relative(root, real);
      if (inside === '..' || inside.startsWith(`..${sep}`)) {
        throw new PackageError(place, `${name} is a link out of the package. Replace it by the file.`);
      }
      if (statSync(real).isFile()) files.set(name, readFileSync(real));
    }
    return [{ place, files }];
  }
  return undefined;
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function fromFiles(place: string, files: Files): FhirPackage {
  const manifest = parsed(place, files, 'package.json') as {
    name?: unknown;
    version?: unknown;
    fhirVersions?: unknown;
  };
  const { name, version } = manifest;
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw new PackageError(place, 'package.json names no package and version. Is this a FHIR package?');
  }
  const versions = manifest.fhirVersions;
  if (Array.isArray(versions) && !versions.some((v) => typeof v === 'string' && v.startsWith('4.0'))) {
    throw new PackageError(
      place,
      `it is for FHIR ${versions.join(', ')}, Vigie speaks 4.0.1. Take it out of the folder.`,
    );
  }
  const all = [...files.keys()]
    .filter((file) => /^(StructureDefinition|ValueSet|CodeSystem)-/.test(file))
    .map((file) => parsed(place, files, file) as StructureDefinition | ValueSet | CodeSystem);
  const profiles = all
    .filter((r) => r.resourceType === 'StructureDefinition')
    .filter((r) => r.derivation === 'constraint');
  return {
    name,
    version,
    structureDefinitions: profiles.filter((r) => r.snapshot?.element.length),
    valueSets: all.filter((r) => r.resourceType === 'ValueSet'),
    codeSystems: all.filter((r) => r.resourceType === 'CodeSystem'),
    withoutSnapshot: profiles.filter((r) => !r.snapshot?.element.length).map((r) => String(r.url)),
  };
}

function parsed(place: string, files: Files, file: string): object {
  const content = files.get(file);
  if (content === undefined) throw new PackageError(place, `it has no ${file}. Is this a FHIR package?`);
  try {
    const value: unknown = JSON.parse(content.toString('utf8').replace(/^\uFEFF/, ''));
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new PackageError(place, `${file} is not JSON. Download the package again.`, { cause });
  }
  throw new PackageError(place, `${file} is no JSON object. Download the package again.`);
}
