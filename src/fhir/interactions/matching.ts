// The one resource that a condition means: conditional create, update, patch, delete, and conditional references.
// https://hl7.org/fhir/R4/http.html#ccreate, #cond-update, #trules
import type { FaultError } from '../../kernel/fault.ts';
import { fault } from '../../kernel/fault.ts';
import type { ReadStore, StoredResource, Tx } from '../../storage/types.ts';
import { type ParsedSearch, parseSearch, type Query } from '../search/index.ts';
import type { FhirService } from '../service.ts';

/**
 * Decoded name=value pairs of a query string or form, with or without its `?`.
 * @throws FaultError 400 when it is not percent-encoded UTF-8: read leniently, it would search for something else
 */
export function queryPairs(query: string): [string, string][] {
  const text = query.startsWith('?') ? query.slice(1) : query;
  const pairs = [...new URLSearchParams(text)];
  if (!text.includes('%')) return pairs;
  try {
    decodeURIComponent(text);
    return pairs;
  } catch {
    throw fault('invalid', 'query-encoding', {
      en: 'The parameters cannot be read: after each % come two hexadecimal digits, and together they are UTF-8.',
      fr: 'Les paramètres sont illisibles : chaque % est suivi de deux chiffres hexadécimaux, qui forment ensemble de l’UTF-8.',
    });
  }
}

/** They shape the answer of a search, and choose nothing. */
const SHAPING: ReadonlySet<string> = new Set([
  '_sort',
  '_count',
  '_total',
  '_summary',
  '_elements',
  '_include',
  '_revinclude',
  '_contained',
  '_containedType',
  '_score',
  '_cursor',
  '_format',
  '_pretty',
]);

/**
 * Reads a condition. @throws FaultError 400 when it is empty, is not understood, or holds what chooses nothing
 * (R4: "only filtering parameters are allowed")
 */
export async function readCondition(
  service: FhirService,
  store: Parameters<typeof parseSearch>[1],
  type: string,
  query: Query,
  base: string,
): Promise<ParsedSearch> {
  if (query.length === 0) {
    throw fault('value', 'condition-empty', {
      en: 'The condition is empty. Give a search such as identifier=system|value.',
      fr: 'La condition est vide. Donnez une recherche comme identifier=système|valeur.',
    });
  }
  const shaping = query.find(([name]) => SHAPING.has(name.split(':')[0] ?? ''));
  if (shaping !== undefined) {
    throw fault('not-supported', 'condition-shaping', {
      en: `A condition takes parameters that filter; ${shaping[0]} does not.`,
      fr: `Une condition prend des paramètres qui filtrent ; ${shaping[0]} ne filtre pas.`,
    });
  }
  return parseSearch(service, store, type, query, { base });
}

/** The current state that matches, or undefined when none does. @throws FaultError 412 when several do */
export async function matchOf(
  service: FhirService,
  store: ReadStore,
  type: string,
  query: Query,
  base: string,
): Promise<StoredResource | undefined> {
  const { plan } = await readCondition(service, store, type, query, base);
  const [only, second] = (await store.search({ ...plan, limit: 2 })).rows;
  if (second !== undefined) throw ambiguous(type, query);
  return only;
}

export function ambiguous(type: string, query: Query, expression?: string): FaultError {
  const text = queryText(query);
  return fault(
    'duplicate-match',
    'condition-ambiguous',
    {
      en: `Several ${type} resources match "${text}". Make the condition narrower, or merge the duplicates.`,
      fr: `Plusieurs ressources ${type} répondent à « ${text} ». Précisez la condition, ou fusionnez les doublons.`,
    },
    expression === undefined ? {} : { expression },
  );
}

export function queryText(query: Query): string {
  return query.map(([n, v]) => `${n}=${v}`).join('&');
}

/** The same text for the same pairs in any order. */
export function canonicalQuery(query: Query): string {
  return query
    .map(([n, v]) => `${n}=${v}`)
    .sort()
    .join('&');
}

/**
 * Claims a condition that nothing matches for the resource that is about to be made: of concurrent requests with the same
 * condition one wins in the schema, and the others begin again and find its resource.
 */
export async function claim(tx: Tx, type: string, query: Query, id: string): Promise<void> {
  const text = canonicalQuery(query);
  const holder = await tx.claimQuery(type, text, id);
  // Nothing matched in this transaction's view, and the holder is in it: it was made by the same condition and does not
  // match it.
  if (holder !== undefined) await tx.takeQuery(type, text, id);
}
