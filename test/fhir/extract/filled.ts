// Random resources of any type, made from the element definitions: enough of everything for every index path to be met.
import type { Definitions, ElementDefinition } from '../../../src/fhir/definitions/types.ts';

export type Random = () => number;

/** A repeatable stream of numbers in [0, 1) (xorshift32). */
export function seeded(seed: number): Random {
  let x = (seed >>> 0) + 0x9e3779b9;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 0x1_0000_0000;
  };
}

const DEPTH = 4;

/** A resource in which each element stands with the given chance. Texts are from `words` now and then. */
export function filled(
  definitions: Definitions,
  type: string,
  random: Random,
  words: readonly string[],
  density: number,
): { resourceType: string } & Record<string, unknown> {
  let next = 0;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;

  const object = (owner: string, path: string, depth: number): Record<string, unknown> => {
    const made: Record<string, unknown> = {};
    const children = definitions.definition(owner)!.elements.filter((e) => isChild(e.path, path));
    for (const element of children) {
      const name = element.path.slice(path.length + 1);
      if (name === 'extension' || name === 'modifierExtension' || name === 'contained' || random() > density) continue;
      const target = element.contentReference === undefined ? element : byPath(owner, element.contentReference);
      const taken = target.types.length > 0 ? pick(target.types).code : 'BackboneElement';
      const property = name.endsWith('[x]') ? name.slice(0, -3) + taken[0]!.toUpperCase() + taken.slice(1) : name;
      const one = () => value(owner, target.path, taken, depth);
      const items = element.max > 1 ? Array.from({ length: 1 + Math.floor(random() * 3) }, one) : [one()];
      if (items.every((i) => i !== undefined)) made[property] = element.max > 1 ? items : items[0];
    }
    return made;
  };

  const byPath = (owner: string, path: string): ElementDefinition =>
    definitions.definition(owner)!.elements.find((e) => e.path === path)!;

  const value = (owner: string, path: string, taken: string, depth: number): unknown => {
    if (taken === 'BackboneElement' || taken === 'Element')
      return depth > 0 ? object(owner, path, depth - 1) : undefined;
    const definition = definitions.definition(taken);
    if (definition?.kind === 'primitive-type') return primitive(taken);
    if (taken === 'Resource')
      return { resourceType: pick(['Patient', 'Composition', 'MessageHeader']), id: `r${next++}` };
    return depth > 0 && definition !== undefined ? object(taken, taken, depth - 1) : undefined;
  };

  const primitive = (name: string): unknown => {
    switch (name) {
      case 'boolean':
        return random() < 0.5;
      case 'integer':
      case 'positiveInt':
      case 'unsignedInt':
        return next++;
      case 'decimal':
        return next++ / 4;
      case 'date':
        return pick(['2024', '2024-05', '2024-05-17']);
      case 'dateTime':
        return pick(['2023', '2023-11', '2023-11-02', '2023-11-02T10:00:00+01:00']);
      case 'instant':
        return '2023-11-02T10:00:00.5Z';
      default:
        return random() < 0.4 ? pick(words) : `t${next++}`;
    }
  };

  return { resourceType: type, ...object(type, type, DEPTH) };
}

function isChild(path: string, parent: string): boolean {
  return path.startsWith(`${parent}.`) && !path.slice(parent.length + 1).includes('.');
}
