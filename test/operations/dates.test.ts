// FHIR dates as local days.
import t from 'tap';
import { dayOf, firstDay, lastDay } from '../../src/operations/follow-up/dates.ts';

const PARIS = 'Europe/Paris';

t.test('a day is itself in every zone', async (t) => {
  for (const zone of [PARIS, 'Pacific/Noumea', 'America/Cayenne']) t.equal(dayOf('2026-03-29', zone), '2026-03-29');
});

t.test('an instant is the local day of the zone, also when the clocks change', async (t) => {
  t.equal(dayOf('2026-03-28T22:59:59Z', PARIS), '2026-03-28');
  t.equal(dayOf('2026-03-28T23:00:00Z', PARIS), '2026-03-29');
  t.equal(dayOf('2026-03-29T21:59:59Z', PARIS), '2026-03-29');
  t.equal(dayOf('2026-03-29T22:00:00Z', PARIS), '2026-03-30');
  t.equal(dayOf('2026-10-25T22:59:59Z', PARIS), '2026-10-25');
  t.equal(dayOf('2026-10-25T23:00:00Z', PARIS), '2026-10-26');
  t.equal(dayOf('2026-01-01T00:30:00+13:00', 'Pacific/Noumea'), '2025-12-31');
});

t.test('a leap second is a time', async (t) => {
  t.equal(dayOf('2016-12-31T23:59:60Z', 'UTC'), '2016-12-31');
});

t.test('what names no whole day is none', async (t) => {
  for (const text of [undefined, '2026', '2026-02', '2026-02-30', '', 'yesterday', '2026-13-01T00:00:00Z']) {
    t.equal(dayOf(text, PARIS), undefined, String(text));
  }
});

t.test('a partial date begins at its first day and ends at its last', async (t) => {
  t.equal(firstDay('2026', PARIS), '2026-01-01');
  t.equal(firstDay('2026-02', PARIS), '2026-02-01');
  t.equal(lastDay('2026', PARIS), '2026-12-31');
  t.equal(lastDay('2026-02', PARIS), '2026-02-28');
  t.equal(lastDay('2024-02', PARIS), '2024-02-29');
  t.equal(lastDay('2026-12', PARIS), '2026-12-31');
  t.equal(lastDay('2026-02-10', PARIS), '2026-02-10');
  t.equal(firstDay('2026-13', PARIS), undefined);
});
