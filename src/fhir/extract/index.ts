// A resource → what is kept beside it: index rows, its patient, its reading, its zone, its references. Pure.
import { isZone, zoneOfPostalCode } from '../../kernel/zone.ts';
import type { IndexRows, ReadingFact } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { withContained } from './contained.ts';
import { typeIndex } from './paths.ts';
import { readingFact } from './reading.ts';
import { type LocalReference, localReferences, readReference } from './references.ts';
import { compileRows } from './rows.ts';
import { valuesAt } from './values.ts';

export type { LocalReference } from './references.ts';

type AnyResource = { readonly resourceType: string } & Readonly<Record<string, unknown>>;

export interface Extractor {
  /**
   * Rows for every published search parameter of the resource's type, and for its references at other places.
   * @param references what {@link references} found in it, where that is known
   */
  rows(resource: AnyResource, references?: readonly LocalReference[]): IndexRows;
  /**
   * Id of the Patient to whom the resource belongs: a Patient's own, or the local Patient that the type's patient element
   * names (subject, patient, beneficiary …); undefined when it belongs to nobody, or to a patient named otherwise.
   */
  compartmentPatient(resource: AnyResource): string | undefined;
  /** The identifier by which that element names the patient, when it has no literal reference. */
  logicalPatient(resource: AnyResource): { readonly system: string; readonly value: string } | undefined;
  /** What an Observation means for counting days; null for other types. */
  fact(resource: AnyResource): ReadingFact | null;
  /** IANA zone of a Patient, contract 2.1: the `timezone` extension, else the address, else Europe/Paris. */
  zone(patient: AnyResource): string;
  /** Literal references to resources of this server, at any depth. */
  references(resource: AnyResource): readonly LocalReference[];
  /**
   * Local resources that a reference parameter of the resource names: what `_include` follows. `version`: where the reference
   * names one. `requestBase`: absolute addresses below it are local, too.
   */
  follow(resource: AnyResource, parameter: string, requestBase?: string): readonly Followed[];
}

export interface Followed {
  readonly type: string;
  readonly id: string;
  readonly version?: number;
}

export interface ExtractorOptions {
  /** Absolute address of this server's base: references below it are local. */
  readonly base?: string;
}

/** Compiles the search parameters of a type when its first resource comes. */
export function createExtractor(definitions: Definitions, { base }: ExtractorOptions = {}): Extractor {
  const compiled = new Map<string, ReturnType<typeof compileRows>>();
  const referencesOf = (resource: AnyResource) =>
    localReferences(resource).filter((r) => definitions.isResourceType(r.type));
  const extractor: Extractor = {
    rows(resource, references = referencesOf(resource)) {
      let rows = compiled.get(resource.resourceType);
      if (rows === undefined) {
        rows = compileRows(definitions, typeIndex(definitions, resource.resourceType), base);
        compiled.set(resource.resourceType, rows);
      }
      return withContained(rows(resource, references), resource, inside);
    },
    compartmentPatient(resource) {
      if (resource.resourceType === 'Patient') return resource.id as string | undefined;
      const text = patientElement(definitions, resource)?.reference;
      if (typeof text !== 'string') return undefined;
      const reference = readReference(text, base);
      return reference.kind === 'local' && reference.type === 'Patient' ? reference.id : undefined;
    },
    logicalPatient(resource) {
      const element = patientElement(definitions, resource);
      if (element === undefined || element.reference !== undefined) return undefined;
      if (element.type !== undefined && element.type !== 'Patient') return undefined;
      const { system, value } = (element.identifier ?? {}) as Record<string, unknown>;
      return typeof system === 'string' && typeof value === 'string' ? { system, value } : undefined;
    },
    fact: (resource) => (resource.resourceType === 'Observation' ? readingFact(resource) : null),
    zone: zoneOf,
    references: referencesOf,
    follow(resource, parameter, requestBase = base) {
      const found = new Map<string, Followed>();
      const followed = typeIndex(definitions, resource.resourceType).parameters.get(parameter);
      for (const path of followed?.paths ?? []) {
        for (const branch of path.branches) {
          for (const value of valuesAt(resource, branch.steps)) {
            const text = (value as { reference?: unknown }).reference;
            const reference = typeof text === 'string' ? readReference(text, requestBase) : undefined;
            if (reference?.kind === 'local' && followed?.targets.includes(reference.type)) {
              const { type, id } = reference;
              const version = /^[1-9]\d{0,8}$/.test(reference.version ?? '') ? Number(reference.version) : undefined;
              // Named with and without a version, the current one is meant.
              if (version === undefined) found.set(`${type}/${id}`, { type, id });
              else if (!found.has(`${type}/${id}`)) found.set(`${type}/${id}`, { type, id, version });
            }
          }
        }
      }
      return [...found.values()];
    },
  };
  const inside = {
    isResourceType: definitions.isResourceType,
    index: (type: string) => typeIndex(definitions, type),
    rows: (resource: AnyResource) => extractor.rows({ ...resource, contained: undefined }, []),
    patient: extractor.compartmentPatient,
  };
  return extractor;
}

function patientElement(definitions: Definitions, resource: AnyResource): Record<string, unknown> | undefined {
  const steps = typeIndex(definitions, resource.resourceType).patientPath?.branches[0]?.steps;
  if (steps === undefined) return undefined;
  let value: unknown = resource;
  for (const { property } of steps) value = (value as Record<string, unknown> | undefined)?.[property];
  return value as Record<string, unknown> | undefined;
}

const TIMEZONE = 'http://hl7.org/fhir/StructureDefinition/timezone';

// The runtime also takes offsets (`+02:00`), which PostgreSQL reads with the opposite sign: names only.
const ZONE_NAME = /^[A-Za-z]/;

/** A zone that the runtime does not know says nothing: the address decides. */
function zoneOf(patient: AnyResource): string {
  const { extension, address } = patient;
  for (const e of (extension ?? []) as readonly Record<string, unknown>[]) {
    if (e.url === TIMEZONE && typeof e.valueCode === 'string' && ZONE_NAME.test(e.valueCode) && isZone(e.valueCode)) {
      return e.valueCode;
    }
  }
  return zoneOfPostalCode(postalCode((address ?? []) as readonly Address[]));
}

interface Address {
  readonly use?: string;
  readonly postalCode?: string;
  readonly period?: { readonly end?: string };
}

/** The address where the patient lives: home before others, a past one only when there is no other. */
function postalCode(addresses: readonly Address[]): string | undefined {
  const rank = (a: Address) => (a.use === 'old' || a.period?.end !== undefined ? 2 : a.use === 'home' ? 0 : 1);
  return addresses.filter((a) => a.postalCode !== undefined).toSorted((a, b) => rank(a) - rank(b))[0]?.postalCode;
}
