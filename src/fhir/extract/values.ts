// The values at a place of a resource, by the steps that lead there.

/** Objects only; of a list, each. */
export function valuesAt(
  resource: object,
  steps: readonly { property: string; where?: { element: string; text: string } }[],
): unknown[] {
  let values: unknown[] = [resource];
  for (const { property, where } of steps) {
    values = values
      .flatMap((v) => (v as Record<string, unknown>)[property] ?? [])
      .filter((v) => typeof v === 'object' && v !== null)
      .filter((v) => where === undefined || (v as Record<string, unknown>)[where.element] === where.text);
  }
  return values;
}
