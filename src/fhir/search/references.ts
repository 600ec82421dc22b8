// Values of reference parameters (R4 search.html#reference).
import { formHash, referenceHash } from '../../storage/hash.ts';
import { patientOf } from '../../storage/ids.ts';
import type { IndexedParameter } from '../extract/paths.ts';
import { readReference } from '../extract/references.ts';
import { versionHash } from '../extract/sinks.ts';
import { anyOf, type Draft, type Result, type SearchScope } from './draft.ts';
import { ambiguousId, badValue, notServed } from './refusals.ts';
import { canonicalReference, exactUris } from './uris.ts';
import { barParts, plain } from './values.ts';

export const ID = /^[A-Za-z0-9\-.]{1,64}$/;

const REFERENCE = {
  en: 'a reference: Type/id, id, or an absolute address',
  fr: 'une référence : Type/id, id, ou une adresse absolue',
};

/** A parameter that only names others by canonical address. */
export function isCanonical(parameter: IndexedParameter): boolean {
  return parameter.paths.every((p) => p.branches.every((b) => b.type !== 'Reference' && b.type !== 'Resource'));
}

/** @param type of the modifier `:Patient`, which says what an id is an id of */
export async function referenceClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  type: string | undefined,
  scope: SearchScope,
): Promise<Result> {
  if (isCanonical(parameter)) return canonicalReference(parameter, value, scope);
  const text = plain(value);
  if (ID.test(text)) return bareId(parameter, name, text, type, scope);
  const reference = readReference(text, scope.base);
  if (reference.kind === 'contained') {
    return notServed(name, {
      en: 'a search for contained resources is',
      fr: 'la recherche de ressources contenues n’est',
    });
  }
  if (reference.kind === 'other') {
    if (/^[a-z][a-z0-9+.-]*:/i.test(text) && type === undefined) return exactUris(parameter.paths, [text]);
    return badValue(name, text, REFERENCE);
  }
  const targets = type === undefined ? parameter.targets : [type];
  if (!scope.definitions.isResourceType(reference.type) || !targets.includes(reference.type)) {
    const some = targets.length > 12 ? 'Type' : targets.join(' | ');
    return badValue(name, text, { en: `a reference to ${some}`, fr: `une référence à ${some}` });
  }
  const { type: target, id, version } = reference;
  if (version === undefined) return local(parameter, [target], id, scope);
  return { kind: 'token', anyOf: parameter.paths.map((p) => versionHash(p.key, target, id, version)) };
}

/** R4: an id that resources of several types have is refused, for it does not say which of them is meant. */
async function bareId(
  parameter: IndexedParameter,
  name: string,
  id: string,
  type: string | undefined,
  scope: SearchScope,
): Promise<Result> {
  const types = type === undefined ? parameter.targets : [type];
  // Ids that this server gives are no two alike.
  if (types.length > 1 && patientOf(id) === undefined) {
    const missing = await scope.store.missing(types.map((t) => ({ type: t, id })));
    const there = types.filter((t) => !missing.some((m) => m.type === t));
    if (there.length > 1) return ambiguousId(name, id, there);
  }
  return local(parameter, types, id, scope);
}

/** A local resource of one of the types. The patient a resource belongs to is a key of its row, not a token. */
export function local(
  parameter: IndexedParameter,
  types: readonly string[],
  id: string,
  { index }: Pick<SearchScope, 'index'>,
): Draft {
  const { patientPath } = index;
  const owned = types.includes('Patient') && patientPath !== undefined && parameter.paths.includes(patientPath);
  const others = parameter.paths.flatMap((p) =>
    types.filter((t) => t !== 'Patient' || p !== patientPath).map((t) => referenceHash(p.key, t, id)),
  );
  return anyOf([
    ...(owned ? [{ kind: 'patient-id', ids: [id] } as const] : []),
    ...(others.length > 0 ? [{ kind: 'token', anyOf: others } as const] : []),
  ]);
}

/** `:identifier`: the identifier that stands in the reference, as a token. */
export function logicalClause(parameter: IndexedParameter, name: string, value: string): Result {
  const parts = barParts(value);
  const [system, text] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!];
  if (parts.length > 2 || (text === '' && (system ?? '') === '')) {
    return badValue(name, value, {
      en: 'an identifier: value, system|value, |value or system|',
      fr: 'un identifiant : valeur, système|valeur, |valeur ou système|',
    });
  }
  const form = system === undefined ? 'id-value' : text === '' ? 'id-system' : 'id-pair';
  return { kind: 'token', anyOf: parameter.paths.map((p) => formHash(p.key, form, system ?? '', text)) };
}
