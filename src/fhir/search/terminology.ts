// Codes that belong together: value sets and hierarchies, as stored here, else as published with R4.
import type { CodeSystem, ValueSet } from '@medplum/fhirtypes';
import { formHash } from '../../storage/hash.ts';
import type { StoredResource } from '../../storage/types.ts';
import { withoutVersion } from '../definitions/prune.ts';
import { expander, pruneCodeSystem, pruneValueSet } from '../definitions/terminology.ts';
import type { CodeSystemDefinition, Expansion, ValueSetDefinition } from '../definitions/types.ts';
import { typeIndex } from '../extract/paths.ts';
import { readReference } from '../extract/references.ts';
import type { SearchScope } from './draft.ts';

/** Codes by system; undefined = every code of the system. */
export type CodeList = ReadonlyMap<string, readonly string[] | undefined>;

/** Beyond these, a search would keep the database busy for one caller. */
export const MAX_CODES = 20_000;

/** The codes of a value set, named by address or by its place here (`ValueSet/id`); undefined when they are not all known. */
export async function codesOfValueSet(name: string, scope: SearchScope): Promise<CodeList | undefined> {
  const shelf = new Shelf(scope);
  const reference = readReference(name, scope.base);
  let url = name;
  if (reference.kind === 'local') {
    if (reference.type !== 'ValueSet') return undefined;
    const set = await shelf.readValueSet(reference.id);
    if (set === undefined) return undefined;
    url = set.url;
  }
  if (!(await shelf.hasVersion(url))) return undefined;
  const expansion = await shelf.expand(url);
  if (expansion !== undefined) return new Map(expansion.systems.map((s) => [s, expansion.codes(s)]));
  const set = await shelf.valueSet(url);
  return set === undefined ? undefined : wholeSystems(set);
}

/** A value set whose parts are lists, or whole systems whatever is in them: LOINC needs not be known to say "any of LOINC". */
function wholeSystems({ include, exclude }: ValueSetDefinition): CodeList | undefined {
  const simple = include.every((p) => p.system !== undefined && p.filters === undefined && p.valueSets === undefined);
  if (!simple || exclude !== undefined || include.length === 0) return undefined;
  const codes = new Map<string, readonly string[] | undefined>();
  for (const part of include) {
    const before = codes.get(part.system!);
    const whole = part.codes === undefined || (codes.has(part.system!) && before === undefined);
    codes.set(part.system!, whole ? undefined : [...(before ?? []), ...part.codes!]);
  }
  return codes;
}

/** The code with all that it subsumes (`below`) or is subsumed by (`above`); undefined when the system is not known here. */
export async function relatedCodes(
  system: string,
  code: string,
  way: 'above' | 'below',
  scope: SearchScope,
): Promise<readonly string[] | undefined> {
  const known = await new Shelf(scope).codeSystem(system);
  if (known === undefined) return undefined;
  const found = new Set([code]);
  const at = new Map(known.codes.map((c, i) => [c, i]));
  const start = at.get(code);
  if (start === undefined || known.parents === undefined) return [code];
  if (way === 'above') climb(known, start, found);
  else descend(known, found);
  return [...found];
}

function climb(system: CodeSystemDefinition, from: number, found: Set<string>): void {
  for (const parent of system.parents?.[from] ?? []) {
    const code = system.codes[parent]!;
    if (found.has(code)) continue;
    found.add(code);
    climb(system, parent, found);
  }
}

/** Parents may come after their children in the list, so it is repeated until nothing is added. */
function descend({ codes, parents }: CodeSystemDefinition, found: Set<string>): void {
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    codes.forEach((code, i) => {
      if (parents?.[i]?.some((p) => found.has(codes[p]!))) found.add(code);
    });
  }
}

/** The version of what R4 publishes. */
const R4 = '4.0.1';

/** Value sets and code systems at hand, for one search. */
class Shelf {
  readonly #scope: SearchScope;
  readonly #sets = new Map<string, ValueSetDefinition | undefined>();
  readonly #systems = new Map<string, CodeSystemDefinition | undefined>();

  constructor(scope: SearchScope) {
    this.#scope = scope;
  }

  /** A stored value set by its id, under the address that it says it has. */
  async readValueSet(id: string): Promise<ValueSetDefinition | undefined> {
    const state = await this.#scope.store.read('ValueSet', id, this.#scope.reach);
    if (state === undefined || state.content === null) return undefined;
    const set = pruneValueSet(JSON.parse(state.content) as ValueSet);
    const named = { ...set, url: set.url ?? `ValueSet/${id}` };
    this.#sets.set(named.url, named);
    return named;
  }

  async valueSet(url: string): Promise<ValueSetDefinition | undefined> {
    const bare = withoutVersion(url);
    if (!this.#sets.has(bare)) {
      const stored = await this.#stored('ValueSet', url);
      const set = stored === undefined ? undefined : pruneValueSet(stored as ValueSet);
      this.#sets.set(bare, set ?? this.#scope.definitions.valueSet(bare));
    }
    return this.#sets.get(bare);
  }

  /** Whether the value set is here in the version that is named: an other one may have other codes. */
  async hasVersion(url: string): Promise<boolean> {
    const bare = withoutVersion(url);
    if (bare === url) return true;
    const stored = (await this.#stored('ValueSet', url)) as { version?: string } | undefined;
    const version = stored === undefined ? R4 : stored.version;
    return version === url.slice(bare.length + 1);
  }

  async codeSystem(url: string): Promise<CodeSystemDefinition | undefined> {
    const bare = withoutVersion(url);
    if (!this.#systems.has(bare)) {
      const stored = await this.#stored('CodeSystem', url);
      const system = stored === undefined ? undefined : pruneCodeSystem(stored as CodeSystem);
      this.#systems.set(bare, system ?? this.#scope.definitions.codeSystem(bare));
    }
    return this.#systems.get(bare);
  }

  /** Expands again and again, until all that it asks for was looked up. */
  async expand(url: string): Promise<Expansion | undefined> {
    await this.valueSet(url);
    for (;;) {
      const sets = new Set<string>();
      const systems = new Set<string>();
      const expansion = expander({
        valueSet: (u) => this.#atHand(this.#sets, u, sets),
        codeSystem: (u) => this.#atHand(this.#systems, u, systems),
      })(url);
      if (sets.size === 0 && systems.size === 0) return expansion;
      for (const u of sets) await this.valueSet(u);
      for (const u of systems) await this.codeSystem(u);
    }
  }

  #atHand<T>(shelf: ReadonlyMap<string, T | undefined>, url: string, wanted: Set<string>): T | undefined {
    const bare = withoutVersion(url);
    if (!shelf.has(bare)) wanted.add(bare);
    return shelf.get(bare);
  }

  /** The resource of that address and version, else the one that changed last. */
  async #stored(type: 'ValueSet' | 'CodeSystem', url: string): Promise<unknown> {
    const { definitions, store, reach } = this.#scope;
    const bare = withoutVersion(url);
    const places = typeIndex(definitions, type).parameters.get('url')?.paths ?? [];
    const anyOf = places.map((p) => formHash(p.key, 'pair', '', bare));
    const where = [{ kind: 'token', anyOf, rare: true }] as const;
    const sort = [{ by: 'updated', descending: true }] as const;
    const { rows } = await store.search({ reach, type, where, sort, limit: 20 });
    const found = rows.map((r: StoredResource) => JSON.parse(r.content!) as { version?: string });
    const version = url.slice(bare.length + 1);
    return found.find((r) => r.version === version) ?? found[0];
  }
}
