// Search plans as SQL: text and values. What the statements find is in test/fhir/search/behaviour.test.ts.
import t from 'tap';
import { pairToken } from '../../src/storage/hash.ts';
import { storedId } from '../../src/storage/ids.ts';
import { nextText } from '../../src/storage/search/sides.ts';
import { compileCount, compileSearch, nextCursor, resolveHalves, type SearchRow } from '../../src/storage/search.ts';
import type { Clause, Cursor, Prefix, SearchPlan, SortKey } from '../../src/storage/types.ts';
import { everything } from '../../src/storage/types.ts';

const plan = (where: readonly Clause[], more: Partial<SearchPlan> = {}): SearchPlan => ({
  reach: everything,
  type: 'Observation',
  where,
  sort: [],
  limit: 10,
  ...more,
});

/** The conditions of a count, without the type's, each on its line. */
function conditions(...where: Clause[]): { text: string[]; values: readonly unknown[] } {
  const { text, values } = compileCount(plan(where));
  return {
    text: text
      .split('\n')
      .slice(3)
      .map((line) => line.trim()),
    values: values.slice(1),
  };
}

const OBSERVATION = 96;

t.test('a search without clauses asks for the type, one row more than the page', async (t) => {
  const { text, values } = compileSearch(plan([]));
  t.match(text, /from resource r\nwhere r\.type = \$1::int2\norder by r\.id\nlimit 11\n\) page$/);
  t.same(values, [OBSERVATION]);
  t.same(compileCount(plan([])), {
    text: 'select count(*)::int as count\nfrom resource r\nwhere r.type = $1::int2',
    values: [OBSERVATION],
  });
});

t.test('tokens that must all be there are one question of the index', async (t) => {
  const { text, values } = conditions(
    { kind: 'token', anyOf: ['1'] },
    { kind: 'patient', anyOf: [7] },
    { kind: 'token', anyOf: ['2'] },
    { kind: 'token', anyOf: ['3', '4'] },
  );
  t.same(text, ['and r.token @> $2::int8[]', 'and r.patient = $3::int', 'and r.token && $4::int8[]']);
  t.same(values, [['1', '2'], 7, ['3', '4']]);
});

t.test('ids are asked for as they are stored', async (t) => {
  const uuid = '0190f0f0-0000-7000-8000-000000000001';
  t.same(conditions({ kind: 'id', anyOf: [uuid, 'client-id'] }), {
    text: ['and r.id = any($2::uuid[])'],
    values: [[uuid, storedId('client-id')]],
  });
});

t.test('strings are ranges of texts, so that the index is used whatever the text holds', async (t) => {
  t.same(conditions({ kind: 'string', param: 5, match: 'starts', anyOf: ["a%_'"] }), {
    text: [
      'and r.id in (select s.id from search_string s where s.param = $2::int and ((s.value >= $3::text and s.value < $4::text)))',
    ],
    values: [5, "a%_'", 'a%_('],
  });
});

t.test('the next text is above all that start alike, and below all others', async (t) => {
  t.equal(nextText('ab'), 'ac');
  t.equal(nextText('a\u{d7ff}'), 'a\u{e000}', 'no half characters');
  t.equal(nextText('a\u{10ffff}'), 'b');
  t.equal(nextText('\u{10ffff}'), undefined);
  t.equal(nextText('a😀'), 'a😁');
});

t.test('alternatives in side tables are one set of ids', async (t) => {
  const number = (param: number): Clause => ({ kind: 'number', param, test: { prefix: 'gt', lo: '1', hi: '1' } });
  const { text } = conditions({ kind: 'or', anyOf: [number(1), number(2)] });
  t.equal(text.length, 1);
  t.equal(text[0]!.match(/r\.id in/g)?.length, 1);
  t.match(text[0], / union all /);
});

t.test('alternatives of several kinds stand in parentheses', async (t) => {
  const { text, values } = conditions(
    { kind: 'or', anyOf: [{ kind: 'patient', anyOf: [7] }, { kind: 'token', anyOf: ['1'] }, { kind: 'none' }] },
    { kind: 'token', anyOf: ['2'] },
  );
  t.same(text, ['and r.token @> $2::int8[]', 'and ((r.patient = $3::int) or (r.token @> $4::int8[]))']);
  t.same(values, [['2'], 7, ['1']]);
});

t.test('nothing is found by a clause that nothing meets', async (t) => {
  t.same(conditions({ kind: 'none' }).text, ['and false']);
  t.same(conditions({ kind: 'or', anyOf: [{ kind: 'none' }] }).text, ['and false']);
  t.same(conditions({ kind: 'or', anyOf: [] }).text, ['and false']);
});

const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];
const SORTS: readonly (readonly SortKey[])[] = [
  [],
  [{ by: 'id', descending: true }],
  [{ by: 'updated', descending: true }],
  [{ by: 'date', descending: false }],
  [{ by: 'date', descending: true }],
  [
    { by: 'date', descending: true },
    { by: { kind: 'string', param: 1 }, descending: false },
  ],
  [
    { by: { kind: 'number', param: 1 }, descending: true },
    { by: { kind: 'date', param: 1 }, descending: false },
    { by: 'id', descending: true },
    { by: 'updated', descending: false },
  ],
];

t.test('every value has its place in the text, and no place is without value', async (t) => {
  const range = { lo: '2024-01-01T00:00:00Z', hi: '2024-01-02T00:00:00Z' };
  const clauses: Clause[] = PREFIXES.flatMap((prefix): Clause[] => [
    { kind: 'date', test: { prefix, ...range } },
    { kind: 'updated', test: { prefix, ...range } },
    { kind: 'other-date', param: 1, test: { prefix, ...range } },
    { kind: 'number', param: 1, test: { prefix, lo: '1', hi: '2' } },
    { kind: 'number', param: 1, test: { prefix, lo: '1', hi: '2' }, pairs: ['1'] },
    {
      kind: 'number',
      param: 1,
      test: { prefix, lo: '1', hi: '2' },
      second: { prefix, lo: '3', hi: '4' },
      pairs: ['1', '2'],
    },
    { kind: 'number', param: 1, test: { prefix, lo: '1', hi: '2', code: 'kg' } },
    { kind: 'number', param: 1, test: { prefix, lo: '1', hi: '2', system: 'u', code: 'kg' } },
    { kind: 'number', param: 1, test: { prefix, lo: '1', hi: '2', system: 'u' } },
  ]);
  clauses.push({ kind: 'or', anyOf: clauses.slice(0, 12) });
  for (const match of ['starts', 'exact', 'contains'] as const)
    clauses.push({ kind: 'string', param: 1, match, anyOf: ['a', '\u{10ffff}', 'x'.repeat(300)], exact: [1, 2, 3] });
  clauses.push({ kind: 'text', word: "'x'" });
  const inner = { type: 'Patient', where: clauses.slice(0, 3) };
  for (const by of [{ kind: 'patient' }, { kind: 'token', param: 2 }] as const) {
    clauses.push({ kind: 'refers', by, to: inner }, { kind: 'referred', by, from: inner });
  }
  clauses.push({ kind: 'and', allOf: clauses.slice(0, 4) }, { kind: 'not', clause: clauses[0]! });
  for (const where of [[], ...clauses.map((c) => [c]), clauses]) {
    for (const sort of SORTS) {
      const keys = sort.findIndex((s) => s.by === 'id') < 0 ? sort.length : sort.findIndex((s) => s.by === 'id');
      const cursors: (Cursor | undefined)[] = [
        undefined,
        { values: Array(keys).fill('x'), id: 'a' },
        { values: Array(keys).fill(null), id: 'a' },
      ];
      for (const after of cursors) {
        const { text, values } = compileSearch(plan(where, { sort, ...(after === undefined ? {} : { after }) }));
        const places = new Set([...text.matchAll(/\$(\d+)/g)].map((m) => Number(m[1])));
        if (places.size !== values.length || Math.max(...places) !== values.length)
          t.fail(`${text}\n${JSON.stringify(values)}`);
      }
    }
  }
  t.pass('all clauses, orders and cursors');
});

t.test('no text of a caller ever stands in a statement', async (t) => {
  const attack = "x'; drop table resource; --";
  const { text, values } = compileSearch(
    plan(
      [
        { kind: 'string', param: 1, match: 'contains', anyOf: [attack] },
        { kind: 'number', param: 1, test: { prefix: 'eq', lo: attack, hi: attack, system: attack, code: attack } },
        { kind: 'date', test: { prefix: 'ge', lo: attack, hi: attack } },
        { kind: 'token', anyOf: [attack] },
        { kind: 'id', anyOf: [attack] },
      ],
      { sort: [{ by: 'date', descending: false }], after: { values: [attack], id: attack } },
    ),
  );
  t.notMatch(text, /drop table/);
  t.ok(values.flat().includes(attack));
});

const BY_DATE: readonly SortKey[] = [{ by: 'date', descending: true }];
const SINCE: Clause = { kind: 'date', test: { prefix: 'ge', lo: '2024-01-01T00:00:00Z', hi: '2024-01-02T00:00:00Z' } };

/** The parts of a walk by name: `with name as materialized (…)`. */
function parts(p: SearchPlan): Record<string, string> {
  const { text } = compileSearch(p);
  return Object.fromEntries([...text.matchAll(/(\w+) as materialized \(\n([\s\S]*?)\n\)/g)].map((m) => [m[1], m[2]!]));
}

t.test('by date, dated rows are read along their index, the others only when these do not fill the page', async (t) => {
  const { part0, part1 } = parts(plan([], { sort: BY_DATE }));
  t.match(part0, /r\.date_lo is not null\norder by r\.date_lo desc, r\.id desc\nlimit 11$/);
  t.match(part1, /r\.date_lo is null\n {2}and \(select count\(\*\) from part0\) < 11\norder by r\.id desc\nlimit 11$/);
});

t.test('who asks for a date asks for no undated row, but for ranges that begin before, short or long', async (t) => {
  const { part0, part1, part2, part3 } = parts(plan([SINCE], { sort: BY_DATE }));
  t.match(part0, /r\.date_lo > greatest\(\$\d+::timestamptz\) - interval '1 second'/);
  t.match(
    part1,
    /r\.date_lo <= greatest\(\$\d+::timestamptz\) - interval '1 second'\n {2}and r\.date_lo > .* - interval '2 days'/,
  );
  t.match(part1, /r\.date_hi - r\.date_lo > interval '1 second'/);
  t.match(part2, /r\.date_lo <= greatest\(\$\d+::timestamptz\) - interval '2 days'\n {2}and r\.token @> /);
  t.equal(part3, undefined);
});

t.test('after an undated row there are only undated ones', async (t) => {
  const { part0, part1 } = parts(plan([], { sort: BY_DATE, after: { values: [null], id: 'a' } }));
  t.match(part0, /r\.date_lo is null\n {2}and r\.id < \$\d+::uuid\norder by r\.id desc/);
  t.equal(part1, undefined);
});

t.test('a few matches of a token are looked for first: the walk begins when there are more', async (t) => {
  for (const sort of [BY_DATE, [{ by: 'updated', descending: false }] as const, []]) {
    const { few, found, part0 } = parts(plan([{ kind: 'token', anyOf: ['1'] }], { sort }));
    t.match(
      few,
      /^select r\.id\nfrom resource r\nwhere r\.type = \$1::int2\n {2}and r\.token @> \$\d::int8\[\]\nlimit 201$/,
    );
    t.match(found, /from few\) <= 200\n/);
    t.match(part0, /not \(\(select count\(\*\) from few\) <= 200\)\n/);
  }
  const ofPatient = parts(
    plan(
      [
        { kind: 'token', anyOf: ['1'] },
        { kind: 'patient', anyOf: [1] },
      ],
      { sort: BY_DATE },
    ),
  );
  t.equal(ofPatient.few, undefined, 'not within a patient, whose rows are few anyway');
});

t.test('identifiers are looked up, whatever the order', async (t) => {
  for (const sort of [BY_DATE, []]) {
    const { text } = compileSearch(plan([{ kind: 'token', anyOf: ['1'], rare: true }], { sort }));
    t.match(text, /from \(select \* from resource r\nwhere [^)]*offset 0\) r\norder by/);
    t.notMatch(text, /materialized/);
  }
});

t.test('by a text, rows are read along the index of texts, each resource once by the one that counts', async (t) => {
  const by = { kind: 'string', param: 5 } as const;
  const up = parts(plan([], { sort: [{ by, descending: false }] }));
  t.match(
    up.part0,
    /from search_string v\ncross join lateral \(select r\.\* from resource r where .* and r\.id = v\.id limit 1\) r\n/,
  );
  t.match(up.part0, /w\.value < v\.value or \(w\.value = v\.value and w\.ctid < v\.ctid\)/);
  t.match(up.part0, /order by v\.value, v\.id\nlimit 11$/);
  t.match(parts(plan([], { sort: [{ by, descending: true }] })).part0, /w\.value > v\.value or /);
});

t.test('a page has a cursor only when there is more', async (t) => {
  const row = (id: string): SearchRow => ({
    type: OBSERVATION,
    id,
    patient: 0,
    version: 1,
    updated: '',
    method: 1,
    content: '{}',
    sort_values: [id],
  });
  const rows = ['a', 'b', 'c'].map(row);
  t.same(nextCursor(plan([], { limit: 2 }), rows), { values: ['b'], id: 'b' });
  t.equal(nextCursor(plan([], { limit: 3 }), rows), undefined);
  t.equal(nextCursor(plan([], { limit: 3 }), []), undefined);
});

t.test('halves of tokens are looked up once, however deep, and become tokens', async (t) => {
  let calls = 0;
  const asked: unknown[] = [];
  const resolved = await resolveHalves(
    plan([
      { kind: 'any-system', param: 1, code: 'x' },
      {
        kind: 'or',
        anyOf: [
          { kind: 'token', anyOf: ['9'] },
          { kind: 'any-code', param: 2, system: 's' },
        ],
      },
      {
        kind: 'referred',
        by: { kind: 'patient' },
        from: { type: 'Patient', where: [{ kind: 'not', clause: { kind: 'wording', param: 3, text: 'unseen' } }] },
      },
    ]),
    async (questions) => {
      calls++;
      asked.push(...questions);
      return [['1', '2'], ['3'], []];
    },
  );
  t.equal(calls, 1);
  t.same(asked, [
    { kind: 'any-system', param: 1, code: 'x' },
    { kind: 'any-code', param: 2, system: 's' },
    { kind: 'wording', param: 3, text: 'unseen' },
  ]);
  t.same(resolved.where, [
    { kind: 'token', anyOf: ['1', '2'] },
    { kind: 'token', anyOf: ['9', '3'] },
    {
      kind: 'referred',
      by: { kind: 'patient' },
      from: { type: 'Patient', where: [{ kind: 'not', clause: { kind: 'none' } }] },
    },
  ]);
});

t.test('composites become tokens of both values, or values beside a token', async (t) => {
  const left: Clause = { kind: 'any-system', param: 1, code: 'x' };
  const number: Clause = { kind: 'number', param: 2, test: { prefix: 'gt', lo: '1', hi: '1' } };
  const { where } = await resolveHalves(
    plan([
      { kind: 'pair', key: 7, left, right: { kind: 'token', anyOf: ['3'] } },
      { kind: 'pair', key: 7, left: { kind: 'token', anyOf: ['1'] }, right: number },
      { kind: 'pair', key: 7, left: { kind: 'token', anyOf: ['1'] }, right: { kind: 'or', anyOf: [number, number] } },
      { kind: 'pair', key: 7, left: { kind: 'none' }, right: number },
    ]),
    async () => [['1', '2']],
  );
  const beside = { ...number, pairs: [pairToken(7, '1')] };
  t.same(where, [
    { kind: 'token', anyOf: [pairToken(7, '1', '3'), pairToken(7, '2', '3')] },
    beside,
    { kind: 'or', anyOf: [beside, beside] },
    { kind: 'none' },
  ]);
});

t.test('a plan without halves is not looked at twice', async (t) => {
  const p = plan([{ kind: 'token', anyOf: ['1'] }]);
  t.equal(await resolveHalves(p, () => t.fail('asked') as never), p);
});

t.test('a half that was not resolved is a bug, not a wrong answer', async (t) => {
  t.throws(() => compileSearch(plan([{ kind: 'any-system', param: 1, code: 'x' }])), /resolved/);
  t.throws(() => compileCount(plan([{ kind: 'any-code', param: 1, system: 'x' }])), /resolved/);
});
