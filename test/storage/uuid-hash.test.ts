// A reference is hashed by us when it is stored and by PostgreSQL when it is followed: both must agree.
import t from 'tap';
import { referenceHash, referenceMask } from '../../src/storage/hash.ts';
import { storedId } from '../../src/storage/ids.ts';
import { uuidHash } from '../../src/storage/uuid-hash.ts';
import { open } from './open.ts';

const { query } = await open(t);

async function inSql(uuid: string, mask: string): Promise<unknown> {
  return (await query('select (uuid_hash_extended($1::uuid, 0) # $2::int8)::text as hash', [uuid, mask]))[0]!.hash;
}

t.test('our hash of a uuid is that of PostgreSQL, whatever the mask', async (t) => {
  const uuids = [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '0190f0f0-1234-7abc-8def-0123456789ab',
    '80000000-7fff-4000-8000-ffffffff0001',
  ];
  const halves = [0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0x1234_5678];
  for (const uuid of uuids) {
    for (const high of halves) {
      for (const low of halves) {
        const mask = ((BigInt(high) << 32n) | BigInt(low >>> 0)).toString();
        t.equal(uuidHash(uuid, high, low), await inSql(uuid, mask), `${uuid} ${mask}`);
      }
    }
  }
});

t.test('a reference is the hash of the stored id, masked by its parameter and type', async (t) => {
  for (const id of ['0190f0f0-1234-7abc-8def-0123456789ab', 'client-id', 'A.1']) {
    for (const [param, type] of [
      [7, 'Patient'],
      [-7, 'Patient'],
      [7, 'Device'],
    ] as const) {
      t.equal(referenceHash(param, type, id), await inSql(storedId(id), referenceMask(param, type)));
    }
  }
  t.not(referenceHash(7, 'Patient', 'a'), referenceHash(7, 'Device', 'a'));
  t.not(referenceHash(7, 'Patient', 'a'), referenceHash(8, 'Patient', 'a'));
});
