// Resources that stand inside others (R4 search.html#contained): their index rows go to the container, under keys of their own
// for each type and place, so that several conditions meet in one of them. Only resources that hold any pay for it.
import { formHash, insideParam, pairToken, paramKey, referenceHash } from '../../storage/hash.ts';
import type { IndexRows, NotedCoding } from '../../storage/types.ts';
import type { TypeIndex } from './paths.ts';
import { valuesAt } from './values.ts';

/** Resources of one type whose rows a container gets; more are only noted, and searches say so. */
export const MOST_INSIDE = 16;
/** What stands for the place of those. */
export const UNINDEXED = 'more';

/** The key of the rows of the nth (from 0) resource of a type inside another. */
export function insideKey(type: string, place: number): number {
  return paramKey(type, ` inside ${place}`);
}

/** The parameter under which it is noted which types hold a type, and at how many places: `system` is the container's type. */
export function holderParam(type: string): number {
  return paramKey(type, ' holder');
}

/** Says that a container has a resource of the type at a place. */
export function holderToken(type: string, container: string, place: string): string {
  return formHash(holderParam(type), 'pair', container, place);
}

/** The token of the id inside its container. */
export function localIdToken(type: string, id: string): string {
  return formHash(paramKey(type, ' local id'), 'pair', '', id);
}

/** Under which it is noted which places lead to resources inside; `system` is the place's key, `code` says which. */
export const LINKS = paramKey('Resource', ' links inside');

/** Says that a container names a resource that it contains from a place of its own. */
export function linkToken(path: number, type: string, place: number): string {
  return formHash(LINKS, 'pair', String(path), `${type} ${place}`);
}

/** `Medication 0`, as it is noted. */
export function linkCode(code: string): { readonly type: string; readonly at: number } {
  const [type = '', at = ''] = code.split(' ');
  return { type, at: Number(at) };
}

type AnyResource = { readonly resourceType: string } & Readonly<Record<string, unknown>>;

interface Reader {
  isResourceType(type: string): boolean;
  index(type: string): TypeIndex;
  /** Rows of a resource as if it stood alone. */
  rows(resource: AnyResource): IndexRows;
  /** Id of the patient to whom it would belong. */
  patient(resource: AnyResource): string | undefined;
}

/** The rows of a container with those of what it contains. */
export function withContained(rows: IndexRows, container: AnyResource, reader: Reader): IndexRows {
  const { contained } = container;
  if (!Array.isArray(contained) || contained.length === 0) return rows;
  const all = {
    ...rows,
    tokens: [...rows.tokens],
    codings: [...rows.codings],
    dates: [...rows.dates],
    strings: [...rows.strings],
    numbers: [...rows.numbers],
    inside: [] as IndexRows[],
  };
  const counts = new Map<string, number>();
  const places = new Map<string, { readonly type: string; readonly place: number }>();
  for (const resource of contained as readonly AnyResource[]) {
    const type = resource?.resourceType;
    if (typeof type !== 'string' || !reader.isResourceType(type)) continue;
    const place = counts.get(type) ?? 0;
    counts.set(type, place + 1);
    const code = place < MOST_INSIDE ? String(place) : UNINDEXED;
    const hash = holderToken(type, container.resourceType, code);
    all.codings.push({ param: holderParam(type), system: container.resourceType, code, hash } satisfies NotedCoding);
    if (code === UNINDEXED) continue;
    all.tokens.push(hash);
    if (typeof resource.id === 'string') places.set(`#${resource.id}`, { type, place });
    add(all, resource, insideKey(type, place), reader);
  }
  for (const [path, { type, place }] of linksTo(places, container, reader)) {
    const hash = linkToken(path, type, place);
    all.tokens.push(hash);
    all.codings.push({ param: LINKS, system: String(path), code: `${type} ${place}`, hash });
  }
  return all;
}

/** Keys of the places of a container from which it names what it contains. */
function linksTo<T>(
  places: ReadonlyMap<string, T>,
  container: AnyResource,
  { index }: Reader,
): [path: number, to: T][] {
  return index(container.resourceType).paths.flatMap(({ kind, key, branches }) => {
    if (kind !== 'reference') return [];
    const values = branches.flatMap((b) => (b.type === 'Reference' ? valuesAt(container, b.steps) : []));
    const named = values.map((value) => places.get(String((value as { reference?: unknown }).reference)));
    return named.filter((to) => to !== undefined).map((to): [number, T] => [key, to]);
  });
}

type Writable = {
  -readonly [K in keyof IndexRows]: NonNullable<IndexRows[K]> extends readonly (infer T)[] ? T[] : IndexRows[K];
};

function add(
  all: Pick<Writable, 'tokens' | 'codings' | 'dates' | 'strings' | 'numbers' | 'inside'>,
  resource: AnyResource,
  key: number,
  reader: Reader,
): void {
  const own = reader.rows(resource);
  const { patientPath, datePath } = reader.index(resource.resourceType);
  const tokens = [...own.tokens];
  if (typeof resource.id === 'string') tokens.push(localIdToken(resource.resourceType, resource.id));
  // Standing alone, these two would be columns of its row.
  const patient = reader.patient(resource);
  if (patientPath !== undefined && patient !== undefined)
    tokens.push(referenceHash(patientPath.key, 'Patient', patient));
  const dates =
    own.date === undefined || datePath === undefined ? own.dates : [...own.dates, { param: datePath.key, ...own.date }];
  all.tokens!.push(...tokens.map((token) => pairToken(key, token)));
  all.codings!.push(...own.codings);
  const moved = <T extends { readonly param: number; readonly pair?: string }>(row: T): T => ({
    ...row,
    param: insideParam(key, row.param),
    ...(row.pair === undefined ? {} : { pair: pairToken(key, row.pair) }),
  });
  all.dates!.push(...dates.map(moved));
  all.strings!.push(...own.strings.map(moved));
  all.numbers!.push(...own.numbers.map(moved));
  all.inside!.push(own);
}
