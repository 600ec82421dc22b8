// A parameter that says which resources match: its name with modifier or chain, and its values → a draft of a clause.
import type { Fault } from '../../kernel/fault.ts';
import type { Link } from '../../storage/types.ts';
import { type IndexedParameter, type TypeIndex, typeIndex } from '../extract/paths.ts';
import { compositeClause } from './composites.ts';
import { dateClause } from './dates.ts';
import { anyOf, type Draft, type Result, type SearchScope } from './draft.ts';
import { hierarchicalTargets, hierarchyClause } from './hierarchies.ts';
import { chainInside } from './inside.ts';
import { nearClause } from './near.ts';
import { numberClause } from './quantities.ts';
import { isCanonical, logicalClause, referenceClause } from './references.ts';
import { ambiguousChain, badValue, emptyValue, isFault, notServed, tooDeep, wrongModifier } from './refusals.ts';
import { SPECIAL, specialClause, specialMissing } from './special.ts';
import { stringClause, wordingClause } from './strings.ts';
import { formsOf, memberClause, notClause, subsumptionClause, typedClause } from './token-modifiers.ts';
import { tokenClauses } from './tokens.ts';
import { unknownName } from './unknown.ts';
import { canonicalClause, uriClause } from './uris.ts';
import { alternatives, isEscaped } from './values.ts';

/** Links of one chain. */
export const MAX_DEPTH = 10;

type Drafted = Draft | Fault[];

/**
 * Reads a filter.
 * @param name as sent, without what chains lead to it
 * @param label the whole name as sent, for what is said about it
 */
export async function filter(name: string, value: string, scope: SearchScope, label: string = name): Promise<Drafted> {
  if (scope.depth > MAX_DEPTH) return [tooDeep(label, MAX_DEPTH)];
  if (name.startsWith('_has:')) return reverseChain(name.slice('_has:'.length), value, scope, label);
  const dot = name.indexOf('.');
  const [head = '', modifier, ...more] = (dot < 0 ? name : name.slice(0, dot)).split(':');
  if (dot >= 0) return chain(head, modifier, name.slice(dot + 1), value, scope, label);
  if (more.length > 0) return [wrongModifier(label, [modifier, ...more].join(':'), [])];
  if (Object.hasOwn(SPECIAL, head)) return special(head, modifier, value, scope, label);
  const composite = scope.index.composites.get(head);
  if (composite !== undefined) {
    if (modifier !== undefined) return [wrongModifier(label, modifier, [])];
    return each(value, label, (one) => compositeClause(composite, label, one, scope, plainValue));
  }
  const { position } = scope.index;
  if (head === position?.definition.code) {
    if (modifier !== undefined) return [wrongModifier(label, modifier, [])];
    return each(value, label, (one) => nearClause(position, label, one));
  }
  const parameter = scope.index.parameters.get(head);
  if (parameter === undefined) return [unknownName(head, modifier, scope, label)];
  if (modifier === undefined) return each(value, label, (one) => plainValue(parameter, label, one, scope));
  return modified(parameter, modifier, value, scope, label);
}

/** Any of the values. */
async function each(value: string, label: string, read: (one: string) => Promise<Result> | Result): Promise<Drafted> {
  const drafts: Draft[] = [];
  const faults: Fault[] = [];
  for (const one of alternatives(value)) {
    const result = one === '' ? emptyValue(label) : isEscaped(one) ? await read(one) : wrongEscape(label, one);
    if (isFault(result)) faults.push(result);
    else drafts.push(result);
  }
  return faults.length > 0 ? faults : anyOf(drafts);
}

async function special(
  code: string,
  modifier: string | undefined,
  value: string,
  scope: SearchScope,
  label: string,
): Promise<Drafted> {
  const taken = SPECIAL[code]!;
  if (modifier !== undefined && !taken.includes(modifier)) return [wrongModifier(label, modifier, taken)];
  if (modifier === 'missing') {
    const missing = truth(value);
    const result = missing === undefined ? noTruth(label, value) : specialMissing(missing);
    return isFault(result) ? [result] : result;
  }
  const draft = await each(value, label, (one) => specialClause(code, label, one, scope));
  return modifier === 'not' && !Array.isArray(draft) ? { kind: 'negated', of: draft as Draft } : draft;
}

// ---------------------------------------------------------------- one parameter

/** One value without a modifier, by the parameter's kind. */
export async function plainValue(
  parameter: IndexedParameter,
  label: string,
  value: string,
  scope: SearchScope,
): Promise<Result> {
  switch (parameter.kind) {
    case 'token':
      return tokenClauses(parameter, label, value, scope);
    case 'reference':
      return referenceClause(parameter, label, value, undefined, scope);
    case 'uri':
      return uriClause(parameter, label, value, undefined, scope);
    case 'date':
      return dateClause(parameter, label, value, scope);
    case 'string':
      return stringClause(parameter, label, value, undefined);
    case 'number':
    case 'quantity':
      return numberClause(parameter, label, value, scope);
  }
}

/** The modifiers that a parameter takes, by its kind and by what stands at its places. */
export function modifiersOf(parameter: IndexedParameter): string[] {
  const { kind, targets } = parameter;
  const taken = ['missing'];
  if (kind === 'string') taken.push('exact', 'contains');
  if (kind === 'uri') taken.push('above', 'below');
  if (kind === 'reference') {
    if (isCanonical(parameter)) taken.push('below');
    else taken.push('identifier', ...targets);
    if (hierarchicalTargets(parameter).length > 0) taken.push('above', 'below');
  }
  if (kind === 'token') {
    const forms = formsOf(parameter);
    const isCoded = forms.has('coding') || parameter.paths.some((p) => p.branches.some((b) => b.systems.length > 0));
    const isIdentifier = parameter.paths.some((p) => p.branches.some((b) => b.type === 'Identifier'));
    taken.push('not');
    if (forms.has('coding') || isIdentifier) taken.push('text');
    if (isCoded) taken.push('in', 'not-in', 'above', 'below');
    if (isIdentifier) taken.push('of-type');
  }
  return taken;
}

async function modified(
  parameter: IndexedParameter,
  modifier: string,
  value: string,
  scope: SearchScope,
  label: string,
): Promise<Drafted> {
  const taken = modifiersOf(parameter);
  if (!taken.includes(modifier)) return [wrongModifier(label, modifier, taken)];
  if (modifier === 'missing') {
    const missing = truth(value);
    return missing === undefined ? [noTruth(label, value)] : presence(parameter, missing, scope);
  }
  const draft = await each(value, label, (one) => modifiedValue(parameter, modifier, label, one, scope));
  if (Array.isArray(draft)) return draft;
  if (modifier === 'not') return notClause(parameter, draft as Draft, scope);
  return modifier === 'not-in' ? { kind: 'negated', of: draft as Draft } : draft;
}

export async function modifiedValue(
  parameter: IndexedParameter,
  modifier: string,
  label: string,
  value: string,
  scope: SearchScope,
): Promise<Result> {
  switch (modifier) {
    case 'exact':
    case 'contains':
      return stringClause(parameter, label, value, modifier);
    case 'text':
      return wordingClause(parameter, label, value);
    case 'not':
      return tokenClauses(parameter, label, value, scope);
    case 'in':
    case 'not-in':
      return memberClause(parameter, label, value, scope);
    case 'above':
    case 'below':
      if (parameter.kind === 'uri') return uriClause(parameter, label, value, modifier, scope);
      if (parameter.kind === 'reference' && isCanonical(parameter)) return canonicalClause(parameter, value, true);
      if (parameter.kind === 'reference') return hierarchyClause(parameter, label, value, modifier, scope);
      return subsumptionClause(parameter, label, value, modifier, scope);
    case 'of-type':
      return typedClause(parameter, label, value);
    case 'identifier':
      return logicalClause(parameter, label, value);
    default:
      return referenceClause(parameter, label, value, modifier, scope);
  }
}

/** R4: `xx\\xx` is illegal, the backslash itself is `\\\\`. */
function wrongEscape(label: string, value: string): Fault {
  return badValue(label, value, {
    en: 'each backslash before one of \\ , | $',
    fr: 'chaque barre oblique inverse devant l’un de \\ , | $',
  });
}

function truth(value: string): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

function noTruth(label: string, value: string): Fault {
  return badValue(label, value, { en: 'true or false', fr: 'true ou false' });
}

/** `:missing`: whether any place of the parameter has a value; of a restricted one, a value of its types. */
export function presence({ paths, only }: IndexedParameter, missing: boolean, { index }: SearchScope): Draft {
  if (only !== undefined && paths.every((p) => p === index.patientPath) && only.join() === 'Patient') {
    // Whose a resource is stands on its row, also where the patient is named by an identifier.
    const nobody: Draft = { kind: 'patient', anyOf: [0] };
    return missing ? nobody : { kind: 'negated', of: nobody };
  }
  const places = paths.flatMap((p) => (only === undefined ? [p.key] : only.map((t) => p.targetKeys.get(t) ?? p.key)));
  return { kind: 'present', type: index.type, places, present: !missing };
}

// ---------------------------------------------------------------- chains

async function chain(
  head: string,
  type: string | undefined,
  rest: string,
  value: string,
  scope: SearchScope,
  label: string,
): Promise<Drafted> {
  const parameter = scope.index.parameters.get(head);
  if (parameter === undefined) return [unknownName(head, type, scope, label)];
  if (parameter.kind !== 'reference' || isCanonical(parameter)) {
    return [notServed(label, { en: `a chain through "${head}" is`, fr: `une chaîne par « ${head} » n’est` })];
  }
  const targets = type === undefined ? targetsWith(parameter, rest, scope) : [type];
  const [target] = targets;
  if (type !== undefined && !parameter.targets.includes(type)) return [wrongModifier(label, type, parameter.targets)];
  if (targets.length > 1)
    return [
      ambiguousChain(
        label,
        targets.map((t) => `${head}:${t}.${rest}`),
      ),
    ];
  const inner = await filter(rest, value, innerScope(target ?? parameter.targets[0]!, scope), label);
  if (Array.isArray(inner)) return inner;
  const where = [inner as Draft];
  const links = linksOf(parameter, target!, scope.index);
  return anyOf([
    ...links.map((by): Draft => ({ kind: 'chain', way: 'along', by, type: target!, where })),
    ...(await chainInside(parameter, target!, where, scope)),
  ]);
}

export function innerScope(type: string, scope: SearchScope): SearchScope {
  return { ...scope, index: typeIndex(scope.definitions, type), depth: scope.depth + 1 };
}

/** Types that the parameter may lead to and that have a parameter where the chain goes on. */
function targetsWith(parameter: IndexedParameter, rest: string, { definitions }: SearchScope): string[] {
  if (rest.startsWith('_has:')) {
    const [, source = '', by = ''] = rest.split(':');
    const named = definitions.isResourceType(source) ? typeIndex(definitions, source).parameters.get(by)?.targets : [];
    return parameter.targets.filter((t) => named?.includes(t));
  }
  const next = rest.split(/[:.]/, 1)[0]!;
  return parameter.targets.filter((t) => {
    const { parameters, composites, position } = typeIndex(definitions, t);
    const named = parameters.has(next) || composites.has(next) || next === position?.definition.code;
    return named || Object.hasOwn(SPECIAL, next);
  });
}

/** How resources of a type name one of a target type by a parameter. */
export function linksOf({ paths }: IndexedParameter, target: string, { patientPath }: TypeIndex): Link[] {
  return paths.map((p) =>
    p === patientPath && target === 'Patient' ? { kind: 'patient' } : { kind: 'token', param: p.key },
  );
}

/** `_has:Observation:patient:code=…`: named by an Observation that has the code. */
async function reverseChain(rest: string, value: string, scope: SearchScope, label: string): Promise<Drafted> {
  const m = /^([A-Za-z]+):([A-Za-z-]+):(.+)$/.exec(rest);
  const [, type = '', code = '', next = ''] = m ?? [];
  const { definitions } = scope;
  const parameter = definitions.isResourceType(type) ? typeIndex(definitions, type).parameters.get(code) : undefined;
  if (parameter?.kind !== 'reference' || isCanonical(parameter) || !parameter.targets.includes(scope.index.type)) {
    return [
      badValue(label, rest, {
        en: `_has:Type:parameter:filter, where the parameter is a reference to ${scope.index.type}, as in _has:Observation:patient:code`,
        fr: `_has:Type:paramètre:filtre, où le paramètre est une référence à ${scope.index.type}, comme _has:Observation:patient:code`,
      }),
    ];
  }
  const source = innerScope(type, scope);
  const inner = await filter(next, value, source, label);
  if (Array.isArray(inner)) return inner;
  return anyOf(
    linksOf(parameter, scope.index.type, source.index).map((by) => ({
      kind: 'chain',
      way: 'against',
      by,
      type,
      where: [inner as Draft],
    })),
  );
}
