// What a page of matches brings along: _include and _revinclude, once or again and again (R4 search.html#include).
import type { ReadStore, SearchPlan, StoredResource } from '../../storage/types.ts';
import { typeIndex } from '../extract/paths.ts';
import type { ParsedSearch } from '../search/index.ts';
import {
  addressOf,
  atAddress,
  canonicalsAt,
  followedBack,
  followedFrom,
  hasAddress,
  type Include,
  isCanonicalPath,
  MAX_INCLUDED,
  means,
  reverseQuestions,
} from '../search/index.ts';
import type { AnyResource, FhirService } from '../service.ts';

/** Rounds of `:iterate`: R4 leaves the depth to the server. */
const MAX_ROUNDS = 10;

export interface Included {
  readonly rows: readonly StoredResource[];
  /** There was more than a page takes. */
  readonly cut: boolean;
}

interface Place {
  readonly type: string;
  readonly id: string;
  /** Named in this version. */
  readonly version?: number;
}

/** Resources that belong to a page beside its matches, each once, none that is a match. */
export async function includedWith(
  service: FhirService,
  store: ReadStore,
  { includes, plan }: ParsedSearch,
  matches: readonly StoredResource[],
  base: string,
): Promise<Included> {
  if (includes.length === 0 || matches.length === 0) return { rows: [], cut: false };
  const gathering = new Gathering(service, store, plan.reach, matches, base);
  await gathering.round(includes, matches);
  const again = includes.filter((i) => i.iterate);
  for (let round = 1; round < MAX_ROUNDS && again.length > 0 && gathering.latest.length > 0; round++) {
    await gathering.round(again, gathering.latest);
  }
  const undone = again.length > 0 && gathering.latest.length > 0;
  return { rows: gathering.rows, cut: gathering.cut || undone };
}

class Gathering {
  readonly rows: StoredResource[] = [];
  /** What the last round added. */
  latest: readonly StoredResource[] = [];
  cut = false;
  readonly #service: FhirService;
  readonly #store: ReadStore;
  readonly #reach: SearchPlan['reach'];
  readonly #base: string;
  readonly #seen: Set<string>;
  #held: readonly string[] | undefined;

  constructor(
    service: FhirService,
    store: ReadStore,
    reach: SearchPlan['reach'],
    matches: readonly StoredResource[],
    base: string,
  ) {
    this.#service = service;
    this.#store = store;
    this.#reach = reach;
    this.#base = base;
    this.#seen = new Set(matches.map(placeText));
  }

  async round(includes: readonly Include[], from: readonly StoredResource[]): Promise<void> {
    const before = this.rows.length;
    await this.#forward(includes, from);
    for (const include of includes) if (include.reverse) await this.#backward(include, from);
    this.latest = this.rows.slice(before);
  }

  async #forward(includes: readonly Include[], from: readonly StoredResource[]): Promise<void> {
    const { definitions, extractor } = this.#service;
    const wanted = new Map<string, Place>();
    const named = new Named(definitions);
    for (const state of from) {
      const followed = includes.flatMap((include) =>
        followedFrom(include, state.type, definitions).map((parameter) => ({ parameter, target: include.target })),
      );
      if (followed.length === 0 || state.content === null) continue;
      const resource = JSON.parse(state.content) as AnyResource;
      for (const { parameter, target } of followed) {
        named.add(state.type, resource, parameter, target);
        for (const place of extractor.follow(resource, parameter, this.#base)) {
          const text = placeText(place);
          if (!this.#seen.has(text) && (target === undefined || target === place.type)) wanted.set(text, place);
        }
      }
    }
    const places = [...wanted.values()].slice(0, this.#room + 1);
    if (places.length > 0) this.#add(await this.#read(places));
    if (!named.isEmpty) this.#add(await this.#byAddress(named));
  }

  /** What is named by canonical address: in the version that is said, else the one that changed last. */
  async #byAddress(named: Named): Promise<readonly StoredResource[]> {
    this.#held ??= await this.#store.heldTypes();
    const found: StoredResource[] = [];
    for (const [type, canonicals] of named.byType(this.#held)) {
      const urls = [...new Set(canonicals.map((c) => c.split('|', 1)[0]!))];
      const where = [atAddress(this.#service.definitions, type, urls)];
      const sort = [{ by: 'updated', descending: true }] as const;
      const { rows } = await this.#store.search({ reach: this.#reach, type, where, sort, limit: MAX_INCLUDED });
      const addressed = rows.map((row) => ({ row, address: addressOf(row) }));
      for (const canonical of canonicals) {
        const one = addressed.find(({ address }) => address !== undefined && means(canonical, address));
        if (one !== undefined) found.push(one.row);
      }
    }
    return found;
  }

  /** Current states together; a version that a reference names, if it is another one, for itself. */
  async #read(places: readonly Place[]): Promise<readonly StoredResource[]> {
    const current = await this.#store.readMany(places, this.#reach);
    const versions = new Map(places.map((p) => [placeText(p), p.version]));
    return Promise.all(
      current.map(async (state) => {
        const version = versions.get(placeText(state));
        if (version === undefined || version === state.version) return state;
        const past = await this.#store.vread(state.type, state.id, version, this.#reach);
        return past === undefined || past.content === null ? state : past;
      }),
    );
  }

  async #backward(include: Include, from: readonly StoredResource[]): Promise<void> {
    this.#held ??= await this.#store.heldTypes();
    const limit = this.#room + 1;
    const plans = reverseQuestions(include, from, this.#held, this.#service.definitions).map(
      ({ type, clause }): SearchPlan => ({ reach: this.#reach, type, where: [clause], sort: [], limit }),
    );
    if (plans.length === 0) return;
    const page = plans.length === 1 ? await this.#store.search(plans[0]!) : await this.#store.searchAll(plans);
    if (page.next !== undefined) this.cut = true;
    this.#add(page.rows.filter((row) => !this.#isOfOtherVersion(include, row, from)));
  }

  /** Canonicals are found in any version: whether a resource only names versions that are not among `from`. */
  #isOfOtherVersion(include: Include, row: StoredResource, from: readonly StoredResource[]): boolean {
    const { definitions, extractor } = this.#service;
    const parameters = followedBack(include, row.type, definitions);
    if (row.content === null || !parameters.some(({ paths }) => paths.some(isCanonicalPath))) return false;
    const resource = JSON.parse(row.content) as AnyResource;
    const addresses = from.map(addressOf).filter((a) => a !== undefined);
    const canonicals = parameters.flatMap((p) => canonicalsAt(resource, p));
    const isNamed = (c: string) => addresses.some((a) => means(c, a));
    const near = canonicals.filter((c) => addresses.some(({ url }) => c.startsWith(`${url}|`)));
    if (near.length === 0 || canonicals.some(isNamed)) return false;
    const places = new Set(from.map(placeText));
    const codes = parameters.map((p) => p.definition.code);
    const refers = codes.some((c) => extractor.follow(resource, c, this.#base).some((f) => places.has(placeText(f))));
    return !refers && !from.some((s) => s.type === 'Patient' && s.patient === row.patient);
  }

  /** How many more a page takes. */
  get #room(): number {
    return MAX_INCLUDED - this.rows.length;
  }

  #add(states: readonly StoredResource[]): void {
    for (const state of states) {
      const text = placeText(state);
      if (this.#seen.has(text)) continue;
      if (this.#room === 0) {
        this.cut = true;
        return;
      }
      this.#seen.add(text);
      this.rows.push(state);
    }
  }
}

/** Canonicals that are to be followed, and the types that they may lead to. */
class Named {
  readonly #definitions: FhirService['definitions'];
  readonly #wanted = new Map<string, Set<string>>();

  constructor(definitions: FhirService['definitions']) {
    this.#definitions = definitions;
  }

  get isEmpty(): boolean {
    return this.#wanted.size === 0;
  }

  add(type: string, resource: AnyResource, code: string, target: string | undefined): void {
    const parameter = typeIndex(this.#definitions, type).parameters.get(code);
    if (parameter === undefined) return;
    for (const canonical of canonicalsAt(resource, parameter)) {
      const types = this.#wanted.get(canonical) ?? new Set();
      for (const t of target === undefined ? parameter.targets : [target]) types.add(t);
      this.#wanted.set(canonical, types);
    }
  }

  byType(held: readonly string[]): Map<string, string[]> {
    const byType = new Map<string, string[]>();
    for (const [canonical, types] of this.#wanted) {
      for (const type of held) {
        if (!types.has(type) || !hasAddress(this.#definitions, type)) continue;
        byType.set(type, [...(byType.get(type) ?? []), canonical]);
      }
    }
    return byType;
  }
}

function placeText({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type}/${id}`;
}
