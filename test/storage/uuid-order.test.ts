// Bounds of a text among the texts of uuids, held against uuids drawn around it.
import t from 'tap';
import { uuidFrom, uuidUpTo } from '../../src/storage/uuid-order.ts';

const LEAST = '00000000-0000-0000-0000-000000000000';
const GREATEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const SOME = '0190a0b1-c2d3-7e4f-8000-00000000009f';

const LINES: readonly (readonly [text: string, from: string | undefined, upTo: string | undefined])[] = [
  ['', LEAST, undefined],
  [SOME, SOME, SOME],
  [LEAST, LEAST, LEAST],
  [GREATEST, GREATEST, GREATEST],
  [`${SOME}x`, '0190a0b1-c2d3-7e4f-8000-0000000000a0', SOME],
  [`${GREATEST}x`, undefined, GREATEST],
  ['0190a0b1', '0190a0b1-0000-0000-0000-000000000000', '0190a0b0-ffff-ffff-ffff-ffffffffffff'],
  ['0190a0b1-', '0190a0b1-0000-0000-0000-000000000000', '0190a0b0-ffff-ffff-ffff-ffffffffffff'],
  ['0190a0b1.', '0190a0b2-0000-0000-0000-000000000000', '0190a0b1-ffff-ffff-ffff-ffffffffffff'],
  ['0190a0b1,', '0190a0b1-0000-0000-0000-000000000000', '0190a0b0-ffff-ffff-ffff-ffffffffffff'],
  ['patient-1', undefined, GREATEST],
  ['Zoe', 'a0000000-0000-0000-0000-000000000000', '9fffffff-ffff-ffff-ffff-ffffffffffff'],
  ['9:', '9a000000-0000-0000-0000-000000000000', '99ffffff-ffff-ffff-ffff-ffffffffffff'],
  ['-', LEAST, undefined],
  ['fz', undefined, GREATEST],
  ['ezz', 'f0000000-0000-0000-0000-000000000000', 'efffffff-ffff-ffff-ffff-ffffffffffff'],
];

t.test('the least uuid at or after a text, the greatest at or before it', async (t) => {
  for (const [text, from, upTo] of LINES) {
    t.equal(uuidFrom(text), from, `from "${text}"`);
    t.equal(uuidUpTo(text), upTo, `up to "${text}"`);
  }
});

t.test('no uuid lies between the two bounds and the text', async (t) => {
  let seed = 7;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  const uuid = (like: string): string =>
    [...SOME]
      .map((c, i) =>
        c === '-' ? '-' : i < like.length && next(4) > 0 && /[\da-f]/.test(like[i]!) ? like[i]! : next(16).toString(16),
      )
      .join('');
  for (let round = 0; round < 3000; round++) {
    const base = uuid('');
    const cut = base.slice(0, next(37));
    const text = cut + ['', '-', '.', '0', 'A', 'g', ':', 'ff'][next(8)]!;
    const one = uuid(text);
    const from = uuidFrom(text);
    const upTo = uuidUpTo(text);
    if (one >= text && !(from !== undefined && from <= one))
      t.fail(`${one} is from "${text}", ${from} is not the least`);
    if (one <= text && !(upTo !== undefined && upTo >= one))
      t.fail(`${one} is up to "${text}", ${upTo} is not the greatest`);
    if (from !== undefined && from < text) t.fail(`${from} is before "${text}"`);
    if (upTo !== undefined && upTo > text) t.fail(`${upTo} is after "${text}"`);
  }
});
