// Random FHIR objects from the definitions: structure mostly right, content wild. Seeded, so that a failure can be repeated.
import { PRIMITIVE, RESOURCE } from '../../../src/fhir/validate/kinds.ts';
import type { Property, Shape } from '../../../src/fhir/validate/shape.ts';

export type Random = () => number;

/** Mulberry32: small, and the same everywhere. */
export function seeded(seed: number): Random {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Values of each primitive type; `words` (the literals of the rules under test) join the texts. */
function primitive(type: string, random: Random, words: readonly string[]): unknown {
  switch (type) {
    case 'boolean':
      return random() < 0.5;
    case 'integer':
      return pick(random, [-3, 0, 1, 2, 7]);
    case 'positiveInt':
      return pick(random, [1, 2, 7]);
    case 'unsignedInt':
      return pick(random, [0, 1, 7]);
    case 'decimal':
      return pick(random, [-1, 0, 0.5, 1, 99, 100, 101, 72.4]);
    case 'date':
      return pick(random, ['2025', '2026', '2026-01', '2026-01-31', '2026-02-01', '2026-03']);
    case 'dateTime':
      return pick(random, [
        '2025',
        '2026',
        '2026-01',
        '2026-01-31',
        '2026-01-31T08:00:00+01:00',
        '2026-01-31T07:00:00Z',
        '2026-01-31T07:00:00.25Z',
        '2026-02-01',
        '2026-02-01T12:30:00+02:00',
        '2026-03',
      ]);
    case 'instant':
      return pick(random, ['2026-01-31T08:00:00+01:00', '2026-01-31T07:30:00.5Z']);
    case 'time':
      return pick(random, ['08:00:00', '09:30:00']);
    case 'xhtml':
      return '<div xmlns="http://www.w3.org/1999/xhtml">x</div>';
    case 'base64Binary':
      return 'AAAA';
    case 'oid':
      return 'urn:oid:1.2.3';
    case 'uuid':
      return 'urn:uuid:00000000-0000-4000-8000-000000000001';
    case 'id':
      return pick(random, ['a', 'b', 'c1']);
    default:
      return pick(random, [...words, ...words, 'a', 'b', '#a', '2', 'http://a', 'Observation']);
  }
}

/** A random object of a shape; `density` is the chance of each element that need not be there. */
export function randomObject(
  shape: Shape,
  random: Random,
  words: readonly string[],
  depth: number,
  density: number,
): Record<string, unknown> {
  const o: Record<string, unknown> = shape.kind === 'resource' ? { resourceType: shape.name } : {};
  for (const [name, properties] of shape.children) {
    const p = pick(random, properties);
    const wanted =
      p.element.min > 0 || random() < (name === 'extension' || name === 'modifierExtension' ? 0.05 : density);
    if (!wanted || name === 'resourceType' || (depth <= 0 && p.kind !== PRIMITIVE)) continue;
    fill(o, p, random, words, depth, density);
  }
  return o;
}

function fill(
  o: Record<string, unknown>,
  p: Property,
  random: Random,
  words: readonly string[],
  depth: number,
  density: number,
): void {
  const n = p.list ? pick(random, [1, 1, 2, 3]) : 1;
  const items = Array.from({ length: n }, () => item(p, random, words, depth, density));
  if (p.kind === PRIMITIVE && p.name !== 'id' && random() < 0.05) {
    // A primitive with extensions and no value.
    const extension = { extension: [{ url: 'http://a', valueCode: 'unknown' }] };
    o[p.twin] = p.list ? [extension] : extension;
    return;
  }
  o[p.json] = p.list ? items : items[0];
}

function item(p: Property, random: Random, words: readonly string[], depth: number, density: number): unknown {
  if (p.kind === PRIMITIVE) return primitive(p.type, random, words);
  if (p.kind === RESOURCE) {
    const resourceType = pick(random, ['Patient', 'Practitioner', 'Composition', 'MessageHeader']);
    const inner = { resourceType, id: pick(random, ['a', 'b', 'c1']) };
    const more = pick(random, [
      {},
      {},
      { contained: [{ resourceType: 'Patient', id: 'd' }] },
      { meta: { versionId: '1' } },
      { meta: { security: [{ code: 'R' }] } },
    ]);
    return { ...inner, ...more };
  }
  return randomObject(p.shape(), random, words, depth - 1, density);
}

/** The texts between quotes in expressions. */
export function wordsOf(expressions: readonly string[]): string[] {
  return [...new Set(expressions.flatMap((e) => [...e.matchAll(/'([^'\\]*)'/g)].map((m) => m[1] as string)))].filter(
    (w) => w !== '',
  );
}
