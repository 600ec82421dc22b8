import fc from 'fast-check';
import t from 'tap';
import { readJson, settle, withDigits } from '../../src/fhir/json.ts';
import { firstDouble, MAX_NESTING } from '../../src/fhir/json-scan.ts';
import { FaultError } from '../../src/kernel/fault.ts';

const roundTrip = (text: string) => {
  const exact = readJson(text);
  return withDigits(exact, () => JSON.stringify(exact.value));
};

const KEPT = [
  '{"a":72.0}',
  '{"a":1.50,"b":[0.10,1e3,1E-7,-0,0.00000012]}',
  '{"a":{"b":{"c":12345678901234567890.1234567890}}}',
  '[1.0,2.00,[3.000]]',
  '{"valueQuantity":{"value":5.80},"text":"5.80, 1.0"}',
  '{"a":-0.0}',
  '{"a":100,"b":0,"c":-5,"d":0.5}',
  '{"é":"ü😀"}',
  '{"a":0.1234567890123456789012345678901}',
  '{"a":1000000000000000000000000000000}',
  '{"a":-0,"b":-0.50,"c":0.0000001,"d":1E+2,"e":-1.0e-3}',
  '{"a":[[1.10,[2.20]],3.30,{"b":4.40}],"c":5,"d":6.60}',
  '{"b":1,"7":2.0,"a":3.50}'.replace('"b":1,"7":2.0', '"7":2.0,"b":1'),
  '{"a":"1.10, 2.20: 3.30","b":1.10}',
  '{"a":"\\\\","b":"\\"","c":1.10}',
  '{}',
  '[]',
  '"x"',
  '12',
];
for (const text of KEPT) t.test(`prints ${text} as it was read`, async (t) => t.equal(roundTrip(text), text));

t.test('values are ordinary numbers while they are judged', async (t) => {
  const exact = readJson('{"a":72.0}');
  t.strictSame(exact.value, { a: 72 });
  withDigits(exact, () => JSON.stringify(exact.value));
  t.strictSame(exact.value, { a: 72 });
});

t.test('values are ordinary again after a print that throws', async (t) => {
  const exact = readJson('{"a":72.0}');
  t.throws(() =>
    withDigits(exact, () => {
      throw new Error('x');
    }),
  );
  t.strictSame(exact.value, { a: 72 });
});

const REFUSED: readonly [name: string, body: Buffer | string, detail: string][] = [
  ['no JSON', '{"a":', 'body-not-json'],
  ['nothing', '', 'body-not-json'],
  ['NaN', '{"a":NaN}', 'body-not-json'],
  ['an escaped NUL', '{"a":"x\\u0000"}', 'body-nul'],
  ['a raw NUL', '{"a":"x\0"}', 'body-nul'],
  ['a NUL in a name', '{"a\\u0000":1}', 'body-nul'],
  ['half a surrogate pair', '{"a":"\\ud83d"}', 'body-half-character'],
  ['the other half', '{"a":"x\\uDE00y"}', 'body-half-character'],
  ['half a pair in a name', '{"\\uD83D":1}', 'body-half-character'],
  ['halves in the wrong order', '{"a":"\\ude00\\ud83d"}', 'body-half-character'],
  ['a raw surrogate', Buffer.from([0x22, 0xed, 0xa0, 0xbd, 0x22]), 'body-not-utf8'],
  ['Infinity', '{"a":Infinity}', 'body-not-json'],
  ['a number beyond doubles', '{"a":1e999}', 'body-number-range'],
  ['a long number beyond doubles', `{"a":-${'9'.repeat(400)}}`, 'body-number-range'],
  ['a plus sign', '{"a":+1}', 'body-not-json'],
  ['a leading zero', '{"a":01}', 'body-not-json'],
  ['a comment', '{"a":1/* x */}', 'body-not-json'],
  ['a trailing comma', '{"a":1,}', 'body-not-json'],
  ['two values', '{}{}', 'body-not-json'],
  ['a byte order mark inside', '{"a":\ufeff1}', 'body-not-json'],
  ['a name twice', '{"a":1,"a":1}', 'body-name-twice'],
  ['a name twice, far apart and deep', '{"x":[{"a":{"b":1,"c":{"b":2},"d":[],"b":3}}]}', 'body-name-twice'],
  ['a name twice, once escaped', '{"a":1,"\\u0061":2}', 'body-name-twice'],
  ['a name twice, with digits to keep', '{"a":1.10,"b":2,"a":1.10}', 'body-name-twice'],
  ['a name twice, with spaces before the colon', '{"a" :1, "a"\t:2}', 'body-name-twice'],
  ['a name twice, beside strings that look like names', '{"a":"\\":","a":"\\":"}', 'body-name-twice'],
  ['__proto__', '{"a":{"__proto__":{"b":1}}}', 'body-proto'],
  ['__proto__ in escapes', '{"\\u005f_proto__":1}', 'body-proto'],
  ['deep arrays', '['.repeat(20_000) + ']'.repeat(20_000), 'body-too-deep'],
  ['deep objects', `${'{"extension":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 'body-too-deep'],
  ['deep nonsense', '['.repeat(1_000_000), 'body-too-deep'],
  ['one level too many', '['.repeat(MAX_NESTING + 1) + ']'.repeat(MAX_NESTING + 1), 'body-too-deep'],
  ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'body-not-utf8'],
];
for (const [name, body, detail] of REFUSED) {
  t.test(`refuses ${name}`, async (t) => {
    try {
      readJson(body);
      t.fail('was read');
    } catch (e) {
      t.type(e, FaultError);
      t.equal((e as FaultError).faults[0]?.detail, detail);
    }
  });
}

t.test('takes what is nested just as deep as allowed', async (t) => {
  const text = '['.repeat(MAX_NESTING) + ']'.repeat(MAX_NESTING);
  t.equal(roundTrip(text), text);
});

t.test('the same name in two objects is no double', async (t) => {
  const text = '{"a":{"a":1,"b":{"a":2}},"b":[{"a":3},{"a":4}]}';
  t.equal(roundTrip(text), text);
  t.equal(firstDouble(text), undefined);
});

t.test('names the double', async (t) => {
  t.equal(firstDouble('{"a":{"b":1,"b":2}}'), 'b');
  t.equal(firstDouble('{"a":"\\"b\\":","b":[{"c":1}],"x":{"c":2,"\\u0063":3}}'), 'c');
});

t.test('takes escapes of whole characters and of backslashes', async (t) => {
  t.strictSame(readJson('{"a":"\\u00e9\\ud83d\\ude00","b":"\\\\u0000","c":"\\\\ud83d"}').value, {
    a: 'é😀',
    b: '\\u0000',
    c: '\\ud83d',
  });
});

t.test('what was changed while digits show is read back with them', async (t) => {
  const exact = readJson('{"a":[1.10,2],"b":3.00}');
  const value = exact.value as { a: unknown[]; b: unknown; c?: unknown };
  withDigits(exact, () => {
    value.a = [0, ...value.a];
    value.c = value.b;
  });
  const { a, c } = value;
  t.strictSame(a.length, 3);
  const again = settle({ a, c });
  t.equal(
    withDigits(again, () => JSON.stringify(again.value)),
    '{"a":[0,1.10,2],"c":3.00}',
  );
  t.strictSame(again.value, { a: [0, 1.1, 2], c: 3 });
});

t.test('any JSON comes back, whatever its numbers look like', async (t) => {
  const number = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/);
  const name = fc.stringMatching(/^[a-z0-9_ é"\\]{1,6}$/u);
  const { array } = fc.letrec<{ text: string; object: string; array: string }>((tie) => ({
    text: fc.oneof(
      { depthSize: 'small' },
      number,
      fc.string().map((s) => JSON.stringify(s)),
      tie('object'),
      tie('array'),
    ),
    object: fc
      .uniqueArray(fc.tuple(name, tie('text')), { selector: ([n]) => n, maxLength: 5 })
      .map((members) => `{${members.map(([n, v]) => `${JSON.stringify(n)} :${v}`).join(', ')}}`),
    array: fc.array(tie('text'), { maxLength: 5 }).map((items) => `[${items.join(',')}]`),
  }));
  fc.assert(
    fc.property(array, (body) => {
      const numbers = (json: string) =>
        json
          .match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g)
          ?.filter((m) => m[0] !== '"')
          .toSorted();
      t.strictSame(numbers(roundTrip(body)), numbers(body));
      t.strictSame(readJson(body).value, JSON.parse(body));
    }),
    { numRuns: 500 },
  );
  t.pass('500 bodies');
});
