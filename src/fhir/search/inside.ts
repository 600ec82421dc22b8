// What is asked of a resource that stands inside another: its rows are the container's, under a key of its place. Chains look
// there too (R4 search.html#contained: "a chained condition will be evaluated inside contained resources").
import type { Fault } from '../../kernel/fault.ts';
import { referenceHash } from '../../storage/hash.ts';
import { insideKey, LINKS, linkCode, linkToken, localIdToken } from '../extract/contained.ts';
import { type IndexedParameter, type TypeIndex, typeIndex } from '../extract/paths.ts';
import { type Draft, NO_KEYS, type SearchScope, settled } from './draft.ts';
import { isFault, notServed } from './refusals.ts';

/**
 * A chain to resources that stand inside the one that names them: alternatives beside those that stand alone. What is not kept
 * of resources inside, as a further chain, finds none of them.
 * @param where what must hold of the resource of the type
 */
export async function chainInside(
  parameter: IndexedParameter,
  type: string,
  where: readonly Draft[],
  { definitions, store }: SearchScope,
): Promise<readonly Draft[]> {
  const links = await store.codingsOf(LINKS);
  const seen = new Set(links.map(({ system, code }) => `${system} ${code}`));
  const places = parameter.paths.flatMap(({ key }) =>
    links
      .map(({ code }) => linkCode(code))
      .filter((place) => place.type === type && seen.has(`${key} ${type} ${place.at}`))
      .map(({ at }) => ({ key, at })),
  );
  if (places.length === 0) return [];
  const drafts = where.map((d) => insideDraft(d, typeIndex(definitions, type)));
  if (drafts.some(isFault)) return [];
  const clauses = (drafts as readonly Draft[]).map((d) => settled(d, NO_KEYS));
  const distinct = new Map(places.map((place) => [`${place.key} ${place.at}`, place]));
  return [...distinct.values()].map(({ key, at }) => ({
    kind: 'every',
    of: [
      { kind: 'token', anyOf: [linkToken(key, type, at)] },
      { kind: 'inside', key: insideKey(type, at), where: clauses },
    ],
  }));
}

const UNKEPT = {
  en: 'a chain, _has, _lastUpdated, _text, _content or _list for resources inside others is',
  fr: 'une chaîne, _has, _lastUpdated, _text, _content ou _list pour des ressources contenues n’est',
};

/** A draft on a resource that stands alone, as one on the rows that it has inside another. */
export function insideDraft(draft: Draft, index: TypeIndex): Draft | Fault {
  const all = (drafts: readonly Draft[], make: (of: readonly Draft[]) => Draft): Draft | Fault => {
    const made = drafts.map((d) => insideDraft(d, index));
    return made.find(isFault) ?? make(made as readonly Draft[]);
  };
  switch (draft.kind) {
    case 'patient-id': {
      const { key } = index.patientPath!;
      return { kind: 'token', anyOf: draft.ids.map((id) => referenceHash(key, 'Patient', id)) };
    }
    case 'patient': {
      // Asked for by `:missing` only: nobody's.
      const { key, targetKeys } = index.patientPath!;
      return { kind: 'present', type: index.type, places: [targetKeys.get('Patient') ?? key], present: false };
    }
    case 'date':
      return { kind: 'other-date', param: index.datePath!.key, test: draft.test };
    case 'id':
      return { kind: 'token', anyOf: draft.anyOf.map((id) => localIdToken(index.type, id)) };
    case 'any':
    case 'every':
      return all(draft.of, (of) => ({ kind: draft.kind, of }));
    case 'or':
      return all(draft.anyOf, (of) => ({ kind: 'any', of }));
    case 'and':
      return all(draft.allOf, (of) => ({ kind: 'every', of }));
    case 'negated':
      return all([draft.of], ([of]) => ({ kind: 'negated', of: of! }));
    case 'not':
      return all([draft.clause], ([of]) => ({ kind: 'negated', of: of! }));
    case 'updated':
    case 'text':
    case 'wording-word':
    case 'chain':
    case 'refers':
    case 'referred':
    case 'inside':
      return notServed('_contained', UNKEPT);
    default:
      return draft;
  }
}
