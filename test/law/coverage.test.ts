// Temporal coverage: on every month of the horizon each parameter answers, or is refused on purpose.
import t from 'tap';
import { addDays, addMonths, type Day, day } from '../../src/kernel/day.ts';
import { inForce, type Parameter } from '../../src/law/law.ts';
import { loadLaw } from '../../src/law/load.ts';
import { everyParameter } from '../../src/law/parameters.ts';

const FIRST = day('2023-07-01');
const LAST = day('2027-12-01');
const ALWAYS = '2023-07..2027-12 unknown';

// A change of this table is a change of what the house can answer: it goes with a line in src/law/CHANGES.md.
const EXPECTED: Readonly<Record<string, string>> = {
  'lines.dg-glooko-xt.latm-code': ALWAYS,
  'lines.dg-glooko-xt.majore': ALWAYS,
  'lines.dg-glooko-xt.technical-price': ALWAYS,
  'lines.dg-mydiabby.latm-code': ALWAYS,
  'lines.dg-mydiabby.majore': ALWAYS,
  'lines.dg-mydiabby.technical-price': '2023-07..2024-08 not-formalised',
  'lines.dg.majore': '2023-07..2024-01 unknown',
  'lines.dt.majore': '2023-07..2024-01 unknown',
  'lines.ic.majore': '2023-07..2024-01 unknown',
  'lines.irc.frequency': ALWAYS,
  'lines.irc.majore': ALWAYS,
  'lines.iresp.majore': ALWAYS,
  'lines.onco-continuum-connect.frequency': ALWAYS,
  'lines.onco-continuum-connect.latm-code': ALWAYS,
  'lines.onco-continuum-connect.listed': '2025-10..2027-12 unknown',
  'lines.onco-continuum-connect.majore': ALWAYS,
  'lines.onco-continuum-connect.technical-price': ALWAYS,
  'lines.onco-cureety.frequency': ALWAYS,
  'lines.onco-cureety.latm-code': ALWAYS,
  'lines.onco-cureety.listed': '2025-01..2025-06 unknown',
  'lines.onco-cureety.majore': ALWAYS,
  'lines.onco-cureety.technical-price': ALWAYS,
  'lines.onco-resilience.frequency': ALWAYS,
  'lines.onco-resilience.latm-code': ALWAYS,
  'lines.onco-resilience.listed': '2023-12..2023-12 unknown',
  'lines.onco-resilience.majore': ALWAYS,
  'lines.onco-resilience.technical-price': ALWAYS,
  'lines.pci.frequency': ALWAYS,
  'lines.pci.latm-code': ALWAYS,
  'lines.pci.majore': ALWAYS,
  'lines.pci.measures': ALWAYS,
  'lines.pci.technical-price': ALWAYS,
  'shares.regime.cprpsncf': ALWAYS,
  'shares.regime.crpcen': ALWAYS,
  'shares.regime.rlam': ALWAYS,
};

const law = loadLaw();
const parameters = everyParameter(law);

function months(): Day[] {
  const all: Day[] = [];
  for (let d = FIRST; d <= LAST; d = addMonths(d, 1)) all.push(d);
  return all;
}

// `first..last why` of each run of refused months.
function refusals(parameter: Parameter<unknown>): string {
  const runs: { from: string; to: string; why: string; next: Day }[] = [];
  for (const d of months()) {
    const reading = inForce(parameter, d);
    if (reading.known) continue;
    const run = runs.at(-1);
    if (run?.next === d && run.why === reading.why) Object.assign(run, { to: d.slice(0, 7), next: addMonths(d, 1) });
    else runs.push({ from: d.slice(0, 7), to: d.slice(0, 7), why: reading.why, next: addMonths(d, 1) });
  }
  return runs.map((r) => `${r.from}..${r.to} ${r.why}`).join(', ');
}

t.test('each parameter answers each month from 2023-07 to 2027-12, or is refused as the table says', async (t) => {
  t.equal(months().length, 54);
  const refused = parameters.map((p) => [p.name, refusals(p)]).filter(([, runs]) => runs !== '');
  t.strictSame(Object.fromEntries(refused), EXPECTED);
});

t.test('an unknown value always says why', async (t) => {
  for (const p of parameters) {
    for (const e of p.entries) {
      if (e.value !== null) continue;
      const reading = inForce(p, e.from);
      t.ok(!reading.known && reading.why === 'unknown' && reading.note, `${p.name} at ${e.from}`);
    }
  }
});

t.test('entries start in strictly increasing order, the first on the day the parameter is known from', async (t) => {
  for (const p of parameters) {
    const starts = p.entries.map((e) => e.from);
    t.strictSame(starts, [...new Set(starts)].sort(), p.name);
    t.equal(starts[0], p.knownFrom, p.name);
  }
});

t.test(
  'around each entry into force the old value holds the day before, the new one the day itself and after',
  async (t) => {
    for (const p of parameters) {
      p.entries.forEach((e, i) => {
        const before = inForce(p, addDays(e.from, -1));
        const old = p.entries[i - 1];
        if (old === undefined)
          t.strictSame(before, { known: false, why: 'not-formalised' }, `${p.name} before ${e.from}`);
        else t.equal(before.basis?.from, old.from, `${p.name} before ${e.from}`);
        for (const d of [e.from, addDays(e.from, 1)]) {
          const reading = inForce(p, d);
          t.equal(reading.basis?.from, e.from, `${p.name} on ${d}`);
          t.strictSame(reading.known ? reading.value : null, e.value, `${p.name} on ${d}`);
        }
      });
    }
  },
);

t.test('an answer names its parameter, its source and the day up to which it is known', async (t) => {
  const reading = inForce(law.lines.ic!.technicalPrice, day('2026-01-05'));
  t.strictSame(reading.basis, {
    parameter: 'lines.ic.technical-price',
    from: '2023-07-01',
    source: 'arrete-2023-07-28#technical-forfaits',
    verified: '2024-10-23',
  });
});
