// Small histories told in one object and played through the whole server: a person, ordonnances, parties, readings.
// Everything left out is as it should be, so that a walk names only what it is about.
import { addDays, day } from '../../src/kernel/day.ts';
import { type Change, Cohort, extension, ours } from '../operations/cohort.ts';
import { periodsOf, plain, reasonsOf } from '../operations/plain.ts';
import type { Json, World } from '../operations/world.ts';

const B = 'https://w3id.org/vigie/fhir';

export interface Ordonnance {
  readonly activity?: string;
  readonly start: string;
  readonly end: string;
  readonly authored?: string;
  readonly from?: string;
  readonly stop?: string;
  /** Frequency, period and its unit. */
  readonly timing?: readonly [number, number, string];
  readonly level?: number;
  readonly replaces?: string;
  readonly operator?: string;
  readonly dmn?: string;
  readonly status?: string;
  readonly person?: string;
  readonly change?: Change;
}

export interface Reading {
  readonly name?: string;
  /** Effective time as text, or an effectivePeriod. */
  readonly at: string | { readonly start?: string; readonly end?: string };
  readonly code?: string;
  readonly status?: string;
  readonly basedOn?: readonly string[];
  readonly person?: string;
  readonly change?: Change;
}

export interface History {
  readonly person?: Change;
  readonly others?: readonly string[];
  readonly exempt?: { readonly code: string; readonly start?: string; readonly end?: string };
  readonly refusals?: readonly ({ readonly start?: string; readonly end?: string } | null)[];
  readonly activities?: readonly string[];
  readonly interest?: string;
  readonly code?: string;
  readonly certificate?: { readonly start?: string; readonly end?: string } | null;
  readonly parties?: Parameters<Cohort['parties']>[1];
  readonly ordonnances: Readonly<Record<string, Ordonnance>>;
  readonly readings?: readonly Reading[];
  /** Further resources, added before the ordonnances. */
  readonly more?: (cohort: Cohort) => void;
}

/** A period of an answer: window, status and reasons, and the rest as it came. */
export type Told = Json & { readonly index: number; readonly window: string; readonly status: string };

export class Stage {
  readonly #world: World;
  readonly cohort: Cohort;

  constructor(world: World, cohort: Cohort) {
    this.#world = world;
    this.cohort = cohort;
  }

  async #get(path: string): Promise<Json> {
    const answer = await this.#world.get(path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
    return answer.json;
  }

  /** Periods of `$billability`. */
  async bill(name: string, query: string): Promise<readonly Told[]> {
    return periodsOf(await this.#get(`${this.cohort.ref(name)}/$billability?${query}`)) as readonly Told[];
  }

  /** `index status reasons` of each window, such as `2 not-billable consent-refused`. */
  async verdicts(name: string, query: string): Promise<string[]> {
    return (await this.bill(name, query)).map((p) => [p.index, p.status, ...reasonsOf(p).sort().map(short)].join(' '));
  }

  /** `$observance`: its periods, and the reasons of the rejected readings by name. */
  async observe(
    name: string,
    query: string,
  ): Promise<{ periods: readonly Told[]; rejected: Record<string, string>; zone: unknown }> {
    const answer = plain(await this.#get(`${this.cohort.ref(name)}/$observance?${query}`));
    const names = new Map(this.readings.map((r) => [this.cohort.ref(r), r]));
    const found = (answer.rejected ?? []) as readonly { observation: string; reason: string }[];
    const rejected = found.map((r) => [names.get(r.observation.split('/_history')[0]!) ?? r.observation, r.reason]);
    return {
      periods: (answer.period ?? []) as readonly Told[],
      rejected: Object.fromEntries(rejected) as Record<string, string>,
      zone: answer.timezone,
    };
  }

  /** Days with data of a window. */
  async days(name: string, query: string, index = 1): Promise<string[]> {
    const { periods } = await this.observe(name, query);
    const days = (periods.find((p) => p.index === index)?.day ?? []) as readonly { date: string }[];
    return days.map((d) => d.date);
  }

  readonly readings: string[] = [];
}

const short = (reason: string) => reason.replace('/blocking', '').replace('/information', '?').replace('/missing', '!');

/** Loads a history; its person is `p`, its parties `op1`, `ex1`, `dmn1`. */
export async function stage(world: World, history: History): Promise<Stage> {
  const cohort = new Cohort();
  const told = new Stage(world, cohort);
  const all = Object.values(history.ordonnances);
  const activities = history.activities ?? [...new Set(all.map((o) => o.activity ?? 'ic'))];
  cohort.parties(activities, {
    ...history.parties,
    dmn: { ...dmnChange(history, activities), ...history.parties?.dmn },
  });
  for (const person of ['p', ...(history.others ?? [])]) cohort.patient(person, person === 'p' ? history.person : {});
  if (history.exempt !== undefined) cohort.add('rights', coverage(cohort, history.exempt));
  for (const [i, period] of (history.refusals ?? []).entries()) {
    cohort.refusal(`refusal${i}`, 'p', { provision: { type: 'deny', ...(period === null ? {} : { period }) } });
  }
  history.more?.(cohort);
  for (const [name, o] of Object.entries(history.ordonnances)) prescribe(cohort, name, o, history.exempt !== undefined);
  for (const [i, r] of (history.readings ?? []).entries()) {
    const name = r.name ?? `r${i}`;
    told.readings.push(name);
    read(cohort, name, r);
  }
  await cohort.load(world);
  return told;
}

function dmnChange(history: History, activities: readonly string[]): Change {
  const { certificate, interest = 'organisational', code } = history;
  if (certificate === undefined && history.interest === undefined && code === undefined) return {};
  const period = certificate === undefined ? { start: '2022-01-01' } : certificate;
  const lines = activities.map((activity) =>
    extension('tls-latm-line', {
      extension: [
        { url: 'activity', valueCoding: { system: `${B}/CodeSystem/tls-activity`, code: activity } },
        ...(code === undefined ? [] : [{ url: 'individualCode', valueCode: code }]),
        ...(interest === 'none' ? [] : [{ url: 'interest', valueCode: interest }]),
      ],
    }),
  );
  const proof = [
    { url: 'number', valueString: 'C-1' },
    { url: 'period', valuePeriod: period },
  ];
  const certified = period === null ? [] : [extension('tls-ans-certificate', { extension: proof })];
  return { extension: [...lines, ...certified, extension('tls-ce-marking', { valueCode: 'IIa' })] };
}

function coverage(cohort: Cohort, { code, ...period }: NonNullable<History['exempt']>): Record<string, unknown> {
  const none = { value: 0, unit: '%', system: 'http://unitsofmeasure.org', code: '%' };
  return {
    resourceType: 'Coverage',
    meta: { profile: [`${B}/StructureDefinition/tls-coverage`] },
    status: 'active',
    type: ours('tls-regime', 'general'),
    beneficiary: cohort.to('p'),
    payor: [{ display: 'Assurance maladie obligatoire' }],
    costToBeneficiary: [{ valueQuantity: none, exception: [{ type: ours('tls-exemption', code), period }] }],
  };
}

function prescribe(cohort: Cohort, name: string, o: Ordonnance, exempt: boolean): void {
  const { person = 'p', activity = 'ic', start, end, timing } = o;
  const dates = [
    ...(o.from === undefined ? [] : [extension('tls-monitoring-start', { valueDate: o.from })]),
    ...(o.stop === undefined ? [] : [extension('tls-monitoring-end', { valueDate: o.stop })]),
  ];
  const repeat = timing && { frequency: timing[0], period: timing[1], periodUnit: timing[2] };
  cohort.prescription(name, {
    patient: person,
    activity,
    start,
    end,
    operator: o.operator ?? 'op1',
    dmn: o.dmn ?? 'dmn1',
    ...(o.level === undefined ? {} : { level: o.level }),
    ...(o.replaces === undefined ? {} : { replaces: o.replaces }),
    extension: [
      ...dates,
      ...(repeat === undefined ? [] : [extension('tls-expected-transmission', { valueTiming: { repeat } })]),
    ],
    change: {
      authoredOn: o.authored ?? addDays(day(start), -5),
      status: o.status ?? 'active',
      ...(exempt ? { insurance: [cohort.to('rights')] } : {}),
      ...o.change,
    },
  });
}

function read(cohort: Cohort, name: string, r: Reading): void {
  const at = typeof r.at === 'string' ? {} : { effectiveDateTime: undefined, effectivePeriod: r.at };
  cohort.reading(name, {
    patient: r.person ?? 'p',
    at: typeof r.at === 'string' ? r.at : '2020-01-01',
    change: {
      ...at,
      ...(r.code === undefined ? {} : { code: { coding: [{ system: 'http://loinc.org', code: r.code }] } }),
      ...(r.status === undefined ? {} : { status: r.status }),
      ...(r.basedOn === undefined ? {} : { basedOn: r.basedOn.map((b) => cohort.to(b)) }),
      ...r.change,
    },
  });
}

/** One reading a day from `first` to `last`, every `step` days. */
export function each(first: string, last: string, rest: Omit<Reading, 'at' | 'name'> = {}, step = 1): Reading[] {
  const found: Reading[] = [];
  for (let d = day(first); d <= day(last); d = addDays(d, step)) found.push({ ...rest, at: String(d) });
  return found;
}
