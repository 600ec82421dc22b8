// Names that are no filter of a type: why, and what was perhaps meant.
import type { Fault } from '../../kernel/fault.ts';
import type { SearchScope } from './draft.ts';
import { noSuchQuery, notServed, unknownParameter, wrongModifier } from './refusals.ts';
import { SPECIAL } from './special.ts';

/** Parameters that shape the answer, and the modifiers that they take. */
export const CONTROLS: Readonly<Record<string, readonly string[]>> = {
  _sort: [],
  _count: [],
  _total: [],
  _summary: [],
  _elements: [],
  _include: ['iterate'],
  _revinclude: ['iterate'],
  _contained: [],
  _containedType: [],
};

/** Of R4, not served. */
const UNSERVED: readonly string[] = ['_type', '_score'];

/** Stands alone: no modifier, no chain leads to it. */
const EXPRESSION = '_filter';

/** Why a name is not taken: a parameter of R4 that is not served, a modifier of one that has none, or nothing known at all. */
export function unknownName(
  head: string,
  modifier: string | undefined,
  { index, definitions }: Pick<SearchScope, 'index' | 'definitions'>,
  label: string,
): Fault {
  if (UNSERVED.includes(head)) {
    return notServed(label, { en: `the parameter "${head}" is`, fr: `le paramètre « ${head} » n’est` });
  }
  if (head === '_query') return noSuchQuery(label);
  if (head === EXPRESSION) return wrongModifier(label, modifier ?? '', []);
  if (Object.hasOwn(CONTROLS, head)) return wrongModifier(label, modifier ?? '', CONTROLS[head]!);
  if (definitions.searchParameter(index.type, head) !== undefined) {
    return notServed(label, { en: 'this kind of parameter is', fr: 'cette sorte de paramètre n’est' });
  }
  return unknownParameter(index.type, head, label, knownNames(index));
}

export function knownNames({ parameters, composites, position }: SearchScope['index']): string[] {
  const names = [...parameters.keys(), ...composites.keys(), ...Object.keys(SPECIAL), ...Object.keys(CONTROLS)];
  if (position !== undefined) names.push(position.definition.code);
  return [...names, '_has', EXPRESSION].sort();
}
