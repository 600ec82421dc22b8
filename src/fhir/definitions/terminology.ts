// Code systems and value sets: from published resources to plain lists, and from there to expansions.
import type { CodeSystem, CodeSystemConcept, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import { withoutVersion } from './prune.ts';
import type { CodeSystemDefinition, Expansion, ValueSetDefinition, ValueSetPart } from './types.ts';

// Systems whose codes are a grammar, not a list. ISO 4217: three capitals; BCP 13: RFC 6838 §4.2 with optional
// parameters, and the short names of R4 http.html#mime-type; BCP 47: RFC 5646 §2.1, loosely.
const GRAMMARS: ReadonlyMap<string, RegExp> = new Map([
  ['urn:iso:std:iso:4217', /^[A-Z]{3}$/],
  [
    'urn:ietf:bcp:13',
    /^(?:xml|json|ttl)$|^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(\s*;\s*[\w!#$&^.+-]+=("[^"]*"|[^\s";]+))*$/,
  ],
  ['urn:ietf:bcp:47', /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/],
]);

/** Prunes one CodeSystem; the concept tree becomes a list with parent indexes. */
export function pruneCodeSystem(system: CodeSystem): CodeSystemDefinition {
  const codes: string[] = [];
  const parents: number[][] = [];
  const at = new Map<string, number>();
  const named: [number, string][] = [];
  const walk = (concepts: readonly CodeSystemConcept[] | undefined, parent: number): void => {
    for (const concept of concepts ?? []) {
      const code = concept.code as string;
      const index = at.get(code) ?? codes.push(code) - 1;
      at.set(code, index);
      parents[index] ??= [];
      if (parent >= 0) parents[index].push(parent);
      // HL7 v3 systems name further parents in a property.
      for (const p of concept.property ?? [])
        if (p.code === 'subsumedBy' && p.valueCode) named.push([index, p.valueCode]);
      walk(concept.concept, index);
    }
  };
  walk(system.concept, -1);
  for (const [index, code] of named) {
    const parent = at.get(code);
    if (parent !== undefined && !parents[index]?.includes(parent)) parents[index]?.push(parent);
  }
  return {
    url: system.url as string,
    complete: system.content === 'complete',
    codes,
    ...(parents.some((p) => p.length > 0) && { parents }),
  };
}

/** Prunes one ValueSet; one that holds only an expansion is taken as that list. */
export function pruneValueSet(set: ValueSet): ValueSetDefinition {
  const exclude = set.compose?.exclude?.map(prunePart) ?? [];
  const include = set.compose?.include?.map(prunePart) ?? expandedParts(set);
  return { url: set.url as string, include, ...(exclude.length > 0 && { exclude }) };
}

function prunePart(part: ValueSetComposeInclude): ValueSetPart {
  return {
    ...(part.system && { system: withoutVersion(part.system) }),
    ...(part.concept && { codes: part.concept.map((c) => c.code as string) }),
    ...(part.filter && {
      filters: part.filter.map((f) => ({
        property: f.property as string,
        op: f.op as string,
        value: f.value as string,
      })),
    }),
    ...(part.valueSet && { valueSets: part.valueSet.map(withoutVersion) }),
  };
}

function expandedParts(set: ValueSet): ValueSetPart[] {
  const bySystem = new Map<string, string[]>();
  const walk = (contains: NonNullable<ValueSet['expansion']>['contains']): void => {
    for (const c of contains ?? []) {
      if (c.system && c.code && !c.abstract) bySystem.set(c.system, [...(bySystem.get(c.system) ?? []), c.code]);
      walk(c.contains);
    }
  };
  walk(set.expansion?.contains);
  return [...bySystem].map(([system, codes]) => ({ system, codes }));
}

/** Where an expander finds what value sets name. */
export interface TerminologySource {
  valueSet(url: string): ValueSetDefinition | undefined;
  codeSystem(url: string): CodeSystemDefinition | undefined;
}

type Codes = Map<string, Set<string> | RegExp>;

/**
 * Makes a function that expands value sets of a source and remembers the answers.
 * It answers undefined when any part needs codes that the source does not hold: half an expansion would refuse good codes.
 */
export function expander(source: TerminologySource): (url: string) => Expansion | undefined {
  const known = new Map<string, Expansion | undefined>();
  return (canonical) => {
    const url = withoutVersion(canonical);
    if (!known.has(url)) {
      const codes = expand(url, source, []);
      known.set(url, codes && new CodesExpansion(codes));
    }
    return known.get(url);
  };
}

function expand(url: string, source: TerminologySource, path: readonly string[]): Codes | undefined {
  const set = source.valueSet(url);
  if (set === undefined || set.include.length === 0 || path.includes(url)) return undefined;
  const inner = [...path, url];
  const result: Codes = new Map();
  for (const part of set.include) {
    const codes = partCodes(part, source, inner);
    if (codes === undefined) return undefined;
    for (const [system, some] of codes) {
      const before = result.get(system);
      if (before instanceof Set && some instanceof Set) for (const c of some) before.add(c);
      else if (!(before instanceof RegExp)) result.set(system, some instanceof Set ? new Set(some) : some);
    }
  }
  for (const part of set.exclude ?? []) {
    const codes = partCodes(part, source, inner);
    if (codes === undefined) return undefined;
    for (const [system, some] of codes) {
      const before = result.get(system);
      if (before instanceof RegExp || some instanceof RegExp) return undefined;
      if (before !== undefined) for (const c of some) before.delete(c);
    }
  }
  return result;
}

/** A part means the codes that are in its system (list, filters) and in every value set it names. */
function partCodes(part: ValueSetPart, source: TerminologySource, path: readonly string[]): Codes | undefined {
  let result: Codes | undefined;
  if (part.system !== undefined) {
    const codes = systemCodes(part.system, part, source);
    if (codes === undefined) return undefined;
    result = new Map([[part.system, codes]]);
  }
  for (const url of part.valueSets ?? []) {
    const other = expand(url, source, path);
    if (other === undefined) return undefined;
    result = result === undefined ? other : intersection(result, other);
    if (result === undefined) return undefined;
  }
  return result;
}

function intersection(a: Codes, b: Codes): Codes | undefined {
  const result: Codes = new Map();
  for (const [system, some] of a) {
    const other = b.get(system);
    if (other === undefined) continue;
    if (some instanceof Set) {
      result.set(system, new Set([...some].filter((c) => (other instanceof Set ? other.has(c) : other.test(c)))));
    } else if (other instanceof Set) result.set(system, new Set([...other].filter((c) => some.test(c))));
    else result.set(system, some);
  }
  return result;
}

function systemCodes(url: string, part: ValueSetPart, source: TerminologySource): Set<string> | RegExp | undefined {
  if (part.codes !== undefined) return new Set(part.codes);
  const filters = part.filters ?? [];
  const grammar = GRAMMARS.get(url);
  if (grammar !== undefined) return filters.length === 0 ? grammar : undefined;
  const system = source.codeSystem(url);
  if (system === undefined || !system.complete || system.codes.length === 0) return undefined;
  let kept: Set<string> = new Set(system.codes);
  for (const filter of filters) {
    const some = filtered(system, filter);
    if (some === undefined) return undefined;
    kept = new Set([...kept].filter((code) => some.has(code)));
  }
  return kept;
}

function filtered(
  system: CodeSystemDefinition,
  filter: { readonly property: string; readonly op: string; readonly value: string },
): Set<string> | undefined {
  if (filter.property === 'concept' || filter.property === 'code') {
    const below = descendants(system, filter.value);
    switch (filter.op) {
      case 'is-a':
        return below;
      case 'descendent-of':
        below.delete(filter.value);
        return below;
      case 'is-not-a':
        return new Set(system.codes.filter((code) => !below.has(code)));
    }
  }
  return undefined;
}

function descendants(system: CodeSystemDefinition, root: string): Set<string> {
  const found = new Set([root]);
  // Parents may come after their children in the list, so repeat until nothing is added.
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    system.codes.forEach((code, i) => {
      if (system.parents?.[i]?.some((p) => found.has(system.codes[p] as string))) found.add(code);
    });
  }
  return found;
}

class CodesExpansion implements Expansion {
  readonly #codes: Codes;

  constructor(codes: Codes) {
    this.#codes = codes;
  }

  get systems(): readonly string[] {
    return [...this.#codes.keys()];
  }

  has(code: string, system?: string): boolean {
    if (system !== undefined) return matches(this.#codes.get(system), code);
    for (const some of this.#codes.values()) if (matches(some, code)) return true;
    return false;
  }

  codes(system: string): readonly string[] | undefined {
    const some = this.#codes.get(system);
    return some instanceof Set ? [...some] : undefined;
  }
}

function matches(some: Set<string> | RegExp | undefined, code: string): boolean {
  return some !== undefined && (some instanceof Set ? some.has(code) : some.test(code));
}
