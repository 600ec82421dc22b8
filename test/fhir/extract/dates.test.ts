// FHIR dates as ranges of instants.
import t from 'tap';
import { parseDate, periodRange, timingRange } from '../../../src/fhir/extract/dates.ts';

const read = (text: string) => {
  const date = parseDate(text);
  return date === undefined ? undefined : [date.lo, date.hi];
};

t.test('a precision means every instant it may stand for', async (t) => {
  t.same(read('2024'), ['2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z']);
  t.same(read('2024-12'), ['2024-12-01T00:00:00Z', '2025-01-01T00:00:00Z']);
  t.same(read('2024-02'), ['2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z']);
  t.same(read('2024-02-29'), ['2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z']);
  t.same(read('2024-12-31T23:59'), ['2024-12-31T23:59:00Z', '2025-01-01T00:00:00Z']);
  t.same(read('2024-12-31T23:59:59Z'), ['2024-12-31T23:59:59Z', '2025-01-01T00:00:00Z']);
  t.same(read('2024-05-01T10:00:00.5Z'), ['2024-05-01T10:00:00.500000Z', '2024-05-01T10:00:00.600000Z']);
  t.same(read('2024-05-01T10:00:00.123Z'), ['2024-05-01T10:00:00.123000Z', '2024-05-01T10:00:00.124000Z']);
  t.same(read('2024-05-01T10:00:59.999999Z'), ['2024-05-01T10:00:59.999999Z', '2024-05-01T10:01:00.000000Z']);
  t.same(read('2024-05-01T10:00:00.123456789Z'), ['2024-05-01T10:00:00.123456Z', '2024-05-01T10:00:00.123457Z']);
});

t.test('a zone moves the instant, to another day or year too', async (t) => {
  t.same(read('2024-05-01T00:30:00+02:00'), ['2024-04-30T22:30:00Z', '2024-04-30T22:30:01Z']);
  t.same(read('2024-12-31T20:00:00-05:00'), ['2025-01-01T01:00:00Z', '2025-01-01T01:00:01Z']);
  t.same(read('2024-05-01T00:00:00+14:00'), ['2024-04-30T10:00:00Z', '2024-04-30T10:00:01Z']);
  t.same(read('2024-05-01T10:00:00+05:45'), ['2024-05-01T04:15:00Z', '2024-05-01T04:15:01Z']);
  t.equal(parseDate('2024-05-01T10:00:00')?.zoned, false);
  t.equal(parseDate('2024-05-01T10:00:00-00:00')?.zoned, true);
});

t.test('a leap second is the first second after it', async (t) => {
  t.same(read('2016-12-31T23:59:60Z'), ['2017-01-01T00:00:00Z', '2017-01-01T00:00:01Z']);
});

t.test('the ends of time are open', async (t) => {
  t.same(read('9999'), ['9999-01-01T00:00:00Z', 'infinity']);
  t.same(read('9999-12-31T23:00:00-02:00'), ['infinity', 'infinity']);
  t.same(read('0001'), ['0001-01-01T00:00:00Z', '0002-01-01T00:00:00Z']);
  t.same(read('0050-03-01'), ['0050-03-01T00:00:00Z', '0050-03-02T00:00:00Z']);
  t.same(read('0001-01-01T00:00:00+10:00')?.[0], '-infinity');
});

t.test('what names no real day or time is no date', async (t) => {
  const wrong = [
    '',
    '0000',
    '24',
    '20240',
    '2024-00',
    '2024-13',
    '2024-04-31',
    '2023-02-29',
    '1900-02-29',
    '2024-01-00',
    '2024-01-32',
    '2024-01-01T24:00:00Z',
    '2024-01-01T23:60:00Z',
    '2024-01-01T23:59:61Z',
    '2024-01-01T10:00:00+14:01',
    '2024-01-01T10:00:00+15:00',
    '2024-01-01T10:00:00+2:00',
    '2024-01-01T10Z',
    '2024-01-01T10:00:00.Z',
    '2024-01-01 10:00:00Z',
    ' 2024',
    '2024\n',
    '２０２４',
  ];
  for (const text of wrong) t.equal(parseDate(text), undefined, JSON.stringify(text));
});

t.test('every day from 1970 to 2070 begins where the day before ends', async (t) => {
  let before = '1970-01-01T00:00:00Z';
  for (let n = 0; n < 36_525; n++) {
    const day = new Date(n * 86_400_000).toISOString().slice(0, 10);
    const [lo, hi] = read(day)!;
    if (lo !== before) t.fail(`${day} begins at ${lo}`);
    before = hi!;
  }
  t.equal(before, '2070-01-01T00:00:00Z');
});

t.test('a Period has open ends where it says none', async (t) => {
  const range = (period: object) => {
    const r = periodRange(period);
    return r === undefined ? undefined : [r.lo, r.hi, r.long];
  };
  t.same(range({ start: '2024-01-01', end: '2024-01-02' }), ['2024-01-01T00:00:00Z', '2024-01-03T00:00:00Z', false]);
  t.same(range({ start: '2024-01-01T00:00:00Z', end: '2024-01-03T00:00:00Z' })?.[2], true);
  t.same(range({ start: '2024-01-01', end: '2024-02-01' }), ['2024-01-01T00:00:00Z', '2024-02-02T00:00:00Z', true]);
  t.same(range({ start: '2024-01-01' }), ['2024-01-01T00:00:00Z', 'infinity', true]);
  t.same(range({ end: '2024-01' }), ['-infinity', '2024-02-01T00:00:00Z', true]);
  t.equal(range({}), undefined);
});

t.test('years and months are long, days are not', async (t) => {
  t.equal(parseDate('2024')?.long, true);
  t.equal(parseDate('2024-02')?.long, true);
  t.equal(parseDate('2024-02-01')?.long, false);
  t.equal(parseDate('2024-02-01T10:00:00.1Z')?.long, false);
});

t.test('a Timing is its outer limits', async (t) => {
  const range = (timing: object) => {
    const r = timingRange(timing);
    return r === undefined ? undefined : [r.lo, r.hi];
  };
  t.same(range({ event: ['2024-03-02', '2024-03-01T10:00:00Z'] }), ['2024-03-01T10:00:00Z', '2024-03-03T00:00:00Z']);
  t.same(range({ repeat: { boundsPeriod: { start: '2024-03-01' } } }), ['2024-03-01T00:00:00Z', 'infinity']);
  t.same(range({ event: ['2024-02-01'], repeat: { boundsPeriod: { start: '2024-03-01', end: '2024-03-05' } } }), [
    '2024-02-01T00:00:00Z',
    '2024-03-06T00:00:00Z',
  ]);
  t.equal(range({ repeat: { frequency: 1, period: 1, periodUnit: 'd' } }), undefined);
});
