// history of an instance, a type, everything: https://hl7.org/fhir/R4/http.html#history
import t from 'tap';
import { type Json, patient, refused, serve } from '../../http/server.ts';

const s = await serve(t, { now: '2026-03-01T09:00:00.000Z' });
const at = (minute: number) => s.clock.set(`2026-03-01T09:${String(minute).padStart(2, '0')}:00.000Z`);
const device = (more: Json = {}) => ({ resourceType: 'Device', ...more });
const shown = (bundle: Json) =>
  (bundle.entry ?? []).map((e: Json) => `${e.request.method} ${e.response.location}`) as string[];

at(1);
const a = await s.made(device({ lotNumber: '1' }));
at(2);
const b = await s.made(device());
at(3);
await s.put(a, device({ id: a.split('/')[1], lotNumber: '2' }));
at(4);
await s.delete(b);
at(5);
const p = await s.made(patient());
at(6);
await s.patch(a, [{ op: 'replace', path: '/lotNumber', value: '3' }]);
at(7);
await s.put(b, device({ id: b.split('/')[1] }));

const DEVICES = [
  `PUT ${b}/_history/3`,
  `PATCH ${a}/_history/3`,
  `DELETE ${b}/_history/2`,
  `PUT ${a}/_history/2`,
  `POST ${b}/_history/1`,
  `POST ${a}/_history/1`,
];

t.test('of an instance: newest first, with what was done and when', async (t) => {
  const { status, json } = await s.get(`${a}/_history`);
  t.equal(status, 200);
  t.equal(json.type, 'history');
  t.equal(json.total, 3);
  t.strictSame(
    shown(json),
    DEVICES.filter((d) => d.includes(a)),
  );
  t.match(json.entry[0], {
    fullUrl: `http://localhost:80/fhir/${a}`,
    resource: { lotNumber: '3', meta: { versionId: '3' } },
    request: { method: 'PATCH', url: a },
    response: { status: '200 OK', etag: 'W/"3"', lastModified: '2026-03-01T09:06:00.000Z' },
  });
  t.match(json.entry[2], { request: { method: 'POST', url: 'Device' }, response: { status: '201 Created' } });
  t.equal(json.link[0].url, `http://localhost:80/fhir/${a}/_history`);
  t.equal(json.link.length, 1);
});

t.test('a deletion has no resource', async (t) => {
  const { json } = await s.get(`${b}/_history`);
  t.strictSame(
    shown(json),
    DEVICES.filter((d) => d.includes(b)),
  );
  t.equal(json.entry[1].resource, undefined);
  t.match(json.entry[1].response, { status: '204 No Content' });
});

t.test('of a type, and of everything', async (t) => {
  const type = (await s.get('Device/_history')).json;
  t.strictSame(shown(type), DEVICES);
  t.equal(type.total, 6);
  const system = (await s.get('_history?_since=2026-03-01T09:01:00Z')).json;
  t.strictSame(
    shown(system),
    [...DEVICES.slice(0, 2), `POST ${p}/_history/1`, ...DEVICES.slice(2)].toSorted(byTime(system)),
  );
  t.equal(system.total, 7);
  t.strictSame(shown((await s.get('Group/_history')).json), []);
  t.equal((await s.get('Group/_history')).json.total, 0);
});

/** The order that the bundle's own times give. */
function byTime(bundle: Json) {
  const time = new Map(shown(bundle).map((line, i) => [line, bundle.entry[i].response.lastModified as string]));
  return (x: string, y: string) => ((time.get(y) ?? '') < (time.get(x) ?? '') ? -1 : 1);
}

const SINCE: readonly (readonly [query: string, count: number])[] = [
  ['_since=2026-03-01T09:04:00Z', 3],
  ['_since=2026-03-01T09:04:00.001Z', 2],
  ['_since=2026-03-01T10:04:00%2B01:00', 3],
  ['_since=2026-03-01T10:04:00+01:00', 3],
  ['_since=2026-03-01T09:08:00Z', 0],
  ['_since=2020-01-01T00:00:00Z', 6],
  ['_at=2026-03-01T09:02:00Z', 2],
  ['_at=2026-03-01T09:02:30Z', 2],
  ['_at=2026-03-01T09:04:00Z', 2],
  ['_at=2026-03-01T09:05:00Z', 1],
  ['_at=2026-03-01T09:30:00Z', 2],
  ['_at=2026-03', 6],
  ['_at=2026', 6],
  ['_at=2025', 0],
  ['_at=2027', 2],
  ['_at=lt2026-03-01T09:02:00Z', 1],
  ['_at=le2026-03-01T09:02:00Z', 2],
  ['_at=ge2026-03-01T09:05:00Z', 3],
  ['_at=gt2026-03-01T09:06:00Z', 2],
  ['_at=2026-03&_since=2026-03-01T09:06:00Z', 2],
];
for (const [query, count] of SINCE) {
  t.test(`Device/_history?${query} has ${count}`, async (t) => {
    const { status, json } = await s.get(`Device/_history?${query}`);
    t.equal(status, 200);
    t.equal(json.entry?.length ?? 0, count, shown(json).join(', '));
    if (query.startsWith('_since')) t.equal(json.total, count);
    const own = (await s.get(`${a}/_history?${query}`)).json;
    t.strictSame(
      shown(own),
      shown(json).filter((line) => line.includes(a)),
      'the same for one',
    );
    t.equal(own.total, own.entry?.length ?? 0);
  });
}

for (const path of ['Device/_history', `${a}/_history`, '_history']) {
  t.test(`pages of ${path} show all of it once`, async (t) => {
    const whole = shown((await s.get(path)).json);
    for (const size of [1, 2, 3, 5, 100]) {
      const seen: string[] = [];
      let url: string | undefined = `${path}?_count=${size}`;
      for (let pages = 0; url !== undefined && pages < 300; pages++) {
        const { json, status } = await s.get(url);
        t.equal(status, 200);
        t.ok((json.entry?.length ?? 0) <= size);
        seen.push(...shown(json));
        url = json.link.find((l: Json) => l.relation === 'next')?.url;
      }
      t.strictSame(seen.slice(0, whole.length), whole, `_count=${size}`);
    }
  });
}

t.test('pages neither skip nor repeat what was there, while everything changes', async (t) => {
  at(20);
  const refs = await Promise.all(
    Array.from({ length: 12 }, () => s.made({ resourceType: 'Group', type: 'person', actual: true })),
  );
  const before = new Set(shown((await s.get('Group/_history')).json));
  const seen: string[] = [];
  let url: string | undefined = 'Group/_history?_count=3';
  for (let i = 0; url !== undefined && i < 50; i++) {
    const { json } = await s.get(url);
    seen.push(...shown(json));
    url = json.link.find((l: Json) => l.relation === 'next')?.url;
    const ref = refs[i % refs.length]!;
    at(21 + (i % 30));
    if (i % 2 === 0) await s.put(ref, { resourceType: 'Group', id: ref.split('/')[1], type: 'person', actual: false });
    else await s.delete(ref);
    await s.made({ resourceType: 'Group', type: 'animal', actual: true });
  }
  t.equal(new Set(seen).size, seen.length, 'nothing twice');
  t.strictSame(new Set(seen.filter((line) => before.has(line))), before, 'nothing skipped');
});

t.test('_count=0 is the total alone', async (t) => {
  for (const path of ['Device/_history', `${a}/_history`]) {
    const { json } = await s.get(`${path}?_count=0`);
    t.equal(json.entry, undefined);
    t.ok(json.total > 0);
    t.equal(json.link.length, 1);
  }
});

const BAD = [
  '_count=-1',
  '_count=abc',
  '_count=',
  '_count=1&_count=2',
  '_since=2026-03-01',
  '_since=2026-03-01T09:00:00',
  '_since=2026-02-30T09:00:00Z',
  '_since=yesterday',
  '_since=2026-03-01T09:00:00Z&_since=2026-03-01T09:00:00Z',
  '_at=2026-13',
  '_at=xx2026',
  '_at=',
  '_sort=_lastUpdated',
  '_list=',
  '_list=Group/1',
  '_list=a b',
  '_list=$current-problems',
  '_list=x&_list=x',
  'foo=1',
  '_cursor=x',
  `_cursor=${Buffer.from('2026-03-01T09:00:00.000Z Device x 1').toString('base64url')}`,
  `_cursor=${Buffer.from('2026-99-01T09:00:00.000Z Device 019aa0ab-0000-7000-8000-000000000000 1').toString('base64url')}`,
  `_cursor=${Buffer.from('2026-03-01T09:00:00.000Z Patient 019aa0ab-0000-7000-8000-000000000000 1').toString('base64url')}`,
];
for (const query of BAD) {
  t.test(`refuses _history?${query}`, async (t) => {
    refused(t, await s.get(`Device/_history?${query}`), 400, 'history-parameter');
    refused(t, await s.get(`${a}/_history?${query}`), 400, 'history-parameter');
  });
}

t.test('an id that was never used has no history', async (t) => {
  refused(t, await s.get('Device/nobody/_history'), 404, 'resource-unknown');
  refused(t, await s.get('Device/nobody/_history?_since=2026-03-01T09:00:00Z'), 404);
  t.equal((await s.get(`${a}/_history?_since=2030-01-01T00:00:00Z`)).json.total, 0);
});

t.test('versions, current, past and deleted', async (t) => {
  t.equal((await s.get(`${a}/_history/1`)).json.lotNumber, '1');
  t.equal((await s.get(`${a}/_history/3`)).json.lotNumber, '3');
  refused(t, await s.get(`${b}/_history/2`), 410, 'resource-deleted');
  for (const version of ['0', '4', 'x', '1.0', '99999999999']) {
    refused(t, await s.get(`${a}/_history/${version}`), 404, 'version-unknown');
  }
});

t.test('_list: no other versions than those that a List names', async (t) => {
  at(50);
  const items = [
    { item: { reference: `${a}/_history/1` } },
    { item: { reference: `${a}/_history/3` } },
    { item: { reference: `${a}/_history/9` } },
    { item: { reference: b } },
    { item: { reference: `${b}/_history/1` } },
    { item: { reference: p }, deleted: true },
    { item: { display: 'nothing' } },
  ];
  const list = await s.made({ resourceType: 'List', status: 'current', mode: 'changes', entry: items });
  const wanted = [
    `PUT ${b}/_history/3`,
    `PATCH ${a}/_history/3`,
    `DELETE ${b}/_history/2`,
    `POST ${b}/_history/1`,
    `POST ${a}/_history/1`,
  ];
  const id = list.split('/')[1];
  for (const [path, lines] of [
    [`Device/_history?_list=${id}`, wanted],
    [`Device/_history?_list=${list}`, wanted],
    [`_history?_list=${id}`, wanted],
    [`_history?_list=${id}&_since=2026-03-01T09:04:00Z`, wanted.slice(0, 3)],
    [`_history?_list=${id}&_at=2026-03-01T09:01:30Z`, wanted.slice(4)],
    [`Patient/_history?_list=${id}`, []],
    [`${a}/_history?_list=${id}`, wanted.filter((w) => w.includes(a))],
    [`${a}/_history?_list=${id}&_since=2026-03-01T09:02:00Z`, [`PATCH ${a}/_history/3`]],
    [`${b}/_history?_list=${id}`, wanted.filter((w) => w.includes(b))],
    [`${p}/_history?_list=${id}`, []],
    ['Device/_history?_list=none', []],
  ] as const) {
    const { status, json } = await s.get(path);
    t.equal(status, 200, path);
    t.strictSame(shown(json), lines, path);
    if (!path.includes('_at')) t.equal(json.total, lines.length);
  }
  const seen: string[] = [];
  for (let url: string | undefined = `_history?_list=${id}&_count=2`; url !== undefined; ) {
    const { json } = await s.get(url);
    seen.push(...shown(json));
    url = json.link.find((l: Json) => l.relation === 'next')?.url;
  }
  t.strictSame(seen, wanted, 'page by page');
  refused(t, await s.get(`Device/nobody/_history?_list=${id}`), 404, 'resource-unknown');
});
