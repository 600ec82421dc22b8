// Whatever is sent, the validator answers: it never throws, and says nothing bad of what it took once.
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { Shapes } from '../../../src/fhir/validate/shape.ts';
import { type Json, validator } from './check.ts';
import { pick, type Random, randomObject, seeded } from './random.ts';

const definitions = loadDefinitions();
const shapes = new Shapes(definitions);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
t.comment(`SEED=${seed}`);

const ODD: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  -1,
  Number.POSITIVE_INFINITY,
  '',
  ' ',
  '#',
  '\u0000',
  '\ud800',
  [],
  [[]],
  [null],
  {},
  { id: 'x' },
  'x'.repeat(3000),
  { __proto__: null },
  Symbol.iterator,
  10n,
];

/** Replaces one place of a resource by something odd. */
function bend(value: unknown, random: Random): unknown {
  if (random() < 0.15 || typeof value !== 'object' || value === null) return pick(random, ODD);
  if (Array.isArray(value)) {
    const copy = [...value];
    const at = Math.floor(random() * copy.length);
    copy[at] = bend(copy[at], random);
    return copy;
  }
  const keys = Object.keys(value).filter((k) => k !== 'resourceType');
  const key =
    random() < 0.1 || keys.length === 0
      ? pick(random, ['x', '_', '__proto__', 'valueString', 'extension', 'contained'])
      : pick(random, keys);
  return { ...value, [key]: bend((value as Json)[key], random) };
}

t.test('random resources of every type, whole and bent', async (t) => {
  const random = seeded(seed);
  let faults = 0;
  for (const type of definitions.resourceTypes) {
    const shape = shapes.resource(type);
    if (shape === undefined) throw new Error(type);
    for (let i = 0; i < 6; i++) {
      const resource = randomObject(shape, random, [], 3, pick(random, [0.2, 0.6]));
      const bent = bend(resource, random);
      try {
        for (const f of [...validator.validate(resource), ...validator.validate(bent)]) {
          faults++;
          if (f.status !== 422 && f.status !== 400) t.fail('status', { f });
          if (f.expression !== undefined && !f.expression.startsWith(type) && f.expression !== 'Resource')
            t.fail('expression', { f });
        }
      } catch (error) {
        t.fail(`${type}: ${error instanceof Error ? error.stack : error}`, {
          seed,
          bent: String(JSON.stringify(resource)).slice(0, 2000),
        });
      }
    }
  }
  t.ok(faults > 1000, `${faults} faults`);
});

t.test('nesting without end in every place', async (t) => {
  let deep: unknown = 'x';
  for (let i = 0; i < 50_000; i++) deep = i % 2 === 0 ? { extension: deep } : [deep];
  for (const key of [
    'id',
    'status',
    'code',
    'category',
    'subject',
    'contained',
    'text',
    'valueString',
    'x',
    '_status',
    'extension',
  ]) {
    const faults = validator.validate({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      [key]: deep,
    });
    t.ok(faults.length > 0, key);
  }
});

t.test('the same question has the same answer', async (t) => {
  const random = seeded(seed);
  for (const type of ['Patient', 'Observation', 'Questionnaire', 'Bundle']) {
    const shape = shapes.resource(type);
    if (shape === undefined) throw new Error(type);
    const resource = randomObject(shape, random, [], 3, 0.5);
    t.same(validator.validate(resource), validator.validate(structuredClone(resource)), type);
  }
});
