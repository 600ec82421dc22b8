// Pages: whatever the order and the page size, following the links gives every match once, in the order of one large page.
import t from 'tap';
import { CURSOR, parseSearch } from '../../../src/fhir/search/index.ts';
import { FaultError } from '../../../src/kernel/fault.ts';
import { everything, type Store } from '../../../src/storage/types.ts';
import { BASE, clock, definitions, find, worldStore, writeOf } from './world.ts';

const ORDERS = [
  '',
  '_sort=_id',
  '_sort=-_id',
  '_sort=_lastUpdated',
  '_sort=-_lastUpdated',
  '_sort=date',
  '_sort=-date',
  '_sort=-date,_id',
  '_sort=date,-_id',
  '_sort=-date&date=ge2024',
  '_sort=date&date=lt2030',
  '_sort=value-quantity',
  '_sort=-value-quantity',
  '_sort=-value-quantity,date,-_lastUpdated',
  '_sort=date,-value-quantity',
  '_sort=_id,date',
  '_sort=value-date,-date',
  'date=ge2023',
  'date=ge2023&_sort=-date',
  'date=gt2024-01-31&date=lt2030&_sort=date',
  'date=ap2024-01-31&_sort=-date',
  'date=ge2024,2019&_sort=date',
  'date=ne2024-01-10&_sort=-date',
  'code=http://loinc.org|29463-7&_sort=-date',
  'code=http://loinc.org|&_sort=date',
  'code=http://loinc.org|&date=ge2024-01-31&_sort=-date',
  'status=final&_sort=-_lastUpdated',
  'status=final&_sort=value-quantity',
  'subject=Patient/amelie&_sort=-date',
  '_lastUpdated=gt2024-04-01T00:05:00Z',
  'value-quantity=gt60',
  'value-quantity=ge71||kg',
  'value-quantity=lt80',
  'combo-value-quantity=gt1',
  'value-quantity=ap72',
  'code-value-quantity=29463-7$gt60',
  'value-string=oed',
  'status:not=final',
  'subject:missing=false',
  'code:not=29463-7&_sort=-date',
  'patient.gender=female',
  'patient.gender=female&_sort=-date',
  '_sort=status',
  '_sort=-status',
  '_sort=status,-date',
  '_sort=value-concept,-code,date',
  '_sort=-combo-value-quantity',
];

async function walk(store: Store, type: string, query: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  let params: readonly (readonly [string, string])[] = [...new URLSearchParams(query), ['_count', String(count)]];
  for (let page = 0; page < 50; page++) {
    const search = await parseSearch({ definitions, clock }, store, type, params, { base: BASE });
    const found = await store.search(search.plan);
    ids.push(...found.rows.map((r) => r.id));
    if (found.next === undefined) return ids;
    params = search.nextPage(found.next);
  }
  throw new Error('the pages do not end');
}

t.test('pages', async (t) => {
  const store = await worldStore(t);

  t.test('neither skip nor repeat, in any order', async (t) => {
    for (const order of ORDERS) {
      const whole = (await find(store, 'Observation', order)).rows.map((r) => r.id);
      for (const count of [1, 2, 3, 7, whole.length]) {
        t.same(await walk(store, 'Observation', order, count), whole, `${order || 'by id'}, ${count} a page`);
      }
    }
    for (const order of [
      '_sort=-name,birthdate',
      'name=le',
      'name=le&gender=male',
      'birthdate=ge1950',
      'birthdate=lt1990',
      'death-date=gt2000',
      'address-city=s',
      '_has:Observation:patient:status=final',
    ]) {
      const names = (await find(store, 'Patient', order)).rows.map((r) => r.id);
      t.ok(names.length > 0, order);
      t.same(await walk(store, 'Patient', order, 1), names, order);
    }
  });

  t.test('come by the text of the id when asked for, whoever gave it', async (t) => {
    // Texts around those of uuids, one with a capital, and one that is only the beginning of a uuid.
    const ids = [
      '0190a0b1-c2d3-7e4f-8000-00000000009f',
      'f1a0b1c2-d3e4-4f50-8617-28394a5b6c7d',
      '0190a0b1',
      'F1',
      'a.b',
      '9-',
    ];
    for (const id of ids) {
      const body = { resourceType: 'Basic', id, code: { text: 'x' } };
      await store.transaction([0], (tx) => tx.write([writeOf(body, 0, '2024-05-01T00:00:00.000Z')]));
    }
    for (const type of ['Observation', 'Patient', 'Basic']) {
      const found = (await find(store, type, '')).rows.map((r) => r.id);
      for (const count of [1, 2, 3, 50]) {
        t.same(await walk(store, type, '_sort=_id', count), found.toSorted(), `${type}, ${count} a page`);
        t.same(
          await walk(store, type, '_sort=-_id', count),
          found.toSorted().reverse(),
          `${type} down, ${count} a page`,
        );
      }
    }
    t.same(await walk(store, 'Basic', `_id=${ids.join(',')}&_sort=_id`, 2), ids.toSorted());
    t.same(await walk(store, 'Basic', 'code:missing=false&_sort=-_id', 2), ids.toSorted().reverse());
  });

  t.test('end exactly with the last match', async (t) => {
    const search = await parseSearch({ definitions, clock }, store, 'Patient', [['_count', '3']]);
    t.equal((await store.search(search.plan)).next, undefined);
    const shorter = await parseSearch({ definitions, clock }, store, 'Patient', [['_count', '2']]);
    t.not((await store.search(shorter.plan)).next, undefined);
  });

  t.test('stay in place while others write before and after', async (t) => {
    const search = await parseSearch({ definitions, clock }, store, 'Organization', [
      ['_sort', '-_lastUpdated'],
      ['_count', '1'],
    ]);
    const organization = (id: string) => ({ resourceType: 'Organization', id, name: id });
    await store.transaction([0], (tx) => tx.write([writeOf(organization('between'), 0, '2024-04-20T00:00:00.000Z')]));
    const first = await store.search(search.plan);
    t.same(
      first.rows.map((r) => r.id),
      ['between'],
    );
    await store.transaction([0], (tx) => tx.write([writeOf(organization('newest'), 0, '2024-05-20T00:00:00.000Z')]));
    const next = await parseSearch({ definitions, clock }, store, 'Organization', search.nextPage(first.next!));
    t.same(
      (await store.search(next.plan)).rows.map((r) => r.id),
      ['chu'],
    );
  });

  t.test('refuse a cursor of another search, type or order, and one that was tampered with', async (t) => {
    const search = await parseSearch({ definitions, clock }, store, 'Observation', [
      ['_sort', '-date'],
      ['_count', '2'],
    ]);
    const page = await store.search(search.plan);
    const cursor = search.nextPage(page.next!).find(([name]) => name === CURSOR)![1];
    const refused: [string, [string, string][]][] = [
      [
        'Observation',
        [
          ['_sort', 'date'],
          [CURSOR, cursor],
        ],
      ],
      [
        'Observation',
        [
          ['_sort', '-date'],
          ['status', 'final'],
          [CURSOR, cursor],
        ],
      ],
      [
        'DiagnosticReport',
        [
          ['_sort', '-date'],
          [CURSOR, cursor],
        ],
      ],
      [
        'Observation',
        [
          ['_sort', '-date'],
          [CURSOR, `${cursor}A`],
        ],
      ],
      [
        'Observation',
        [
          ['_sort', '-date'],
          [CURSOR, cursor],
          [CURSOR, cursor],
        ],
      ],
    ];
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    for (const forged of ["2024'; drop table resource", '2024-01-01', 'x\u0000', 7, ['a'], {}]) {
      const text = Buffer.from(JSON.stringify([parts[0], parts[1], forged])).toString('base64url');
      refused.push([
        'Observation',
        [
          ['_sort', '-date'],
          [CURSOR, text],
        ],
      ]);
    }
    for (const [type, query] of refused) {
      await t.rejects(parseSearch({ definitions, clock }, store, type, query), FaultError);
    }
    const other = await parseSearch({ definitions, clock }, store, 'Observation', [
      ['_sort', '-date'],
      ['_count', '50'],
      [CURSOR, cursor],
    ]);
    t.equal((await store.search(other.plan)).rows.length, 6, 'another page size is fine');
  });

  t.test('counts are those of the rows', async (t) => {
    for (const query of [
      '',
      'code=29463-7',
      'patient=amelie',
      'date=ge2024-01-31',
      'patient=ghost',
      'value-quantity=gt71',
    ]) {
      const search = await parseSearch({ definitions, clock }, store, 'Observation', [...new URLSearchParams(query)]);
      t.equal(
        await store.count(search.plan),
        (await store.search({ ...search.plan, reach: everything })).rows.length,
        query,
      );
    }
  });
});
