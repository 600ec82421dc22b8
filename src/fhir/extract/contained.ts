// Resources that stand inside others (R4 search.html#contained): their index rows go to the container, under keys of their own
// for each type and place, so that several conditions meet in one of them. Only resources that hold any pay for it.
import { formHash, insideParam, pairToken, paramKey, referenceHash } from '../../storage/hash.ts';
import type { IndexRows, NotedCoding } from '../../storage/types.ts';
import type { TypeIndex } from './paths.ts';

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
    add(all, resource, insideKey(type, place), reader);
  }
  return all;
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
