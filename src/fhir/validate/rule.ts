// One invariant: its key, its words, and the question whether it is broken.
import type { Text } from '../../kernel/fault.ts';
import type { ConstraintDefinition } from '../definitions/types.ts';
import { containedIsUsed, leadsNowhere } from './contained.ts';
import { evaluateElsewhere } from './fhirpath/elsewhere.ts';
import { compileInvariant } from './fhirpath/logic.ts';
import { UnsupportedFhirPath } from './fhirpath/parse.ts';
import { ANY, type Test, type Type } from './fhirpath/types.ts';
import { ruleText } from './rule-texts.ts';
import type { Run } from './run.ts';

/** Rules whose FHIRPath is a poor statement of what they say, or looks through a list for each element; answered by hand. */
const BY_HAND: Readonly<Record<string, Test>> = {
  'dom-3': (_, run) => !containedIsUsed(run),
  'ref-1': (self, run) => leadsNowhere(self, run),
};

/** Expressions that our compiler does not know and @medplum/core evaluates; the tests look here. */
export const elsewhere = new Set<string>();

export class Rule {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly expression: string;
  readonly #words: Text | undefined;
  readonly #types: () => readonly Type[];
  readonly #resource: () => readonly Type[];
  #test: Test | undefined;

  /** `types` are those of the element on which the rule stands, `resource` those of `%resource`; asked for at first use. */
  constructor(
    constraint: ConstraintDefinition,
    types: () => readonly Type[],
    resource: () => readonly Type[] = () => [ANY],
  ) {
    this.key = constraint.key;
    this.severity = constraint.severity;
    this.expression = constraint.expression;
    this.#words = constraint.words;
    this.#types = types;
    this.#resource = resource;
  }

  /** Notes a fault when the rule is broken on an element whose structure is good. */
  check(self: unknown, run: Run): void {
    this.#test ??= this.#compile();
    run.context = self;
    if (this.#test(self, run)) {
      run.add('invariant', `invariant-${this.key}`, this.text(), '', this.severity);
    }
  }

  text(): Text {
    return ruleText(this.key, this.expression, this.#words);
  }

  #compile(): Test {
    const byHand = BY_HAND[this.key];
    if (byHand !== undefined && Object.hasOwn(BY_HAND, this.key)) return byHand;
    try {
      return compileInvariant(this.expression, this.#types(), this.#resource());
    } catch (error) {
      if (!(error instanceof UnsupportedFhirPath)) throw error;
      elsewhere.add(this.expression);
      return evaluateElsewhere(this.expression, this.#types());
    }
  }
}
