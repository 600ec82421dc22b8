// Days as whole numbers since 1970-01-01, without Date objects: populations decide a hundred thousand windows at once.
import { type Day, dayOfNumber } from '../kernel/day.ts';

/** The same number as kernel's dayNumber, by the civil calendar's arithmetic (about 15 times faster than Date.parse). */
export function numberOf(day: Day): number {
  const year = digits(day, 0) * 100 + digits(day, 2);
  const month = digits(day, 5);
  // Years run from March, so that the leap day is the last of its year.
  const y = month > 2 ? year : year - 1;
  const shifted = month > 2 ? month - 3 : month + 9;
  const inYear = Math.floor((153 * shifted + 2) / 5) + digits(day, 8) - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + inYear - 719_468;
}

/** The day of a number. */
export function dayAt(n: number): Day {
  if (n < 0 || n >= SPAN) return dayOfNumber(n);
  const known = texts[n];
  if (known !== undefined) return known;
  const text = dayOfNumber(n);
  texts[n] = text;
  return text;
}

// 1970 to about 2079; what lies beyond is made each time.
const SPAN = 40_000;
const texts: (Day | undefined)[] = new Array(SPAN);

function digits(day: Day, at: number): number {
  return (day.charCodeAt(at) - 48) * 10 + day.charCodeAt(at + 1) - 48;
}
