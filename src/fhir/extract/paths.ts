// Search parameters of a type as index paths: where values stand, of which type they are, and under which key they go.
// Parameters often share a place (`patient` and `subject`, `code` and `combo-code`): the place is indexed once, and each
// parameter asks all of its places.
import { paramKey } from '../../storage/hash.ts';
import type { Definitions, SearchParameterDefinition } from '../definitions/types.ts';
import { type Branch, branchesOf } from './branches.ts';
import { type Composite, compositesOf } from './composites.ts';
import { type PathExpression, parseExpression, type Segment } from './expression.ts';
import { type PositionIndex, positionIndex } from './position.ts';

/** Kinds of parameters that are indexed. */
export type IndexKind = 'token' | 'reference' | 'date' | 'string' | 'number' | 'quantity' | 'uri';

export interface IndexPath {
  readonly kind: IndexKind;
  /** Its place in words: `.component.code`. */
  readonly text: string;
  /** Code of the parameter that is this path alone, else kind and path. */
  readonly name: string;
  readonly key: number;
  readonly branches: readonly Branch[];
  /** The value is whether the element is there and not false. */
  readonly truth: boolean;
  /** What of the path is named by a type of target: keys of places that {@link Shape} tells apart. */
  readonly targetKeys: ReadonlyMap<string, number>;
}

/** A parameter and the places it asks. */
export interface IndexedParameter {
  readonly definition: SearchParameterDefinition;
  readonly kind: IndexKind;
  readonly paths: readonly IndexPath[];
  /** Types that its references may name; empty for other kinds. */
  readonly targets: readonly string[];
  /** The expression takes only references to these types from a path that may hold others: `where(resolve() is Patient)`. */
  readonly only?: readonly string[];
}

/** All that is indexed of a resource type. */
export interface TypeIndex {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, IndexedParameter>;
  readonly paths: readonly IndexPath[];
  readonly composites: ReadonlyMap<string, Composite>;
  /** The path to the patient that the resource belongs to: answered by the patient key, not by hashes. */
  readonly patientPath?: IndexPath;
  /** The path of the parameter named `date`, which stands on the resource row. */
  readonly datePath?: IndexPath;
  /** The special parameter `near`, if the type has it. */
  readonly position?: PositionIndex;
}

const KINDS: ReadonlySet<string> = new Set(['token', 'reference', 'date', 'string', 'number', 'quantity', 'uri']);

/** Parameters that are columns of every resource, not index rows. */
export const COLUMNS: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

/** A place of a parameter: alternatives that differ only in the type they take from a choice are one place. */
interface Place {
  readonly text: string;
  readonly expressions: readonly PathExpression[];
  /** Types that the alternatives restrict their references to. */
  readonly only: readonly string[];
}

const indexes = new WeakMap<Definitions, Map<string, TypeIndex>>();

/** The index of a type, made once. */
export function typeIndex(definitions: Definitions, type: string): TypeIndex {
  let ofDefinitions = indexes.get(definitions);
  if (ofDefinitions === undefined) {
    ofDefinitions = new Map();
    indexes.set(definitions, ofDefinitions);
  }
  let index = ofDefinitions.get(type);
  if (index === undefined) {
    index = makeIndex(definitions, type);
    ofDefinitions.set(type, index);
  }
  return index;
}

function makeIndex(definitions: Definitions, type: string): TypeIndex {
  const served = definitions
    .searchParameters(type)
    .filter((p) => KINDS.has(p.type) && p.expression !== undefined && !COLUMNS.has(p.code))
    .map((definition) => ({ definition, places: placesOf(type, definition) }))
    .sort((a, b) => (a.definition.code < b.definition.code ? -1 : 1));
  const names = new Map<string, string>();
  for (const { definition, places } of served) {
    const only = places[0];
    if (only === undefined || places.length > 1) continue;
    const place = `${definition.type}:${only.text}`;
    // `date` keeps its name whatever else shares its path: its column is found by it.
    if (definition.code === 'date' || !names.has(place)) names.set(place, definition.code);
  }
  const paths = new Map<string, IndexPath>();
  const parameters = new Map<string, IndexedParameter>();
  for (const { definition, places } of served) {
    const kind = definition.type as IndexKind;
    const mine = places.map(({ text, expressions, only }) => {
      const place = `${kind}:${text}`;
      let path = paths.get(place);
      if (path === undefined) {
        const name = names.get(place) ?? place;
        const truth = expressions.some((e) => e.truth === true);
        const branches = expressions
          .flatMap((e) => branchesOf(definitions, type, e.segments))
          .filter((b) => truth || fits(kind, b.type));
        path = { kind, text, name, key: paramKey(type, name), branches, truth, targetKeys: new Map<string, number>() };
        paths.set(place, path);
      }
      const targetKeys = path.targetKeys as Map<string, number>;
      for (const target of only) targetKeys.set(target, paramKey(type, `${path.name}->${target}`));
      return path;
    });
    const filled = mine.filter((p) => p.branches.length > 0);
    if (filled.length === 0) continue;
    parameters.set(definition.code, {
      definition,
      kind,
      paths: filled,
      targets: targetsOf(definitions, definition, filled),
      ...onlyOf(places),
    });
  }
  const filled = [...paths.values()].filter((p) => p.branches.length > 0);
  const patientPath = findPatientPath(definitions, type, parameters);
  const datePath = dateColumn(parameters.get('date'));
  const position = positionIndex(definitions, type);
  return {
    type,
    parameters,
    paths: filled,
    composites: compositesOf(definitions, type, parameters),
    ...(patientPath === undefined ? {} : { patientPath }),
    ...(datePath === undefined ? {} : { datePath }),
    ...(position === undefined ? {} : { position }),
  };
}

function dateColumn(parameter: IndexedParameter | undefined): IndexPath | undefined {
  const path = parameter?.paths[0];
  if (parameter?.kind !== 'date' || parameter.paths.length > 1 || path === undefined) return undefined;
  return path.branches.every((b) => b.single) ? path : undefined;
}

/** The types of a parameter that are restricted, when each of its places is. */
function onlyOf(places: readonly Place[]): { only?: readonly string[] } {
  const only = places.flatMap((p) => p.only);
  return places.every((p) => p.only.length > 0) ? { only: [...new Set(only)] } : {};
}

/** The places that stand on a type. `where(resolve() is T)` says what a search may find, not what is indexed. */
function placesOf(type: string, definition: SearchParameterDefinition): Place[] {
  const groups = new Map<string, Map<string, PathExpression>>();
  const restricted = new Map<string, Set<string>>();
  for (const expression of parseExpression(definition.expression ?? '')) {
    const first = expression.segments[0];
    if (first?.kind !== 'child') continue;
    const named = /^[A-Z]/.test(first.name);
    if (named && first.name !== type && first.name !== 'Resource' && first.name !== 'DomainResource') continue;
    const segments = (named ? expression.segments.slice(1) : expression.segments).filter((s) => s.kind !== 'resolves');
    if (segments.length === 0) continue;
    const last = segments.at(-1)!;
    const [base, taken] = last.kind === 'type' ? [segments.slice(0, -1), last.type] : [segments, ''];
    const text = base.map(segmentText).join('') + (expression.truth === true ? '.truth' : '');
    const group = groups.get(text) ?? new Map<string, PathExpression>();
    group.set(taken, { ...expression, segments });
    groups.set(text, group);
    const only = restricted.get(text) ?? new Set<string>();
    for (const s of expression.segments) if (s.kind === 'resolves') only.add(s.type);
    restricted.set(text, only);
  }
  return [...groups].map(([base, group]) => ({
    text:
      base +
      [...group.keys()]
        .filter((t) => t !== '')
        .sort()
        .map((t) => `:${t}`)
        .join(''),
    expressions: [...group.values()],
    only: [...(restricted.get(base) ?? [])],
  }));
}

function segmentText(s: Segment): string {
  switch (s.kind) {
    case 'child':
      return `.${s.name}`;
    case 'type':
      return `:${s.type}`;
    case 'index':
      return `[${s.at}]`;
    case 'equals':
      return `(${s.element}=${s.text})`;
    case 'resolves':
      return '';
  }
}

// ---------------------------------------------------------------- what a kind can read

const TEXTS = ['string', 'markdown', 'code', 'id', 'uri', 'url', 'canonical', 'oid', 'uuid'];
const READABLE: Readonly<Record<IndexKind, ReadonlySet<string>>> = {
  token: new Set(['CodeableConcept', 'Coding', 'Identifier', 'ContactPoint', 'boolean', ...TEXTS]),
  reference: new Set(['Reference', 'canonical', 'uri', 'url', 'Resource']),
  date: new Set(['date', 'dateTime', 'instant', 'Period', 'Timing']),
  string: new Set(['HumanName', 'Address', ...TEXTS]),
  number: new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt', 'Range']),
  quantity: new Set(['Quantity', 'Age', 'Count', 'Distance', 'Duration', 'Money', 'Range', 'SampledData']),
  uri: new Set(['uri', 'url', 'canonical', 'oid', 'uuid']),
};

function fits(kind: IndexKind, type: string): boolean {
  return READABLE[kind].has(type);
}

function targetsOf(
  definitions: Definitions,
  definition: SearchParameterDefinition,
  paths: readonly IndexPath[],
): readonly string[] {
  if (definition.type !== 'reference') return [];
  const held = [...new Set(paths.flatMap((p) => p.branches.flatMap((b) => b.targets)))];
  const isOpen = held.length === 0 || held.includes('Resource');
  // A parameter that several types share also names what only some of their elements hold (EpisodeOfCare for `encounter`).
  const named = isOpen ? definition.target : definition.target?.filter((t) => held.includes(t));
  if (named !== undefined && named.length > 0) return named;
  return isOpen ? definitions.resourceTypes : held;
}

// ---------------------------------------------------------------- whose a resource is

/** Asked in this order: the first that is one reference at most, and may name a Patient, decides. */
const OWNERS = ['patient', 'subject', 'beneficiary', 'individual'];

/**
 * `patient` counts on every type that has it (Device stands in no R4 compartment, and an oximeter at home is one patient's),
 * the others where the Patient compartment of R4 names them.
 */
function findPatientPath(
  definitions: Definitions,
  type: string,
  parameters: ReadonlyMap<string, IndexedParameter>,
): IndexPath | undefined {
  const compartment = new Set(definitions.patientCompartment(type));
  for (const code of OWNERS) {
    const parameter = parameters.get(code);
    if (parameter?.kind !== 'reference' || parameter.paths.length !== 1) continue;
    if (code !== 'patient' && !compartment.has(code)) continue;
    const path = parameter.paths[0]!;
    const one = path.branches.length === 1 ? path.branches[0]! : undefined;
    if (
      one?.type === 'Reference' &&
      one.single &&
      (one.targets.includes('Patient') || one.targets.includes('Resource'))
    )
      return path;
  }
  return undefined;
}
