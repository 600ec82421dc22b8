// A naive day ledger: every fact looked at, one after the other, days by the runtime's own calendar.
import { storedId } from '../../src/storage/ids.ts';
import type { ReadingFact, WindowQuery } from '../../src/storage/types.ts';

export const NO_BASIS = '00000000-0000-0000-0000-000000000000';

/** A fact and whose it is. */
export interface Known {
  readonly patient: number;
  readonly fact: ReadingFact;
}

/** The day and the wall clock in a zone at an instant. */
function local(millis: number, zone: string): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  }).formatToParts(millis);
  const of = (type: string) => parts.find((p) => p.type === type)?.value;
  return {
    day: `${of('year')}-${of('month')}-${of('day')}`,
    time: `${of('hour')}:${of('minute')}:${of('second')}.${of('fractionalSecond')}`,
  };
}

/** The local day of a fact, or undefined when it has none. */
export function dayOf({ when }: ReadingFact, zone: string): string | undefined {
  if (when.kind === 'day') return when.day;
  if (when.kind !== 'instant') return undefined;
  const millis = Date.parse(when.at);
  const { day, time } = local(millis, zone);
  return when.end && time === '00:00:00.000' ? local(millis - 1, zone).day : day;
}

/** `patient|measure|basis|day` of everything that counts. */
export function ledgerOf(facts: Iterable<Known>, zones: ReadonlyMap<number, string>): Set<string> {
  const all = new Set<string>();
  for (const { patient, fact } of facts) {
    const day = dayOf(fact, zones.get(patient)!);
    if (day === undefined || !fact.final || !fact.valued) continue;
    const measures = [...fact.codes, ...fact.categories.filter((c) => c === 'survey').map((c) => `category|${c}`)];
    const bases = fact.basedOn.length === 0 ? [NO_BASIS] : fact.basedOn.map(storedId);
    for (const measure of measures) for (const basis of bases) all.add(`${patient}|${measure}|${basis}|${day}`);
  }
  return all;
}

/** What windowDays must answer to one query. */
export function windowsOf(
  query: WindowQuery,
  ledger: ReadonlySet<string>,
): { key: number; index: number; days: number }[] {
  const measures = [...query.codes, ...query.categories.map((c) => `category|${c}`)];
  const bases = [NO_BASIS, ...query.prescriptions.map(storedId)];
  const found: { key: number; index: number; days: number }[] = [];
  const start = Date.parse(`${query.start}T00:00:00Z`);
  for (let index = 1; ; index++) {
    let days = 0;
    let first = '';
    for (let i = 0; i < query.windowDays; i++) {
      const day = new Date(start + ((index - 1) * query.windowDays + i) * 86_400_000).toISOString().slice(0, 10);
      if (i === 0) first = day;
      if (day < query.from || day > query.to) continue;
      const counted = measures.some((m) => bases.some((b) => ledger.has(`${query.patient}|${m}|${b}|${day}`)));
      if (counted) days |= 1 << i;
    }
    if (first > query.to) return found;
    if (days !== 0) found.push({ key: query.key, index, days });
  }
}

/** A random generator that can be started again: mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}
