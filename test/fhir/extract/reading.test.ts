// What Observations mean for counting days: contract 2.1 and 2.2.
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createExtractor } from '../../../src/fhir/extract/index.ts';

const extractor = createExtractor(loadDefinitions());
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const fact = (more: object) => extractor.fact({ resourceType: 'Observation', status: 'final', ...more })!;

t.test('only Observations are readings', async (t) => {
  t.equal(extractor.fact({ resourceType: 'Media' }), null);
});

t.test('a time is an instant, a date a day, less is imprecise', async (t) => {
  const when = (effectiveDateTime: string) => fact({ effectiveDateTime }).when;
  t.same(when('2024-03-31T02:30:00+02:00'), { kind: 'instant', at: '2024-03-31T00:30:00Z', end: false });
  t.same(when('2024-03-31T00:00:00.250Z'), { kind: 'instant', at: '2024-03-31T00:00:00.250000Z', end: false });
  t.same(when('2024-03-31'), { kind: 'day', day: '2024-03-31' });
  t.same(when('2024-02'), { kind: 'imprecise', start: '2024-02-01', end: '2024-02-29' });
  t.same(when('2023-02'), { kind: 'imprecise', start: '2023-02-01', end: '2023-02-28' });
  t.same(when('2024-12'), { kind: 'imprecise', start: '2024-12-01', end: '2024-12-31' });
  t.same(when('2024'), { kind: 'imprecise', start: '2024-01-01', end: '2024-12-31' });
  t.same(fact({ effectiveInstant: '2024-03-31T02:30:00Z' }).when, {
    kind: 'instant',
    at: '2024-03-31T02:30:00Z',
    end: false,
  });
  t.same(fact({}).when, { kind: 'none' });
  t.same(fact({ effectiveTiming: { event: ['2024-03-31'] } }).when, { kind: 'none' });
});

t.test('a Period counts on its end, else on its start', async (t) => {
  const when = (effectivePeriod: object) => fact({ effectivePeriod }).when;
  t.same(when({ start: '2024-03-30T22:00:00Z', end: '2024-03-31T06:00:00Z' }), {
    kind: 'instant',
    at: '2024-03-31T06:00:00Z',
    end: true,
  });
  t.same(when({ start: '2024-03-30T22:00:00Z' }), { kind: 'instant', at: '2024-03-30T22:00:00Z', end: false });
  t.same(when({ end: '2024-03-31' }), { kind: 'day', day: '2024-03-31' });
  t.same(when({ start: '2024-03-30', end: '2024-03' }), { kind: 'imprecise', start: '2024-03-01', end: '2024-03-31' });
  t.same(when({}), { kind: 'none' });
});

t.test('final, amended and corrected are final', async (t) => {
  for (const status of ['final', 'amended', 'corrected']) t.ok(fact({ status }).final, status);
  for (const status of ['registered', 'preliminary', 'cancelled', 'entered-in-error', 'unknown'])
    t.notOk(fact({ status }).final, status);
});

t.test('a value counts, zero and false too; a reason for its absence undoes it', async (t) => {
  const dataAbsentReason = { coding: [{ code: 'unknown' }] };
  for (const value of [
    { valueQuantity: { value: 0, unit: 'kg' } },
    { valueInteger: 0 },
    { valueBoolean: false },
    { valueString: 'x' },
    { valueCodeableConcept: { text: 'yes' } },
    { valueSampledData: { data: '1' } },
    { valueTime: '10:00:00' },
    { valueDateTime: '2024' },
    { valuePeriod: { start: '2024' } },
    { valueRatio: { numerator: { value: 1 } } },
    { valueRange: { low: { value: 1 } } },
  ]) {
    t.ok(fact(value).valued, JSON.stringify(value));
    t.notOk(fact({ ...value, dataAbsentReason }).valued);
    t.ok(fact({ component: [{}, value] }).valued);
    t.notOk(fact({ component: [{ ...value, dataAbsentReason }] }).valued);
    t.notOk(fact({ component: [value], dataAbsentReason }).valued);
  }
  t.notOk(fact({}).valued);
  t.notOk(fact({ valueQuantity: { unit: 'kg' } }).valued, 'a unit is no value');
  t.notOk(fact({ _valueString: { extension: [] } }).valued);
});

t.test('every coding of the code, once; of the categories only those of HL7', async (t) => {
  const coding = { system: 'http://loinc.org', code: '29463-7' };
  const f = fact({
    code: {
      coding: [coding, { system: 'http://snomed.info/sct', code: '27113001' }, coding, { code: 'x' }, { display: 'y' }],
    },
    category: [
      {
        coding: [
          { system: CATEGORY, code: 'survey' },
          { system: 'urn:other', code: 'vital-signs' },
        ],
      },
      { text: 'z' },
    ],
  });
  t.same(f.codes, ['http://loinc.org|29463-7', 'http://snomed.info/sct|27113001', '|x']);
  t.same(f.categories, ['survey']);
});

t.test('prescriptions are the ServiceRequests of basedOn, those of others by their address', async (t) => {
  const references = [
    'ServiceRequest/a',
    'CarePlan/b',
    'ServiceRequest/c/_history/2',
    'ServiceRequest/a',
    'http://x/ServiceRequest/d',
    '#e',
  ];
  const basedOn = [...references.map((reference) => ({ reference })), { display: 'f' }];
  t.same(fact({ basedOn }).basedOn, ['a', 'c', 'http://x/ServiceRequest/d']);
  t.same(fact({}).basedOn, []);
});

t.test('a device is its reference without version, or its identifier', async (t) => {
  t.equal(fact({ device: { reference: 'Device/d/_history/2' } }).device, 'Device/d');
  t.equal(fact({ device: { reference: 'http://x/Device/d' } }).device, 'http://x/Device/d');
  t.equal(fact({ device: { identifier: { system: 's', value: 'v' } } }).device, 's|v');
  t.equal(fact({ device: { display: 'scale' } }).device, null);
  t.equal(fact({}).device, null);
});
