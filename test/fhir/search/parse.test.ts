// What a query becomes, beside the ids it finds: self link, page size, includes, what storage is asked.
import t from 'tap';
import {
  DEFAULT_COUNT,
  includableParameters,
  MAX_COUNT,
  parseSearch,
  type SearchSource,
  servedParameters,
} from '../../../src/fhir/search/index.ts';
import { approximateRange, impliedRange, parseDecimal, printDecimal } from '../../../src/fhir/search/numbers.ts';
import { nearest } from '../../../src/fhir/search/refusals.ts';
import { alternatives, barParts, plain } from '../../../src/fhir/search/values.ts';
import { BASE, clock, definitions } from './world.ts';

const asked: string[][] = [];
const store: SearchSource = {
  patientKeys: async (ids) => {
    asked.push([...ids]);
    return new Map(ids.filter((id) => id !== 'ghost').map((id, i) => [id, i + 1]));
  },
  search: async () => ({ rows: [] }),
  read: async () => undefined,
  codingsOf: async () => [],
  unitCodes: async () => ['kg', 'g', 'mm[Hg]', 'Cel', '/min'],
  missing: async (references) => references,
};

function parse(type: string, query: string) {
  return parseSearch({ definitions, clock }, store, type, [...new URLSearchParams(query)], { base: BASE });
}

t.test('the self link has what was understood, in the order sent, without format and cursor', async (t) => {
  const search = await parse(
    'Patient',
    '_format=json&name=A%20b&_count=5000&_pretty=true&identifier=urn:x|1&_sort=-family&_total=none',
  );
  t.same(search.applied, [
    ['name', 'A b'],
    ['_count', '1000'],
    ['identifier', 'urn:x|1'],
    ['_sort', '-family'],
    ['_total', 'none'],
  ]);
});

t.test('the page size is 50, at most 1,000, and 0 asks for the count only', async (t) => {
  t.equal((await parse('Patient', '')).plan.limit, DEFAULT_COUNT);
  t.equal((await parse('Patient', '_count=1000')).plan.limit, MAX_COUNT);
  t.equal((await parse('Patient', '_count=1001')).plan.limit, MAX_COUNT);
  t.equal((await parse('Patient', '_count=999999999')).plan.limit, MAX_COUNT);
  t.equal((await parse('Patient', '_count=007')).plan.limit, 7);
  for (const query of ['_count=0', '_summary=count', '_summary=count&_count=10']) {
    const search = await parse('Patient', query);
    t.ok(search.countOnly, query);
    t.equal(search.plan.limit, 0);
  }
  t.notOk((await parse('Patient', '_summary=false')).countOnly);
});

t.test('_total is what was asked, or undefined', async (t) => {
  for (const total of ['none', 'estimate', 'accurate'] as const)
    t.equal((await parse('Patient', `_total=${total}`)).total, total);
  t.equal((await parse('Patient', '')).total, undefined);
});

t.test('_include names a reference of the type, and a target type or none', async (t) => {
  const search = await parse(
    'Observation',
    '_include=Observation:subject&_include=Observation:based-on:ServiceRequest',
  );
  const plain = { reverse: false, source: 'Observation', iterate: false };
  t.same(search.includes, [
    { ...plain, parameter: 'subject' },
    { ...plain, parameter: 'based-on', target: 'ServiceRequest' },
  ]);
});

t.test('patients are asked for once, by all the ids of the query', async (t) => {
  asked.length = 0;
  await parse('Observation', 'patient=a,b&subject=Patient/b,Group/g&performer=Patient/z');
  t.same(asked, [['a', 'b']]);
  asked.length = 0;
  await parse('Observation', 'performer=Patient/z&code=x');
  t.same(asked, [], 'and not at all when the query names none');
});

t.test('alternatives of one kind become one clause', async (t) => {
  const { where } = (await parse('Observation', 'patient=a,ghost,b')).plan;
  t.same(where, [{ kind: 'patient', anyOf: [1, 2] }]);
  const tokens = (await parse('Observation', 'status=final,amended')).plan.where[0];
  t.match(tokens, { kind: 'token' });
  t.equal(tokens?.kind === 'token' && tokens.anyOf.length, 2);
  t.same((await parse('Observation', '_id=a,b')).plan.where, [{ kind: 'id', anyOf: ['a', 'b'] }]);
  t.same((await parse('Observation', 'patient=ghost')).plan.where, [{ kind: 'none' }]);
});

t.test('places that parameters share are asked under one key', async (t) => {
  const [code] = (await parse('Observation', 'code=http://loinc.org|1')).plan.where;
  const [combo] = (await parse('Observation', 'combo-code=http://loinc.org|1')).plan.where;
  t.ok(code?.kind === 'token' && combo?.kind === 'token' && combo.anyOf.includes(code.anyOf[0]!));
});

t.test('the default reach is everything, and a plan always has one', async (t) => {
  t.same((await parse('Patient', '')).plan.reach, { kind: 'everything' });
});

t.test('values are cut at unescaped marks only', async (t) => {
  t.same(alternatives('a,b\\,c,d'), ['a', 'b\\,c', 'd']);
  t.same(alternatives('a\\\\,b'), ['a\\\\', 'b'], 'an escaped backslash escapes nothing');
  t.same(barParts('s|c\\|d\\,e'), ['s', 'c|d,e']);
  t.equal(plain('a\\$b\\\\c\\d'), 'a$b\\c\\d');
  t.equal(plain('end\\'), 'end\\');
});

t.test('a decimal implies the range of its digits', async (t) => {
  const range = (text: string) => {
    const { lo, hi } = impliedRange(parseDecimal(text)!);
    return [Number(lo), Number(hi)];
  };
  // The first three and the last but one are the examples of R4 search.html#number.
  t.same(range('100'), [99.5, 100.5]);
  t.same(range('100.00'), [99.995, 100.005]);
  t.same(range('1e2'), [95, 105]);
  t.same(range('0'), [-0.5, 0.5]);
  t.same(range('-5.4'), [-5.45, -5.35]);
  t.same(range('1.00e2'), [99.5, 100.5]);
  t.same(range('5.40e-3'), [0.005395, 0.005405]);
  t.same(range('8e-1'), [0.795, 0.805]);
});

t.test('a decimal is approximate by a tenth', async (t) => {
  const range = (text: string) => {
    const { lo, hi } = approximateRange(parseDecimal(text)!);
    return [Number(lo), Number(hi)];
  };
  t.same(range('100'), [90, 110]);
  t.same(range('-100'), [-110, -90]);
  t.same(range('0'), [0, 0]);
});

t.test('a decimal keeps all its digits', async (t) => {
  t.equal(
    printDecimal(parseDecimal('0.1000000000000000055511151231257827')!),
    '1000000000000000055511151231257827e-34',
  );
  t.equal(printDecimal(parseDecimal('+12')!), '12');
  for (const bad of ['', '.', '1.', '.5', '1e', '--1', '1 ', '١', '1_0', '1e1000'])
    t.equal(parseDecimal(bad), undefined, bad);
});

t.test('a near name is one with few changes', async (t) => {
  const known = ['name', 'birthdate', 'identifier', 'gender'];
  t.equal(nearest('birthDate', known), 'birthdate');
  t.equal(nearest('identifer', known), 'identifier');
  t.equal(nearest('zzz', known), undefined);
  t.equal(nearest('x'.repeat(1000), known), undefined);
});

t.test('the CapabilityStatement gets what is served, and only that', async (t) => {
  const codes = servedParameters(definitions, 'Observation').map((p) => p.code);
  for (const code of ['_id', '_lastUpdated', '_profile', 'code', 'date', 'patient', 'value-quantity'])
    t.ok(codes.includes(code), code);
  for (const code of ['_content', '_text', 'code-value-quantity']) t.ok(codes.includes(code), code);
  for (const code of ['_query', '_filter']) t.notOk(codes.includes(code), code);
  t.ok(includableParameters(definitions, 'Observation').includes('Observation:subject'));
  t.ok(includableParameters(definitions, 'QuestionnaireResponse').includes('QuestionnaireResponse:questionnaire'));
  for (const type of definitions.resourceTypes) {
    for (const { code } of servedParameters(definitions, type)) {
      if (/[^A-Za-z0-9_-]/.test(code)) t.fail(`${type} ${code}`);
    }
  }
});
