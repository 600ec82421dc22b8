// Core against the naive oracle, on random histories. VIGIE_HISTORIES sets how many, VIGIE_SEED the first seed.
import t from 'tap';
import { decide } from '../../src/core/billing/decide.ts';
import { buildChains, chainWith } from '../../src/core/chain/build-chains.ts';
import { missingUnits } from '../../src/core/observance/assess.ts';
import { classify } from '../../src/core/observance/classify.ts';
import { countQueries } from '../../src/core/observance/count-queries.ts';
import type { Day } from '../../src/kernel/day.ts';
import type { Law, PolicyCode } from '../../src/law/law.ts';
import { loadLaw } from '../../src/law/load.ts';
import { aHistory } from '../make/history.ts';
import { count, daysOf, factOf } from './ledger.ts';
import { answer, type History, type OracleAnswer } from './oracle.ts';

const histories = Number(process.env.VIGIE_HISTORIES ?? 400);
const seed = Number(process.env.VIGIE_SEED ?? Math.floor(Math.random() * 1e9));

/** What core says of the chain of a prescription, in the oracle's words. */
function ask(history: History, id: string, policy: PolicyCode, law: Law): OracleAnswer {
  const chains = buildChains(history.file.prescriptions);
  const chain = chainWith(chains, id)!;
  const about = { file: history.file, chains, chain, asOf: history.asOf as Day };
  const facts = history.readings.map((r) => factOf(r, history.file.patient.zone));
  const situation = { ...about, register: history.register, bits: count(countQueries(about, law), facts) };
  const { days, rejected } = classify(about, facts, law);
  return {
    members: chain.members.map((p) => p.id),
    rejected: Object.fromEntries(rejected.map((r) => [r.observation.split('/')[1], r.reason])),
    windows: decide(situation, law, policy).map((d) => {
      const a = d.assessment;
      const evidence = days.get(a.index) ?? [];
      if (daysOf(a.period.start, a.bits).join() !== evidence.map((e) => e.date).join())
        throw new Error(`window ${a.index}: the evidence is not that of the counted days`);
      return {
        index: a.index,
        start: a.period.start,
        end: a.period.end,
        unit: a.unit,
        expected: a.expected,
        received: a.received,
        ratio: a.ratio,
        observance: a.status,
        missing: missingUnits(a),
        days: Object.fromEntries(evidence.map((e) => [e.date, e.evidence.map((r) => r.split('/')[1]!).sort()])),
        status: d.status,
        other: d.otherPolicy,
        reasons: d.reasons.map((r) => `${r.code}/${r.severity}`).sort(),
        operator: d.operator && [
          d.operator.code,
          d.operator.coefficient,
          d.operator.amount,
          d.operator.amo,
          d.operator.amc,
        ],
        technical: d.technical && [d.technical.code, d.technical.amount, d.technical.amo, d.technical.amc],
      };
    }),
  };
}

t.test(`core equals the oracle on ${histories} random histories (VIGIE_SEED=${seed})`, async (t) => {
  const law = loadLaw();
  const seen = { windows: 0, reasons: new Map<string, number>(), statuses: new Map<string, number>() };
  for (let i = 0; i < histories; i++) {
    const history = aHistory(seed + i);
    const policy: PolicyCode = i % 2 === 0 ? 'guide-2023' : 'css';
    for (const { id } of history.file.prescriptions) {
      const expected = answer(history, id, policy);
      const got = ask(history, id, policy, law);
      if (canonical(got) !== canonical(expected)) {
        const where = `VIGIE_SEED=${seed + i} VIGIE_HISTORIES=1, prescription ${id}, ${policy}`;
        t.strictSame(JSON.parse(canonical(got)), JSON.parse(canonical(expected)), where);
        return t.fail('one history differs; see above');
      }
      tally(seen, expected);
    }
  }
  t.comment(`${seen.windows} windows; ${show(seen.statuses)}; ${show(seen.reasons)}`);
  // A generator that stopped making hard cases would make this test say nothing.
  if (histories >= 400) t.ok(seen.reasons.size >= 23 && seen.statuses.size >= 5, 'every reason and status occurs');
});

/** JSON with sorted keys: cheap to compare twenty thousand times. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

function tally(
  seen: { windows: number; reasons: Map<string, number>; statuses: Map<string, number> },
  found: OracleAnswer,
): void {
  for (const w of found.windows) {
    seen.windows++;
    seen.statuses.set(w.status, (seen.statuses.get(w.status) ?? 0) + 1);
    for (const r of w.reasons) seen.reasons.set(r, (seen.reasons.get(r) ?? 0) + 1);
  }
}

function show(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort()
    .map(([k, n]) => `${k} ${n}`)
    .join(', ');
}
