// `:above` and `:below` of references: what lies in a place, also by way of the places that it is part of
// (https://hl7.org/fhir/R4/search.html#recursive).
import type { Fault } from '../../kernel/fault.ts';
import { referenceHash } from '../../storage/hash.ts';
import type { Clause } from '../../storage/types.ts';
import { type IndexedParameter, typeIndex } from '../extract/paths.ts';
import { readReference } from '../extract/references.ts';
import { anyOf, type Result, type SearchScope } from './draft.ts';
import { ambiguousId, badValue } from './refusals.ts';
import { plain } from './values.ts';

/** Types whose resources may be part of one of the same type, with the parameter that says so (a test counts them). */
export const PARTS: Readonly<Record<string, string>> = {
  CarePlan: 'part-of',
  Communication: 'part-of',
  Encounter: 'part-of',
  Location: 'partof',
  MedicationStatement: 'part-of',
  Organization: 'partof',
  Procedure: 'part-of',
  ResearchStudy: 'partof',
  Task: 'part-of',
};

/** Members of a hierarchy at most: more would keep the database busy for one caller. */
export const MOST_MEMBERS = 1000;

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** The types of a parameter's targets that have a hierarchy. */
export function hierarchicalTargets({ targets }: Pick<IndexedParameter, 'targets'>): string[] {
  return targets.filter((t) => Object.hasOwn(PARTS, t));
}

/** References to a resource, and to all that are part of it (`below`) or that it is part of (`above`). */
export async function hierarchyClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  way: 'above' | 'below',
  scope: SearchScope,
): Promise<Result> {
  const place = await placeOf(parameter, name, plain(value), scope);
  if ('detail' in place) return place;
  const members = way === 'below' ? await partsOf(place, scope) : await wholesOf(place, scope);
  if (members === undefined) {
    return badValue(name, value, {
      en: `a hierarchy of at most ${MOST_MEMBERS} resources`,
      fr: `une hiérarchie d’au plus ${MOST_MEMBERS} ressources`,
    });
  }
  return anyOf([
    { kind: 'token', anyOf: members.flatMap((id) => parameter.paths.map((p) => referenceHash(p.key, place.type, id))) },
  ]);
}

interface Place {
  readonly type: string;
  readonly id: string;
}

async function placeOf(
  parameter: IndexedParameter,
  name: string,
  text: string,
  { base, store }: SearchScope,
): Promise<Place | Fault> {
  const types = hierarchicalTargets(parameter);
  if (ID.test(text)) {
    if (types.length === 1) return { type: types[0]!, id: text };
    const missing = await store.missing(types.map((type) => ({ type, id: text })));
    const there = types.filter((type) => !missing.some((m) => m.type === type));
    return there.length > 1 ? ambiguousId(name, text, there) : { type: there[0] ?? types[0]!, id: text };
  }
  const reference = readReference(text, base);
  if (reference.kind === 'local' && types.includes(reference.type)) return { type: reference.type, id: reference.id };
  const some = types.join(' | ');
  return badValue(name, text, { en: `a reference to ${some}`, fr: `une référence à ${some}` });
}

/** The resource and its parts, their parts, and so on. undefined: too many. */
function partsOf({ type, id }: Place, scope: SearchScope): Promise<readonly string[] | undefined> {
  const paths = pathsOf(type, scope);
  return reach(id, type, scope, (ids) => ({
    kind: 'token',
    anyOf: ids.flatMap((one) => paths.map((p) => referenceHash(p.key, type, one))),
  }));
}

/** The resource and what it is part of, and so on. */
function wholesOf({ type, id }: Place, scope: SearchScope): Promise<readonly string[] | undefined> {
  const paths = pathsOf(type, scope);
  return reach(id, type, scope, (ids) => {
    const from = { type, where: [{ kind: 'id', anyOf: ids } as const] };
    const any = paths.map((p) => ({ kind: 'referred', by: { kind: 'token', param: p.key }, from }) as const);
    return any.length === 1 ? any[0]! : { kind: 'or', anyOf: any };
  });
}

function pathsOf(type: string, { definitions }: SearchScope): IndexedParameter['paths'] {
  return typeIndex(definitions, type).parameters.get(PARTS[type]!)!.paths;
}

/** Level by level, each resource once: a circle ends where it began. */
async function reach(
  id: string,
  type: string,
  { store, reach }: SearchScope,
  next: (ids: readonly string[]) => Clause,
): Promise<readonly string[] | undefined> {
  const members = new Set([id]);
  for (let level: readonly string[] = [id]; level.length > 0; ) {
    const page = await store.search({ reach, type, where: [next(level)], sort: [], limit: MOST_MEMBERS });
    level = page.rows.map((row) => row.id).filter((one) => !members.has(one));
    for (const one of level) members.add(one);
    if (page.next !== undefined || members.size > MOST_MEMBERS) return undefined;
  }
  return [...members];
}
