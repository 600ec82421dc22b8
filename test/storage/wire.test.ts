// What is sent in binary form is what PostgreSQL reads.
import pg from 'pg';
import t from 'tap';
import { CopyRows } from '../../src/storage/copy.ts';
import { isoInstant } from '../../src/storage/db.ts';
import { arrayLiteral, Session } from '../../src/storage/session.ts';
import {
  boolArray,
  dateArray,
  float8Array,
  instantArray,
  int2Array,
  int4Array,
  textArray,
  uuidArray,
} from '../../src/storage/wire.ts';
import { db } from '../helpers/db.ts';

const self = <T>(value: T): T => value;

const INTEGERS = ['0', '1', '-1', '9', '-1000000000', '999999999', '4294967296', '-4294967296', '9223372036854775807'];
const TEXTS = ['', 'a', 'é', '漢字', '😀', '"{},\\', "'", 'null', ' x '];
const INSTANTS: readonly (readonly [sent: string, stored: string])[] = [
  ['2026-03-01T09:30:00Z', '2026-03-01 09:30:00+00'],
  ['2026-03-01T10:30:00.5+01:00', '2026-03-01 09:30:00.5+00'],
  ['2000-01-01T00:00:00.000001Z', '2000-01-01 00:00:00.000001+00'],
  ['1999-12-31T23:59:59.999999Z', '1999-12-31 23:59:59.999999+00'],
  ['1700-01-01T00:00:00.25Z', '1700-01-01 00:00:00.25+00'],
  ['9999-12-31T23:59:59.9999Z', '9999-12-31 23:59:59.9999+00'],
  ['0001-01-01T00:00:00Z', '0001-01-01 00:00:00+00'],
  ['infinity', 'infinity'],
  ['-infinity', '-infinity'],
];

t.test('binary values', async (t) => {
  const client = new pg.Client(await db(t));
  await client.connect();
  await client.query("set timezone = 'UTC'");
  t.teardown(() => client.end());
  const session = new Session(client);
  const read = async (type: string, value: Buffer): Promise<unknown[]> =>
    (await client.query(`select array(select x::text from unnest($1::${type}[]) x) as read`, [value])).rows[0].read;

  await t.test('arrays of each type come back, nulls too', async (t) => {
    t.strictSame(await read('int2', int2Array([1, null, -32768], self)), ['1', null, '-32768']);
    t.strictSame(await read('int4', int4Array([1, null, 2147483647], self)), ['1', null, '2147483647']);
    t.strictSame(await read('float8', float8Array([0.1, -5e-324, Infinity, null], self)), [
      '0.1',
      '-5e-324',
      'Infinity',
      null,
    ]);
    t.strictSame(await read('bool', boolArray([true, false, null], self)), ['true', 'false', null]);
    t.strictSame(await read('text', textArray([...TEXTS, null], self)), [...TEXTS, null]);
    const uuids = ['00000000-0000-0000-0000-000000000000', 'ba7816bf-8f01-4fea-8141-40de5dae2223'];
    t.strictSame(await read('uuid', uuidArray([...uuids, null], self)), [...uuids, null]);
    const days = ['2000-01-01', '1999-12-31', '2024-02-29', '0001-01-01', '9999-12-31'];
    t.strictSame(await read('date', dateArray([...days, null], self)), [...days, null]);
    const [sent, stored] = [INSTANTS.map(([s]) => s), INSTANTS.map(([, s]) => s)];
    t.strictSame(await read('timestamptz', instantArray([...sent, null], self)), [...stored, null]);
  });

  await t.test('empty arrays are empty', async (t) => {
    t.strictSame(await read('int4', int4Array([], self)), []);
    t.strictSame(await read('text', textArray([], self)), []);
  });

  await t.test('rows that are copied come back', async (t) => {
    await client.query(
      'create temp table seen (a int, b smallint, c uuid, d timestamptz, e text, f bigint[], g float8, h int)',
    );
    const rows = new CopyRows(8, 0);
    for (const text of TEXTS) {
      rows.row().int4(7).int2(-2).uuid('ba7816bf-8f01-4fea-8141-40de5dae2223').instant('2026-03-01T09:30:00Z');
      rows.text(text).int8s(INTEGERS).float8(2.5).int4(null);
    }
    rows
      .row()
      .int4(8)
      .int2(0)
      .uuid('00000000-0000-0000-0000-000000000000')
      .instant(null)
      .text(null)
      .int8s([])
      .float8(0)
      .empty();
    await session.run([{ text: 'copy seen from stdin (format binary)', data: rows.finish() }]);
    const stored = (await client.query('select a, b, c, d::text, e, f::text[], g, h from seen')).rows;
    const id = 'ba7816bf-8f01-4fea-8141-40de5dae2223';
    const same = { a: 7, b: -2, c: id, d: '2026-03-01 09:30:00+00', f: INTEGERS, g: 2.5, h: null };
    t.strictSame(
      stored.slice(0, -1),
      TEXTS.map((e) => ({ ...same, e })),
    );
    t.match(stored.at(-1), { a: 8, d: null, e: null, f: [], h: null });
  });

  await t.test('random 64-bit integers are written exactly', async (t) => {
    const values = Array.from({ length: 500 }, (_, i) =>
      String(BigInt.asIntN(64, BigInt(i + 1) * 0x9e3779b97f4a7c15n)),
    );
    await client.query('create temp table big (f bigint[])');
    const data = new CopyRows(1, 0).row().int8s(values).finish();
    await session.run([{ text: 'copy big from stdin (format binary)', data }]);
    t.strictSame((await client.query('select f::text[] from big')).rows[0].f, values);
  });

  await t.test('quoted elements of an array stay what they are', async (t) => {
    const { rows } = await client.query('select $1::text[] as read', [arrayLiteral([...TEXTS, null])]);
    t.strictSame(rows[0].read, [...TEXTS, null]);
  });
});

t.test('an impossible instant is refused before it is sent', async (t) => {
  t.throws(() => instantArray(['2026-13-01T00:00:00Z'], self), RangeError);
});

t.test('instants are read as ISO texts', async (t) => {
  t.equal(isoInstant('2026-03-01 09:30:00+00'), '2026-03-01T09:30:00.000Z');
  t.equal(isoInstant('2026-03-01 09:30:00.5+00'), '2026-03-01T09:30:00.500Z');
  t.equal(isoInstant('2026-03-01 09:30:00.1234+00'), '2026-03-01T09:30:00.123400Z');
  t.equal(isoInstant('infinity'), 'infinity');
});
