// `_include` and `_revinclude`: which other resources a page brings along (R4 search.html#include).
import type { Fault } from '../../kernel/fault.ts';
import { referenceHash } from '../../storage/hash.ts';
import type { Clause, StoredResource } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { type IndexedParameter, type IndexPath, type TypeIndex, typeIndex } from '../extract/paths.ts';
import { addressOf, hasAddress, isCanonicalPath, namingAddress } from './canonicals.ts';
import { badValue } from './refusals.ts';

/** Included resources of a page at most; what is beyond is left out, and said to be. */
export const MAX_INCLUDED = 1000;

/** What one `_include` or `_revinclude` asks to follow. */
export interface Include {
  readonly reverse: boolean;
  /** Type that holds the reference; `*` = any. */
  readonly source: string;
  /** Code of a reference parameter of that type; `*` = all of them. */
  readonly parameter: string;
  /** Only targets of this type. */
  readonly target?: string;
  /** Also from what was included. */
  readonly iterate: boolean;
}

/** Reference parameters of a type that can be followed. */
export function includable({ parameters }: TypeIndex): string[] {
  return [...parameters.values()].filter(isFollowed).map((p) => p.definition.code);
}

function isFollowed({ kind, paths }: IndexedParameter): boolean {
  return kind === 'reference' && paths.some((path) => hasReferences(path) || isCanonicalPath(path));
}

function hasReferences({ branches }: IndexPath): boolean {
  return branches.some((b) => b.type === 'Reference');
}

/** Whether a parameter can lead to a resource of a type: a canonical only to one that has an address. */
function leadsTo({ targets, paths }: IndexedParameter, type: string, definitions: Definitions): boolean {
  return targets.includes(type) && (paths.some(hasReferences) || hasAddress(definitions, type));
}

/** What `_revinclude` takes on a type: references to it, as `Type:parameter`. */
export function revIncludable(definitions: Definitions, type: string): string[] {
  return definitions.resourceTypes.flatMap((source) => {
    const { parameters } = typeIndex(definitions, source);
    const codes = [...parameters.values()].filter((p) => isFollowed(p) && leadsTo(p, type, definitions));
    return codes.map((p) => `${source}:${p.definition.code}`);
  });
}

/**
 * Reads `Observation:subject:Patient`, `Observation:*` or `*`.
 * @param types types that are searched; undefined = any
 */
export function parseInclude(
  name: '_include' | '_revinclude',
  value: string,
  iterate: boolean,
  types: readonly string[] | undefined,
  definitions: Definitions,
): Include | Fault {
  const reverse = name === '_revinclude';
  if (value === '*') return { reverse, source: '*', parameter: '*', iterate };
  const [source = '', parameter = '', target, ...rest] = value.split(':');
  const wrong = () => wrongInclude(iterate ? `${name}:iterate` : name, value, reverse, types, definitions);
  if (!definitions.isResourceType(source) || rest.length > 0) return wrong();
  if (target !== undefined && !definitions.isResourceType(target)) return wrong();
  const near = reverse || iterate || types === undefined || types.includes(source);
  if (!near) return wrong();
  const more = target === undefined ? {} : { target };
  if (parameter === '*') return { reverse, source, parameter, ...more, iterate };
  const followed = typeIndex(definitions, source).parameters.get(parameter);
  if (followed === undefined || !isFollowed(followed)) return wrong();
  if (target !== undefined && !leadsTo(followed, target, definitions)) return wrong();
  const reaches = !reverse || iterate || types === undefined || types.some((t) => leadsTo(followed, t, definitions));
  return reaches ? { reverse, source, parameter, ...more, iterate } : wrong();
}

function wrongInclude(
  name: string,
  value: string,
  reverse: boolean,
  types: readonly string[] | undefined,
  definitions: Definitions,
): Fault {
  const [type = 'Observation'] = types ?? [];
  const forms = reverse
    ? revIncludable(definitions, type)
    : includable(typeIndex(definitions, type)).map((code) => `${type}:${code}`);
  const near = forms.filter((form) => form.startsWith(`${value.split(':', 1)[0]}:`));
  const shown = near.length > 0 ? near : forms;
  const some = shown.length > 40 ? `${shown.slice(0, 40).join(', ')} …` : shown.join(', ');
  return badValue(name, value, {
    en:
      forms.length === 0
        ? `nothing: ${reverse ? `no reference leads to ${type}` : `${type} has no reference to follow`}`
        : `one of ${some}, with :Type after it to keep one target type, or * for the parameter`,
    fr:
      forms.length === 0
        ? `rien : ${reverse ? `aucune référence ne mène à ${type}` : `${type} n’a pas de référence à suivre`}`
        : `l’un de ${some}, suivi de :Type pour un seul type de cible, ou * à la place du paramètre`,
  });
}

/** The parameters of a type that an include follows from it. */
export function followedFrom(include: Include, type: string, definitions: Definitions): readonly string[] {
  if (include.reverse || (include.source !== '*' && include.source !== type)) return [];
  return include.parameter === '*' ? includable(typeIndex(definitions, type)) : [include.parameter];
}

/** The parameters of a type by which a reverse include comes from it. */
export function followedBack(include: Include, type: string, definitions: Definitions): readonly IndexedParameter[] {
  const index = typeIndex(definitions, type);
  const codes = include.parameter === '*' ? includable(index) : [include.parameter];
  return codes.map((code) => index.parameters.get(code)).filter((p) => p !== undefined);
}

/** One question that a reverse include asks: resources of a type that name one of those. */
export interface ReverseQuestion {
  readonly type: string;
  readonly clause: Clause;
}

/** @param held types of which there is any resource: no other is asked for */
export function reverseQuestions(
  include: Include,
  states: readonly StoredResource[],
  held: readonly string[],
  definitions: Definitions,
): ReverseQuestion[] {
  const { source, parameter, target } = include;
  const named = target === undefined ? states : states.filter((s) => s.type === target);
  const sources = source === '*' ? held : held.filter((t) => t === source);
  return sources.flatMap((type) => {
    const index = typeIndex(definitions, type);
    const codes = parameter === '*' ? includable(index) : [parameter];
    const clauses = codes.flatMap((code) => namingClauses(index.parameters.get(code), named, index));
    return clauses.length === 0 ? [] : [{ type, clause: joined(clauses) }];
  });
}

function namingClauses(
  parameter: IndexedParameter | undefined,
  states: readonly StoredResource[],
  { patientPath }: TypeIndex,
): Clause[] {
  if (parameter === undefined || !isFollowed(parameter)) return [];
  const named = states.filter((s) => parameter.targets.includes(s.type));
  return parameter.paths.flatMap((path): Clause[] => {
    if (isCanonicalPath(path)) {
      const addresses = named.map(addressOf).filter((a) => a !== undefined);
      return addresses.length === 0 ? [] : [namingAddress(path, addresses)];
    }
    const patients = path === patientPath ? named.filter((s) => s.type === 'Patient') : [];
    const others = named.filter((s) => !patients.includes(s));
    return [
      ...(patients.length > 0 ? [{ kind: 'patient', anyOf: patients.map((s) => s.patient) } as const] : []),
      ...(others.length > 0
        ? [{ kind: 'token', anyOf: others.map((s) => referenceHash(path.key, s.type, s.id)) } as const]
        : []),
    ];
  });
}

function joined(clauses: readonly Clause[]): Clause {
  return clauses.length === 1 ? clauses[0]! : { kind: 'or', anyOf: clauses };
}
