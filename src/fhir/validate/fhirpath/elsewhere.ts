// The way out for expressions beyond our subset: @medplum/core's evaluator. Slow (5–8 µs), so no R4 rule should need it.
import { evalFhirPathTyped, parseFhirPath, type TypedValue, toTypedValue } from '@medplum/core';
import type { Run } from '../run.ts';
import type { Test, Type } from './types.ts';

/**
 * The test "is it broken?" by way of the other evaluator. An expression that it cannot read or evaluate is not judged:
 * a rule that nobody here understands must not refuse good data.
 */
export function evaluateElsewhere(expression: string, types: readonly Type[]): Test {
  const [type] = types;
  const name = type === undefined ? undefined : typeof type === 'string' ? type : type.name;
  try {
    const parsed = parseFhirPath(expression);
    return (self, run) => {
      try {
        const result = evalFhirPathTyped(parsed, [typed(self, name)], variables(self, run));
        return result.length === 1 && result[0]?.value === false;
      } catch {
        return false;
      }
    };
  } catch {
    return () => false;
  }
}

function typed(self: unknown, type: string | undefined): TypedValue {
  return type === undefined || type === '*' ? toTypedValue(self) : { type, value: self };
}

function variables(self: unknown, run: Run): Record<string, TypedValue> {
  return {
    '%resource': toTypedValue(run.resource),
    '%rootResource': toTypedValue(run.root),
    '%context': toTypedValue(self),
    '%ucum': toTypedValue('http://unitsofmeasure.org'),
  };
}
