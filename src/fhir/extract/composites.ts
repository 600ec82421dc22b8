// Composite parameters as pairings: which values of one element belong together. The components of a composite are
// parameters themselves, so that their places are indexed already; what is added is that two values stand side by side.
import { paramKey } from '../../storage/hash.ts';
import type { Definitions, SearchParameterDefinition } from '../definitions/types.ts';
import type { IndexedParameter, IndexPath } from './paths.ts';

/** Two or three places of one element whose values belong together. */
export interface Pairing {
  readonly key: number;
  /** Element that holds them, in words: `.component`; empty for the resource itself. */
  readonly element: string;
  /** Two, or three of which the last two are numbers. The first is coded. */
  readonly parts: readonly IndexPath[];
  /** The parameters that say how the values of the parts are read, each with that place alone. */
  readonly components: readonly IndexedParameter[];
  /** FHIR types that the composite takes from the second place. */
  readonly types: readonly string[];
  /** The first stands outside of the element, once in a resource. */
  readonly apart: boolean;
  /** Each part has one value at most in a resource, so that it need not be indexed again. */
  readonly trivial: boolean;
}

export interface Composite {
  readonly definition: SearchParameterDefinition;
  /** One for each alternative of its expression. */
  readonly pairings: readonly Pairing[];
}

/** The composites of a type, by code. */
export function compositesOf(
  definitions: Definitions,
  type: string,
  parameters: ReadonlyMap<string, IndexedParameter>,
): ReadonlyMap<string, Composite> {
  const composites = new Map<string, Composite>();
  for (const definition of definitions.searchParameters(type)) {
    if (definition.type !== 'composite') continue;
    const composite = compositeOf(definition, type, parameters);
    if (composite !== undefined) composites.set(definition.code, composite);
  }
  return composites;
}

function compositeOf(
  definition: SearchParameterDefinition,
  type: string,
  parameters: ReadonlyMap<string, IndexedParameter>,
): Composite | undefined {
  const parts = definition.component ?? [];
  const pairings = (definition.expression ?? '').split('|').flatMap((alternative): Pairing[] => {
    const [root = '', ...steps] = alternative.trim().split('.');
    if (root !== type) return [];
    const element = steps.map((s) => `.${s}`).join('');
    const components = parts.map((part) => componentOf(part, element, parameters));
    return components.every((c) => c !== undefined) ? [pairingOf(type, element, components, parts)] : [];
  });
  return pairings.length === 0 ? undefined : { definition, pairings };
}

/**
 * The parameter of a component, with the place alone that its expression names inside the element. The place decides: in
 * DocumentReference-relationship the published definitions of the two components are the wrong way round.
 */
function componentOf(
  { definition, expression }: { readonly definition: string; readonly expression: string },
  element: string,
  parameters: ReadonlyMap<string, IndexedParameter>,
): IndexedParameter | undefined {
  const apart = /^%resource(\..*)$/.exec(expression)?.[1];
  const place = apart ?? `${element}.${expression.split(/[.\s]/)[0]}`;
  const named = [...parameters.values()].sort((a) => (a.definition.url === definition ? -1 : 0));
  for (const parameter of named) {
    const path = parameter.paths.find((p) => p.text.split(':')[0] === place);
    if (path !== undefined) return { ...parameter, paths: [path] };
  }
  return undefined;
}

function pairingOf(
  type: string,
  element: string,
  components: readonly IndexedParameter[],
  expressions: readonly { readonly expression: string }[],
): Pairing {
  const parts = components.map((c) => c.paths[0]!);
  const second = expressions[1]?.expression ?? '';
  const named = [...second.matchAll(/(?:ofType|as)\(([A-Za-z]+)\)/g)].map((m) => m[1]!.toLowerCase());
  const right = parts[1]!.branches.map((b) => b.type);
  return {
    key: paramKey(type, `${element}(${parts.map((p) => p.name).join('$')})`),
    element,
    parts,
    components,
    types: named.length === 0 ? right : right.filter((t) => named.includes(t.toLowerCase())),
    apart: expressions[0]?.expression.startsWith('%resource') ?? false,
    trivial: element === '' && parts.every((p) => p.kind === 'token' && p.branches.every((b) => single(p, b.type))),
  };
}

/** A place that holds one concept at most, whose codings all stand beside whatever else the resource says once. */
function single(path: IndexPath, type: string): boolean {
  return path.branches.every((b) => b.type !== type || b.steps.every((s) => !s.many));
}
