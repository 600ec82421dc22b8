// The contract once more, as naively as it can be written: every window, every day of it, every reading of the patient.
// Shares no code with src/core, src/law or src/kernel (only the shapes of the input); its figures are the contract's.
import type { Coverage, Declaration, Dmn, PatientFile, Prescription, Register } from '../../src/core/situation.ts';
import { dayOf, lastOfYear, months, plus, type RawReading } from './oracle-calendar.ts';
import { GRID, LINES, MAJORE_FROM } from './oracle-lines.ts';

export interface History {
  readonly file: PatientFile;
  readonly register: Register;
  readonly readings: readonly RawReading[];
  readonly asOf: string;
}

export interface OracleWindow {
  readonly index: number;
  readonly start: string;
  readonly end: string;
  readonly unit: string;
  readonly expected: number | undefined;
  readonly received: number;
  readonly ratio: number | undefined;
  readonly observance: string;
  readonly missing: readonly string[];
  /** day → ids of counted readings, sorted. */
  readonly days: Readonly<Record<string, readonly string[]>>;
  readonly status: string;
  readonly other: string | undefined;
  /** `code/severity`, sorted. */
  readonly reasons: readonly string[];
  readonly operator: readonly (string | number)[] | undefined;
  readonly technical: readonly (string | number | undefined)[] | undefined;
}

export interface OracleAnswer {
  readonly members: readonly string[];
  readonly windows: readonly OracleWindow[];
  /** id → reason */
  readonly rejected: Readonly<Record<string, string>>;
}

type Policy = 'guide-2023' | 'css';

// ------------------------------------------------------------------ chains

function parent(p: Prescription, all: readonly Prescription[]): Prescription | undefined {
  const q = all.find((other) => p.replaces.includes(other.id));
  if (q === undefined || q.patient !== p.patient || q.activity !== p.activity) return undefined;
  return p.start <= plus(validityUpTo(q, all), 1) ? q : undefined;
}

function validityUpTo(p: Prescription, all: readonly Prescription[]): string {
  const before = parent(p, all);
  const ends = before === undefined ? [p.end as string] : [p.end as string, validityUpTo(before, all)];
  return ends.sort().at(-1)!;
}

function ancestors(p: Prescription, all: readonly Prescription[]): readonly Prescription[] {
  const before = parent(p, all);
  return before === undefined ? [p] : [...ancestors(before, all), p];
}

/** All prescriptions with the same first one, in order. */
export function chainOf(id: string, all: readonly Prescription[]): readonly Prescription[] {
  const first = ancestors(all.find((p) => p.id === id)!, all)[0]!;
  const key = (p: Prescription) =>
    `${String(ancestors(p, all).length).padStart(4, '0')} ${p.start} ${p.authoredOn} ${p.id}`;
  return all.filter((p) => ancestors(p, all)[0] === first).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

interface FollowUp {
  readonly members: readonly Prescription[];
  readonly activity: string;
  readonly start: string;
  readonly monitored: (day: string) => boolean;
  readonly covered: (day: string) => boolean;
  readonly stop: string | undefined;
  readonly validityEnd: string;
}

function followUp(members: readonly Prescription[], death: string | undefined): FollowUp {
  const first = members[0]!;
  const start = first.monitoringStart ?? first.start;
  const stop = members.at(-1)!.monitoringEnd;
  const validityEnd = members
    .map((p) => p.end as string)
    .sort()
    .at(-1)!;
  return {
    members,
    activity: first.activity,
    start,
    stop,
    validityEnd,
    covered: (day) => members.some((p) => p.start <= day && day <= p.end),
    monitored: (day) =>
      day >= start &&
      day <= validityEnd &&
      (stop === undefined || day <= stop) &&
      (death === undefined || day <= death),
  };
}

// ------------------------------------------------------------------ the answer

/** Everything that the contract says of the chain of a prescription. */
export function answer(history: History, id: string, policy: Policy): OracleAnswer {
  const { file, asOf } = history;
  const death = file.patient.deceased;
  const f = followUp(chainOf(id, file.prescriptions), death);
  const windows: { index: number; days: string[]; rx: Prescription }[] = [];
  for (let start = f.start, index = 1; start <= asOf && f.monitored(start); start = plus(start, 30), index++) {
    const days = Array.from({ length: 30 }, (_, i) => plus(start, i));
    const rx = f.members.filter((p) => p.start <= start && start <= p.end).at(-1) ?? f.members[0]!;
    windows.push({ index, days, rx });
  }
  const { counted, rejected } = sort(history, f, windows);
  const found: OracleWindow[] = [];
  for (const [i, w] of windows.entries()) {
    const observed = observe(w, f, counted, asOf);
    const judged = (p: Policy) => judge(history, f, windows.slice(0, i + 1), observed, found[i - 1], p);
    const asked = judged(policy);
    const other = judged(policy === 'css' ? 'guide-2023' : 'css').status;
    found.push({ ...observed, ...asked, other: other === asked.status ? undefined : other });
  }
  return { members: f.members.map((p) => p.id), windows: found, rejected };
}

function counts(r: RawReading, activity: string): boolean {
  const { measures } = LINES[activity]!;
  if (measures === undefined) return false;
  if (measures === 'survey') return r.category === 'survey';
  return r.system === 'http://loinc.org' && measures.includes(r.code);
}

function sort(history: History, f: FollowUp, windows: readonly { days: readonly string[] }[]) {
  const counted: { id: string; day: string }[] = [];
  const rejected: Record<string, string> = {};
  const instants: string[] = [];
  const byInstant = [...history.readings].sort((a, b) => (`${a.when} ${a.id}` < `${b.when} ${b.id}` ? -1 : 1));
  for (const r of byInstant) {
    const day = dayOf(r, history.file.patient.zone);
    const touched = windows.some(({ days }) =>
      typeof day === 'string' ? days.includes(day) : days.some((d) => day[0] <= d && d <= day[1]),
    );
    if (!touched) continue;
    const same = `${day} ${r.device} ${r.when} ${r.code}`;
    const reason = !['final', 'amended', 'corrected'].includes(r.status)
      ? 'not-final'
      : !counts(r, f.activity)
        ? 'wrong-code'
        : !r.value || r.absent
          ? 'no-value'
          : typeof day !== 'string'
            ? 'imprecise-date'
            : day > history.asOf
              ? 'future'
              : !f.monitored(day)
                ? 'outside-monitoring'
                : r.basedOn.length > 0 && !r.basedOn.some((b) => f.members.some((m) => m.id === b))
                  ? 'other-prescription'
                  : r.device !== null && r.when.includes('T') && instants.includes(same)
                    ? 'duplicate'
                    : undefined;
    if (reason !== undefined) rejected[r.id] = reason;
    else {
      counted.push({ id: r.id, day: day as string });
      instants.push(same);
    }
  }
  return { counted, rejected };
}

type Observed = Pick<
  OracleWindow,
  'index' | 'start' | 'end' | 'unit' | 'expected' | 'received' | 'ratio' | 'observance' | 'missing' | 'days'
>;

function observe(
  w: { index: number; days: readonly string[]; rx: Prescription },
  f: FollowUp,
  counted: readonly { id: string; day: string }[],
  asOf: string,
): Observed {
  const line = LINES[f.activity]!;
  const days: Record<string, string[]> = {};
  for (const day of w.days) for (const c of counted) if (c.day === day) days[day] = [...(days[day] ?? []), c.id].sort();
  const monitored = w.days.filter((d) => f.monitored(d));
  const blocks = [w.days.slice(0, 7), w.days.slice(7, 14), w.days.slice(14, 21), w.days.slice(21)];
  const begun = blocks.filter((b) => f.monitored(b[0]!));
  let unit = 'day';
  let expected: number | undefined;
  const t = w.rx.transmission;
  if (line.frequency === 'day') expected = monitored.length;
  else if (line.frequency === 'week') {
    unit = 'week';
    expected = begun.length;
  } else if (t !== undefined && line.measures !== undefined) {
    const period = t.period * ({ h: 1 / 24, d: 1, wk: 7, mo: 30 } as Record<string, number>)[t.periodUnit]!;
    const floor = Math.max(1, Math.floor((t.frequency * monitored.length) / period + 1e-9));
    const pace = Math.sign(t.frequency * 7 - period);
    const byWeeks = period % 7 === 0;
    if (pace > 0 || (pace < 0 && !byWeeks)) expected = Math.min(floor, monitored.length);
    else {
      unit = 'week';
      expected = pace === 0 ? begun.length : Math.min(floor, begun.length);
    }
  }
  const units = unit === 'day' ? monitored.map((d) => [d]) : begun;
  const filled = (unit === 'day' ? w.days.map((d) => [d]) : blocks).filter((u) => u.some((d) => days[d] !== undefined));
  const received = filled.length;
  const ratio = expected === undefined ? undefined : received / expected;
  const observance =
    ratio === undefined
      ? 'undetermined'
      : asOf <= w.days[29]!
        ? 'in-progress'
        : received === 0
          ? 'interrupted'
          : ratio < 0.5
            ? 'insufficient'
            : 'sufficient';
  return {
    index: w.index,
    start: w.days[0]!,
    end: w.days[29]!,
    unit,
    expected,
    received,
    ratio: ratio === undefined ? undefined : Number(ratio.toFixed(4)),
    observance,
    missing: expected === undefined ? [] : units.filter((u) => !u.some((d) => days[d] !== undefined)).map((u) => u[0]!),
    days,
  };
}

function judge(
  history: History,
  f: FollowUp,
  upTo: readonly { days: readonly string[]; rx: Prescription }[],
  o: Observed,
  previous: OracleWindow | undefined,
  policy: Policy,
): Pick<OracleWindow, 'status' | 'reasons' | 'operator' | 'technical'> {
  const { file, register, asOf } = history;
  const { days, rx } = upTo.at(-1)!;
  const first = days[0]!;
  const last = days[29]!;
  const line = LINES[f.activity]!;
  const death = file.patient.deceased;
  const dies = death !== undefined && days.includes(death);
  const dmn = rx.dmn === undefined ? undefined : register.dmns.get(rx.dmn);
  const own = dmn?.lines.find((l) => l.activity === f.activity);
  const reasons: string[] = [];
  const block = (when: boolean, code: string) => when && reasons.push(`${code}/blocking`);
  const miss = (when: boolean, code: string) => when && reasons.push(`${code}/missing`);
  const tell = (when: boolean, code: string) => when && reasons.push(`${code}/information`);

  const price = line.price ?? (line.grid && own?.interest !== undefined ? GRID[own.interest] : undefined);
  const unsure = first < line.from && line.unsureFrom !== undefined && first >= line.unsureFrom;
  block(first < line.from && !unsure, 'line-not-in-force');
  miss(unsure || price === undefined || (o.expected === undefined && !dies), 'line-not-formalised');
  block(dmn !== undefined && own === undefined, 'device-not-on-line');
  block(dmn !== undefined && dmn.certificate === undefined, 'device-certificate-missing');
  block(dmn?.certificate !== undefined && !within(dmn.certificate, [first]), 'device-certificate-expired');
  const kinds = register.operators.get(rx.operator!)?.kinds ?? [];
  block(
    !(register.declarations.get(rx.operator!) ?? []).some((d) => declares(d, f.activity, first)),
    'operator-not-declared',
  );
  block(kinds.includes('esms'), 'operator-cannot-bill');
  block(dmn !== undefined && !hasAgreement(register, rx, dmn, days), 'agreement-missing');
  miss(!file.patient.birthDate || !rx.weight || !rx.indication || dmn === undefined, 'prescription-incomplete');
  block(rx.end > lastOfYear(rx.start), 'prescription-too-long');
  block(f.start >= months(f.members[0]!.authoredOn, 6), 'prescription-stale');
  const uncovered = days.find((d) => !f.covered(d));
  const ended = (by: string | undefined, before: string) => by !== undefined && by < before;
  block(uncovered !== undefined && !ended(f.stop, uncovered) && !ended(death, uncovered), 'prescription-expired');
  const year = plus(lastOfYear(rx.start), 1);
  const renewed = f.members.slice(f.members.indexOf(rx) + 1).some((p) => p.start <= last && last <= p.end);
  block(last >= year && !renewed && !ended(f.stop, year) && !ended(death, year), 'one-year-cap');
  const denials = file.consents.filter((c) => c.status === 'active' && c.type === 'deny');
  block(
    denials.some((c) => within(c, days)),
    'consent-refused',
  );
  block(o.observance === 'interrupted' && !dies, 'transmission-interrupted');
  block(policy === 'guide-2023' && previous?.observance === 'insufficient' && !dies, 'insufficient-previous-period');
  const poor = o.observance === 'insufficient' && !dies;
  block(policy === 'css' && poor, 'insufficient-data');
  tell(policy === 'guide-2023' && poor, 'insufficient-data');
  tell(dies, 'death-full-period');
  block(hasOlder(history, f, days), 'duplicate-follow-up');
  const billed = file.billed.some((b) => b.pathology === line.pathology && within(b, days));
  tell(billed, 'already-billed');

  const asks = (p: Prescription, day: string) =>
    line.caps > 0 && day >= MAJORE_FROM && (p.level === 2 || p.level === 2.5);
  const before = upTo.slice(0, -1).filter((w) => asks(w.rx, w.days[0]!));
  const wants = rx.level !== undefined && rx.level !== 1;
  const full = before.length >= 2 * line.caps || before.filter((w) => w.rx === rx).length >= line.caps;
  tell(wants && !asks(rx, first), 'majore-not-eligible');
  tell(asks(rx, first) && full, 'majore-cap-reached');
  const coefficient = asks(rx, first) && !full ? rx.level! : 1;

  const percent = exempt(rx, file.coverages) ? 100 : 60;
  const split = (amount: number) => {
    const amo = Math.floor((amount * percent + 50) / 100);
    return [amount, amo, amount - amo];
  };
  const listed = first >= line.from || unsure;
  const tariff = f.activity === 'pci' ? 1100 : 2800;
  const status = reasons.some((r) => r.endsWith('/blocking'))
    ? 'not-billable'
    : reasons.some((r) => r.endsWith('/missing'))
      ? 'undetermined'
      : asOf <= last
        ? 'in-progress'
        : billed
          ? 'billed'
          : 'billable';
  return {
    status,
    reasons: reasons.sort(),
    operator: listed ? [f.activity === 'pci' ? 'TVA' : 'TVB', coefficient, ...split(tariff * coefficient)] : undefined,
    technical: listed && price !== undefined ? [own?.individualCode ?? line.code, ...split(price)] : undefined,
  };
}

function within(p: { start?: string | undefined; end?: string | undefined }, days: readonly string[]): boolean {
  return days.some((d) => (p.start === undefined || p.start <= d) && (p.end === undefined || d <= p.end));
}

function declares(d: Declaration, activity: string, first: string): boolean {
  return (
    d.status === 'executed' &&
    d.issued !== undefined &&
    d.issued <= first &&
    d.activities.includes(activity) &&
    within(d, [first])
  );
}

function hasAgreement(register: Register, rx: Prescription, dmn: Dmn, days: readonly string[]): boolean {
  return (register.agreements.get(dmn.reference) ?? []).some(
    (a) =>
      a.status === 'executed' &&
      a.subjects.includes(rx.operator!) &&
      a.subjects.includes(dmn.exploitant!) &&
      a.signed !== undefined &&
      a.signed <= days[29]! &&
      within(a, days),
  );
}

function exempt(rx: Prescription, coverages: readonly Coverage[]): boolean {
  return coverages.some(
    (c) => rx.coverages.includes(c.reference) && c.exemptions.some((x) => within(x, [rx.authoredOn])),
  );
}

function hasOlder(history: History, f: FollowUp, days: readonly string[]): boolean {
  const all = history.file.prescriptions;
  const mine = f.members[0]!;
  for (const p of all) {
    const other = followUp(chainOf(p.id, all), history.file.patient.deceased);
    const head = other.members[0]!;
    if (head === mine || LINES[other.activity]!.pathology !== LINES[f.activity]!.pathology) continue;
    const age = (x: FollowUp, h: Prescription) => `${x.start} ${h.authoredOn} ${h.id}`;
    if (age(other, head) < age(f, mine) && days.some((d) => other.monitored(d))) return true;
  }
  return false;
}
