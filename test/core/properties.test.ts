// What must hold of every history, whatever the rules say: VIGIE_SEED sets the first seed.
import t from 'tap';
import { decide } from '../../src/core/billing/decide.ts';
import { buildChains, chainWith } from '../../src/core/chain/build-chains.ts';
import { draft } from '../../src/core/claim/draft.ts';
import { judge } from '../../src/core/claim/judge.ts';
import { classify } from '../../src/core/observance/classify.ts';
import { countQueries } from '../../src/core/observance/count-queries.ts';
import type { ClaimDraft, Decision, SubmittedClaim } from '../../src/core/result.ts';
import type { Prescription, Situation } from '../../src/core/situation.ts';
import { cents, scale } from '../../src/kernel/cents.ts';
import { addDays, type Day, earliest } from '../../src/kernel/day.ts';
import { inForce, type Law, type Parameter } from '../../src/law/law.ts';
import { loadLaw } from '../../src/law/load.ts';
import { aHistory } from '../make/history.ts';
import { type Chance, chance } from '../make/random.ts';
import { count, factOf } from './ledger.ts';
import type { History } from './oracle.ts';
import type { RawReading } from './oracle-calendar.ts';

const seed = Number(process.env.VIGIE_SEED ?? Math.floor(Math.random() * 1e9));
const histories = Number(process.env.VIGIE_HISTORIES ?? 120);
const LAW = loadLaw();

function situationOf(history: History, id: string, law: Law = LAW): Situation {
  const chains = buildChains(history.file.prescriptions);
  const about = { file: history.file, chains, chain: chainWith(chains, id)!, asOf: history.asOf as Day };
  const facts = history.readings.map((r) => factOf(r, history.file.patient.zone));
  return { ...about, register: history.register, bits: count(countQueries(about, law), facts) };
}

/** Both answers about a prescription's chain, as text that can be compared. */
function answers(history: History, id: string, law: Law = LAW): string {
  const situation = situationOf(history, id, law);
  const facts = history.readings.map((r) => factOf(r, history.file.patient.zone));
  const { days, rejected } = classify(situation, facts, law);
  const names = rejected.map((r) => `${r.observation} ${r.reason}`).sort();
  return JSON.stringify([decide(situation, law, 'guide-2023'), [...days], names]);
}

/** Runs a property on some histories; the seed of the one that breaks it is in the message. */
function holds(name: string, check: (history: History, rx: Prescription, c: Chance) => string | undefined): void {
  t.test(name, async (t) => {
    for (let i = 0; i < histories; i++) {
      const history = aHistory(seed + i);
      const rx = history.file.prescriptions[0]!;
      const broken = check(history, rx, chance(seed + i));
      if (broken !== undefined) return t.fail(`${broken} (VIGIE_SEED=${seed + i} VIGIE_HISTORIES=1)`);
    }
    t.pass(`${histories} histories from ${seed}`);
  });
}

const same = (a: string, b: string) => (a === b ? undefined : 'the answers differ');
const withReadings = (history: History, readings: readonly RawReading[]): History => ({ ...history, readings });

holds('the order of arrival is irrelevant', (history, rx, c) => {
  const file = { ...history.file, prescriptions: c.shuffle(history.file.prescriptions) };
  return same(answers(history, rx.id), answers({ ...history, file, readings: c.shuffle(history.readings) }, rx.id));
});

holds('delivering the same readings twice changes nothing', (history, rx) => {
  // A replay updates what is there: the same ids, once.
  const replayed = [...new Map([...history.readings, ...history.readings].map((r) => [r.id, r])).values()];
  if (answers(history, rx.id) !== answers(withReadings(history, replayed), rx.id)) return 'a replay changes the answer';
  // A copy under other ids is rejected as a duplicate, or counted on a day that counts already.
  const copies = history.readings.map((r) => ({ ...r, id: `${r.id}-copy` }));
  const bits = (h: History) => JSON.stringify([...situationOf(h, rx.id).bits].sort());
  return same(bits(history), bits(withReadings(history, [...history.readings, ...copies])));
});

const OUTSIDE: readonly ((r: RawReading, from: Day, until: Day) => RawReading)[] = [
  (r, from) => ({ ...r, when: addDays(from, -1) }),
  (r, _, until) => ({ ...r, when: addDays(until, 400) }),
  (r) => ({ ...r, status: 'entered-in-error' }),
  (r) => ({ ...r, code: '8867-4', category: 'vital-signs' }),
  (r) => ({ ...r, value: false }),
  (r) => ({ ...r, basedOn: ['elsewhere'] }),
  (r) => ({ ...r, when: r.when.slice(0, 7) }),
];

holds('a reading that does not count changes no decision', (history, rx, c) => {
  const some = history.readings[0];
  if (some === undefined) return undefined;
  const { start, validityEnd } = situationOf(history, rx.id).chain;
  const before = earliest(start, rx.start) ?? start;
  const more = OUTSIDE.map((make, i) => ({ ...make(some, before, validityEnd), id: `x${i}` }));
  const decided = (h: History) => JSON.stringify(decide(situationOf(h, rx.id), LAW, 'css'));
  return same(decided(history), decided(withReadings(history, c.shuffle([...history.readings, ...more]))));
});

holds('an added day never lowers a count', (history, rx, c) => {
  const situation = situationOf(history, rx.id);
  const windows = decide(situation, LAW, 'css').map((d) => d.assessment);
  if (windows.length === 0) return undefined;
  const { index } = c.pick(windows);
  const bits = new Map(situation.bits).set(index, (situation.bits.get(index) ?? 0) | (1 << c.int(0, 29)));
  const after = decide({ ...situation, bits }, LAW, 'css').map((d) => d.assessment);
  return windows.some((w, i) => after[i]!.received < w.received || (after[i]!.ratio ?? 0) < (w.ratio ?? 0))
    ? 'a count went down'
    : undefined;
});

holds('a law entry that starts after a window changes nothing in it', (history, rx, c) => {
  const situation = situationOf(history, rx.id);
  const before = decide(situation, LAW, 'guide-2023');
  if (before.length === 0) return undefined;
  const n = c.int(1, before.length);
  const from = addDays(before[n - 1]!.assessment.period.end, 1);
  const after = decide(situation, changedFrom(LAW, rx.activity, from), 'guide-2023');
  return same(JSON.stringify(before.slice(0, n)), JSON.stringify(after.slice(0, n)));
});

/** The law with everything about a line unknown, and prices doubled, from a day on. */
function changedFrom(law: Law, activity: string, from: Day): Law {
  const add = <T>(p: Parameter<T>, value: T | null): Parameter<T> => ({
    ...p,
    entries: [...p.entries.filter((e) => e.from < from), { from, value, source: 'test#change' }],
  });
  const line = law.lines[activity]!;
  // A line that is not listed yet is read on the day of its listing, which this would move.
  if (!(inForce(line.listed, addDays(from, -1)) as { value?: boolean }).value) return law;
  const dearer = (p: Parameter<ReturnType<typeof cents>>) => add(p, cents(9_999));
  return {
    ...law,
    lines: {
      ...law.lines,
      [activity]: {
        ...line,
        listed: add(line.listed, false),
        frequency: add(line.frequency, null),
        measures: add(line.measures, null),
        technicalPrice: dearer(line.technicalPrice),
        operatorTariff: add(line.operatorTariff, null),
        majore: add(line.majore, null),
      },
    },
    operatorTariffs: { TVA: dearer(law.operatorTariffs.TVA), TVB: dearer(law.operatorTariffs.TVB) },
    shares: { ...law.shares, general: add(law.shares.general, 1) },
    limits: { ...law.limits, sufficientRatio: add(law.limits.sufficientRatio, 0.9) },
  };
}

/** Every price of the law, in cents. */
const PRICES = new Set(
  [
    ...Object.values(LAW.operatorTariffs),
    ...Object.values(LAW.grid),
    ...Object.values(LAW.lines).map((l) => l.technicalPrice),
  ]
    .flatMap((p) => p.entries.map((e) => e.value))
    .filter((v) => v !== null),
);

holds('every amount is an entry of the law times its coefficient, and its shares add up', (history, rx) => {
  for (const d of decide(situationOf(history, rx.id), LAW, 'css'))
    for (const f of [d.operator, d.technical]) {
      if (f === undefined) continue;
      const coefficient = f === d.operator ? d.operator.coefficient : 1;
      if (!PRICES.has(f.unitPrice)) return `${f.unitPrice} is no price of the law`;
      if (f.amount !== scale(f.unitPrice, coefficient)) return 'the amount is not price times coefficient';
      if (f.amo + f.amc !== f.amount || f.amo < 0 || f.amc < 0) return 'the shares do not add up';
      if (f.basis.length < 2) return 'an amount names no entry';
    }
  return undefined;
});

holds('both forfaits or none', (history, rx) => {
  for (const policy of ['guide-2023', 'css'] as const)
    for (const d of decide(situationOf(history, rx.id), LAW, policy))
      if (d.status === 'billable' && (d.operator === undefined || d.technical === undefined))
        return 'one forfait is missing';
  return undefined;
});

// Facts whose absence leaves a window open, or that are needed to bill. (A refusal or a second follow-up is no such fact.)
const REMOVALS: readonly ((s: Situation) => Situation)[] = [
  (s) => ({ ...s, file: { ...s.file, patient: { ...s.file.patient, birthDate: false } } }),
  (s) => prescribedWithout(s, { weight: false }),
  (s) => prescribedWithout(s, { indication: false }),
  (s) => prescribedWithout(s, { dmn: undefined }),
  (s) => prescribedWithout(s, { transmission: undefined }),
  (s) => ({ ...s, register: { ...s.register, dmns: new Map() } }),
  (s) => ({ ...s, register: { ...s.register, declarations: new Map() } }),
  (s) => ({ ...s, register: { ...s.register, agreements: new Map() } }),
  (s) => ({ ...s, file: { ...s.file, coverages: [] } }),
];

function prescribedWithout(s: Situation, change: Partial<Prescription>): Situation {
  const prescriptions = s.file.prescriptions.map((p) => ({ ...p, ...change }));
  const chains = buildChains(prescriptions);
  return { ...s, file: { ...s.file, prescriptions }, chains, chain: chainWith(chains, s.chain.members[0].id)! };
}

holds('undetermined never becomes billable by removing facts', (history, rx) => {
  const situation = situationOf(history, rx.id);
  for (const policy of ['guide-2023', 'css'] as const) {
    const before = decide(situation, LAW, policy);
    for (const remove of REMOVALS) {
      const after = decide(remove(situation), LAW, policy);
      if (before.some((d, i) => d.status === 'undetermined' && ['billable', 'billed'].includes(after[i]!.status)))
        return 'a removal made a window billable';
    }
  }
  return undefined;
});

holds('any member of a chain gives the same answer', (history, rx) => {
  const { chain } = situationOf(history, rx.id);
  const all = new Set(chain.members.map((p) => answers(history, p.id)));
  return all.size === 1 ? undefined : 'members disagree';
});

holds('a range shows the same windows as the whole', (history, rx, c) => {
  const whole = situationOf(history, rx.id);
  const from = addDays(whole.chain.start, c.int(-10, 200));
  const range = { start: c.odds(0.8) ? from : undefined, end: c.odds(0.8) ? addDays(from, c.int(0, 90)) : undefined };
  const facts = history.readings.map((r) => factOf(r, history.file.patient.zone));
  const part = { ...whole, range, bits: count(countQueries({ ...whole, range }, LAW), facts) };
  const touched = (d: Decision) =>
    (range.start === undefined || d.assessment.period.end >= range.start) &&
    (range.end === undefined || d.assessment.period.start <= range.end);
  return same(
    JSON.stringify(decide(whole, LAW, 'guide-2023').filter(touched)),
    JSON.stringify(decide(part, LAW, 'guide-2023')),
  );
});

const asSent = (c: ClaimDraft): SubmittedClaim => ({ ...c, prescription: c.prescription.split('/')[1]! });

holds('what is drafted is accepted, and never twice', (history, rx) => {
  const situation = situationOf(history, rx.id);
  const decisions = decide(situation, LAW, 'guide-2023');
  const drafts = draft({ decisions, situation, prescription: rx, policy: 'guide-2023', law: LAW });
  const due = decisions.some((d) => d.status === 'billable');
  if (drafts.kind === 'nothing') return due ? 'something is billable and nothing is drafted' : undefined;
  const claims = [asSent(drafts.operator), asSent(drafts.technical)];
  const verdict = judge({ claims, situation, decisions, law: LAW });
  if (!verdict.accepted) return `refused: ${verdict.errors[0]?.text.en}`;
  const billed = drafts.operator.items.map((i) => ({
    pathology: LAW.lines[rx.activity]!.pathology,
    forfait: 'operator' as const,
    ...i.window,
    claim: 'Claim/1',
  }));
  const later: Situation = { ...situation, file: { ...situation.file, billed: [...situation.file.billed, ...billed] } };
  const again = judge({ claims, situation: later, decisions: decide(later, LAW, 'guide-2023'), law: LAW });
  const refused = again.errors.filter((e) => e.code === 'already-billed').length;
  return refused === 2 * billed.length ? undefined : 'a billed window is accepted again';
});
