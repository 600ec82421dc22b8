// Values of uri parameters, and of references by canonical address (R4 search.html#uri, #versions).
import { formHash } from '../../storage/hash.ts';
import type { IndexedParameter, IndexPath } from '../extract/paths.ts';
import { readReference } from '../extract/references.ts';
import { anyOf, type Draft, NOTHING, type Result, type SearchScope } from './draft.ts';
import { badValue } from './refusals.ts';
import { plain } from './values.ts';

/** Any of the texts at any of the paths, as it stands. */
export function exactUris(paths: readonly IndexPath[], texts: readonly string[]): Draft {
  return { kind: 'token', anyOf: paths.flatMap((p) => texts.map((t) => formHash(p.key, 'pair', '', t))) };
}

export async function uriClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  modifier: 'above' | 'below' | undefined,
  scope: SearchScope,
): Promise<Result> {
  const text = plain(value);
  if (modifier === undefined) {
    return isOfCanonicals(parameter)
      ? canonicalReference(parameter, value, scope)
      : withVersion(parameter, text, scope);
  }
  if (!/^https?:\/\/./i.test(text)) {
    return badValue(name, value, {
      en: `an http(s) address: :${modifier} goes along the path of addresses, and other URIs have none`,
      fr: `une adresse http(s) : :${modifier} suit le chemin des adresses, et les autres URI n’en ont pas`,
    });
  }
  if (modifier === 'above') return exactUris(parameter.paths, upwards(text));
  return anyOf(parameter.paths.map((p) => ({ kind: 'uri-below', param: p.key, prefix: text })));
}

/** `url=address|version` also asks for the business version, where the type has one. */
function withVersion(parameter: IndexedParameter, text: string, { index }: SearchScope): Draft {
  const whole = exactUris(parameter.paths, [text]);
  const bar = text.lastIndexOf('|');
  const version = index.parameters.get('version');
  if (bar <= 0 || bar === text.length - 1 || version?.kind !== 'token') return whole;
  const versions = version.paths.map((p) => formHash(p.key, 'pair', '', text.slice(bar + 1).toLowerCase()));
  const both: Draft = {
    kind: 'every',
    of: [exactUris(parameter.paths, [text.slice(0, bar)]), { kind: 'token', anyOf: versions }],
  };
  return { kind: 'any', of: [whole, both] };
}

function isOfCanonicals({ paths }: IndexedParameter): boolean {
  return paths.every((p) => p.branches.every((b) => b.type === 'canonical'));
}

/** What names a resource by canonical address: that address itself, or the place of the resource here (`Questionnaire/id`). */
export async function canonicalReference(
  parameter: IndexedParameter,
  value: string,
  scope: SearchScope,
): Promise<Draft> {
  const reference = readReference(plain(value), scope.base);
  if (reference.kind !== 'local' || !scope.definitions.isResourceType(reference.type)) {
    return canonicalClause(parameter, value, false);
  }
  const state = await scope.store.read(reference.type, reference.id, scope.reach);
  if (state === undefined || state.content === null) return NOTHING;
  const { url } = JSON.parse(state.content) as { url?: unknown };
  return typeof url === 'string' ? exactUris(parameter.paths, [url]) : NOTHING;
}

/** The address and all that lie above it: cut at each slash of its path, with the slash and without. */
function upwards(text: string): string[] {
  const all = [text];
  const path = text.indexOf('/', text.indexOf('//') + 2);
  for (let at = text.lastIndexOf('/'); path > 0 && at >= path; at = text.lastIndexOf('/', at - 1)) {
    all.push(text.slice(0, at + 1), text.slice(0, at));
  }
  return [...new Set(all)];
}

/** A reference by canonical address: the version counts when it is given, and by its beginning with `:below`. */
export function canonicalClause(parameter: IndexedParameter, value: string, below: boolean): Draft {
  const text = plain(value);
  if (!below || !text.includes('|')) return exactUris(parameter.paths, [text]);
  return anyOf(parameter.paths.map((p) => ({ kind: 'uri-below', param: p.key, prefix: text })));
}
