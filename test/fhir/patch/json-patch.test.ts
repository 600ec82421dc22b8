// JSON Patch: the cases of RFC 6902 (appendix A and around), what is refused, and what survives.
import fc from 'fast-check';
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { readJson, withDigits } from '../../../src/fhir/json.ts';
import { applyPatch, jsonPatch } from '../../../src/fhir/patch/index.ts';
import { FaultError } from '../../../src/kernel/fault.ts';

const definitions = await loadDefinitions();

function patched(resource: string, patch: string): string {
  const result = applyPatch(definitions, jsonPatch(readJson(patch)), readJson(resource));
  return withDigits(result, () => JSON.stringify(result.value));
}

type Line = readonly [name: string, before: string, patch: string, after: string];

const LINES: readonly Line[] = [
  ['adds a member', '{"a":1}', '[{"op":"add","path":"/b","value":2}]', '{"a":1,"b":2}'],
  ['adds an item', '{"a":[1,3]}', '[{"op":"add","path":"/a/1","value":2}]', '{"a":[1,2,3]}'],
  ['adds at the end', '{"a":[1]}', '[{"op":"add","path":"/a/-","value":2}]', '{"a":[1,2]}'],
  ['adds at the index after the last', '{"a":[1]}', '[{"op":"add","path":"/a/1","value":2}]', '{"a":[1,2]}'],
  ['adds over a member', '{"a":1,"b":2}', '[{"op":"add","path":"/a","value":{"c":3}}]', '{"a":{"c":3},"b":2}'],
  ['adds an array as one item', '{"a":[1]}', '[{"op":"add","path":"/a/-","value":[2,3]}]', '{"a":[1,[2,3]]}'],
  [
    'adds into what it added',
    '{}',
    '[{"op":"add","path":"/a","value":{}},{"op":"add","path":"/a/b","value":1}]',
    '{"a":{"b":1}}',
  ],
  ['adds the root', '{"a":1}', '[{"op":"add","path":"","value":{"b":2}}]', '{"b":2}'],
  ['adds null', '{"a":1}', '[{"op":"add","path":"/b","value":null}]', '{"a":1,"b":null}'],
  ['removes a member', '{"a":1,"b":2}', '[{"op":"remove","path":"/a"}]', '{"b":2}'],
  ['removes an item', '{"a":[1,2,3]}', '[{"op":"remove","path":"/a/1"}]', '{"a":[1,3]}'],
  ['replaces a member, in its place', '{"a":1,"b":2}', '[{"op":"replace","path":"/a","value":3}]', '{"a":3,"b":2}'],
  ['replaces an item', '{"a":[1,2]}', '[{"op":"replace","path":"/a/1","value":3}]', '{"a":[1,3]}'],
  ['moves a member', '{"a":{"b":1},"c":{}}', '[{"op":"move","from":"/a/b","path":"/c/d"}]', '{"a":{},"c":{"d":1}}'],
  ['moves an item', '{"a":[1,2,3,4]}', '[{"op":"move","from":"/a/1","path":"/a/3"}]', '{"a":[1,3,4,2]}'],
  ['moves to where it is', '{"a":1}', '[{"op":"move","from":"/a","path":"/a"}]', '{"a":1}'],
  [
    'moves out of what is replaced',
    '{"a":{"b":{"c":1}}}',
    '[{"op":"move","from":"/a/b","path":"/a"}]',
    '{"a":{"c":1}}',
  ],
  ['copies', '{"a":{"b":[1]}}', '[{"op":"copy","from":"/a/b","path":"/c"}]', '{"a":{"b":[1]},"c":[1]}'],
  [
    'copies a value, not a link to it',
    '{"a":{"b":1}}',
    '[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]',
    '{"a":{"b":1},"c":{"b":2}}',
  ],
  [
    'adds a value, not a link to it',
    '{}',
    '[{"op":"add","path":"/a","value":{"b":1}},{"op":"add","path":"/a/c","value":2}]',
    '{"a":{"b":1,"c":2}}',
  ],
  ['tests a text', '{"a":"x"}', '[{"op":"test","path":"/a","value":"x"}]', '{"a":"x"}'],
  ['tests numbers by value', '{"a":1.0}', '[{"op":"test","path":"/a","value":1}]', '{"a":1.0}'],
  [
    'tests objects in any order',
    '{"a":{"b":1,"c":[2]}}',
    '[{"op":"test","path":"/a","value":{"c":[2],"b":1}}]',
    '{"a":{"b":1,"c":[2]}}',
  ],
  ['tests null', '{"a":null}', '[{"op":"test","path":"/a","value":null}]', '{"a":null}'],
  ['reads ~1 and ~0', '{"a/b":1,"c~d":2}', '[{"op":"remove","path":"/a~1b"},{"op":"remove","path":"/c~0d"}]', '{}'],
  ['reads ~01 as ~1', '{"~1":10}', '[{"op":"test","path":"/~01","value":10}]', '{"~1":10}'],
  ['reads the empty name', '{"":1}', '[{"op":"replace","path":"/","value":2}]', '{"":2}'],
  ['ignores members it does not know', '{"a":1}', '[{"op":"remove","path":"/a","xyz":1}]', '{}'],
  ['does nothing with nothing', '{"a":1}', '[]', '{"a":1}'],
  [
    'keeps untouched digits',
    '{"a":1.10,"b":[2.20,3.30]}',
    '[{"op":"add","path":"/b/0","value":4.40}]',
    '{"a":1.10,"b":[4.40,2.20,3.30]}',
  ],
  ['keeps digits when items go', '{"b":[1.0,2.00,3.000]}', '[{"op":"remove","path":"/b/0"}]', '{"b":[2.00,3.000]}'],
  ['keeps digits that move', '{"a":1.10,"b":{}}', '[{"op":"move","from":"/a","path":"/b/c"}]', '{"b":{"c":1.10}}'],
  [
    'keeps digits that are copied',
    '{"a":{"x":1.10}}',
    '[{"op":"copy","from":"/a","path":"/b"}]',
    '{"a":{"x":1.10},"b":{"x":1.10}}',
  ],
];
for (const [name, before, patch, after] of LINES) {
  t.test(name, async (t) => t.equal(patched(before, patch), after));
}

const REFUSED: readonly (readonly [
  name: string,
  before: string,
  patch: string,
  status: 400 | 413 | 422,
  code: string,
])[] = [
  ['a document that is no array', '{}', '{"op":"add","path":"/a","value":1}', 400, 'patch-malformed'],
  ['an operation that is no object', '{}', '[1]', 400, 'patch-malformed'],
  ['null as an operation', '{}', '[null]', 400, 'patch-malformed'],
  ['an array as an operation', '{}', '[[]]', 400, 'patch-malformed'],
  ['an unknown op', '{}', '[{"op":"merge","path":"/a","value":1}]', 400, 'patch-malformed'],
  ['no op', '{}', '[{"path":"/a","value":1}]', 400, 'patch-malformed'],
  ['no path', '{}', '[{"op":"add","value":1}]', 400, 'patch-malformed'],
  ['no value', '{}', '[{"op":"add","path":"/a"}]', 400, 'patch-malformed'],
  ['no from', '{}', '[{"op":"move","path":"/a"}]', 400, 'patch-malformed'],
  ['a path that is no pointer', '{}', '[{"op":"add","path":"a","value":1}]', 400, 'patch-malformed'],
  ['a path that is no text', '{}', '[{"op":"add","path":1,"value":1}]', 400, 'patch-malformed'],
  ['a wrong escape', '{}', '[{"op":"add","path":"/a~2","value":1}]', 400, 'patch-malformed'],
  ['a half escape', '{}', '[{"op":"add","path":"/a~","value":1}]', 400, 'patch-malformed'],
  ['a move into itself', '{"a":{"b":1}}', '[{"op":"move","from":"/a","path":"/a/c"}]', 400, 'patch-malformed'],
  ['too many operations', '{}', `[${Array(5001).fill('{"op":"test","path":"","value":{}}')}]`, 413, 'patch-too-long'],
  ['a member that is not there', '{"a":1}', '[{"op":"remove","path":"/b"}]', 422, 'patch-path'],
  ['replacing what is not there', '{"a":1}', '[{"op":"replace","path":"/b","value":1}]', 422, 'patch-path'],
  ['a parent that is not there', '{"a":1}', '[{"op":"add","path":"/b/c","value":1}]', 422, 'patch-path'],
  ['a parent that is a text', '{"a":"x"}', '[{"op":"add","path":"/a/0","value":1}]', 422, 'patch-path'],
  ['a parent that is a number', '{"a":1.10}', '[{"op":"add","path":"/a/rawJSON","value":1}]', 422, 'patch-path'],
  ['an index beyond the list', '{"a":[1]}', '[{"op":"add","path":"/a/2","value":1}]', 422, 'patch-path'],
  ['an index of removal beyond the list', '{"a":[1]}', '[{"op":"remove","path":"/a/1"}]', 422, 'patch-path'],
  ['- where nothing is added', '{"a":[1]}', '[{"op":"remove","path":"/a/-"}]', 422, 'patch-path'],
  ['an index with a leading zero', '{"a":[1,2]}', '[{"op":"remove","path":"/a/01"}]', 422, 'patch-path'],
  ['an index that is a word', '{"a":[1]}', '[{"op":"add","path":"/a/length","value":1}]', 422, 'patch-path'],
  ['a negative index', '{"a":[1]}', '[{"op":"remove","path":"/a/-1"}]', 422, 'patch-path'],
  ['an index with an exponent', '{"a":[1]}', '[{"op":"add","path":"/a/1e0","value":1}]', 422, 'patch-path'],
  ['a test that fails', '{"a":1}', '[{"op":"test","path":"/a","value":2}]', 422, 'patch-test'],
  ['a text for a number', '{"a":1}', '[{"op":"test","path":"/a","value":"1"}]', 422, 'patch-test'],
  ['an empty object for an empty array', '{"a":[]}', '[{"op":"test","path":"/a","value":{}}]', 422, 'patch-test'],
  ['one member more', '{"a":{"b":1}}', '[{"op":"test","path":"/a","value":{"b":1,"c":2}}]', 422, 'patch-test'],
  ['arrays in another order', '{"a":[1,2]}', '[{"op":"test","path":"/a","value":[2,1]}]', 422, 'patch-test'],
  ['a test of nothing', '{}', '[{"op":"test","path":"/a","value":null}]', 422, 'patch-path'],
  ['/__proto__', '{"a":1}', '[{"op":"add","path":"/__proto__","value":{"x":1}}]', 422, 'patch-path'],
  ['/__proto__/x', '{"a":1}', '[{"op":"add","path":"/__proto__/x","value":1}]', 422, 'patch-path'],
  [
    '/constructor/prototype/x',
    '{"a":1}',
    '[{"op":"add","path":"/constructor/prototype/x","value":1}]',
    422,
    'patch-path',
  ],
  ['copying out of the prototype', '{"a":1}', '[{"op":"copy","from":"/constructor","path":"/b"}]', 422, 'patch-path'],
  ['testing the prototype', '{"a":1}', '[{"op":"test","path":"/toString","value":1}]', 422, 'patch-path'],
  [
    'doubling without end',
    `{"a":[${Array(100).fill(1)}]}`,
    `[${Array(40).fill('{"op":"copy","from":"/a","path":"/a/-"}')}]`,
    413,
    'patch-too-much',
  ],
];
for (const [name, before, patch, status, code] of REFUSED) {
  t.test(`refuses ${name}`, async (t) => {
    const started = performance.now();
    try {
      t.fail(patched(before, patch));
    } catch (e) {
      t.type(e, FaultError);
      const [fault] = (e as FaultError).faults;
      t.equal(fault?.detail, code);
      t.equal({ structure: 400, 'too-large': 413, 'business-rule': 422 }[fault?.kind as string], status);
    }
    t.ok(performance.now() - started < 2000, 'in bounded time');
    t.equal(({} as Record<string, unknown>).x, undefined, 'no prototype was touched');
  });
}

t.test('says which operation fails', async (t) => {
  t.throws(
    () => patched('{"a":1}', '[{"op":"add","path":"/b","value":1},{"op":"remove","path":"/c/d"}]'),
    /Operation 1 \(remove\): \/c\/d/,
  );
});

t.test('a patch can be applied again to another resource', async (t) => {
  const patch = jsonPatch(
    readJson('[{"op":"add","path":"/a","value":{"b":[1.50]}},{"op":"add","path":"/a/b/-","value":2}]'),
  );
  for (let i = 0; i < 3; i++) {
    const result = applyPatch(definitions, patch, readJson('{}'));
    t.equal(
      withDigits(result, () => JSON.stringify(result.value)),
      '{"a":{"b":[1.50,2]}}',
    );
  }
});

t.test('any sequence of operations leaves JSON, or is refused', async (t) => {
  const pointer = fc
    .array(fc.constantFrom('a', 'b', '0', '1', '-', ''), { maxLength: 3 })
    .map((s) => s.map((x) => `/${x}`).join(''));
  const value = fc.jsonValue({ maxDepth: 2 });
  const operation = fc.oneof(
    fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointer, value }),
    fc.record({ op: fc.constant('remove'), path: pointer }),
    fc.record({ op: fc.constantFrom('move', 'copy'), path: pointer, from: pointer }),
  );
  let applied = 0;
  fc.assert(
    fc.property(value, fc.array(operation, { maxLength: 6 }), (before, operations) => {
      try {
        const after = patched(JSON.stringify(before), JSON.stringify(operations).replaceAll('"__proto__"', '"p"'));
        if (after !== undefined) JSON.parse(after);
        applied++;
      } catch (e) {
        if (!(e instanceof FaultError)) throw e;
      }
    }),
    { numRuns: 3000 },
  );
  t.ok(applied > 100, `${applied} applied`);
});
