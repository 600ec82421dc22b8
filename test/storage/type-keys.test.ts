// The numbers of resource types stand in released databases.
import { createHash } from 'node:crypto';
import t from 'tap';
import { knownTypeKey, resourceTypes, typeKey, typeOfKey } from '../../src/storage/type-keys.ts';

t.test('the keys of R4 types never change', async (t) => {
  t.equal(resourceTypes.length, 146);
  const digest = createHash('sha256').update(resourceTypes.slice(0, 146).join(' ')).digest('hex');
  t.equal(digest, '277dd4fd0f7165ea7fe50036945adf01b0acc2d2b9ccee5a212a11c3773700eb');
});

t.test('a key leads back to its type', async (t) => {
  for (const type of resourceTypes) t.equal(typeOfKey(knownTypeKey(type)), type);
  t.equal(new Set(resourceTypes.map(typeKey)).size, resourceTypes.length);
  t.equal(typeKey('Account'), 1);
});

t.test('what is no concrete R4 type has no key', async (t) => {
  for (const name of ['Resource', 'DomainResource', 'patient', '', '__proto__', 'Patient '])
    t.equal(typeKey(name), undefined, name);
  t.throws(() => knownTypeKey('Nonsense'), RangeError);
  t.throws(() => typeOfKey(0), RangeError);
  t.throws(() => typeOfKey(147), RangeError);
});
