// Observation/$stats: https://hl7.org/fhir/R4/observation-operation-stats.html
import t from 'tap';
import { chance } from '../make/random.ts';
import { type Answer, type Json, type World, world } from './world.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const PANEL = '85354-9';
const [SYSTOLIC, DIASTOLIC, WEIGHT] = ['8480-6', '8462-4', '29463-7'];

const concept = (...codes: string[]) => ({ coding: codes.map((code) => ({ system: LOINC, code })) });
const quantity = (value: number | string, code = 'kg') => ({ value, unit: code, system: UCUM, code });

async function put(w: World, id: string, more: object, subject = 'Patient/p') {
  const body = { resourceType: 'Observation', id, status: 'final', subject: { reference: subject }, ...more };
  // Values as text keep their digits.
  const text = JSON.stringify(body).replace(/"value":"(-?[\d.eE+-]+)"/g, '"value":$1');
  const answer = await w.put(`Observation/${id}`, text);
  if (answer.status > 201) throw new Error(answer.text);
}

interface Component {
  readonly code: { readonly coding: readonly { readonly code: string }[]; readonly text?: string };
  readonly valueQuantity?: { readonly value: number; readonly code: string; readonly unit: string };
  readonly dataAbsentReason?: object;
}
interface Statistics extends Json {
  readonly code: { readonly coding: readonly { readonly system: string; readonly code: string }[] };
  readonly component: readonly Component[];
}

const parameters = (answer: Answer) =>
  (answer.json.parameter ?? []) as readonly { name: string; resource: Statistics & { id: string } }[];
const statistics = (answer: Answer) =>
  parameters(answer)
    .filter((p) => p.name === 'statistics')
    .map((p) => p.resource);
const sources = (answer: Answer) =>
  parameters(answer)
    .filter((p) => p.name === 'source')
    .map((p) => p.resource.id);
/** `code: statistic=value unit …` */
const lines = (answer: Answer) =>
  statistics(answer).map(
    (s) =>
      `${s.code.coding[0]?.code}: ${s.component
        .map((c) => {
          const name = c.code.text ?? c.code.coding[0]?.code;
          return c.valueQuantity === undefined
            ? `${name}=-`
            : `${name}=${c.valueQuantity.value}${c.valueQuantity.code}`;
        })
        .join(' ')}`,
  );

const ask = (...more: object[]) => ({ resourceType: 'Parameters', parameter: more });
const weights = `subject=Patient/p&system=${LOINC}&code=${WEIGHT}`;

t.test('Observation/$stats', async (t) => {
  const w = await world(t, '2026-03-10T12:00:00Z');
  for (const id of ['p', 'q', 'empty', 'mixed']) await w.put(`Patient/${id}`, { resourceType: 'Patient', id });
  const days: readonly (readonly [string, string, string])[] = [
    ['w1', '2026-03-01T08:00:00Z', '70.00'],
    ['w2', '2026-03-02T08:00:00Z', '71.50'],
    ['w3', '2026-03-03T08:00:00Z', '74.10'],
    ['w4', '2026-03-10T08:00:00Z', '72.00'],
  ];
  for (const [id, effectiveDateTime, value] of days)
    await put(w, id, { code: concept(WEIGHT), effectiveDateTime, valueQuantity: quantity(value) });
  const bad = { code: concept(WEIGHT), effectiveDateTime: '2026-03-02' };
  await put(w, 'wrong', { ...bad, status: 'entered-in-error', valueQuantity: quantity(500) });
  await put(w, 'unitless', { ...bad, valueQuantity: { value: 500 } });
  await put(w, 'below', { ...bad, valueQuantity: { ...quantity(500), comparator: '<' } });
  await put(w, 'absent', { ...bad, dataAbsentReason: { text: 'asleep' } });
  await put(w, 'modified', {
    ...bad,
    valueQuantity: quantity(500),
    modifierExtension: [{ url: 'urn:test:not', valueBoolean: true }],
  });
  await put(
    w,
    'others',
    { code: concept(WEIGHT), effectiveDateTime: '2026-03-02', valueQuantity: quantity(99) },
    'Patient/q',
  );
  for (const [id, high, low] of [
    ['bp1', 120, 80],
    ['bp2', 140, 90],
  ] as const) {
    await put(w, id, {
      code: concept(PANEL),
      effectiveDateTime: '2026-03-05',
      component: [
        { code: concept(SYSTOLIC), valueQuantity: quantity(high, 'mm[Hg]') },
        { code: concept(DIASTOLIC), valueQuantity: quantity(low, 'mm[Hg]') },
      ],
    });
  }

  const cases: readonly (readonly [string, readonly string[]])[] = [
    [
      `${weights}&statistic=average&statistic=maximum,minimum,count,total-count,sum,median`,
      ['29463-7: average=71.9kg maximum=74.1kg minimum=70kg count=41 total-count=81 sum=287.6kg median=71.75kg'],
    ],
    [`${weights}&statistic=max,min`, ['29463-7: maximum=74.1kg minimum=70kg']],
    [`${weights}&duration=24&statistic=count,average`, ['29463-7: count=11 average=72kg']],
    [`${weights}&duration=0.5&statistic=count,total-count,average`, ['29463-7: count=01 total-count=01 average=-']],
    [
      `${weights}&duration=24&statistic=std-dev,variance,skew,kurtosis`,
      ['29463-7: std-dev=- variance=- skew=- kurtosis=-'],
    ],
    [
      `subject=Patient/p&system=${LOINC}&code=${SYSTOLIC}&statistic=average,count`,
      ['8480-6: average=130mm[Hg] count=21'],
    ],
    [
      `subject=Patient/p&system=${LOINC}&code=${PANEL}&statistic=average,count`,
      ['8462-4: average=85mm[Hg] count=21', '8480-6: average=130mm[Hg] count=21'],
    ],
    [
      `subject=Patient/p&system=${LOINC}&code=${WEIGHT},${DIASTOLIC}&statistic=count`,
      ['29463-7: count=41', '8462-4: count=21'],
    ],
    [`subject=Patient/empty&system=${LOINC}&code=${WEIGHT}&statistic=count,sum`, ['29463-7: count=01 sum=-']],
  ];
  for (const [query, expected] of cases) {
    t.test(query, async (t) => {
      const answer = await w.get(`Observation/$stats?${query}`);
      t.equal(answer.status, 200, answer.text);
      t.same(lines(answer), expected);
    });
  }

  t.test('POST takes a coding and a period; days are whole', async (t) => {
    const body = (start: string, end: string) =>
      ask(
        { name: 'subject', valueUri: 'Patient/p' },
        { name: 'coding', valueCoding: { system: LOINC, code: WEIGHT } },
        { name: 'period', valuePeriod: { start, end } },
        { name: 'statistic', valueCode: 'count' },
      );
    for (const [start, end, count] of [
      ['2026-03-01', '2026-03-03', 3],
      ['2026-03-02', '2026-03-02', 1],
      ['2026-03-01T08:00:01Z', '2026-03-03T07:59:59Z', 1],
      ['2026-03', '2026-03', 4],
    ] as const) {
      const answer = await w.post('Observation/$stats', body(start, end));
      t.same(lines(answer), [`29463-7: count=${count}1`], `${start} ${end} ${answer.text}`);
      t.match(statistics(answer)[0], {
        status: 'final',
        subject: { reference: 'Patient/p' },
        effectivePeriod: { start, end },
      });
    }
  });

  t.test('sums, extremes keep the digits that were sent', async (t) => {
    const { text } = await w.get(`Observation/$stats?${weights}&statistic=sum,minimum`);
    t.match(text, '"value":287.60');
    t.match(text, '"value":70.00');
  });

  t.test('units are never mixed', async (t) => {
    const grams = { code: concept(WEIGHT), effectiveDateTime: '2026-03-01' };
    await put(w, 'kg', { ...grams, valueQuantity: { ...quantity(70), unit: 'kilos' } }, 'Patient/mixed');
    await put(w, 'g', { ...grams, valueQuantity: quantity(71000, 'g') }, 'Patient/mixed');
    await put(w, 'none', { ...grams, valueQuantity: { value: 1 } }, 'Patient/mixed');
    const answer = await w.get(
      `Observation/$stats?subject=Patient/mixed&system=${LOINC}&code=${WEIGHT}&statistic=average,variance,count,total-count`,
    );
    t.same(lines(answer), [
      '29463-7: average=71000g variance=- count=11 total-count=31',
      '29463-7: average=70kg variance=- count=11 total-count=31',
    ]);
    t.equal(statistics(answer)[1]?.component[0]?.valueQuantity?.unit, 'kilos', 'the unit is shown as it was');
  });

  t.test('a panel counts the Observations that it has as members', async (t) => {
    await w.put('Patient/m', { resourceType: 'Patient', id: 'm' });
    const on = { effectiveDateTime: '2026-03-05' };
    await put(w, 'm-sys', { ...on, code: concept(SYSTOLIC), valueQuantity: quantity(111, 'mm[Hg]') }, 'Patient/m');
    await put(w, 'm-lone', { ...on, code: concept(SYSTOLIC), valueQuantity: quantity(199, 'mm[Hg]') }, 'Patient/m');
    await put(
      w,
      'm-panel',
      { ...on, code: concept(PANEL), hasMember: [{ reference: 'Observation/m-sys' }] },
      'Patient/m',
    );
    const answer = await w.get(
      `Observation/$stats?subject=Patient/m&system=${LOINC}&code=${PANEL}&statistic=average,count&include=true`,
    );
    t.same(lines(answer), ['8480-6: average=111mm[Hg] count=11']);
    t.same(sources(answer), ['m-sys']);
  });

  t.test('include gives the Observations behind the figures, the latest first', async (t) => {
    t.same(sources(await w.get(`Observation/$stats?${weights}&statistic=count`)), []);
    t.same(sources(await w.get(`Observation/$stats?${weights}&statistic=count&include=false&limit=2`)), []);
    t.same(sources(await w.get(`Observation/$stats?${weights}&statistic=count&include=true`)), [
      'w4',
      'w3',
      'w2',
      'w1',
    ]);
    t.same(sources(await w.get(`Observation/$stats?${weights}&statistic=count&include=true&limit=2`)), ['w4', 'w3']);
  });

  t.test('the answer is valid R4', async (t) => {
    const all =
      'average,maximum,minimum,count,total-count,median,std-dev,sum,variance,20-percent,80-percent,4-lower,4-upper,4-dev,5-1,5-2,5-3,5-4,skew,kurtosis,regression';
    const answer = await w.get(`Observation/$stats?${weights}&statistic=${all}&include=true&duration=1000`);
    t.match((await w.post('Parameters/$validate', answer.text)).json, { issue: [{ severity: 'information' }] });
    for (const s of statistics(answer)) {
      t.match((await w.post('Observation/$validate', s)).json, { issue: [{ severity: 'information' }] });
    }
  });

  t.test('refuses what is missing, wrong or contradictory', async (t) => {
    for (const query of [
      `system=${LOINC}&code=${WEIGHT}&statistic=count`,
      `subject=Patient/p&statistic=count`,
      `subject=Patient/p&code=${WEIGHT}&statistic=count`,
      weights,
      `${weights}&statistic=guess`,
      `${weights}&statistic=count&duration=-1`,
      `${weights}&statistic=count&duration=day`,
      `${weights}&statistic=count&include=yes`,
      `${weights}&statistic=count&limit=0`,
      `${weights}&statistic=count&period=2026`,
      `${weights}&statistic=count&coding=${LOINC}|${WEIGHT}`,
      `${weights}&statistic=count&colour=red`,
      `subject=Patient/nobody&system=${LOINC}&code=${WEIGHT}&statistic=count`,
    ]) {
      t.equal((await w.get(`Observation/$stats?${query}`)).status, 400, query);
    }
    for (const parameter of [
      { name: 'period', valuePeriod: { start: '2026-03-02', end: '2026-03-01' } },
      { name: 'period', valuePeriod: {} },
      { name: 'period', valuePeriod: { start: '2026-02-30' } },
      { name: 'coding', valueCoding: { system: LOINC } },
    ]) {
      const answer = await w.post(`Observation/$stats?${weights}&statistic=count`, ask(parameter));
      t.equal(answer.status, 400, JSON.stringify(parameter));
    }
  });

  t.test('figures are those of a plain calculation, on random values', async (t) => {
    const seed = Date.now() % 1_000_000;
    t.comment(`seed ${seed}`);
    const random = chance(seed);
    await w.put('Patient/r', { resourceType: 'Patient', id: 'r' });
    const start = Date.parse('2026-02-01T00:00:00Z');
    const points = Array.from({ length: 41 }, () => [random.int(0, 40 * 24), random.int(500, 900) / 10] as const);
    for (const [i, [hour, value]] of points.entries()) {
      const effectiveDateTime = new Date(start + hour * 3_600_000).toISOString();
      await put(
        w,
        `r${i}`,
        { code: concept(WEIGHT, 'translated'), effectiveDateTime, valueQuantity: quantity(value) },
        'Patient/r',
      );
    }
    const expected = naive(points.map(([hour, value]) => [hour / 24, value]));
    const answer = await w.post(
      'Observation/$stats',
      ask(
        { name: 'subject', valueUri: 'Patient/r' },
        { name: 'coding', valueCoding: { system: LOINC, code: WEIGHT } },
        { name: 'period', valuePeriod: { start: '2026-02-01T00:00:00Z' } },
        ...Object.keys(expected)
          .filter((name) => name !== 'gradient' && name !== 'intercept')
          .map((name) => ({ name: 'statistic', valueCode: name })),
        { name: 'statistic', valueCode: 'regression' },
      ),
    );
    const found = new Map(
      statistics(answer)[0]?.component.map((c) => [c.code.text ?? c.code.coding[0]!.code, c.valueQuantity?.value]),
    );
    for (const [name, value] of Object.entries(expected)) {
      const got = found.get(name) ?? Number.NaN;
      t.ok(Math.abs(got - value) <= 1e-9 * Math.max(1, Math.abs(value)), `${name}: ${got}, expected ${value}`);
    }
  });
});

/** Textbook formulas over [day, value]. */
function naive(points: readonly (readonly [number, number])[]): Record<string, number> {
  const values = points.map(([, v]) => v).sort((a, b) => a - b);
  const n = values.length;
  const sum = values.reduce((a, b) => a + b, 0);
  const mean = sum / n;
  const moment = (k: number) => values.reduce((a, v) => a + (v - mean) ** k, 0) / n;
  const at = (q: number) => {
    const place = q * (n - 1);
    const low = Math.floor(place);
    return values[low]! + (place - low) * ((values[low + 1] ?? values[low]!) - values[low]!);
  };
  const variance = (moment(2) * n) / (n - 1);
  const xMean = points.reduce((a, [x]) => a + x, 0) / n;
  const gradient =
    points.reduce((a, [x, y]) => a + (x - xMean) * (y - mean), 0) / points.reduce((a, [x]) => a + (x - xMean) ** 2, 0);
  return {
    average: mean,
    maximum: values[n - 1]!,
    minimum: values[0]!,
    count: n,
    'total-count': n,
    median: at(0.5),
    'std-dev': Math.sqrt(variance),
    sum,
    variance,
    '20-percent': at(0.2),
    '80-percent': at(0.8),
    '4-lower': at(0.25),
    '4-upper': at(0.75),
    '4-dev': (at(0.75) - at(0.25)) / 2,
    '5-1': at(0.2),
    '5-2': at(0.4),
    '5-3': at(0.6),
    '5-4': at(0.8),
    skew: moment(3) / moment(2) ** 1.5,
    kurtosis: moment(4) / moment(2) ** 2,
    gradient,
    intercept: mean - gradient * xMean,
  };
}
