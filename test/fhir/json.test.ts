import t from 'tap';
import { readJson, withDigits } from '../../src/fhir/json.ts';
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
  '{"é":"ü\\ud83d\\ude00"}'.replace('\\ud83d\\ude00', '😀'),
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
