import t from 'tap';
import { readJson } from '../../../src/fhir/json.ts';
import { formats } from '../../../src/fhir/validate/formats.ts';
import { extended, faultsOf } from './check.ts';

const MB = 1_048_576;

const table: Readonly<Record<string, { readonly good: readonly unknown[]; readonly bad: readonly unknown[] }>> = {
  boolean: { good: [true, false], bad: ['true', 1, 0, null, 'True', {}] },
  integer: {
    good: [0, -1, 2_147_483_647, -2_147_483_648],
    bad: [1.5, 2_147_483_648, -2_147_483_649, '1', Number.NaN, Number.POSITIVE_INFINITY],
  },
  unsignedInt: { good: [0, 1, 2_147_483_647], bad: [-1, 0.5, 2_147_483_648, '0'] },
  positiveInt: { good: [1, 2_147_483_647], bad: [0, -1, 1.5, '1'] },
  decimal: { good: [0, -1.5, 1e-20, 1e20], bad: ['1.5', Number.POSITIVE_INFINITY, Number.NaN, true] },
  string: {
    good: ['a', ' ', 'a\tb\r\nc', 'é', '日本', 'x'.repeat(MB)],
    bad: ['', 'a\u0000', 'a\u0001', 'a\u001f', 'a\u000b', 'x'.repeat(MB + 1), 5, true, [], {}],
  },
  markdown: { good: ['# a\n\n* b', ' '], bad: ['', 'a\u0007', 1] },
  code: { good: ['a', 'a b', 'final', '_x', 'é'], bad: ['', ' a', 'a ', 'a  b', 'a\tb', 'a\n', ' ', 1] },
  id: {
    good: ['a', 'A-1.b', '0', 'x'.repeat(64), '0197a0e2-1b2c-7def-8123-000000001000'],
    bad: ['', 'a_b', 'a b', 'é', 'x'.repeat(65), 'a/b', '#a', 1],
  },
  uri: { good: ['http://a', 'urn:oid:1.2', 'a', 'http://a/é'], bad: ['', ' ', 'http://a b', 'http://a\n', 1] },
  url: { good: ['http://a', 'mailto:a@b'], bad: ['', 'http://a b'] },
  canonical: { good: ['http://a|1.0', 'http://a#x'], bad: ['', 'http://a |1'] },
  oid: {
    good: ['urn:oid:1.2.3', 'urn:oid:2.16.840.1.113883', 'urn:oid:0.0'],
    bad: ['1.2.3', 'urn:oid:3.1', 'urn:oid:1.02', 'urn:oid:1', 'urn:oid:1.2.', 'URN:OID:1.2'],
  },
  uuid: {
    good: ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'],
    bad: ['c757873d-ec9a-4326-a141-556f43239520', 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520', 'urn:uuid:c757873d'],
  },
  base64Binary: {
    good: ['AAAA', 'AA==', 'AAA=', 'AAAA\nAAAA', ' AAAA '],
    bad: ['', 'A', 'AAA', 'AA=A', '=AAA', 'AAAA=', 'A-A_', ' ', 1],
  },
  date: {
    good: ['2026', '2026-01', '2026-12', '2026-01-31', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'],
    bad: [
      '26',
      '2026-1',
      '2026-00',
      '2026-13',
      '2026-01-00',
      '2026-01-32',
      '2026-02-29',
      '2026-02-30',
      '2026-04-31',
      '1900-02-29',
      '0000',
      '2026-01-31T08:00:00Z',
      '31/01/2026',
      ' 2026',
      '',
      2026,
    ],
  },
  dateTime: {
    good: [
      '2026',
      '2026-01',
      '2026-01-31',
      '2026-01-31T08:00:00Z',
      '2026-01-31T08:00:00+01:00',
      '2026-01-31T08:00:00.123456-11:30',
      '2026-01-31T23:59:60Z',
      '2026-01-31T00:00:00+14:00',
      '2024-02-29T10:00:00Z',
    ],
    bad: [
      '2026-01-31T08:00:00',
      '2026-01-31T08:00Z',
      '2026-01-31T08Z',
      '2026-01-31T24:00:00Z',
      '2026-01-31T08:60:00Z',
      '2026-01-31T08:00:61Z',
      '2026-01-31T08:00:00+14:01',
      '2026-01-31T08:00:00+1:00',
      '2026-01-31T08:00:00z',
      '2026-02-30T08:00:00Z',
      '2026-01-31 08:00:00Z',
      '2026-01-31T08:00:00.Z',
      '2026T08:00:00Z',
      '',
    ],
  },
  instant: {
    good: ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.1+01:00', '2024-02-29T00:00:00Z'],
    bad: ['2026-01-31', '2026', '2026-01-31T08:00:00', '2026-02-30T08:00:00Z', '2026-01-31T08:00Z'],
  },
  time: {
    good: ['00:00:00', '23:59:59', '08:00:00.5', '23:59:60'],
    bad: ['24:00:00', '8:00:00', '08:00', '08:00:00Z', '08:60:00', ''],
  },
};

for (const [type, { good, bad }] of Object.entries(table)) {
  t.test(type, async (t) => {
    const format = formats.get(type);
    for (const value of good) t.equal(format?.(value), true, String(value).slice(0, 60));
    for (const value of bad) t.equal(format?.(value), false, `not ${String(value).slice(0, 60)}`);
    t.equal(format?.(null), false, 'not null');
    t.equal(format?.([]), false, 'not a list');
    const json = `value${type.charAt(0).toUpperCase()}${type.slice(1)}`;
    t.same(faultsOf(extended(json, good[0])), [], 'in a resource');
    t.same(faultsOf(extended(json, bad[0])), [`bad-format Basic.extension[0].value.ofType(${type})`]);
  });
}

t.test('every primitive type of R4 has a format', async (t) => {
  t.same([...formats.keys()].sort(), [...Object.keys(table), 'xhtml'].sort());
});

t.test('the id of a resource is an id', async (t) => {
  t.same(faultsOf({ resourceType: 'Patient', id: 'a-1' }), []);
  for (const id of ['a b', 'a_b', 'x'.repeat(65), '', '../etc', 'a/b']) {
    t.same(faultsOf({ resourceType: 'Patient', id }), ['bad-format Patient.id'], id);
  }
});

t.test('texts made to be slow are not', async (t) => {
  const start = performance.now();
  const long = 'a'.repeat(500_000);
  for (const [type, value] of [
    ['code', `${'a '.repeat(250_000)} `],
    ['base64Binary', `${long}!`],
    ['uri', `${long} `],
    ['oid', `urn:oid:1${'.1'.repeat(200_000)}.`],
    ['dateTime', `2026-01-31T08:00:00.${'1'.repeat(500_000)}`],
  ] as const) {
    t.equal(formats.get(type)?.(value), false, type);
  }
  t.ok(performance.now() - start < 2000, 'all of them within two seconds');
});

t.test('a whole number is refused where it is spelt as a decimal, but for decimals', async (t) => {
  const spelt = (json: string, source: string) =>
    faultsOf(readJson(JSON.stringify(extended(json, 4242)).replace('4242', source)).value);
  for (const [json, sources] of [
    ['valueInteger', ['1.0', '1e2', '-0', '0.0', '1E0', '-10.00']],
    ['valuePositiveInt', ['1.0', '1e2']],
    ['valueUnsignedInt', ['1.0', '-0']],
  ] as const) {
    const type = json.slice(5, 6).toLowerCase() + json.slice(6);
    for (const source of sources)
      t.same(spelt(json, source), [`bad-format Basic.extension[0].value.ofType(${type})`], `${json} ${source}`);
    t.same(spelt(json, '1'), []);
  }
  for (const source of ['1.0', '1e2', '-0', '1']) t.same(spelt('valueDecimal', source), [], source);
  const claim = (sequence: string) =>
    faultsOf(readJson(`{"resourceType":"Claim","item":[{"sequence":1,"careTeamSequence":[1,${sequence}]}]}`).value);
  t.ok(claim('2.0').includes('bad-format Claim.item[0].careTeamSequence[1]'));
  t.notOk(claim('2').some((line) => line.includes('careTeamSequence')));
});
