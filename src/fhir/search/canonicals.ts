// References by canonical address, followed both ways: what they say, and what they mean
// (https://hl7.org/fhir/R4/references.html#canonical).
import { formHash } from '../../storage/hash.ts';
import type { Clause, StoredResource } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import type { Branch, Step } from '../extract/branches.ts';
import { type IndexedParameter, type IndexPath, typeIndex } from '../extract/paths.ts';

export function isCanonicalPath({ branches }: Pick<IndexPath, 'branches'>): boolean {
  return branches.some(isCanonicalBranch);
}

function isCanonicalBranch({ type }: Branch): boolean {
  return type === 'canonical';
}

/** Whether resources of a type have an address that a canonical can name. */
export function hasAddress(definitions: Definitions, type: string): boolean {
  return typeIndex(definitions, type).parameters.get('url')?.kind === 'uri';
}

/** What a resource is named by. */
export interface Address {
  readonly url: string;
  readonly version?: string;
}

/** The address that a resource says it has; undefined when it says none. */
export function addressOf({ content }: Pick<StoredResource, 'content'>): Address | undefined {
  if (content === null) return undefined;
  const { url, version } = JSON.parse(content) as { url?: unknown; version?: unknown };
  if (typeof url !== 'string' || url === '') return undefined;
  return typeof version === 'string' ? { url, version } : { url };
}

/** Whether a canonical means a resource of this address: without a version it means any. */
export function means(canonical: string, { url, version }: Address): boolean {
  return canonical === url || (version !== undefined && canonical === `${url}|${version}`);
}

/** The canonicals at the places of a parameter. */
export function canonicalsAt(resource: object, { paths }: IndexedParameter): string[] {
  const branches = paths.flatMap((path) => path.branches).filter(isCanonicalBranch);
  return branches.flatMap(({ steps }) => textsAt(resource, steps));
}

function textsAt(resource: object, steps: readonly Step[]): string[] {
  let values: unknown[] = [resource];
  for (const { property, at, where } of steps) {
    values = values.flatMap((value) => {
      const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[property] : null;
      const items: unknown[] = Array.isArray(found) ? found : [found];
      return at === undefined ? items : items.slice(at, at + 1);
    });
    if (where !== undefined) {
      values = values.filter((v) => (v as Record<string, unknown> | null)?.[where.element] === where.text);
    }
  }
  return values.filter((v) => typeof v === 'string' && v !== '') as string[];
}

/** Resources of a type at any of the addresses, in any version. */
export function atAddress(definitions: Definitions, type: string, urls: readonly string[]): Clause {
  const paths = typeIndex(definitions, type).parameters.get('url')?.paths ?? [];
  return {
    kind: 'token',
    anyOf: paths.flatMap((p) => urls.map((url) => formHash(p.key, 'pair', '', url))),
    rare: true,
  };
}

/** What names any of the addresses at a path, in whatever version: {@link means} tells which. */
export function namingAddress({ key }: IndexPath, addresses: readonly Address[]): Clause {
  return { kind: 'token', anyOf: [...new Set(addresses.map(({ url }) => formHash(key, 'pair', '', url)))] };
}
