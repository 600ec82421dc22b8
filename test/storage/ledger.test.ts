// The day ledger is what counting every fact by hand gives, whatever happened, in every zone of the contract.
import t from 'tap';
import { zoneOfPostalCode } from '../../src/kernel/zone.ts';
import { newId } from '../../src/storage/ids.ts';
import type { ReadingFact, ResourceWrite, WindowQuery } from '../../src/storage/types.ts';
import { open } from './open.ts';
import { type Known, ledgerOf, randomOf, windowsOf } from './oracle.ts';
import { clock, created, deleted, fact, patient, updated, WEIGHT } from './samples.ts';

const ZONES = [
  ...new Set(
    ['75001', '97100', '97200', '97300', '97400', '97500', '97600', '98600', '98700', '98800'].map(zoneOfPostalCode),
  ),
];
// Clock changes of Paris and Miquelon, a leap day, turns of month and year, an ordinary day; both sides of a block of 32.
const DAYS = [
  '2026-03-29',
  '2026-10-25',
  '2026-03-08',
  '2026-11-01',
  '2024-02-29',
  '2025-12-31',
  '2026-06-10',
  '1969-12-31',
];
const CODES = [WEIGHT, 'http://loinc.org|59408-5', "it's|a \\ code"];
const PRESCRIPTIONS = ['ordonnance-1', 'ordonnance-2', '01a20dc1-2146-7000-9720-ecd400000005'];

const EXPANDED = `select l.patient, m.name, l.basis, to_char(date '1970-01-01' + l.block * 32 + i, 'YYYY-MM-DD') as day
from day_ledger l
join measure m on m.key = l.measure
cross join generate_series(0, 31) as i
where l.days & (1 << i) <> 0`;

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
t.comment(`seed ${seed}`);

t.test('random creations, corrections, deletions, duplicates, moves and changes of zone', async (t) => {
  const context = await open(t);
  const { store, query } = context;
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const patients: ResourceWrite[] = [];
  const zones = new Map<number, string>();
  for (const zone of [...ZONES, ...ZONES]) {
    const one = await patient(context, zone);
    patients.push(one);
    zones.set(one.patient, zone);
  }
  const current = new Map<string, { write: ResourceWrite; known: Known }>();
  const past: ResourceWrite[] = [];

  const when = (): ReadingFact['when'] => {
    const day = pick(DAYS);
    const kind = random();
    if (kind < 0.15) return { kind: 'day', day };
    if (kind < 0.22) return { kind: 'imprecise', start: `${day.slice(0, 7)}-01`, end: `${day.slice(0, 7)}-28` };
    if (kind < 0.25) return { kind: 'none' };
    // Whole hours meet local midnights; a millisecond beside them tells both sides apart.
    const millis = Date.parse(`${day}T00:00:00Z`) + Math.floor(random() * 49 - 12) * 3_600_000 + pick([0, 0, 1, -1]);
    return { kind: 'instant', at: new Date(millis).toISOString(), end: random() < 0.5 };
  };
  const someFact = (): ReadingFact =>
    fact(when(), {
      codes: random() < 0.8 ? [pick(CODES)] : [...CODES],
      categories: pick([[], ['vital-signs'], ['survey'], ['survey', 'vital-signs']]),
      final: random() < 0.85,
      valued: random() < 0.85,
      basedOn: pick([[], [], [pick(PRESCRIPTIONS)], PRESCRIPTIONS]),
      device: pick([null, 'Device/1']),
    });
  const observe = (): ResourceWrite => {
    const whose = pick(patients).patient;
    return created('Observation', { patient: whose, id: newId(whose, clock), fact: someFact() });
  };
  const keep = (write: ResourceWrite): void => {
    current.set(write.id, { write, known: { patient: write.patient, fact: write.fact! } });
  };
  const change = (keys: readonly number[], write: ResourceWrite): Promise<void> =>
    store.transaction(keys, (tx) => tx.write([write]));

  const steps: readonly (() => Promise<void>)[] = [
    async () => {
      const writes = Array.from({ length: 1 + Math.floor(random() * 8) }, observe);
      for (const write of writes) keep(write);
      await store.create(writes);
    },
    async () => {
      const write = observe();
      keep(write);
      await change([write.patient], write);
    },
    async () => {
      const before = pick([...current.values()])?.write;
      if (before === undefined) return;
      const next = updated(before, { fact: random() < 0.2 ? before.fact : someFact() });
      keep(next);
      await change([before.patient], next);
    },
    async () => {
      const before = pick([...current.values()])?.write;
      if (before === undefined) return;
      const next = updated(before, { patient: pick(patients).patient, fact: someFact() });
      keep(next);
      await change([before.patient, next.patient], next);
    },
    async () => {
      const before = pick([...current.values()])?.write;
      if (before === undefined) return;
      current.delete(before.id);
      past.push(deleted(before));
      await change([before.patient], deleted(before));
    },
    async () => {
      const gone = past.pop();
      if (gone === undefined) return;
      const back = updated(gone, { fact: someFact() });
      keep(back);
      await change([gone.patient], back);
    },
    async () => {
      // The same delivery twice: the id is taken, and nothing is counted.
      const before = pick([...current.values()])?.write;
      if (before === undefined) return;
      await t.rejects(store.create([{ ...before, version: 1 }, observe()]));
    },
    async () => {
      // The same reading under another id.
      const before = pick([...current.values()])?.write;
      if (before === undefined) return;
      const twin = created('Observation', {
        patient: before.patient,
        id: newId(before.patient, clock),
        fact: before.fact,
      });
      keep(twin);
      await store.create([twin]);
    },
    async () => {
      const place = Math.floor(random() * patients.length);
      const zone = pick(ZONES);
      const next = updated(patients[place]!, { zone });
      patients[place] = next;
      zones.set(next.patient, zone);
      await change([next.patient], next);
    },
  ];

  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 25; i++) await pick(steps)();
    // New readings from all sides at once.
    await Promise.all(Array.from({ length: 10 }, () => steps[0]!()));
    const expected = ledgerOf(
      [...current.values()].map(({ known }) => known),
      zones,
    );
    const rows = await query(EXPANDED);
    const actual = rows.map((r) => `${r.patient}|${r.name}|${r.basis}|${r.day}`);
    t.strictSame(actual.toSorted(), [...expected].toSorted(), `round ${round} of seed ${seed}`);
    t.strictSame(await query('select count(*)::int as n from reading'), [{ n: current.size }]);
    const queries: WindowQuery[] = Array.from({ length: 40 }, (_, key) => {
      const start = pick(DAYS);
      return {
        key,
        patient: pick(patients).patient,
        start,
        windowDays: pick([1, 7, 30, 31]),
        from: pick([start, '1960-01-01', '2026-03-29']),
        to: pick(['2026-12-31', '2026-03-29', '2024-12-31']),
        codes: pick([[WEIGHT], CODES, [], ['never|seen']]),
        categories: pick([[], ['survey']]),
        prescriptions: pick([[], [PRESCRIPTIONS[0]!], PRESCRIPTIONS]),
      };
    });
    t.strictSame(
      await store.windowDays(queries),
      queries.flatMap((q) => windowsOf(q, expected)),
      `windows of round ${round} of seed ${seed}`,
    );
  }
});
