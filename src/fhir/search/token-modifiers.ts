// Modifiers of coded parameters: sets and hierarchies of codes, identifiers by type, and what is not (R4 search.html#token).
import { formHash } from '../../storage/hash.ts';
import type { Clause } from '../../storage/types.ts';
import type { Branch } from '../extract/branches.ts';
import type { IndexedParameter, IndexPath } from '../extract/paths.ts';
import type { Draft, Result, SearchScope } from './draft.ts';
import { badValue, unknownCodes } from './refusals.ts';
import { type CodeList, codesOfValueSet, MAX_CODES, relatedCodes } from './terminology.ts';
import { type Form, formOf, overBranches, plainToken } from './tokens.ts';
import { barParts, plain } from './values.ts';

/** The forms of value at the places of a parameter. */
export function formsOf(parameter: IndexedParameter): ReadonlySet<Form> {
  return new Set(parameter.paths.flatMap((p) => p.branches.map((b) => formOf(p, b))));
}

function isCode({ type }: Branch): boolean {
  return type === 'code';
}

/** `:in`: any code of a value set. */
export async function memberClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  scope: SearchScope,
): Promise<Result> {
  const url = plain(value);
  const codes = await codesOfValueSet(url, scope);
  if (codes === undefined) return unknownCodes(name, url);
  const count = [...codes.values()].reduce((n, some) => n + (some?.length ?? 1), 0);
  if (count > MAX_CODES) {
    return badValue(name, value, {
      en: `a value set of at most ${MAX_CODES} codes, this one has ${count}`,
      fr: `un jeu de valeurs d’au plus ${MAX_CODES} codes, celui-ci en a ${count}`,
    });
  }
  return overBranches(parameter, (form, path, branch) => ofCodes(form, path, branch, codes, scope));
}

function ofCodes(form: Form, path: IndexPath, branch: Branch, codes: CodeList, { index }: SearchScope): Clause {
  const { key: param } = path;
  const clauses: Clause[] = [];
  for (const [system, some] of codes) {
    if (form === 'coding') {
      clauses.push(
        some === undefined
          ? { kind: 'any-code', param, system }
          : { kind: 'token', anyOf: some.map((code) => formHash(param, 'pair', system, code)) },
      );
    } else if (form === 'text' && (branch.systems.length === 0 || branch.systems.includes(system))) {
      clauses.push(
        some === undefined
          ? { kind: 'present', type: index.type, places: [param], present: true }
          : { kind: 'token', anyOf: some.map((code) => plainToken(param, branch, code)) },
      );
    }
  }
  return clauses.length === 0 ? { kind: 'none' } : { kind: 'or', anyOf: clauses };
}

const CONCEPT = {
  en: 'system|code: a hierarchy belongs to its code system',
  fr: 'système|code : une hiérarchie appartient à son système de codes',
};

/** `:above`, `:below`: the code and those that subsume it, or that it subsumes. A media type is above its parameters. */
export async function subsumptionClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  way: 'above' | 'below',
  scope: SearchScope,
): Promise<Result> {
  const parts = barParts(value);
  const [system, code] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!];
  if (parts.length > 2 || code === '' || system === '') return badValue(name, value, CONCEPT);
  const branches = parameter.paths.flatMap((path) => path.branches.map((branch) => ({ path, branch })));
  const media = branches.find(({ branch }) => branch.systems.includes(MEDIA_TYPES));
  if (media !== undefined && way === 'below' && (system === undefined || system === MEDIA_TYPES)) {
    return mediaTypesBelow(media.path, code);
  }
  // A bare code is one of the systems that its element is bound to.
  const systems = system === undefined ? [...new Set(branches.flatMap(({ branch }) => branch.systems))] : [system];
  if (systems.length === 0) return badValue(name, value, CONCEPT);
  const codes = new Map<string, readonly string[]>();
  for (const one of systems) {
    const related = await relatedCodes(one, code, way, scope);
    if (related === undefined) return unknownCodes(name, one);
    codes.set(one, related);
  }
  return overBranches(parameter, (form, path, branch) => ofCodes(form, path, branch, codes, scope));
}

const MEDIA_TYPES = 'urn:ietf:bcp:13';

/** `text/xml` with all its parameters, `text` with all its kinds (R4 search.html#mimetype). */
function mediaTypesBelow({ key: param }: IndexPath, code: string): Clause {
  const prefix = code.includes('/') ? (code.includes(';') ? code : `${code};`) : `${code.replace(/\/?\*?$/, '')}/`;
  return {
    kind: 'or',
    anyOf: [
      { kind: 'token', anyOf: [formHash(param, 'pair', '', code)] },
      { kind: 'uri-below', param, prefix },
    ],
  };
}

/** `:of-type=system|code|value`: an identifier by a coding of its type. All three parts must be there. */
export function typedClause(parameter: IndexedParameter, name: string, value: string): Result {
  const parts = barParts(value);
  const [system = '', code = '', text = ''] = parts;
  if (parts.length !== 3 || system === '' || code === '' || text === '') {
    return badValue(name, value, {
      en: 'system|code|value: the type of the identifier, and its value',
      fr: 'système|code|valeur : le type de l’identifiant, et sa valeur',
    });
  }
  const anyOf = parameter.paths.map((p) => formHash(p.key, 'typed', `${system}|${code}`, text));
  return { kind: 'token', anyOf, rare: true };
}

/** Codes of one required value set, few enough to say "any other". */
const MOST_OTHERS = 60;

/**
 * `:not`: what has no matching value, and what has none at all. An element that is there once, with one of few codes, is asked
 * for the others instead: those have an index.
 */
export function notClause(parameter: IndexedParameter, matching: Draft, scope: SearchScope): Draft {
  const others = otherCodes(parameter, matching, scope);
  if (others === undefined) return { kind: 'negated', of: matching };
  const places = parameter.paths.map((p) => p.key);
  return {
    kind: 'any',
    of: [
      { kind: 'token', anyOf: others },
      { kind: 'present', type: scope.index.type, places, present: false },
    ],
  };
}

function otherCodes(parameter: IndexedParameter, matching: Draft, scope: SearchScope): readonly string[] | undefined {
  const [path] = parameter.paths;
  const [branch] = path?.branches ?? [];
  const tokens = tokensOf(matching);
  if (parameter.paths.length !== 1 || path === undefined || branch === undefined || tokens === undefined)
    return undefined;
  if (path.truth || path.branches.length !== 1 || !branch.single) return undefined;
  const codes = branch.type === 'boolean' ? ['true', 'false'] : isCode(branch) ? boundCodes(branch, scope) : undefined;
  if (codes === undefined || codes.length > MOST_OTHERS) return undefined;
  const all = codes.map((code) => formHash(path.key, 'pair', '', code));
  return all.filter((token) => !tokens.includes(token));
}

function boundCodes({ valueSet }: Branch, { definitions }: SearchScope): readonly string[] | undefined {
  const expansion = valueSet === undefined ? undefined : definitions.expansion(valueSet);
  const lists = expansion?.systems.map((s) => expansion.codes(s));
  return lists?.every((l) => l !== undefined) ? lists.flat() : undefined;
}

function tokensOf(draft: Draft): readonly string[] | undefined {
  if (draft.kind === 'token') return draft.anyOf;
  if (draft.kind === 'none') return [];
  const parts = draft.kind === 'any' ? draft.of : draft.kind === 'or' ? draft.anyOf : undefined;
  const lists = parts?.map(tokensOf);
  return lists?.every((l) => l !== undefined) ? lists.flat() : undefined;
}
