import t from 'tap';
import { dayAt, numberOf } from '../../src/core/days.ts';
import { day, dayNumber } from '../../src/kernel/day.ts';

t.test('numbers agree with the calendar on every day of 1900 to 2110', async (t) => {
  let wrong = 0;
  for (let n = -25_567; n < 51_500; n++) {
    const text = new Date(n * 86_400_000).toISOString().slice(0, 10);
    if (numberOf(day(text)) !== n || dayAt(n) !== text) wrong++;
  }
  t.equal(wrong, 0);
});

t.test('the kernel counts the same', async (t) => {
  for (const text of ['1969-12-31', '1970-01-01', '2000-02-29', '2024-02-29', '2026-03-29', '2100-03-01'])
    t.equal(numberOf(day(text)), dayNumber(day(text)));
});
