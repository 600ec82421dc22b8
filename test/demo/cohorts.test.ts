import { readFileSync } from 'node:fs';
import t from 'tap';
import { drawCohort } from '../../src/demo/cohorts.ts';
import { draw } from '../../src/demo/draw.ts';
import type { Cohort } from '../../src/demo/recipe.ts';
import { localDateTime } from '../../src/demo/time.ts';

const base = JSON.parse(readFileSync(new URL('../../fixtures/demo/cohort.json', import.meta.url), 'utf8')) as Cohort;
const wanted = { patients: 200, days: 60, perDay: 2, seed: 5 };

t.test('the same seed draws the same cohort, another seed another one', async (t) => {
  t.strictSame(drawCohort(base, wanted), drawCohort(base, wanted));
  t.not(JSON.stringify(drawCohort(base, wanted)), JSON.stringify(drawCohort(base, { ...wanted, seed: 6 })));
});

t.test('a cohort has the patients asked, with dates that exist and devices listed for their activity', async (t) => {
  const { patients, dmns } = drawCohort(base, wanted);
  t.equal(patients.length, 200);
  t.equal(new Set(patients.map((p) => p.key)).size, 200);
  for (const p of patients) {
    t.equal(new Date(`${p.birthDate}T00:00:00Z`).toISOString().slice(0, 10), p.birthDate);
    const [rx] = p.prescriptions;
    t.ok(dmns.find((d) => d.key === rx?.dmn)?.lines.some((l) => l.activity === rx?.activity));
  }
});

t.test('numbers lie in [0, 1) and are spread', async (t) => {
  const random = draw('x');
  const numbers = Array.from({ length: 10_000 }, random);
  t.ok(numbers.every((n) => n >= 0 && n < 1));
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  t.ok(Math.abs(mean - 0.5) < 0.02);
});

const TIMES: readonly [day: string, time: string, postalCode: string, dateTime: string][] = [
  ['2026-01-15', '08:00', '75012', '2026-01-15T08:00:00+01:00'],
  ['2026-07-15', '08:00', '75012', '2026-07-15T08:00:00+02:00'],
  ['2026-03-29', '12:00', '75012', '2026-03-29T12:00:00+02:00'],
  ['2026-10-25', '00:30', '75012', '2026-10-25T00:30:00+02:00'],
  ['2026-01-15', '23:40', '97400', '2026-01-15T23:40:00+04:00'],
  ['2026-01-15', '23:40', '98714', '2026-01-15T23:40:00-10:00'],
];
for (const [day, time, postalCode, dateTime] of TIMES) {
  t.test(`a clock of ${postalCode} shows ${day} ${time} at ${dateTime}`, async (t) =>
    t.equal(localDateTime(day, time, postalCode), dateTime),
  );
}
