// The authoring form of the profiles: what a person writes; generate.ts makes FHIR of it.
import type { Text } from '../../src/kernel/fault.ts';

/** Root of every canonical that is ours. */
export const BASE = 'https://w3id.org/vigie/fhir';
/** Version of all conformance resources; equal to the version of package.json (a test says so). */
export const VERSION = '0.1.0';
/** Day on which this version was made. */
export const DATE = '2026-11-24';

export const structure = (id: string) => `${BASE}/StructureDefinition/${id}`;
export const system = (id: string) => `${BASE}/CodeSystem/${id}`;
export const valueSet = (id: string) => `${BASE}/ValueSet/${id}`;
export const operation = (id: string) => `${BASE}/OperationDefinition/${id}`;

/** One allowed type of an element. */
export interface TypeRule {
  readonly code: string;
  /** Resource types that a Reference may name. */
  readonly targets?: readonly string[];
  /** Profile that the value satisfies (extensions). */
  readonly profile?: string;
}

export interface Invariant {
  /** `tls-rx-1` */
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly human: Text;
  /** FHIRPath, seen from the element that bears it. */
  readonly expression: string;
}

/** What a profile says about one element. */
export interface ElementRule {
  /** Path below the type, with slice names: `extension:level`, `occurrence[x].start`. Empty for the root. */
  readonly at: string;
  readonly short?: Text;
  readonly min?: number;
  readonly max?: string;
  readonly types?: readonly TypeRule[];
  /** URL of a value set whose codes alone are allowed. */
  readonly required?: string;
  /** A fixed or pattern property under its FHIR name: `{ patternCode: 'order' }`. */
  readonly value?: Readonly<Record<string, unknown>>;
  readonly mustSupport?: true;
  readonly slicing?: { readonly type: 'value' | 'pattern'; readonly path: string };
  readonly invariants?: readonly Invariant[];
  /** Why this rule goes beyond what R4 allows; without a reason that is a mistake and refused. */
  readonly departure?: string;
}

export interface ProfileForm {
  readonly id: string;
  readonly title: Text;
  readonly description: Text;
  /** R4 type whose snapshot is the start: `ServiceRequest`, `Extension`. */
  readonly type: string;
  /** Canonical of the parent, when it is not the R4 type itself. */
  readonly parent?: string;
  /** Extensions: the elements that may carry it (`ServiceRequest`, `Claim.item`). */
  readonly context?: readonly string[];
  readonly rules: readonly ElementRule[];
}

/** One code with its texts; `properties` by property code. */
export interface ConceptForm {
  readonly code: string;
  readonly display: Text;
  readonly definition?: Text;
  readonly properties?: Readonly<Record<string, PropertyValue | readonly PropertyValue[]>>;
  readonly concepts?: readonly ConceptForm[];
}

/** The FHIR type of a property decides how its value is written; a day is a dateTime. */
export type PropertyValue = string | number | boolean;

export interface CodeSystemForm {
  readonly id: string;
  readonly title: Text;
  readonly description: Text;
  /** `fragment`: other codes of the system exist, published elsewhere. */
  readonly content?: 'complete' | 'fragment';
  readonly properties?: readonly {
    readonly code: string;
    readonly type: 'code' | 'string' | 'dateTime' | 'decimal' | 'boolean';
    readonly description: Text;
  }[];
  readonly concepts: readonly ConceptForm[];
}

/** A value set of some codes of someone else's system; those of our own systems are made from the systems. */
export interface ValueSetForm {
  readonly id: string;
  readonly title: Text;
  readonly description: Text;
  readonly system: string;
  readonly codes: readonly string[];
}

export interface OperationParameterForm {
  readonly name: string;
  readonly use?: 'in' | 'out';
  readonly min: number;
  readonly max: '1' | '*' | '6';
  /** Absent when the parameter has parts. */
  readonly type?: string;
  /** For `string` parameters that name a resource. */
  readonly searchType?: 'reference' | 'token';
  readonly required?: string;
  readonly text: Text;
  readonly parts?: readonly OperationParameterForm[];
}

export interface OperationForm {
  readonly id: string;
  readonly code: string;
  readonly title: Text;
  readonly description: Text;
  readonly affectsState: boolean;
  readonly resource: string;
  readonly level: 'instance' | 'type';
  /** Canonical of the definition that this one narrows. */
  readonly base?: string;
  readonly parameters: readonly OperationParameterForm[];
}
