// What storage does with readings, for tests without a database: facts with a local day, and counts for a query.

import type { CountQuery } from '../../src/core/observance/count-queries.ts';
import type { DayBits, Reading } from '../../src/core/situation.ts';
import { type Day, dayNumber, dayOfNumber } from '../../src/kernel/day.ts';
import { localDay } from '../../src/kernel/zone.ts';
import type { RawReading } from './oracle-calendar.ts';

/** The fact of an Observation; the local day by the kernel, as a second opinion to the oracle's. */
export function factOf(r: RawReading, zone: string): Reading {
  const common = {
    id: r.id,
    version: 1,
    codes: [`${r.system}|${r.code}`],
    categories: [r.category],
    final: ['final', 'amended', 'corrected'].includes(r.status),
    valued: r.value && !r.absent,
    basedOn: r.basedOn,
    device: r.device,
  };
  if (!r.when.includes('T')) {
    if (r.when.length === 10) return { ...common, day: r.when };
    const [y, m] = r.when.split('-');
    const last = m === undefined ? '12-31' : `${m}-${new Date(Date.UTC(Number(y), Number(m), 0)).getUTCDate()}`;
    return { ...common, imprecise: { start: `${y}-${m ?? '01'}-01`, end: `${y}-${last}` } };
  }
  const millis = Date.parse(r.when);
  // An end at 00:00 belongs to the day before: so does the millisecond before it, and no other end changes its day.
  return { ...common, day: localDay(r.end ? millis - 1 : millis, zone), at: r.when };
}

/** Day bits by window, as storage's windowDays answers. */
export function count(queries: readonly CountQuery[], facts: readonly Reading[]): Map<number, DayBits> {
  const bits = new Map<number, DayBits>();
  for (const q of queries)
    for (const f of facts) {
      const known = f.codes.some((c) => q.codes.includes(c)) || f.categories.some((c) => q.categories.includes(c));
      const mine = f.basedOn.length === 0 || f.basedOn.some((id) => q.prescriptions.includes(id));
      if (f.day === undefined || f.day < q.from || f.day > q.to || !f.final || !f.valued || !known || !mine) continue;
      const n = dayNumber(f.day as Day) - dayNumber(q.start);
      const index = Math.floor(n / q.windowDays) + 1;
      bits.set(index, (bits.get(index) ?? 0) | (1 << (n % q.windowDays)));
    }
  return bits;
}

/** The days whose bits are set. */
export function daysOf(start: Day, bits: DayBits): readonly Day[] {
  const first = dayNumber(start);
  return Array.from({ length: 31 }, (_, i) => i)
    .filter((i) => (bits & (1 << i)) !== 0)
    .map((i) => dayOfNumber(first + i));
}
