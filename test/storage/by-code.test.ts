// Pages in the order of codes go on where the last one ended, in the order of the column that holds the codes.
import t from 'tap';
import { codeKey, stepsFrom } from '../../src/storage/search/by-code.ts';
import { everything } from '../../src/storage/types.ts';

const step = (code: string) => ({ code, tokens: [code] });
// U+FFFD is before U+1F600 in bytes, and after it in the order of JavaScript.
const CODES = ['A', 'a', '\uFFFD', '\u{1F600}'];

for (const descending of [false, true]) {
  t.test(`every code has one page that it begins, going ${descending ? 'down' : 'up'}`, async (t) => {
    const sort = [{ by: { kind: 'token', param: 1 }, descending } as const];
    const key = codeKey({ reach: everything, type: 'Observation', where: [], sort, limit: 1 })!;
    const codes = (descending ? CODES.toReversed() : CODES).map(step);
    for (const [i, { code }] of codes.entries()) {
      const left = stepsFrom(codes, key, { values: [code], id: 'x' }).map((s) => s.code);
      t.same(left, [...codes.slice(i).map((c) => c.code), null], `from ${code} on`);
    }
    t.same(
      stepsFrom(codes, key, { values: [null], id: 'x' }).map((s) => s.code),
      [null],
    );
  });
}
