// The words of the pruned FHIR R4 definitions: what the house needs of StructureDefinition, SearchParameter, ValueSet and
// CodeSystem, without prose.
import type { Text } from '../../kernel/fault.ts';

/** `max` of an element that may repeat without end (`*`). */
export const MANY = 2_147_483_647;

/** One allowed type of an element. */
export interface ElementType {
  /** Type name: `string`, `Reference`, `BackboneElement`. The FHIRPath `System.*` types are already turned into FHIR primitives. */
  readonly code: string;
  /** For Reference and canonical: the resource types that may be named (`Resource` = any); profile URLs where they are no base type. */
  readonly targets?: readonly string[];
  /** Profiles that the value must satisfy (Extension, Quantity …), as URLs. */
  readonly profiles?: readonly string[];
}

export interface ConstraintDefinition {
  /** `obs-7` */
  readonly key: string;
  readonly severity: 'error' | 'warning';
  /** FHIRPath. */
  readonly expression: string;
  /** What it says, in the words of the profile that makes it; R4's own prose is not kept. */
  readonly words?: Text;
}

export interface SlicingDefinition {
  readonly discriminators: readonly {
    readonly type: 'value' | 'exists' | 'pattern' | 'type' | 'profile';
    readonly path: string;
  }[];
  readonly rules: 'open' | 'closed' | 'openAtEnd';
  readonly ordered?: boolean;
}

export interface ElementDefinition {
  /** `Observation.component:systolic.value[x]`; equal to `path` where nothing is sliced. */
  readonly id: string;
  /** `Observation.component.value[x]` */
  readonly path: string;
  readonly min: number;
  /** {@link MANY} for `*`. */
  readonly max: number;
  /** Empty for the root and for content references. */
  readonly types: readonly ElementType[];
  /** Path of the element whose content is meant (`Observation.referenceRange`). */
  readonly contentReference?: string;
  /** Only required bindings. */
  readonly binding?: { readonly strength: 'required'; readonly valueSet: string };
  readonly constraints?: readonly ConstraintDefinition[];
  readonly fixed?: unknown;
  readonly pattern?: unknown;
  readonly minValue?: unknown;
  readonly maxValue?: unknown;
  readonly maxLength?: number;
  readonly isModifier?: boolean;
  readonly isSummary?: boolean;
  readonly slicing?: SlicingDefinition;
  readonly sliceName?: string;
}

export interface TypeDefinition {
  /** `http://hl7.org/fhir/StructureDefinition/Observation` */
  readonly url: string;
  /** `Observation` */
  readonly name: string;
  readonly kind: 'resource' | 'complex-type' | 'primitive-type';
  readonly abstract: boolean;
  /** Name of the parent type (`DomainResource`). */
  readonly base?: string;
  /** Snapshot order; the first is the root. */
  readonly elements: readonly ElementDefinition[];
}

export type SearchParameterType =
  | 'number'
  | 'date'
  | 'string'
  | 'token'
  | 'reference'
  | 'composite'
  | 'quantity'
  | 'uri'
  | 'special';

export interface SearchParameterDefinition {
  readonly url: string;
  readonly code: string;
  readonly type: SearchParameterType;
  /** Resource types it stands on (`Resource` and `DomainResource` = all). */
  readonly base: readonly string[];
  /** FHIRPath over all bases, joined by `|`; absent for special ones (`_content`, `_filter`). */
  readonly expression?: string;
  /** Resource types that a reference may lead to. */
  readonly target?: readonly string[];
  readonly multipleOr?: boolean;
  readonly multipleAnd?: boolean;
  readonly comparator?: readonly string[];
  readonly modifier?: readonly string[];
  readonly chain?: readonly string[];
  /** For composites: URL of the component parameter and its FHIRPath relative to `expression`. */
  readonly component?: readonly { readonly definition: string; readonly expression: string }[];
}

/** One include or exclude of a value set, as in ValueSet.compose. */
export interface ValueSetPart {
  readonly system?: string;
  /** Listed codes; absent = all codes of the system that pass the filters. */
  readonly codes?: readonly string[];
  readonly filters?: readonly { readonly property: string; readonly op: string; readonly value: string }[];
  readonly valueSets?: readonly string[];
}

export interface ValueSetDefinition {
  readonly url: string;
  readonly include: readonly ValueSetPart[];
  readonly exclude?: readonly ValueSetPart[];
}

export interface CodeSystemDefinition {
  readonly url: string;
  /** Whether every code is listed: only then can "all codes" be judged. */
  readonly complete: boolean;
  readonly codes: readonly string[];
  /** For each code the indexes of its parents, where the system is a hierarchy. */
  readonly parents?: readonly (readonly number[])[];
}

/** The codes of a value set, computed once. */
export interface Expansion {
  /** Whether a code belongs to it; without a system, whether it does in any system. */
  has(code: string, system?: string): boolean;
  /** The systems it draws from. */
  readonly systems: readonly string[];
  /** The listed codes of one system; undefined for a system that is a grammar (media types, languages). */
  codes(system: string): readonly string[] | undefined;
}

/** R4, as the rest of the house reads it. Everything is read-only and shared. */
export interface Definitions {
  /** `4.0.1` */
  readonly fhirVersion: string;
  /** Concrete resource types, in alphabetical order. */
  readonly resourceTypes: readonly string[];
  isResourceType(name: string): boolean;
  /** All type definitions: resources (the abstract ones too), complex and primitive types. */
  readonly typeNames: readonly string[];
  /** By type name or by canonical URL (a `|version` is ignored). */
  definition(typeOrUrl: string): TypeDefinition | undefined;
  /** Search parameters of a resource type, those of Resource and DomainResource included. */
  searchParameters(type: string): readonly SearchParameterDefinition[];
  searchParameter(type: string, code: string): SearchParameterDefinition | undefined;
  searchParameterByUrl(url: string): SearchParameterDefinition | undefined;
  /** Codes of the search parameters that put a resource of this type into a patient's compartment; empty = never in it. */
  patientCompartment(type: string): readonly string[];
  /**
   * As {@link patientCompartment}, of the compartment of any type: Patient, Encounter, RelatedPerson, Practitioner, Device.
   * `{def}` stands for the resource itself.
   */
  compartment(owner: string, type: string): readonly string[];
  /** Types that have compartments, with the canonical URL of the CompartmentDefinition. */
  readonly compartments: Readonly<Record<string, string>>;
  /** A value set by URL (a `|version` is ignored), or undefined when its codes are not all known here. */
  expansion(valueSet: string): Expansion | undefined;
  valueSet(url: string): ValueSetDefinition | undefined;
  codeSystem(url: string): CodeSystemDefinition | undefined;
}
