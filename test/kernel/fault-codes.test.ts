// The list of codes and the code that throws them are one: the compiler refuses what is not in the list, this what is not thrown.
import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { FAULT_CODES } from '../../src/kernel/fault-codes.ts';

const LIST = 'src/kernel/fault-codes.ts';
const sources = globSync('src/**/*.ts').filter((file) => file !== LIST);
const text = sources.map((file) => readFileSync(file, 'utf8')).join('\n');

t.test('every code of the list is thrown somewhere', (t) => {
  const unused = Object.keys(FAULT_CODES).filter((code) => !text.includes(`'${code}'`));
  t.strictSame(unused, []);
  t.ok(Object.keys(FAULT_CODES).length > 200);
  t.end();
});

t.test('codes are kebab-case in order, each with a text of its own in both languages', (t) => {
  const codes = Object.keys(FAULT_CODES);
  t.strictSame(codes, codes.toSorted());
  for (const [code, [en, fr]] of Object.entries(FAULT_CODES)) {
    t.match(code, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    t.match(en, /^.{5,60}$/, code);
    t.match(fr, /^.{5,60}$/, code);
  }
  for (const side of [0, 1]) t.equal(new Set(Object.values(FAULT_CODES).map((w) => w[side])).size, codes.length);
  t.end();
});

t.test('nobody goes round the compiler with a code of a wider type', (t) => {
  for (const file of sources) {
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const [i, line] of lines.entries()) {
      if (/as FaultCode|detail: string\b/.test(line) && !/Exclude<T/.test(line)) t.fail(`${file}:${i + 1}: ${line}`);
    }
  }
  t.end();
});
