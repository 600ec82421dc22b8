// Keys of the search index.
import t from 'tap';
import { formHash, hash64, longDateToken, pairHash, paramKey, tokenHash } from '../../src/storage/hash.ts';

t.test('a hash is a signed 64-bit decimal text, the same for ever', async (t) => {
  // A released database holds these numbers: with another function nothing would be found.
  t.equal(hash64(''), '6362747414636482853');
  t.equal(hash64('abc'), '-3277482700419232849');
  t.equal(tokenHash('Observation', 'code', 'http://loinc.org', '29463-7'), '-666839558661515437');
  t.equal(formHash(paramKey('Patient', 'identifier'), 'value', '', 'é😀'), '-3806627289546041408');
  t.equal(paramKey('Observation', 'code'), 1743250270);
  for (const text of ['', 'a', 'é', '😀', 'x'.repeat(10_000)]) {
    const n = BigInt(hash64(text));
    t.ok(n >= -(2n ** 63n) && n < 2n ** 63n, text.slice(0, 5));
  }
});

t.test('200,000 near texts have 200,000 hashes, and each half of the bits is well spread', async (t) => {
  const count = 200_000;
  const seen = new Set<string>();
  const low = new Set<number>();
  const high = new Set<number>();
  for (let i = 0; i < count; i++) {
    const hash = formHash(1, 'pair', 'urn:oid:1.2.250.1.213.1.4.8', String(i));
    seen.add(hash);
    const bits = BigInt.asUintN(64, BigInt(hash));
    low.add(Number(bits & 0xffff_ffffn));
    high.add(Number(bits >> 32n));
  }
  t.equal(seen.size, count);
  // 4.7 pairs of equal halves are to be expected; 25 would be a wonder.
  t.ok(count - low.size < 25, `low half: ${count - low.size} repeated`);
  t.ok(count - high.size < 25, `high half: ${count - high.size} repeated`);
});

t.test('every bit is set in about half of the hashes', async (t) => {
  const count = 20_000;
  const set = new Array<number>(64).fill(0);
  for (let i = 0; i < count; i++) {
    const bits = BigInt.asUintN(64, BigInt(formHash(7, 'value', '', `Patient/${i}`)));
    for (let b = 0; b < 64; b++) if ((bits >> BigInt(b)) & 1n) set[b]!++;
  }
  for (const [bit, n] of set.entries()) if (Math.abs(n - count / 2) > 500) t.fail(`bit ${bit}: ${n} of ${count}`);
  t.pass('all 64');
});

t.test('parameter, form, system and value each make another hash', async (t) => {
  const hashes = [
    formHash(1, 'pair', 's', 'v'),
    formHash(2, 'pair', 's', 'v'),
    formHash(1, 'pair', 'sv', ''),
    formHash(1, 'pair', '', 'sv'),
    formHash(1, 'value', '', 'v'),
    formHash(1, 'pair', '', 'v'),
    formHash(1, 'system', 's', ''),
    formHash(1, 'pair', 's', ''),
    formHash(1, 'pair', 'v', 's'),
  ];
  t.equal(new Set(hashes).size, hashes.length);
  t.equal(formHash(1, 'value', 'ignored', 'v'), formHash(1, 'value', '', 'v'));
  t.equal(formHash(1, 'system', 's', 'ignored'), formHash(1, 'system', 's', ''));
});

t.test('what is remembered is what would be made anew', async (t) => {
  for (let i = 0; i < 100_050; i++) pairHash(3, 's', String(i));
  for (const i of [0, 1, 99_999, 100_000, 100_049])
    t.equal(pairHash(3, 's', String(i)), formHash(3, 'pair', 's', String(i)));
  t.equal(tokenHash('Patient', 'identifier', 's', 'v'), formHash(paramKey('Patient', 'identifier'), 'pair', 's', 'v'));
});

t.test('a parameter key is an int4 of type and name', async (t) => {
  const key = paramKey('Observation', 'code');
  t.ok(Number.isInteger(key) && key >= -(2 ** 31) && key < 2 ** 31);
  t.equal(paramKey('Observation', 'code'), key);
  t.not(paramKey('Condition', 'code'), key);
  t.not(paramKey('Observationc', 'ode'), key);
});

t.test('the mark of long dates is no token of a value', async (t) => {
  t.not(longDateToken('Observation'), longDateToken('Encounter'));
  t.not(longDateToken('Observation'), tokenHash('Observation', 'code', '', 'long'));
});
