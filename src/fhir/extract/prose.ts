// The free texts of a resource, for `_text` and `_content`: every element of type string, markdown or xhtml. Not texts of coded
// values at places that are indexed (wording.ts has them), units, values of identifiers and meta: they are no prose, and would
// give each reading of a device a text of its own.
import type { Definitions, ElementDefinition } from '../definitions/types.ts';
import type { TypeIndex } from './paths.ts';
import { narrativeText, normalise, wordsOf } from './text.ts';

/** Collects words; those of the narrative again with a `~` before. Most resources have none: the set is made with the first. */
interface Words {
  all: Set<string> | undefined;
}
type Reader = (value: unknown, words: Words) => void;
/** Readers of the properties of a type that lead to texts. */
type Holder = Map<string, Reader>;

const TEXTS: ReadonlySet<string> = new Set(['string', 'markdown']);
const LEFT_OUT: ReadonlySet<string> = new Set([
  'Quantity.unit',
  'Identifier.value',
  'Resource.meta',
  'DomainResource.contained',
  'SampledData.data',
  'Reference.reference',
]);

/** The function that gives the words of a type's resources; undefined when there are none. */
export function prose(definitions: Definitions, index: TypeIndex): (resource: object) => string[] | undefined {
  const holders = new Map<string, Holder>();
  const covered = new Set(
    index.paths.filter((p) => p.kind === 'token').flatMap((p) => p.branches.filter(isCoded).map(plainPath)),
  );
  const root = holderOf(definitions, index.type, index.type, holders, covered);
  return (resource) => {
    const words: Words = { all: undefined };
    readAll(root, resource, words);
    return words.all === undefined ? undefined : [...words.all];
  };
}

function isCoded({ type }: { readonly type: string }): boolean {
  return type === 'CodeableConcept' || type === 'Coding';
}

/** `.component.code` of a branch that takes every value there; undefined for one that takes some of them. */
function plainPath({ steps }: TypeIndex['paths'][number]['branches'][number]): string | undefined {
  if (steps.some((s) => s.at !== undefined || s.where !== undefined)) return undefined;
  return steps.map((s) => `.${s.property}`).join('');
}

function readAll(holder: Holder, value: unknown, words: Words): void {
  const object = value as Record<string, unknown>;
  for (const property in object) {
    const read = holder.get(property);
    if (read === undefined) continue;
    const child = object[property];
    if (Array.isArray(child)) for (const item of child) read(item, words);
    else read(child, words);
  }
}

/** What is below a type, or below a path of it that has elements of its own. Filled after it is known, as types nest in themselves. */
function holderOf(
  definitions: Definitions,
  owner: string,
  path: string,
  holders: Map<string, Holder>,
  covered: ReadonlySet<string | undefined>,
): Holder {
  const known = holders.get(path);
  if (known !== undefined) return known;
  const holder: Holder = new Map();
  holders.set(path, holder);
  const depth = path.split('.').length + 1;
  for (const element of definitions.definition(owner)?.elements ?? []) {
    if (!element.path.startsWith(`${path}.`) || element.path.split('.').length !== depth) continue;
    for (const [property, read] of readersOf(definitions, owner, element, holders, covered)) holder.set(property, read);
  }
  return holder;
}

function readersOf(
  definitions: Definitions,
  owner: string,
  element: ElementDefinition,
  holders: Map<string, Holder>,
  covered: ReadonlySet<string | undefined>,
): [property: string, read: Reader][] {
  const name = element.path.slice(element.path.lastIndexOf('.') + 1);
  const below = (type: string, path: string): Reader => {
    const inner = holderOf(definitions, type, path, holders, covered);
    return (value, words) => {
      if (typeof value === 'object' && value !== null && inner.size > 0) readAll(inner, value, words);
    };
  };
  if (isLeftOut(definitions, owner, name)) return [];
  if (element.contentReference !== undefined) return [[name, below(owner, element.contentReference)]];
  const types = element.types.length > 0 ? element.types : [{ code: 'BackboneElement' }];
  return types.flatMap(({ code }): [string, Reader][] => {
    const property = name.endsWith('[x]') ? name.slice(0, -3) + code[0]!.toUpperCase() + code.slice(1) : name;
    if (covered.has(`${element.path.slice(owner.length, -name.length)}${property}`)) return [];
    if (TEXTS.has(code)) return [[property, readText]];
    if (code === 'xhtml') return [[property, readNarrative]];
    const type = definitions.definition(code);
    if (code === 'BackboneElement' || code === 'Element') return [[property, below(owner, element.path)]];
    return type?.kind === 'complex-type' ? [[property, below(code, code)]] : [];
  });
}

/** Whether a type, or one that it is made of, has an element that is left out. */
function isLeftOut(definitions: Definitions, owner: string, name: string): boolean {
  for (let type: string | undefined = owner; type !== undefined; type = definitions.definition(type)?.base) {
    if (LEFT_OUT.has(`${type}.${name}`)) return true;
  }
  return false;
}

function readText(value: unknown, words: Words): void {
  if (typeof value !== 'string') return;
  for (const word of wordsOf(normalise(value))) add(words, word);
}

function add(words: Words, word: string): void {
  words.all ??= new Set();
  words.all.add(word);
}

function readNarrative(value: unknown, words: Words): void {
  if (typeof value !== 'string') return;
  for (const word of wordsOf(normalise(narrativeText(value)))) {
    add(words, word);
    add(words, `~${word}`);
  }
}
