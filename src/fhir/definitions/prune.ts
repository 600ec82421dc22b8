// From published StructureDefinitions and SearchParameters to the pruned words of types.ts. Serves R4 itself and profiles alike.
import type {
  ElementDefinitionType,
  Extension,
  ElementDefinition as FhirElement,
  SearchParameter,
  StructureDefinition,
} from '@medplum/fhirtypes';
import type { Text } from '../../kernel/fault.ts';
import {
  type ConstraintDefinition,
  type ElementDefinition,
  type ElementType,
  MANY,
  type SearchParameterDefinition,
  type SlicingDefinition,
  type TypeDefinition,
} from './types.ts';

const STRUCTURES = 'http://hl7.org/fhir/StructureDefinition/';
const FHIR_TYPE = `${STRUCTURES}structuredefinition-fhir-type`;
const BEST_PRACTICE = `${STRUCTURES}elementdefinition-bestpractice`;

/** Marked as best practice in R4; snapshots of profiles often repeat them without the mark. */
const ADVICE: ReadonlySet<string> = new Set(['dom-6', 'con-3']);

/** A canonical URL without its `|version`. */
export function withoutVersion(url: string): string {
  const bar = url.indexOf('|');
  return bar < 0 ? url : url.slice(0, bar);
}

/** The type name behind a base canonical (`…/StructureDefinition/Patient` → `Patient`); any other URL stays, without version. */
export function typeName(url: string): string {
  const plain = withoutVersion(url);
  const name = plain.startsWith(STRUCTURES) ? plain.slice(STRUCTURES.length) : '';
  // HL7 publishes profiles under the same base; those begin with a lower-case letter.
  return /^[A-Z][A-Za-z]+$/.test(name) ? name : plain;
}

/**
 * Prunes one StructureDefinition with a snapshot.
 * @param words whether rules keep what they say in people's words: for profiles, not for R4 itself
 * @throws RangeError when there is no snapshot: a differential alone says too little to validate with.
 */
export function pruneStructure(structure: StructureDefinition, words: 'words' | 'none' = 'none'): TypeDefinition {
  const elements = structure.snapshot?.element;
  if (elements === undefined || elements.length === 0) {
    throw new RangeError(`StructureDefinition ${structure.url} has no snapshot`);
  }
  const resource = structure.kind === 'resource';
  const primitive = structure.kind === 'primitive-type';
  return {
    url: structure.url,
    name: structure.derivation === 'constraint' && structure.kind !== 'complex-type' ? structure.type : structure.name,
    kind: structure.kind as TypeDefinition['kind'],
    abstract: structure.abstract,
    ...(structure.baseDefinition && { base: typeName(structure.baseDefinition) }),
    elements: elements
      // The value of a primitive is a matter of formats, not of a child element.
      .filter((e) => !(primitive && e.path?.endsWith('.value')))
      .map((e) => pruneElement(e, resource, words === 'words')),
  };
}

function pruneElement(e: FhirElement, inResource: boolean, words: boolean): ElementDefinition {
  const path = e.path as string;
  // R4 snapshots type Resource.id as a plain string; the specification gives it the data type id.
  const resourceId = inResource && /^[A-Za-z]+\.id$/.test(path);
  const constraints = e.constraint?.flatMap((c) => pruneConstraint(c, words)) ?? [];
  const slicing = pruneSlicing(e);
  return {
    id: e.id ?? path,
    path,
    min: e.min ?? 0,
    max: e.max === '*' ? MANY : Number(e.max ?? '1'),
    types: resourceId ? [{ code: 'id' }] : (e.type ?? []).map(pruneType),
    ...(e.contentReference && { contentReference: e.contentReference.replace(/^.*#/, '') }),
    ...(e.binding?.strength === 'required' &&
      e.binding.valueSet && {
        binding: { strength: 'required' as const, valueSet: withoutVersion(e.binding.valueSet) },
      }),
    ...(constraints.length > 0 && { constraints }),
    ...choice(e, 'fixed'),
    ...choice(e, 'pattern'),
    ...choice(e, 'minValue'),
    ...choice(e, 'maxValue'),
    ...(e.maxLength !== undefined && { maxLength: e.maxLength }),
    ...(e.isModifier && { isModifier: true }),
    ...(e.isSummary && { isSummary: true }),
    ...(slicing && { slicing }),
    ...(e.sliceName && { sliceName: e.sliceName }),
  };
}

/** `fixedCode`, `patternCodeableConcept` … under the bare name. */
function choice(e: FhirElement, name: 'fixed' | 'pattern' | 'minValue' | 'maxValue'): Record<string, unknown> {
  for (const [key, value] of Object.entries(e)) {
    if (key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length))) return { [name]: value };
  }
  return {};
}

function pruneType(t: ElementDefinitionType): ElementType {
  const said = t.extension?.find((x) => x.url === FHIR_TYPE);
  const code = t.code?.startsWith('http://hl7.org/fhirpath/')
    ? (said?.valueUrl ?? said?.valueUri ?? systemType(t.code))
    : (t.code as string);
  return {
    code,
    ...(t.targetProfile?.length && { targets: t.targetProfile.map(typeName) }),
    ...(t.profile?.length && { profiles: t.profile.map(withoutVersion) }),
  };
}

function systemType(code: string): string {
  const name = code.slice(code.lastIndexOf('.') + 1);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

type FhirConstraint = NonNullable<FhirElement['constraint']>[number];

function pruneConstraint(c: FhirConstraint, words: boolean): ConstraintDefinition[] {
  // Advice ("should have a narrative") is no rule; a constraint without FHIRPath cannot be judged.
  const advice =
    ADVICE.has(c.key ?? '') || c.extension?.some((x) => x.url === BEST_PRACTICE && x.valueBoolean === true);
  if (advice || !c.expression || !c.key) return [];
  const severity = c.severity === 'warning' ? 'warning' : 'error';
  const said = words ? wordsOf(c) : undefined;
  return [{ key: c.key, severity, expression: c.expression, ...(said && { words: said }) }];
}

const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation';

/** `human`, and its French translation where the standard extension gives one. */
function wordsOf(c: FhirConstraint): Text | undefined {
  if (c.human === undefined) return undefined;
  const translations = (c as { _human?: { extension?: Extension[] } })._human?.extension ?? [];
  const part = (x: Extension, url: string) => x.extension?.find((e) => e.url === url);
  const french = translations.find((x) => x.url === TRANSLATION && part(x, 'lang')?.valueCode === 'fr');
  return { en: c.human, fr: (french && part(french, 'content')?.valueString) ?? c.human };
}

function pruneSlicing(e: FhirElement): SlicingDefinition | undefined {
  // Every extension element carries the slicing by url; it says nothing until there is a slice.
  if (e.slicing === undefined) return undefined;
  return {
    discriminators: (e.slicing.discriminator ?? []).map((d) => ({
      type: d.type as SlicingDefinition['discriminators'][number]['type'],
      path: d.path as string,
    })),
    rules: (e.slicing.rules as SlicingDefinition['rules']) ?? 'open',
    ...(e.slicing.ordered && { ordered: true }),
  };
}

/** Prunes one SearchParameter. */
export function pruneSearchParameter(p: SearchParameter): SearchParameterDefinition {
  return {
    url: p.url as string,
    code: p.code as string,
    type: p.type as SearchParameterDefinition['type'],
    base: p.base as string[],
    ...(p.expression && { expression: p.expression }),
    ...(p.target?.length && { target: p.target as string[] }),
    ...(p.multipleOr !== undefined && { multipleOr: p.multipleOr }),
    ...(p.multipleAnd !== undefined && { multipleAnd: p.multipleAnd }),
    ...(p.comparator?.length && { comparator: p.comparator as string[] }),
    ...(p.modifier?.length && { modifier: p.modifier as string[] }),
    ...(p.chain?.length && { chain: p.chain }),
    ...(p.component?.length && {
      component: p.component.map((c) => ({ definition: c.definition as string, expression: c.expression as string })),
    }),
  };
}
