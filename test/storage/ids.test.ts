// Ids that carry the patient key; ids of clients as hashes.
import t from 'tap';
import { fixedClock } from '../../src/kernel/clock.ts';
import { assignedText, isCanonical, newId, patientOf, publicId, storedId } from '../../src/storage/ids.ts';

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

t.test('a new id is a UUID of version 7 with the time in front and the patient key at the end', async (t) => {
  const id = newId(0x12345678, fixedClock('2026-03-01T09:30:00.123Z'));
  t.match(id, UUID7);
  t.ok(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) >= Date.parse('2026-03-01T09:30:00.123Z'));
  t.ok(id.endsWith('12345678'));
});

t.test('the patient key is read back at both ends of its range', async (t) => {
  const clock = fixedClock('2026-03-01T09:30:00Z');
  for (const key of [0, 1, 0xffff, 0x10000, 0x7fffffff]) t.equal(patientOf(newId(key, clock)), key);
});

t.test(
  'ids increase while the clock stands still, also beyond 4,096 in a millisecond, and when it goes back',
  async (t) => {
    const clock = fixedClock('2030-01-01T00:00:00Z');
    let last = newId(1, clock);
    for (let i = 0; i < 10_000; i++) {
      if (i === 5_000) clock.set('2029-12-31T23:59:59Z');
      const next = newId(1, clock);
      if (next <= last) t.fail(`${next} after ${last}`);
      last = next;
    }
  },
);

t.test('no patient is read from an id of another form', async (t) => {
  for (const id of [
    'p1',
    '',
    'ba7816bf-8f01-4fea-8141-40de5dae2223',
    'BA7816BF-8F01-7FEA-8141-40DE5DAE2223',
    '01a20dc1-2146-7000-9720-ecd4ffffffff',
  ]) {
    t.equal(patientOf(id), undefined, id);
  }
});

t.test('a canonical UUID is stored as it is, and needs no text beside it', async (t) => {
  for (const id of ['ba7816bf-8f01-4fea-8141-40de5dae2223', newId(3, fixedClock('2026-03-01T09:30:00Z'))]) {
    t.equal(storedId(id), id);
    t.equal(assignedText(id), null);
    t.equal(publicId(storedId(id), assignedText(id)), id);
  }
});

t.test('any other id becomes a hash of version 8, and is given back as it was', async (t) => {
  const ids = [
    'a',
    'A',
    'patient-1',
    '1',
    'BA7816BF-8F01-4FEA-8141-40DE5DAE2223',
    'x'.repeat(64),
    'a\0b',
    "'; drop table resource; --",
  ];
  for (const id of ids) {
    t.match(storedId(id), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    t.equal(publicId(storedId(id), assignedText(id)), id);
  }
  t.equal(new Set(ids.map(storedId)).size, ids.length);
});

t.test('a client cannot take the place of another id by sending its hash', async (t) => {
  const hash = storedId('patient-1');
  t.notOk(isCanonical(hash));
  t.not(storedId(hash), hash);
});
