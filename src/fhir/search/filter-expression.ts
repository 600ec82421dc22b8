// `_filter` → a draft (https://hl7.org/fhir/R4/search_filter.html): its paths are chains, its operators the prefixes and
// modifiers of ordinary searches. What R4 does not define for a kind of parameter, or what cannot be answered exactly, is
// refused with its place in the expression.
import type { Fault } from '../../kernel/fault.ts';
import { FaultError } from '../../kernel/fault.ts';
import { type IndexedParameter, typeIndex } from '../extract/paths.ts';
import { compositeClause } from './composites.ts';
import { anyOf, type Draft, type Result, type SearchScope } from './draft.ts';
import { type FilterExpression, type FilterStep, type FilterTest, isMisread, readFilter } from './filter-grammar.ts';
import { specialTest, testOf } from './filter-tests.ts';
import { innerScope, linksOf, MAX_DEPTH, plainValue } from './filters.ts';
import { chainInside } from './inside.ts';
import { isCanonical } from './references.ts';
import { ambiguousChain, filterFault, isFault, notServed, tooDeep, wrongModifier } from './refusals.ts';
import { SPECIAL } from './special.ts';
import { notClause } from './token-modifiers.ts';
import { unknownName } from './unknown.ts';

/** Types that one name of a path may lead to; more must be told apart (`subject:Patient`). */
const MOST_TYPES = 8;
/** Tests of one expression, each counted once for each type that a path may lead to. */
const MOST_TESTS = 200;

/**
 * Reads the value of `_filter`.
 * @returns what must hold, or all that is wrong with it
 */
export async function filterExpression(text: string, scope: SearchScope): Promise<Draft | Fault[]> {
  const expression = readFilter(text);
  if (isMisread(expression)) {
    const { at, wanted } = expression;
    const found = text.slice(at - 1, at + 19);
    return [
      filterFault(at, {
        en: `expected ${wanted.en}; found ${found === '' ? 'the end' : `"${found}"`}.`,
        fr: `attendu ${wanted.fr} ; trouvé ${found === '' ? 'la fin' : `« ${found} »`}.`,
      }),
    ];
  }
  try {
    return await new FilterReading().draftOf(expression, scope);
  } catch (error) {
    if (error instanceof FaultError) return [...error.faults];
    throw error;
  }
}

/** Makes drafts of one expression. Throws FaultError at the first thing that is wrong. */
class FilterReading {
  #tests = 0;

  async draftOf(expression: FilterExpression, scope: SearchScope): Promise<Draft> {
    switch (expression.kind) {
      case 'not':
        return negated(expression.of, await this.draftOf(expression.of, scope), scope);
      case 'test':
        return this.#along(expression, 0, scope);
      default: {
        const of: Draft[] = [];
        for (const part of expression.of) of.push(await this.draftOf(part, scope));
        return expression.kind === 'or' ? anyOf(of) : { kind: 'every', of };
      }
    }
  }

  /** What the path says from a step on. */
  async #along(test: FilterTest, at: number, scope: SearchScope): Promise<Draft> {
    const step = test.path[at]!;
    if (scope.depth > MAX_DEPTH) throw misplaced(step.at, tooDeep(step.name, MAX_DEPTH));
    if (at === test.path.length - 1) return this.#test(test, step, scope);
    const element = elementOf(step.name, scope);
    if (element !== undefined) return this.#within(element, test, at, scope);
    const parameter = scope.index.parameters.get(step.name);
    if (parameter === undefined) throw misplaced(step.at, unknownName(step.name, undefined, scope, step.name));
    if (parameter.kind !== 'reference' || isCanonical(parameter)) {
      throw misplaced(
        step.at,
        notServed(step.name, { en: `a path through "${step.name}" is`, fr: `un chemin par « ${step.name} » n’est` }),
      );
    }
    const links: Draft[] = [];
    for (const type of typesBehind(parameter, step, test.path[at + 1]!, scope)) {
      const target = innerScope(type, scope);
      const own = step.filter === undefined ? [] : [await this.draftOf(step.filter, target)];
      const where = [...own, await this.#along(test, at + 1, target)];
      for (const by of linksOf(parameter, type, scope.index)) {
        links.push({ kind: 'chain', way: 'along', by, type, where });
      }
      links.push(...(await chainInside(parameter, type, where, scope)));
    }
    return anyOf(links);
  }

  /** Two values of one element, as `characteristic[code eq gender].value eq mixed`: a composite. */
  async #within(element: Element, test: FilterTest, at: number, scope: SearchScope): Promise<Draft> {
    const [{ name, at: place, filter }, value] = test.path.slice(at) as [FilterStep, FilterStep];
    const code = filter?.kind === 'test' && filter.operator === 'eq' && filter.path.length === 1 ? filter : undefined;
    const isWhole = code?.path[0]?.name === 'code' && value.name === element.value && at === test.path.length - 2;
    if (code === undefined || !isWhole || test.operator !== element.operator) {
      const form = `${name}[code eq x].${element.value} ${element.operator} y`;
      throw new FaultError([filterFault(place, { en: `expected ${form}.`, fr: `attendu ${form}.` })]);
    }
    this.#count(place);
    const texts = [code.value, test.value].map((text) => text.replaceAll('$', '\\$'));
    const composite = scope.index.composites.get(element.composite)!;
    const result = await compositeClause(composite, name, texts.join('$'), scope, plainValue);
    if (isFault(result)) throw misplaced(place, result);
    return result;
  }

  #count(at: number): void {
    if (++this.#tests <= MOST_TESTS) return;
    throw new FaultError([
      filterFault(at, {
        en: `the expression asks more than ${MOST_TESTS} tests. Say which types its paths lead to (subject:Patient), or shorten it.`,
        fr: `l’expression demande plus de ${MOST_TESTS} tests. Précisez les types auxquels mènent ses chemins (subject:Patient), ou raccourcissez-la.`,
      }),
    ]);
  }

  async #test(test: FilterTest, step: FilterStep, scope: SearchScope): Promise<Draft> {
    if (step.type !== undefined) throw misplaced(step.at, wrongModifier(step.name, step.type, []));
    this.#count(step.at);
    const { index } = scope;
    let result: Result;
    if (Object.hasOwn(SPECIAL, step.name)) result = await specialTest(step.name, test, scope);
    else {
      const parameter = index.parameters.get(step.name) ?? index.composites.get(step.name);
      if (parameter === undefined) throw misplaced(step.at, unknownName(step.name, undefined, scope, step.name));
      result = await testOf(parameter, step.name, test, scope);
    }
    if (!isFault(result)) return result;
    throw misplaced(result.detail === 'search-filter-operator' ? test.operatorAt : test.valueAt, result);
  }
}

/** Names that R4 has for `_filter` alone: elements of which two values are asked together, the code first. */
interface Element {
  readonly composite: string;
  /** Name of the value beside `code`, and how it is compared. */
  readonly value: string;
  readonly operator: FilterTest['operator'];
}

const ELEMENTS: Readonly<Record<string, Readonly<Record<string, Element>>>> = {
  Group: {
    characteristic: { composite: 'characteristic-value', value: 'value', operator: 'eq' },
  },
  DocumentReference: {
    relatesTo: { composite: 'relationship', value: 'target', operator: 're' },
  },
};

function elementOf(name: string, { index }: SearchScope): Element | undefined {
  const elements = ELEMENTS[index.type];
  return elements !== undefined && Object.hasOwn(elements, name) ? elements[name] : undefined;
}

/** What does not hold. Of a code, it may be said by the other codes, which have an index. */
function negated(expression: FilterExpression, of: Draft, scope: SearchScope): Draft {
  if (expression.kind === 'test' && expression.operator === 'eq' && expression.path.length === 1) {
    const parameter = scope.index.parameters.get(expression.path[0]!.name);
    if (parameter?.kind === 'token') return notClause(parameter, of, scope);
  }
  return { kind: 'negated', of };
}

/** A fault of a part, with its place in the expression. */
function misplaced(at: number, { kind, text }: Fault): FaultError {
  return new FaultError([{ ...filterFault(at, text), kind }]);
}

/**
 * The types that a name leads to: the one that is said, else all that have the next name. What others have is no value of the
 * path, so they cannot match.
 */
function typesBehind(
  parameter: IndexedParameter,
  step: FilterStep,
  next: FilterStep,
  { definitions }: SearchScope,
): readonly string[] {
  const { targets } = parameter;
  if (step.type !== undefined) {
    if (targets.includes(step.type)) return [step.type];
    throw misplaced(step.at, wrongModifier(step.name, step.type, targets));
  }
  const having = targets.filter((type) => {
    const { parameters, composites } = typeIndex(definitions, type);
    return parameters.has(next.name) || composites.has(next.name) || Object.hasOwn(SPECIAL, next.name);
  });
  if (having.length > MOST_TYPES) {
    const forms = having.map((type) => `${step.name}:${type}.${next.name}`);
    throw misplaced(step.at, ambiguousChain(step.name, forms));
  }
  // None has it: the first one tells what names there are.
  return having.length > 0 ? having : targets.slice(0, 1);
}
