// The oracle's calendar, by counting: days as text, and the local day of a reading. Shares nothing with src.

/** A reading as it is written: no local day yet. */
export interface RawReading {
  readonly id: string;
  readonly status: string;
  readonly code: string;
  readonly system: string;
  readonly category: string;
  readonly value: boolean;
  readonly absent: boolean;
  /** `2026-03-10`, `2026-03`, `2026`, or an instant with Z; a period's end when `end` is set. */
  readonly when: string;
  readonly end: boolean;
  readonly basedOn: readonly string[];
  readonly device: string | null;
}

const sums = new Map<string, string>();

export function plus(day: string, n: number): string {
  const key = `${day} ${n}`;
  let sum = sums.get(key);
  if (sum === undefined) {
    const d = new Date(`${day}T12:00:00Z`);
    d.setUTCDate(d.getUTCDate() + n);
    sum = d.toISOString().slice(0, 10);
    sums.set(key, sum);
  }
  return sum;
}

/** The same date some months later, or the last day of that month. */
export function months(day: string, n: number): string {
  const [y, m, d] = day.split('-').map(Number) as [number, number, number];
  const year = y + Math.floor((m - 1 + n) / 12);
  const month = ((((m - 1 + n) % 12) + 12) % 12) + 1;
  for (let last = d; ; last--) {
    const text = `${year}-${String(month).padStart(2, '0')}-${String(last).padStart(2, '0')}`;
    const back = new Date(`${text}T12:00:00Z`);
    if (!Number.isNaN(back.getTime()) && back.toISOString().slice(0, 10) === text) return text;
  }
}

export const lastOfYear = (start: string): string => plus(months(start, 12), -1);

const formats = new Map<string, Intl.DateTimeFormat>();

/** Local date and time at an instant, read off Swedish words, which are written like ours: `2026-03-10 00:00:00`. */
export function localOf(instant: string, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(zone, format);
  }
  return format.format(new Date(instant));
}

/** The day of a reading, or the first and last day that it may mean. */
export function dayOf(r: RawReading, zone: string): string | [string, string] {
  if (/^\d{4}$/.test(r.when)) return [`${r.when}-01-01`, `${r.when}-12-31`];
  if (/^\d{4}-\d{2}$/.test(r.when)) return [`${r.when}-01`, plus(months(`${r.when}-01`, 1), -1)];
  if (/^\d{4}-\d{2}-\d{2}$/.test(r.when)) return r.when;
  const [day, time] = localOf(r.when, zone).split(' ') as [string, string];
  return r.end && time === '00:00:00' ? plus(day, -1) : day;
}
