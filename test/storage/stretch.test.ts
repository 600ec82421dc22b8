// A clause on the first key of the order bounds the walk where a resource has one value at most: the same pages as without.
import t from 'tap';
import { paramKey } from '../../src/storage/hash.ts';
import { newId } from '../../src/storage/ids.ts';
import { type Clause, everything, type SearchPlan, type SortKey } from '../../src/storage/types.ts';
import { seeded } from '../fhir/extract/filled.ts';
import { open } from './open.ts';
import { clock, created, noRows } from './samples.ts';

const DATE = paramKey('Encounter', 'one-date');
const NUMBER = paramKey('Encounter', 'one-number');
const PREFIXES = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const;
const DAY = 86_400_000;

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const random = seeded(seed);
const whole = (below: number) => Math.floor(random() * below);
const day = (n: number) => new Date(Date.UTC(2024, 0, 1) + n * DAY).toISOString();

/** A day, some hours, a year or more, open at an end, or at both. */
function stored(): { lo: string | null; hi: string | null } {
  const from = whole(60);
  const days = [1, 1, 1, 1 / 24, 2, 3, 40, 400][whole(8)]!;
  return { lo: random() < 0.05 ? null : day(from), hi: random() < 0.05 ? null : day(from + days) };
}

function clauseOf(kind: 'date' | 'number'): Clause {
  const prefix = PREFIXES[whole(PREFIXES.length)]!;
  const from = whole(60);
  if (kind === 'date') {
    return { kind: 'other-date', param: DATE, test: { prefix, lo: day(from), hi: day(from + [1, 30][whole(2)]!) } };
  }
  const isRange = prefix === 'eq' || prefix === 'ne' || prefix === 'ap';
  return { kind: 'number', param: NUMBER, test: { prefix, lo: String(from), hi: String(isRange ? from + 3 : from) } };
}

t.test('pages in the order of what is asked', async (t) => {
  t.comment(`SEED=${seed}`);
  const { store, query } = await open(t);
  const writes = Array.from({ length: 250 }, () => {
    const [lo, width] = [whole(60), random() < 0.8 ? 0 : whole(9)];
    const number = { param: NUMBER, lo: String(lo), hi: String(lo + width), system: null, code: null, unit: null };
    const dates = random() < 0.9 ? [{ param: DATE, ...stored() }] : [];
    const rows = { ...noRows, dates, numbers: random() < 0.9 ? [number] : [] };
    return created('Encounter', { id: newId(0, clock), rows });
  });
  await store.create(writes);
  await query('vacuum analyze');

  /** All ids of a search, page by page. */
  const walked = async (where: readonly Clause[], key: SortKey): Promise<string[]> => {
    const ids: string[] = [];
    let plan: SearchPlan = { reach: everything, type: 'Encounter', where, sort: [key], limit: 20 };
    for (;;) {
      const { rows, next } = await store.search(plan);
      ids.push(...rows.map((r) => r.id));
      if (next === undefined) return ids;
      plan = { ...plan, after: next };
    }
  };

  let found = 0;
  for (let round = 0; round < 40; round++) {
    const kind = round % 2 === 0 ? 'date' : 'number';
    const where = Array.from({ length: 1 + whole(2) }, () => clauseOf(kind));
    const descending = random() < 0.5;
    const by = { kind, param: kind === 'date' ? DATE : NUMBER } as const;
    const plain = await walked(where, { by, descending });
    const single = await walked(where, { by: { ...by, single: true }, descending });
    t.strictSame(single, plain, JSON.stringify({ where, descending }));
    t.equal(new Set(single).size, single.length, 'each once');
    found += single.length;
  }
  t.ok(found > 500, `${found} found`);
});
