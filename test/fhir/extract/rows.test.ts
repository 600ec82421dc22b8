// Resources → index rows.
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { formHash, hash32, longDateToken, paramKey, referenceHash, tokenHash } from '../../../src/storage/hash.ts';

const BASE = 'https://vigie.example/fhir';
const extractor = createExtractor(loadDefinitions(), { base: BASE });
const LOINC = 'http://loinc.org';

const allRowsOf = (type: string, more: object) => extractor.rows({ resourceType: type, ...more });

/** Rows without the two tokens that every resource has, or nearly: what has a value, and how it is worded. */
function rowsOf(type: string, more: object) {
  const rows = allRowsOf(type, more);
  const common = [rows.shape?.token, rows.wording?.token];
  return { ...rows, tokens: rows.tokens.filter((token) => !common.includes(token)) };
}

const noted = (type: string, param: string, system: string, code: string) => ({
  param: paramKey(type, param),
  system,
  code,
  hash: tokenHash(type, param, system, code),
});

t.test('a coding is one token and one coding row, however often it stands', async (t) => {
  const coding = { system: LOINC, code: '29463-7' };
  const rows = rowsOf('Observation', { code: { coding: [coding, coding, { display: 'no code' }], text: 'weight' } });
  t.same(rows.codings, [noted('Observation', 'code', LOINC, '29463-7')]);
  t.same([...new Set(rows.tokens)], [tokenHash('Observation', 'code', LOINC, '29463-7')]);
});

t.test('a coding without system has the empty one', async (t) => {
  const rows = rowsOf('Observation', { code: { coding: [{ code: 'x' }] } });
  t.same(rows.tokens, [tokenHash('Observation', 'code', '', 'x')]);
  t.same(rows.codings, [noted('Observation', 'code', '', 'x')]);
});

t.test('the same code under another parameter or type is another token', async (t) => {
  const concept = { coding: [{ system: LOINC, code: '1' }] };
  const all = [
    ...rowsOf('Observation', { code: concept }).tokens,
    ...rowsOf('Observation', { method: concept }).tokens,
    ...rowsOf('Condition', { code: concept }).tokens,
    ...rowsOf('Observation', { component: [{ code: concept }] }).tokens,
  ];
  t.equal(new Set(all).size, 4);
});

t.test('an identifier is found in three forms, each only if it is there', async (t) => {
  const key = paramKey('Patient', 'identifier');
  const forms = (identifier: object) =>
    rowsOf('Patient', { identifier: [identifier] }).tokens.filter((x) => x !== notDeceased);
  const notDeceased = rowsOf('Patient', {}).tokens[0]!;
  t.same(forms({ system: 's', value: 'v' }), [
    formHash(key, 'pair', 's', 'v'),
    formHash(key, 'value', '', 'v'),
    formHash(key, 'system', 's', ''),
  ]);
  t.same(forms({ value: 'v' }), [formHash(key, 'pair', '', 'v'), formHash(key, 'value', '', 'v')]);
  t.same(forms({ system: 's' }), [formHash(key, 'system', 's', '')]);
  t.same(forms({ type: { text: 'x' } }), []);
});

t.test('deceased is said of every Patient', async (t) => {
  const deceased = (more: object) => {
    const { tokens } = rowsOf('Patient', more);
    const yes = tokenHash('Patient', 'deceased', '', 'true');
    const no = tokenHash('Patient', 'deceased', '', 'false');
    return [tokens.includes(yes), tokens.includes(no)];
  };
  t.same(deceased({}), [false, true]);
  t.same(deceased({ deceasedBoolean: false }), [false, true]);
  t.same(deceased({ deceasedBoolean: true }), [true, false]);
  t.same(deceased({ deceasedDateTime: '2024-01-01' }), [true, false]);
});

t.test('the patient is left to the patient key; whatever else the element names is a token', async (t) => {
  const tokens = (reference: string) => rowsOf('Observation', { subject: { reference } }).tokens;
  const key = paramKey('Observation', 'patient');
  t.same(tokens('Patient/1'), []);
  t.same(tokens('Patient/1/_history/2'), [formHash(key, 'pair', '', 'Patient/1/_history/2')]);
  t.same(tokens(`${BASE}/Patient/1`), []);
  t.same(tokens('#p'), []);
  t.same(tokens('Group/1'), [referenceHash(key, 'Group', '1')]);
  t.same(tokens('http://elsewhere.example/Patient/1'), [
    formHash(key, 'pair', '', 'http://elsewhere.example/Patient/1'),
  ]);
  t.same(tokens('urn:uuid:0a'), [formHash(key, 'pair', '', 'urn:uuid:0a')]);
  t.same(
    rowsOf('Observation', { performer: [{ reference: 'Patient/1' }] }).tokens.length,
    1,
    'a performer is no owner',
  );
});

t.test('a reference is a token without our own base, and one of its version where it names one', async (t) => {
  const key = paramKey('Observation', 'device');
  const any = referenceHash(key, 'Device', 'd');
  const third = formHash(key, 'pair', '', 'Device/d/_history/3');
  for (const base of ['', `${BASE}/`]) {
    t.same(rowsOf('Observation', { device: { reference: `${base}Device/d` } }).tokens, [any]);
    t.same(rowsOf('Observation', { device: { reference: `${base}Device/d/_history/3` } }).tokens, [any, third]);
  }
});

t.test('a canonical is found with and without its version', async (t) => {
  const key = paramKey('QuestionnaireResponse', 'questionnaire');
  t.same(rowsOf('QuestionnaireResponse', { questionnaire: 'http://q|2' }).tokens, [
    formHash(key, 'pair', '', 'http://q|2'),
    formHash(key, 'pair', '', 'http://q'),
  ]);
});

t.test('references are told apart by what holds them', async (t) => {
  const rows = rowsOf('PlanDefinition', {
    relatedArtifact: [
      { type: 'predecessor', resource: 'http://a' },
      { type: 'successor', resource: 'http://b' },
      { type: 'citation', resource: 'http://c' },
    ],
  });
  t.same(rows.tokens, [
    tokenHash('PlanDefinition', 'predecessor', '', 'http://a'),
    tokenHash('PlanDefinition', 'successor', '', 'http://b'),
  ]);
});

t.test('the first entry of a Bundle is its composition or message', async (t) => {
  const entry = [
    { resource: { resourceType: 'Composition', id: 'c' } },
    { resource: { resourceType: 'Patient', id: 'p' } },
  ];
  t.same(rowsOf('Bundle', { entry }).tokens.length, 1);
});

t.test('the date of the type stands on the resource row, other dates aside', async (t) => {
  const rows = rowsOf('Observation', { effectiveDateTime: '2024-05-01', valueDateTime: '2024-06' });
  t.same(rows.date, { lo: '2024-05-01T00:00:00Z', hi: '2024-05-02T00:00:00Z' });
  t.same(rows.dates, [
    { param: paramKey('Observation', 'value-date'), lo: '2024-06-01T00:00:00Z', hi: '2024-07-01T00:00:00Z' },
  ]);
  t.equal(rowsOf('Observation', {}).date, undefined);
  t.equal(rowsOf('Observation', { effectivePeriod: { start: 'nonsense' } }).date, undefined);
});

t.test('a long or open date carries the mark', async (t) => {
  const marked = (more: object) => rowsOf('Observation', more).tokens.includes(longDateToken('Observation'));
  t.ok(marked({ effectiveDateTime: '2024' }));
  t.ok(marked({ effectivePeriod: { start: '2024-01-01' } }));
  t.ok(marked({ effectivePeriod: { start: '2024-01-01', end: '2024-01-03' } }), '3 days');
  t.notOk(marked({ effectivePeriod: { start: '2024-01-01', end: '2024-01-02' } }), '2 days');
  t.ok(marked({ effectiveDateTime: '2024-01' }));
  t.notOk(marked({ effectiveDateTime: '2024-01-01' }));
});

t.test('each part of a name or address is a text of its own', async (t) => {
  const name = {
    text: 'Dr Amélie LEFÈVRE',
    family: 'Lefèvre',
    given: ['Amélie', null, 'Zoé'],
    prefix: ['Dr'],
    suffix: ['PhD'],
  };
  const strings = rowsOf('Patient', { name: [name] }).strings;
  const under = (code: string) => strings.filter((s) => s.param === paramKey('Patient', code)).map((s) => s.value);
  t.same(under('name').sort(), ['amelie', 'dr', 'dr amelie lefevre', 'lefevre', 'phd', 'zoe']);
  t.same(under('family'), ['lefevre']);
  t.same(strings.find((s) => s.value === 'lefevre')?.exact, hash32('Lefèvre'), 'the letters as sent');
  t.same(under('given'), ['amelie', 'zoe']);
  t.same(under('phonetic'), [], 'it shares the place of name');
  const { strings: places } = rowsOf('Patient', {
    address: [{ line: ['3 rue X', 'bât. B'], city: 'Sète', postalCode: '34200' }],
  });
  t.same(
    places.filter((s) => s.param === paramKey('Patient', 'address')).map((s) => s.value),
    ['3 rue x', 'bat b', 'sete', '34200'],
  );
});

t.test('a text for a family name does not multiply', async (t) => {
  const { strings } = rowsOf('Patient', { name: [{ family: 'a b'.repeat(300_000) }] });
  const size = strings.reduce((sum, s) => sum + s.value.length, 0);
  t.ok(strings.length < 50 && size < 10_000, `${strings.length} rows of ${size} characters`);
});

t.test('the words of a family name are found one by one, and do not count for the order', async (t) => {
  const { strings } = rowsOf('Patient', { name: [{ family: 'de La Tour', given: ['Marie Anne'] }] });
  const family = strings.filter((s) => s.param === paramKey('Patient', 'family'));
  t.same(
    family.map((s) => [s.value, s.part ?? false]),
    [
      ['de la tour', false],
      ['la tour', true],
      ['tour', true],
    ],
  );
  t.same(strings.filter((s) => s.param === paramKey('Patient', 'given')).length, 1);
});

t.test('a text beyond the limit is kept whole beside its beginning', async (t) => {
  const [text] = rowsOf('Observation', { valueString: `É${'x'.repeat(300)}` }).strings;
  t.equal(text?.value, `e${'x'.repeat(254)}`);
  t.equal(text?.rest, `e${'x'.repeat(300)}`);
  t.equal(rowsOf('Observation', { valueString: 'x'.repeat(255) }).strings[0]?.rest, undefined);
});

t.test('a reference by identifier is found in the three forms of an identifier, apart from literal ones', async (t) => {
  const key = paramKey('Observation', 'patient');
  const tokens = (identifier: object) => rowsOf('Observation', { subject: { identifier } }).tokens;
  t.same(tokens({ system: 's', value: 'v' }), [
    formHash(key, 'id-pair', 's', 'v'),
    formHash(key, 'id-value', '', 'v'),
    formHash(key, 'id-system', 's', ''),
  ]);
  t.same(tokens({ value: 'v' }), [formHash(key, 'id-pair', '', 'v'), formHash(key, 'id-value', '', 'v')]);
});

t.test('an identifier is found by its type with its value', async (t) => {
  const type = { coding: [{ system: 't', code: 'MR' }, { code: 'X' }, { display: 'no code' }] };
  const key = paramKey('Patient', 'identifier');
  const { tokens } = rowsOf('Patient', { identifier: [{ value: 'v', type }, { type }] });
  t.ok(tokens.includes(formHash(key, 'typed', 't|MR', 'v')));
  t.ok(tokens.includes(formHash(key, 'typed', '|X', 'v')));
});

t.test('where a token is a string, case does not count', async (t) => {
  const { tokens } = rowsOf('Questionnaire', { version: 'V2-Beta' });
  t.same(tokens, rowsOf('Questionnaire', { version: 'v2-beta' }).tokens);
});

t.test('a quantity keeps its value and unit, a comparator opens a side', async (t) => {
  const number = (valueQuantity: object) => rowsOf('Observation', { valueQuantity }).numbers[0];
  const param = paramKey('Observation', 'value-quantity');
  t.same(number({ value: 72.5, unit: 'kg', system: 'u', code: 'kg' }), {
    param,
    lo: '72.5',
    hi: '72.5',
    system: 'u',
    code: 'kg',
    unit: 'kg',
  });
  t.same(number({ value: -1e-7 }), { param, lo: '-1e-7', hi: '-1e-7', system: null, code: null, unit: null });
  t.match(number({ value: 5, comparator: '<=' }), { lo: '-Infinity', hi: '5' });
  t.match(number({ value: 5, comparator: '>=' }), { lo: '5', hi: 'Infinity' });
  t.match(number({ value: 5, comparator: '<' }), { lo: '-Infinity', hi: '4.999999999999999' }, 'the number before 5');
  t.match(number({ value: 5, comparator: '>' }), { lo: '5.000000000000001', hi: 'Infinity' }, 'the number after 5');
  t.match(number({ value: -5, comparator: '>' }), { lo: '-4.999999999999999', hi: 'Infinity' });
  t.match(number({ value: -5, comparator: '<' }), { lo: '-Infinity', hi: '-5.000000000000001' });
  t.match(number({ value: 0, comparator: '>' }), { lo: '5e-324', hi: 'Infinity' });
  t.match(number({ value: 0, comparator: '<' }), { lo: '-Infinity', hi: '-5e-324' });
  t.match(number({ value: 1.7976931348623157e308, comparator: '>' }), { lo: 'Infinity', hi: 'Infinity' });
  t.equal(number({ unit: 'kg' }), undefined);
});

t.test('ranges, money and samples are spans of numbers', async (t) => {
  const [span] = rowsOf('RiskAssessment', {
    prediction: [{ probabilityRange: { low: { value: 0.2 }, high: { value: 0.9 } } }],
  }).numbers;
  t.match(span, { lo: '0.2', hi: '0.9' });
  const [open] = rowsOf('RiskAssessment', {
    prediction: [{ probabilityRange: { high: { value: 0.9, code: '%' } } }],
  }).numbers;
  t.match(open, { lo: '-Infinity', hi: '0.9', code: '%' });
  t.match(rowsOf('Invoice', { totalGross: { value: 50, currency: 'EUR' } }).numbers[0], {
    lo: '50',
    code: 'EUR',
    system: 'urn:iso:std:iso:4217',
  });
  const sampled = { origin: { value: 10, code: 'mV' }, period: 10, dimensions: 1, factor: 2, data: '1 -2 E 3.5 L U' };
  t.match(rowsOf('Observation', { valueSampledData: sampled }).numbers[0], { lo: '6', hi: '17', code: 'mV' });
  t.same(rowsOf('Observation', { valueSampledData: { ...sampled, data: 'E U' } }).numbers, []);
});

t.test('meta is indexed on every type', async (t) => {
  const rows = rowsOf('Observation', {
    meta: { profile: ['http://p|1'], tag: [{ system: 't', code: 'a' }], security: [{ code: 'R' }], source: 'urn:s' },
  });
  t.same(rows.tokens.length, 5);
  t.ok(rows.tokens.includes(tokenHash('Observation', '_profile', '', 'http://p')));
  t.ok(rows.tokens.includes(tokenHash('Observation', '_tag', 't', 'a')));
});

t.test('more distinct texts than are remembered change nothing', async (t) => {
  const token = (code: string) => rowsOf('Observation', { code: { coding: [{ system: 's', code }] } }).tokens[0];
  const first = token('c0');
  for (let i = 1; i < 12_000; i++) token(`c${i}`);
  t.equal(token('c0'), first);
  t.equal(token('c11999'), tokenHash('Observation', 'code', 's', 'c11999'));
});
