// What index rows say of a resource as a whole: its shape, its wording, its words, and values that belong together.
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { pairToken, paramKey, tokenHash } from '../../../src/storage/hash.ts';

const BASE = 'https://vigie.example/fhir';
const extractor = createExtractor(loadDefinitions(), { base: BASE });

const allRowsOf = (type: string, more: object) => extractor.rows({ resourceType: type, ...more });

/** Rows without the two tokens that every resource has, or nearly: what has a value, and how it is worded. */
function rowsOf(type: string, more: object) {
  const rows = allRowsOf(type, more);
  const common = [rows.shape?.token, rows.wording?.token];
  return { ...rows, tokens: rows.tokens.filter((token) => !common.includes(token)) };
}

t.test('resources with values at the same places have one shape, others another', async (t) => {
  const shape = (more: object) => allRowsOf('Observation', more).shape;
  const coded = { status: 'final', code: { text: 'x' } };
  const weight = { ...coded, valueQuantity: { value: 1 } };
  t.same(shape(weight), shape({ ...weight, code: { coding: [{ code: 'y' }] }, valueQuantity: { unit: 'kg' } }));
  t.not(shape(weight)?.token, shape(coded)?.token);
  t.ok(shape(weight)?.places.includes(paramKey('Observation', 'value-quantity')));
  t.notOk(shape({})?.places.includes(paramKey('Observation', 'status')));
  t.ok(allRowsOf('Observation', weight).tokens.includes(shape(weight)!.token));
});

t.test('a parameter that takes one type of target of an element has a value when there is one', async (t) => {
  const actor = (reference: string) => allRowsOf('Appointment', { participant: [{ actor: { reference } }] }).shape;
  const practitioner = paramKey('Appointment', 'actor->Practitioner');
  t.ok(actor('Practitioner/1')?.places.includes(practitioner));
  t.notOk(actor('Location/1')?.places.includes(practitioner));
  t.ok(actor('Location/1')?.places.includes(paramKey('Appointment', 'actor')));
});

t.test('the texts of coded values are one wording, whatever their order', async (t) => {
  const wording = (more: object) => allRowsOf('Observation', more).wording;
  const one = wording({
    code: { text: 'Poids', coding: [{ code: 'w', display: 'Body Weight' }] },
    category: [{ coding: [{ code: 'v', display: 'Signes vitaux' }] }],
  });
  t.same(
    one?.texts.map((x) => [x.param, x.value]).sort(),
    [
      [paramKey('Observation', 'category'), 'signes vitaux'],
      [paramKey('Observation', 'code'), 'body weight'],
      [paramKey('Observation', 'code'), 'poids'],
    ].sort(),
  );
  const other = wording({
    category: [{ coding: [{ code: 'other', display: 'SIGNES vitaux' }] }],
    code: { text: 'Body weight', coding: [{ display: 'poids' }] },
  });
  t.equal(other, one);
  t.not(wording({ code: { text: 'Poids' } })?.token, one?.token);
  t.not(wording({ method: { text: 'Poids' } })?.token, wording({ code: { text: 'Poids' } })?.token);
  t.equal(wording({ code: { coding: [{ code: 'x' }] } }), undefined);
});

t.test('free texts give their words; units, identifiers and texts of coded places do not', async (t) => {
  const words = (type: string, more: object) => allRowsOf(type, more).words?.toSorted();
  t.same(
    words('Observation', {
      code: { text: 'Poids' },
      note: [{ text: 'Après l’effort' }],
      subject: { reference: 'Patient/1', display: 'Amélie' },
      valueQuantity: { value: 1, unit: 'kilos' },
      identifier: [{ value: 'abc', assigner: { display: 'CHU' } }],
      bodySite: { text: 'bras gauche' },
      component: [{ code: { text: 'nope' }, valueString: 'Debout' }],
      meta: { tag: [{ display: 'nope' }] },
      extension: [{ url: 'u', valueString: 'extra', extension: [{ url: 'v', valueMarkdown: '**deep**' }] }],
      text: { status: 'generated', div: '<div title="no">R&eacute;sum&#233; <b>net</b><!-- no --></div>' },
    }),
    [
      '~net',
      '~r',
      '~sume',
      'amelie',
      'apres',
      'bras',
      'chu',
      'debout',
      'deep',
      'effort',
      'extra',
      'gauche',
      'l',
      'net',
      'r',
      'sume',
    ].sort(),
  );
  t.equal(words('Observation', { code: { text: 'x' } }), undefined);
  t.same(words('Questionnaire', { item: [{ text: 'a', item: [{ text: 'b', item: [{ text: 'c' }] }] }] }), [
    'a',
    'b',
    'c',
  ]);
});

t.test('a value that a composite asks for carries the codings that it stands beside', async (t) => {
  const concept = (...codes: string[]) => ({ coding: codes.map((code) => ({ system: 's', code })) });
  const rows = rowsOf('Observation', {
    code: concept('a', 'b'),
    valueQuantity: { value: 1 },
    component: [
      { code: concept('x'), valueQuantity: { value: 2 } },
      { code: concept('y'), valueQuantity: { value: 3 } },
      { code: concept('z'), valueCodeableConcept: concept('high') },
      { code: concept('w'), valueSampledData: { origin: { value: 0 }, data: '4' } },
    ],
  });
  const own = paramKey('Observation', '(code$value-quantity)');
  const component = paramKey('Observation', '.component(component-code$component-value-quantity)');
  const token = (param: string, code: string) => tokenHash('Observation', param, 's', code);
  t.same(
    rows.numbers.map((n) => [n.lo, n.pair]),
    [
      ['1', pairToken(own, token('code', 'a'))],
      ['2', pairToken(component, token('component-code', 'x'))],
      ['3', pairToken(component, token('component-code', 'y'))],
      ['4', undefined],
      ['1', pairToken(own, token('code', 'b'))],
    ],
  );
  const concepts = paramKey('Observation', '.component(component-code$component-value-concept)');
  const both = (code: string) =>
    pairToken(concepts, token('component-code', code), token('component-value-concept', 'high'));
  t.ok(rows.tokens.includes(both('z')));
  t.notOk(rows.tokens.includes(both('x')), 'another component');
});

t.test('two numbers of one element are a row, also beside a coding of another element', async (t) => {
  const rows = rowsOf('MolecularSequence', {
    variant: [
      { start: 10, end: 20 },
      { start: 30, end: 40 },
    ],
    referenceSeq: { chromosome: { coding: [{ system: 's', code: '1' }] }, windowStart: 5, windowEnd: 50 },
  });
  const left = tokenHash('MolecularSequence', 'chromosome', 's', '1');
  const pairs = rows.numbers.filter((n) => n.pair !== undefined);
  const variant = pairToken(paramKey('MolecularSequence', '.variant(chromosome$variant-start$variant-end)'), left);
  const window = pairToken(paramKey('MolecularSequence', '.referenceSeq(chromosome$window-start$window-end)'), left);
  t.same(
    pairs.map((n) => [n.lo, n.hi, n.pair]).sort(),
    [
      ['10', '20', variant],
      ['30', '40', variant],
      ['5', '50', window],
    ].sort(),
  );
});
