import t from 'tap';
import { addDays, addMonths, addYears, day, daysBetween, lengthOf, overlap, parseDay } from '../../src/kernel/day.ts';

for (const text of ['2026-02-30', '2026-2-3', '2026-02', '2026-02-01T00:00:00Z', '', '0000-00-00']) {
  t.test(`"${text}" is no day`, async (t) => t.equal(parseDay(text), undefined));
}
t.test('29 February exists in leap years only', async (t) => {
  t.equal(parseDay('2024-02-29'), '2024-02-29');
  t.equal(parseDay('2026-02-29'), undefined);
});
t.test('days are added over months, years and clock changes', async (t) => {
  t.equal(addDays(day('2024-02-28'), 1), '2024-02-29');
  t.equal(addDays(day('2026-03-28'), 2), '2026-03-30');
  t.equal(addDays(day('2026-01-01'), -1), '2025-12-31');
  t.equal(daysBetween(day('2026-03-01'), day('2026-11-01')), 245);
});
t.test('months stop at the last day of the month', async (t) => {
  t.equal(addMonths(day('2025-08-31'), 6), '2026-02-28');
  t.equal(addMonths(day('2023-08-31'), 6), '2024-02-29');
  t.equal(addMonths(day('2026-01-15'), 6), '2026-07-15');
  t.equal(addYears(day('2024-02-29'), 1), '2025-02-28');
});
t.test('a closed period counts both ends', async (t) => {
  t.equal(lengthOf({ start: day('2026-03-02'), end: day('2026-03-31') }), 30);
});
t.test('periods that share one day overlap, neighbours do not', async (t) => {
  const a = { start: day('2026-03-01'), end: day('2026-03-31') };
  t.strictSame(overlap(a, { start: day('2026-03-31') }), { start: '2026-03-31', end: '2026-03-31' });
  t.equal(overlap(a, { start: day('2026-04-01') }), undefined);
  t.strictSame(overlap(a, {}), a);
});
