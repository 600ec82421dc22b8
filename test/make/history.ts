// Random follow-ups: prescriptions, persons, contracts and readings that sit on the edges of the rules on purpose.

import type {
  Agreement,
  Billed,
  Consent,
  Coverage,
  Declaration,
  Dmn,
  PatientFacts,
  Prescription,
  Register,
  Transmission,
} from '../../src/core/situation.ts';
import { addDays, type Day, day, earliest } from '../../src/kernel/day.ts';
import type { Exemption, Interest } from '../../src/law/law.ts';
import type { History } from '../core/oracle.ts';
import { months, type RawReading } from '../core/oracle-calendar.ts';
import { type Chance, chance } from './random.ts';

export const ZONES = [
  'Europe/Paris',
  'America/Guadeloupe',
  'America/Martinique',
  'America/Cayenne',
  'Indian/Reunion',
  'America/Miquelon',
  'Indian/Mayotte',
  'Pacific/Wallis',
  'Pacific/Tahiti',
  'Pacific/Noumea',
];
const ACTIVITIES = [
  'ic',
  'ic',
  'iresp',
  'dt',
  'dt',
  'dg',
  'irc',
  'irc',
  'pci',
  'dg-mydiabby',
  'dg-glooko-xt',
  'onco-cureety',
];
const CODES = ['29463-7', '3141-9', '59408-5', '2708-6', '14743-9', '2345-7', '99504-3', '2160-0', '8867-4'];
// Clock changes in Paris and Miquelon, leap days, ends of months, and days on which lines enter the list.
const EDGES = [
  '2024-02-28',
  '2024-02-29',
  '2024-03-31',
  '2024-10-27',
  '2025-03-30',
  '2026-03-29',
  '2026-10-25',
  '2023-06-15',
  '2023-07-01',
  '2024-08-31',
  '2024-09-01',
  '2025-01-01',
  '2025-06-20',
  '2024-01-08',
  '2026-03-08',
  '2025-11-02',
];
const HOURS = [
  '00:00:00',
  '00:00:00',
  '00:30:00',
  '04:00:00',
  '07:15:00',
  '10:00:00',
  '11:00:00',
  '13:59:59',
  '21:59:59',
  '22:00:00',
  '23:00:00',
  '23:59:59',
];

// Five years after the first lines were listed nobody knows yet whether they are renewed.
const KNOWN_UNTIL = day('2028-06-01');

/** The history of a seed. */
export function aHistory(seed: number): History {
  const c = chance(seed);
  const zone = c.odds(0.4) ? 'Europe/Paris' : c.pick(ZONES);
  const prescriptions = somePrescriptions(c);
  const all = prescriptions.map((p) => p.start).sort();
  const from = all[0]!;
  const until = prescriptions
    .map((p) => p.end)
    .sort()
    .at(-1)!;
  const patient = aPatient(c, zone, from, until, prescriptions);
  const someDay = c.odds(0.5) ? addDays(until, c.int(-10, 60)) : addDays(from, c.int(-5, 200));
  const asOf = earliest(someDay, KNOWN_UNTIL) ?? someDay;
  return {
    file: {
      patient,
      prescriptions: c.shuffle(prescriptions),
      consents: c.odds(0.15) ? [aConsent(c, from, until)] : [],
      coverages: someCoverages(c, prescriptions),
      billed: c.odds(0.15) ? [aBilling(c, prescriptions)] : [],
    },
    register: aRegister(c, c.odds(0.6) ? 0 : 1, prescriptions, from),
    readings: someReadings(c, prescriptions, from, until),
    asOf,
  };
}

function somePrescriptions(c: Chance): Prescription[] {
  const activity = c.pick(ACTIVITIES);
  const start = c.odds(0.4) ? addDays(day(c.pick(EDGES)), c.int(-31, 31)) : addDays(day('2023-05-01'), c.int(0, 1200));
  const chain = renewals(c, 'a', activity, start, c.pick([1, 1, 1, 2, 2, 3, 4]));
  if (!c.odds(0.25)) return chain;
  const near = c.odds(0.3) ? start : addDays(start, c.int(-90, 90));
  const other = c.odds(0.6) ? activity : c.pick(ACTIVITIES);
  return [...chain, ...renewals(c, 'b', other, near, c.int(1, 2))];
}

function renewals(c: Chance, name: string, activity: string, first: Day, n: number): Prescription[] {
  const list: Prescription[] = [];
  const level = c.odds(0.4) ? c.pick([2, 2.5, 1]) : undefined;
  for (let i = 0, start = first; i < n; i++) {
    const end = anEnd(c, start);
    const before = list.at(-1);
    // Now and then a renewal replaces what the one before it replaced, or something unknown.
    const replaces = before === undefined ? [] : [c.odds(0.08) ? (list.at(-2)?.id ?? 'unknown') : before.id];
    list.push(aPrescription(c, { id: `${name}${i}`, activity, start, end, replaces, level }));
    start = addDays(end, c.pick([1, 1, 1, 1, 2, 0, -10, -200, 5]));
    if (c.odds(0.03)) activity = c.pick(ACTIVITIES);
  }
  return list;
}

function anEnd(c: Chance, start: Day): Day {
  if (c.odds(0.1)) return addDays(day(months(start, 12)), c.int(-2, 1));
  if (c.odds(0.3)) return addDays(start, 30 * c.int(1, 8) - c.int(0, 2));
  return addDays(start, c.int(0, 250));
}

function aPrescription(
  c: Chance,
  given: Pick<Prescription, 'id' | 'activity' | 'start' | 'end' | 'replaces' | 'level'>,
): Prescription {
  const { start } = given;
  const stale = c.odds(0.06);
  const authoredOn = stale ? addDays(day(months(start, -6)), c.int(-1, 1)) : addDays(start, -c.int(0, 20));
  return {
    ...given,
    status: c.pick(['active', 'completed', 'revoked', 'on-hold']),
    patient: 'Patient/p',
    authoredOn,
    monitoringStart: c.odds(0.1) ? addDays(start, c.int(-3, 20)) : undefined,
    monitoringEnd: c.odds(0.15) ? addDays(c.odds(0.5) ? given.end : start, c.int(-2, 35)) : undefined,
    transmission: c.odds(0.35) ? aTransmission(c) : undefined,
    level: c.odds(0.15) ? undefined : given.level,
    dmn: c.odds(0.02) ? undefined : c.pick(['Device/d1', 'Device/d1', 'Device/d2']),
    operator: c.pick(['Organization/o1', 'Organization/o1', 'Organization/o2']),
    indication: !c.odds(0.02),
    weight: !c.odds(0.02),
    coverages: ['Coverage/c'],
  };
}

function aTransmission(c: Chance): Transmission {
  return { frequency: c.int(1, 5), period: c.int(1, 4), periodUnit: c.pick(['h', 'd', 'd', 'wk', 'wk', 'mo']) };
}

function aPatient(
  c: Chance,
  zone: string,
  from: Day,
  until: Day,
  prescriptions: readonly Prescription[],
): PatientFacts {
  const about = c.pick([from, until, ...prescriptions.flatMap((p) => (p.monitoringEnd ? [p.monitoringEnd] : [p.end]))]);
  const dies = c.odds(0.25);
  return {
    reference: 'Patient/p',
    birthDate: !c.odds(0.03),
    zone,
    ...(dies ? { deceased: c.odds(0.5) ? addDays(about, c.int(-3, 3)) : addDays(from, c.int(-5, 200)) } : {}),
  };
}

function span(c: Chance, from: Day, until: Day): { start: Day | undefined; end: Day | undefined } {
  const start = addDays(c.pick([from, until]), c.int(-40, 40));
  return { start: c.odds(0.2) ? undefined : start, end: c.odds(0.4) ? undefined : addDays(start, c.int(0, 60)) };
}

function aConsent(c: Chance, from: Day, until: Day): Consent {
  return {
    reference: 'Consent/c',
    status: c.pick(['active', 'active', 'active', 'inactive', 'entered-in-error']),
    type: c.pick(['deny', 'deny', 'deny', 'permit']),
    ...span(c, from, until),
  };
}

function someCoverages(c: Chance, prescriptions: readonly Prescription[]): Coverage[] {
  const types: Exemption[] = ['ald', 'maternity', 'invalidity'];
  const exemptions = c.odds(0.3)
    ? [{ type: c.pick(types), start: addDays(c.pick(prescriptions).authoredOn, c.int(-1, 1)), end: undefined }]
    : [];
  return [{ reference: 'Coverage/c', status: 'active', regime: 'general', exemptions }];
}

function aBilling(c: Chance, prescriptions: readonly Prescription[]): Billed {
  const p = c.pick(prescriptions);
  const start = addDays(p.monitoringStart ?? p.start, 30 * c.int(0, 3));
  const pathology = p.activity.split('-')[0]!;
  return { pathology, forfait: 'operator', start, end: addDays(start, 29), claim: 'Claim/1' };
}

/** `faults` 0: all papers in order; 1: each may lack or be late. */
function aRegister(c: Chance, faults: number, prescriptions: readonly Prescription[], from: Day): Register {
  const rarely = (p: number) => c.odds(p * faults);
  const activities = [...new Set(prescriptions.map((p) => p.activity))];
  const dmns = ['Device/d1', 'Device/d2'].map((reference) => aDmn(c, faults, reference, activities, from));
  const operators = ['Organization/o1', 'Organization/o2'];
  const soon = () => (rarely(0.1) ? addDays(from, c.int(-2, 60)) : addDays(from, -60));
  const declarations: Declaration[] = operators
    .filter(() => !rarely(0.05))
    .map((o) => ({
      reference: 'Contract/r',
      status: rarely(0.03) ? 'revoked' : 'executed',
      operators: [o],
      activities: rarely(0.05) ? ['iresp'] : activities,
      issued: soon(),
      start: rarely(0.1) ? soon() : undefined,
      end: rarely(0.1) ? addDays(from, c.int(0, 90)) : undefined,
    }));
  const agreements: Agreement[] = dmns.flatMap((d) =>
    operators
      .filter(() => !rarely(0.05))
      .map((o) => ({
        reference: 'Contract/a',
        status: rarely(0.05) ? 'offered' : 'executed',
        subjects: c.shuffle([o, d.exploitant!]),
        dmn: d.reference,
        signed: soon(),
        start: rarely(0.1) ? soon() : undefined,
        end: rarely(0.1) ? addDays(from, c.int(0, 90)) : undefined,
      })),
  );
  return {
    dmns: new Map(dmns.map((d) => [d.reference, d])),
    operators: new Map(operators.map((o) => [o, { reference: o, kinds: [rarely(0.05) ? 'esms' : 'es'] }])),
    declarations: Map.groupBy(declarations, (d) => d.operators[0]!),
    agreements: Map.groupBy(agreements, (a) => a.dmn!),
  };
}

function aDmn(c: Chance, faults: number, reference: string, activities: readonly string[], from: Day): Dmn {
  const rarely = (p: number) => c.odds(p * faults);
  const interests: (Interest | undefined)[] = [
    'organisational',
    'quality-of-life',
    'morbidity',
    'mortality',
    undefined,
  ];
  return {
    reference,
    lines: activities
      .filter(() => !rarely(0.05))
      .map((activity) => ({
        activity,
        interest: c.pick(interests),
        individualCode: c.odds(0.3) ? '7654321' : undefined,
      })),
    certificate: rarely(0.05)
      ? undefined
      : {
          number: 'N',
          start: !rarely(0.1) ? undefined : addDays(from, c.int(-1, 40)),
          end: !rarely(0.1) ? undefined : addDays(from, c.int(-1, 90)),
        },
    exploitant: 'Organization/x',
  };
}

// ------------------------------------------------------------------ readings

function someReadings(c: Chance, prescriptions: readonly Prescription[], from: Day, until: Day): RawReading[] {
  const readings: RawReading[] = [];
  const activity = prescriptions[0]!.activity;
  const code = c.pick(usual(activity));
  const every = c.pick([1, 1, 1, 2, 2, 3, 6, 7, 8, 15, 29]);
  const kept = c.pick([1, 1, 0.9, 0.55, 0.5, 0.4, 0.1, 0.02]);
  const hour = c.pick(HOURS);
  const last = addDays(until, 35);
  let n = 0;
  for (let d = addDays(from, -5); d <= last; d = addDays(d, every)) {
    if (!c.odds(kept)) continue;
    const one = aReading(c, `r${n++}`, d, c.odds(0.8) ? hour : c.pick(HOURS), code, activity, prescriptions);
    readings.push(one);
    if (c.odds(0.03)) readings.push({ ...one, id: `r${n++}` });
    // A window without any data, now and then.
    if (c.odds(0.02)) d = addDays(d, c.int(20, 65));
  }
  return c.shuffle(readings);
}

function usual(activity: string): readonly string[] {
  const by: Record<string, readonly string[]> = {
    ic: ['29463-7', '3141-9'],
    iresp: ['59408-5', '2708-6'],
    irc: ['2160-0', '29463-7'],
  };
  return by[activity] ?? ['14743-9', '2345-7', '99504-3'];
}

function aReading(
  c: Chance,
  id: string,
  d: Day,
  hour: string,
  code: string,
  activity: string,
  prescriptions: readonly Prescription[],
): RawReading {
  const odd = c.odds(0.15);
  const precision = odd ? c.pick(['day', 'month', 'year', 'instant', 'instant', 'instant']) : 'instant';
  const offset = c.pick(['Z', '+02:00', '+11:00', '-10:00']);
  const instant = new Date(`${d}T${hour}${offset}`).toISOString().replace('.000Z', 'Z');
  return {
    id,
    status: odd ? c.pick(['final', 'amended', 'corrected', 'preliminary', 'entered-in-error', 'unknown']) : 'final',
    code: odd ? c.pick(CODES) : code,
    system: odd && c.odds(0.2) ? 'urn:other' : 'http://loinc.org',
    category: activity.startsWith('onco') && c.odds(0.8) ? 'survey' : 'vital-signs',
    value: !(odd && c.odds(0.2)),
    absent: odd && c.odds(0.2),
    when:
      precision === 'day' ? d : precision === 'month' ? d.slice(0, 7) : precision === 'year' ? d.slice(0, 4) : instant,
    end: precision === 'instant' && c.odds(0.2),
    basedOn: c.odds(0.8)
      ? []
      : c.odds(0.5)
        ? [c.pick(prescriptions).id]
        : ['elsewhere', c.pick(prescriptions).id].slice(0, c.int(1, 2)),
    device: c.odds(0.7) ? c.pick(['Device/s1', 'Device/s1', 'Device/s2']) : null,
  };
}
