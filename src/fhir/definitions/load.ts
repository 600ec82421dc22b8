// The one door to the R4 definitions: from the cache file when it is there and right, else built on the spot.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPARTMENTS, LISTED } from './compartments.ts';
import { definitionsVersion, type PackedDefinitions, packDefinitions, unpackType } from './pack.ts';
import { typeName, withoutVersion } from './prune.ts';
import { expander } from './terminology.ts';
import type { Definitions, SearchParameterDefinition, TypeDefinition } from './types.ts';

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Where the cache file stands: in the project folder, outside git. */
export function cacheFile(folder: string = join(PROJECT, '.cache')): string {
  return join(folder, `r4-${definitionsVersion()}.json`);
}

let loaded: Definitions | undefined;

/** The R4 definitions, read once a process. Builds the cache file when it is missing or of another version. */
export function loadDefinitions(): Definitions {
  loaded ??= open(readOrBuild(cacheFile()));
  return loaded;
}

/** Reads the cache file, or builds and writes it; a folder that cannot be written is no obstacle. */
export function readOrBuild(file: string): PackedDefinitions {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackedDefinitions;
  } catch {
    return build(file);
  }
}

/** Builds the definitions anew and keeps them in the cache file if that can be written. */
export function build(file: string): PackedDefinitions {
  const packed = packDefinitions();
  try {
    mkdirSync(dirname(file), { recursive: true });
    place(file, JSON.stringify(packed));
  } catch {
    // A read-only or full project folder: the definitions live in memory, the next start builds them again.
  }
  return packed;
}

/** In one step, so that no reader meets half a file. */
function place(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Makes the answering object of a packed document. */
export function open(packed: PackedDefinitions): Definitions {
  const packedTypes = new Map(packed.types.map((t) => [t.name, t]));
  const byUrl = new Map(packed.types.map((t) => [t.url, t.name]));
  const unpacked = new Map<string, TypeDefinition>();
  const resourceTypes = packed.types.filter((t) => t.kind === 'resource' && !t.abstract).map((t) => t.name);
  resourceTypes.sort();
  const resourceSet = new Set(resourceTypes);
  const valueSets = new Map(packed.valueSets.map((v) => [v.url, v]));
  const codeSystems = new Map(packed.codeSystems.map((c) => [c.url, c]));
  const terminology = {
    valueSet: (url: string) => valueSets.get(withoutVersion(url)),
    codeSystem: (url: string) => codeSystems.get(withoutVersion(url)),
  };
  const parameters = parametersByType(packed.searchParameters, resourceTypes);
  const parameterLists = new Map([...parameters].map(([type, byCode]) => [type, [...byCode.values()]]));
  const parameterUrls = new Map(packed.searchParameters.map((p) => [p.url, p]));

  const patientCompartment = (type: string) => ownValue(packed.patientCompartment, type) ?? [];
  return {
    fhirVersion: '4.0.1',
    resourceTypes,
    isResourceType: (name) => resourceSet.has(name),
    typeNames: packed.types.map((t) => t.name),
    definition(typeOrUrl) {
      const name = byUrl.get(withoutVersion(typeOrUrl)) ?? typeName(typeOrUrl);
      let type = unpacked.get(name);
      const packedType = packedTypes.get(name);
      if (type === undefined && packedType !== undefined) {
        type = unpackType(packedType, packed);
        unpacked.set(name, type);
      }
      return type;
    },
    searchParameters: (type) => parameterLists.get(type) ?? [],
    searchParameter: (type, code) => parameters.get(type)?.get(code),
    searchParameterByUrl: (url) => parameterUrls.get(withoutVersion(url)),
    patientCompartment,
    compartment: (owner, type) =>
      owner === 'Patient' ? patientCompartment(type) : (ownValue(ownValue(LISTED, owner) ?? {}, type) ?? []),
    compartments: COMPARTMENTS,
    expansion: expander(terminology),
    ...terminology,
  };
}

/** A value by a name that may be anything, `constructor` too. */
function ownValue<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function parametersByType(
  all: readonly SearchParameterDefinition[],
  types: readonly string[],
): Map<string, Map<string, SearchParameterDefinition>> {
  const general = all.filter((p) => p.base.includes('Resource') || p.base.includes('DomainResource'));
  // Bundle, Parameters and Binary are the types without a DomainResource around them.
  const bare = new Set(['Bundle', 'Parameters', 'Binary']);
  const result = new Map(types.map((t) => [t, new Map<string, SearchParameterDefinition>()]));
  for (const type of types) {
    for (const p of general) if (p.base.includes('Resource') || !bare.has(type)) result.get(type)?.set(p.code, p);
  }
  for (const p of all) for (const b of p.base) result.get(b)?.set(p.code, p);
  return result;
}
