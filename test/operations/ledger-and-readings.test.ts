// The days that SQL counts (the ledger) and the days that are listed one by one (the readings) are the same, in every zone,
// for random histories that are corrected, deleted, and moved to another zone.
import t from 'tap';
import { addDays, day } from '../../src/kernel/day.ts';
import { Cohort } from './cohort.ts';
import { periodsOf } from './plain.ts';
import { type Json, world } from './world.ts';

const seed = Number(process.env.VIGIE_SEED ?? Date.now() % 1_000_000);
t.comment(`VIGIE_SEED=${seed}`);
let state = seed;
/** A whole number below n (mulberry32). */
function below(n: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let x = Math.imul(state ^ (state >>> 15), 1 | state);
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
  return ((x ^ (x >>> 14)) >>> 0) % n;
}
const one = <T>(list: readonly T[]): T => list[below(list.length)]!;

// Each zone of contract 2.1 by its postal code; 75 is the mainland.
const POSTAL = ['75012', '97110', '97200', '97300', '97400', '97500', '97600', '98600', '98713', '98800'];
const MOMENTS = [
  '00:00:00Z',
  '23:59:59.999Z',
  '22:00:00Z',
  '23:00:00Z',
  '10:30:00Z',
  '12:00:00+12:00',
  '01:30:00+02:00',
  '02:30:00+01:00',
];

function moment(): Json {
  // Over the change to summer time, and a little before and after the windows.
  const on = addDays(day('2026-03-01'), below(80) - 5);
  switch (below(8)) {
    case 0:
      return { effectiveDateTime: on };
    case 1:
      return { effectiveDateTime: on.slice(0, 7) };
    case 2:
      return {
        effectiveDateTime: undefined,
        effectivePeriod: {
          start: `${addDays(on, -1)}T20:00:00Z`,
          end: `${on}T${one(['00:00:00', '22:00:00', '23:00:00'])}Z`,
        },
      };
    default:
      return { effectiveDateTime: `${on}T${one(MOMENTS)}` };
  }
}

function reading(c: Cohort, rx: string, other: string): Json {
  return {
    ...moment(),
    status: one(['final', 'final', 'final', 'amended', 'corrected', 'preliminary', 'entered-in-error']),
    code: { coding: [{ system: 'http://loinc.org', code: one(['29463-7', '29463-7', '3141-9', '8867-4']) }] },
    ...one([{}, {}, { basedOn: [c.to(rx)] }, { basedOn: [c.to(other)] }, { basedOn: [c.to(other), c.to(rx)] }]),
    ...one([{}, {}, {}, { valueQuantity: undefined }]),
  };
}

type Tap = typeof t;

const w = await world(t);
const c = await new Cohort().parties(['ic', 'irc']).load(w);

async function check(t: Pick<Tap, 'same'>, rx: string, label: string): Promise<void> {
  for (const asOf of ['2026-03-29', '2026-04-15', '2026-06-30']) {
    const { json } = await w.get(`${c.ref(rx)}/$observance?asOf=${asOf}`);
    for (const p of periodsOf(json)) {
      const days = (p.day ?? []) as readonly { date: string; count: number; evidence: unknown[] }[];
      t.same(days.length, p.received, `${label} asOf ${asOf} window ${p.index}`);
      t.same(
        days.map((d) => d.count),
        days.map((d) => d.evidence.length),
      );
      const expected = p.expected as number;
      t.same(((p.missing ?? []) as unknown[]).length, expected - days.length);
    }
  }
}

for (const [i, postalCode] of POSTAL.entries()) {
  t.test(`postal code ${postalCode}`, async (t) => {
    const [p, rx, other] = [`p${i}`, `rx${i}`, `other${i}`];
    c.patient(p, { address: [{ postalCode }] })
      .prescription(rx, { patient: p, start: '2026-03-01', end: '2026-05-05' })
      .prescription(other, { patient: p, start: '2026-03-01', end: '2026-05-05', activity: 'irc' });
    await c.load(w);
    for (let n = 0; n < 120; n++)
      c.reading(`r${i}:${n}`, { patient: p, at: '2026-03-01', change: reading(c, rx, other) });
    await c.load(w);
    await check(t, rx, 'as sent');

    for (let n = 0; n < 12; n++) {
      const path = c.ref(`r${i}:${below(120)}`);
      const current = await w.get(path);
      if (current.status === 410) continue;
      const { effectiveDateTime: _d, effectivePeriod: _p, ...rest } = current.json;
      if (below(2) === 0) await w.delete(path);
      else t.equal((await w.put(path, { ...rest, ...moment() })).status, 200);
    }
    await check(t, rx, 'corrected');

    const moved = { ...(await w.get(c.ref(p))).json, address: [{ postalCode: one(POSTAL) }] };
    t.equal((await w.put(c.ref(p), moved)).status, 200);
    await check(t, rx, 'moved');
  });
}
