// Which day a reading falls on, and which windows there are: through the server, in every zone of the contract (2.1).
import t from 'tap';
import { world } from '../operations/world.ts';
import { each, stage } from './stage.ts';

const w = await world(t);
const spring = { rx: { start: '2026-03-02', end: '2026-08-31' } };

// Midnight of 2 March and of 1 April 2026, in UTC.
for (const [postalCode, zone, opens, closes] of [
  ['69001', 'Europe/Paris', '2026-03-01T23:00:00Z', '2026-03-31T22:00:00Z'],
  ['97100', 'America/Guadeloupe', '2026-03-02T04:00:00Z', '2026-04-01T04:00:00Z'],
  ['97200', 'America/Martinique', '2026-03-02T04:00:00Z', '2026-04-01T04:00:00Z'],
  ['97300', 'America/Cayenne', '2026-03-02T03:00:00Z', '2026-04-01T03:00:00Z'],
  ['97400', 'Indian/Reunion', '2026-03-01T20:00:00Z', '2026-03-31T20:00:00Z'],
  ['97500', 'America/Miquelon', '2026-03-02T03:00:00Z', '2026-04-01T02:00:00Z'],
  ['97600', 'Indian/Mayotte', '2026-03-01T21:00:00Z', '2026-03-31T21:00:00Z'],
  ['97700', 'America/Guadeloupe', '2026-03-02T04:00:00Z', '2026-04-01T04:00:00Z'],
  ['98600', 'Pacific/Wallis', '2026-03-01T12:00:00Z', '2026-03-31T12:00:00Z'],
  ['98714', 'Pacific/Tahiti', '2026-03-02T10:00:00Z', '2026-04-01T10:00:00Z'],
  ['98800', 'Pacific/Noumea', '2026-03-01T13:00:00Z', '2026-03-31T13:00:00Z'],
] as const) {
  t.test(`midnight in ${zone} (${postalCode}) opens and closes the window`, async (t) => {
    const eve = (at: string) => new Date(Date.parse(at) - 1000).toISOString();
    const s = await stage(w, {
      person: { address: [{ postalCode, country: 'FR' }] },
      ordonnances: spring,
      readings: [{ at: eve(opens) }, { at: opens }, { at: eve(closes) }, { at: closes }],
    });
    const { periods, zone: told } = await s.observe('rx', 'asOf=2026-05-10');
    t.equal(told, zone);
    t.match(periods, [{ received: 2 }, { received: 1 }, { received: 0 }]);
    t.same(await s.days('rx', 'asOf=2026-05-10'), ['2026-03-02', '2026-03-31']);
    t.same(await s.days('rx', 'asOf=2026-05-10', 2), ['2026-04-01']);
  });
}

t.test('a zone stated on the patient comes before the postal code', async (t) => {
  const url = 'http://hl7.org/fhir/StructureDefinition/timezone';
  const s = await stage(w, {
    person: {
      address: [{ postalCode: '97400', country: 'FR' }],
      extension: [{ url, valueCode: 'Pacific/Tahiti' }],
    },
    ordonnances: spring,
    readings: [{ at: '2026-03-02T09:59:59Z' }, { at: '2026-03-02T10:00:00Z' }],
  });
  t.same(await s.days('rx', 'asOf=2026-05-10'), ['2026-03-02']);
});

t.test('a day of 23 hours and one of 25 are one day each', async (t) => {
  const s = await stage(w, {
    ordonnances: { rx: { start: '2026-03-02', end: '2026-12-31' } },
    readings: [
      { at: '2026-03-28T23:00:00Z' },
      { at: '2026-03-29T21:59:59Z' },
      { at: '2026-10-24T22:00:00Z' },
      { at: '2026-10-25T22:59:59Z' },
      { at: '2026-10-25T23:00:00Z' },
    ],
  });
  t.same(await s.days('rx', 'asOf=2026-11-20'), ['2026-03-29']);
  t.same(await s.days('rx', 'asOf=2026-11-20', 8), ['2026-10-25', '2026-10-26']);
});

t.test('a period belongs to the day of its end, midnight to the day before', async (t) => {
  const s = await stage(w, {
    ordonnances: spring,
    readings: [
      { at: { start: '2026-03-10T22:00:00+01:00', end: '2026-03-11T06:00:00+01:00' } },
      { at: { start: '2026-03-13T08:00:00+01:00', end: '2026-03-14T23:00:00Z' } },
      { at: { start: '2026-03-16T20:00:00+01:00', end: '2026-03-17T00:00:01+01:00' } },
      { at: { start: '2026-03-19T23:30:00Z' } },
      { at: { start: '2026-03-22T08:00:00+01:00', end: '2026-03-25T08:00:00+01:00' } },
      { at: { start: '2026-03-31T08:00:00Z', end: '2026-03-31T22:00:00Z' } },
    ],
  });
  const days = ['2026-03-11', '2026-03-14', '2026-03-17', '2026-03-20', '2026-03-25', '2026-03-31'];
  t.same(await s.days('rx', 'asOf=2026-05-10'), days);
});

t.test('a year or a month is no day, and is told where it touches a window', async (t) => {
  const s = await stage(w, {
    ordonnances: spring,
    readings: [
      { name: 'march', at: '2026-03' },
      { name: 'april', at: '2026-04' },
      { name: 'february', at: '2026-02' },
      { name: 'day', at: '2026-03-31' },
    ],
  });
  const { periods, rejected } = await s.observe('rx', 'asOf=2026-05-10&end=2026-03-31');
  t.match(periods, [{ index: 1, received: 1 }]);
  t.same(rejected, { march: 'imprecise-date' });
});

t.test('a window is over the day after its last day, and there is none before the first', async (t) => {
  const s = await stage(w, { ordonnances: spring, readings: each('2026-03-02', '2026-04-02') });
  t.same(await s.verdicts('rx', 'asOf=2026-03-01'), []);
  t.same(await s.verdicts('rx', 'asOf=2026-03-31'), ['1 in-progress']);
  t.same(await s.verdicts('rx', 'asOf=2026-04-01'), ['1 billable', '2 in-progress']);
  t.match((await s.observe('rx', 'asOf=2026-03-31')).periods, [{ received: 30, status: 'in-progress' }]);
});

t.test('readings after asOf are told as future in the windows listed', async (t) => {
  const s = await stage(w, {
    ordonnances: spring,
    readings: [
      { name: 'evening', at: '2026-03-20T23:59:59+01:00' },
      { name: 'night', at: '2026-03-21T00:00:00+01:00' },
      { name: 'april', at: '2026-04-05' },
    ],
  });
  const { periods, rejected } = await s.observe('rx', 'asOf=2026-03-20');
  t.match(periods, [{ received: 1, expected: 30, status: 'in-progress' }]);
  t.same(rejected, { night: 'future' });
});

t.test('the 29th of February is a day like the others', async (t) => {
  const s = await stage(w, {
    ordonnances: { rx: { start: '2024-02-29', end: '2024-08-28' } },
    readings: [{ at: '2024-02-29T23:30:00Z' }, { at: '2024-02-28T23:30:00Z' }],
  });
  const told = await s.bill('rx', 'asOf=2024-03-30');
  t.same(
    told.map((p) => p.window),
    ['2024-02-29/2024-03-29', '2024-03-30/2024-04-28'],
  );
  t.same(await s.days('rx', 'asOf=2024-03-30'), ['2024-02-29', '2024-03-01']);
});
