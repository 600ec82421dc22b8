// Values of composite parameters: `code$value`, matched within one component (R4 search.html#composite).

import type { NumberTest } from '../../storage/types.ts';
import type { Composite, Pairing } from '../extract/composites.ts';
import type { IndexedParameter } from '../extract/paths.ts';
import { anyOf, type Draft, EVERYTHING, NO_KEYS, type Result, type SearchScope, settled } from './draft.ts';
import { badValue, isFault } from './refusals.ts';
import { components } from './values.ts';

/** The clause of one value of one component, without modifiers. */
export type ReadComponent = (
  parameter: IndexedParameter,
  name: string,
  value: string,
  scope: SearchScope,
) => Promise<Result>;

export async function compositeClause(
  { definition, pairings }: Composite,
  name: string,
  value: string,
  scope: SearchScope,
  read: ReadComponent,
): Promise<Result> {
  const values = components(value);
  const count = pairings[0]!.parts.length;
  if (values.length !== count || values.includes('')) {
    const form = pairings[0]!.components.map((c) => c.definition.code).join('$');
    return badValue(name, value, {
      en: `${count} values joined by $, as ${definition.code}=${form}`,
      fr: `${count} valeurs liées par $, comme ${definition.code}=${form}`,
    });
  }
  const drafts: Draft[] = [];
  for (const pairing of pairings) {
    const draft = await pairDraft(pairing, name, values, scope, read);
    if (isFault(draft)) return draft;
    drafts.push(draft);
  }
  return anyOf(drafts);
}

async function pairDraft(
  pairing: Pairing,
  name: string,
  values: readonly string[],
  scope: SearchScope,
  read: ReadComponent,
): Promise<Result> {
  const parts: Draft[] = [];
  for (const [i, parameter] of pairing.components.entries()) {
    const draft = await read(parameter, name, values[i]!, scope);
    if (isFault(draft)) return draft;
    parts.push(draft);
  }
  if (pairing.trivial) return { kind: 'every', of: parts };
  const [left, right, third] = parts.map((p) => settled(p, NO_KEYS));
  if (third === undefined) return { kind: 'pair', key: pairing.key, left: left!, right: right! };
  const [second, last] = [testOf(right!), testOf(third)];
  if (second === undefined || last === undefined) return EVERYTHING;
  return {
    kind: 'pair',
    key: pairing.key,
    left: left!,
    right: { kind: 'number', param: pairing.key, test: second, second: last },
  };
}

function testOf(clause: ReturnType<typeof settled>): NumberTest | undefined {
  return clause.kind === 'number' ? clause.test : undefined;
}
