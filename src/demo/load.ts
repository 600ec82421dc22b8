// Sends a cohort through the HTTP API, as a client would: set-up in transactions, then the streams in the formats of the field.
import type { AnyResource } from '../fhir/service.ts';
import { addDays, type Day } from '../kernel/day.ts';
import type { Law } from '../law/law.ts';
import { draw } from './draw.ts';
import type { Cohort, PatientRecipe, Stream } from './recipe.ts';
import {
  agreement,
  ars,
  coverage,
  declaration,
  dmn,
  exploitant,
  INS_DEMO,
  MEASURES,
  object,
  operator,
  patient,
  prescriber,
  prescription,
  reading,
  refusal,
  sysid,
} from './resources.ts';
import { localDateTime } from './time.ts';

/** One request to the FHIR base; throws on anything but 2xx. */
export type Send = (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<Record<string, unknown>>;

export interface LoadOptions {
  readonly send: Send;
  readonly law: Law;
  readonly today: Day;
  readonly seed: number;
  /** Told after each request: readings sent so far, and in all. */
  readonly progress?: (sent: number, total: number) => void;
  /** Transactions of readings sent at a time. */
  readonly parallel?: number;
}

interface Entry {
  readonly key: string;
  readonly resource: AnyResource;
}

const BATCH = 100;

/** Loads everything. Returns the number of readings and the references by key (`patient:…`, `prescription:…:0`). */
export async function loadCohort(
  cohort: Cohort,
  options: LoadOptions,
): Promise<{ readings: number; refs: ReadonlyMap<string, string> }> {
  const refs = new Map<string, string>();
  await sendEntries(sharedEntries(cohort, options.today, refs), refs, options.send);
  for (let i = 0; i < cohort.patients.length; i += 20) {
    const entries = cohort.patients.slice(i, i + 20).flatMap((p) => patientEntries(p, options, refs));
    await sendEntries(entries, refs, options.send);
  }
  const bundles = cohort.patients.flatMap((p) => streamBundles(p, options, refs));
  const total = bundles.reduce((n, b) => n + b.readings, 0);
  let sent = 0;
  const queue = merge(bundles)[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      await options.send('POST', '', next.value.bundle());
      sent += next.value.readings;
      options.progress?.(sent, total);
    }
  };
  await Promise.all(Array.from({ length: options.parallel ?? 4 }, worker));
  for (const p of cohort.patients) if (p.billed === true) await bill(p, options, refs);
  return { readings: total, refs };
}

function sharedEntries(cohort: Cohort, today: Day, known: Map<string, string>): Entry[] {
  const refs = refsOf(known);
  const signed = addDays(today, -700);
  const pairs = new Map<string, readonly [string, string]>();
  const declared = new Map<string, Set<string>>();
  for (const rx of cohort.patients.flatMap((p) => p.prescriptions)) {
    pairs.set(`${rx.operator} ${rx.dmn}`, [rx.operator, rx.dmn]);
    declared.set(rx.operator, (declared.get(rx.operator) ?? new Set()).add(rx.activity));
  }
  return [
    { key: 'prescriber', resource: prescriber() },
    { key: 'ars', resource: ars() },
    ...cohort.operators.map((o) => ({ key: `operator:${o.key}`, resource: operator(o) })),
    ...cohort.exploitants.map((e) => ({ key: `exploitant:${e.key}`, resource: exploitant(e) })),
    ...cohort.dmns.map((d) => ({ key: `dmn:${d.key}`, resource: dmn(d, today, refs) })),
    ...[...declared].map(([o, activities]) => ({
      key: `declaration:${o}`,
      resource: declaration(o, [...activities], signed, refs),
    })),
    ...[...pairs.values()].flatMap(([o, key]) => {
      const d = cohort.dmns.find((x) => x.key === key);
      return d === undefined ? [] : [{ key: `agreement:${o}:${key}`, resource: agreement(o, d, signed, refs) }];
    }),
  ];
}

function patientEntries(p: PatientRecipe, o: LoadOptions, known: Map<string, string>): Entry[] {
  const refs = refsOf(known);
  const first = p.prescriptions[0];
  if (first === undefined) return [];
  const start = addDays(o.today, first.start);
  const measures = [
    ...new Set(p.streams.filter((s) => s.manual !== true && s.format !== 'mesures').map((s) => s.measure)),
  ];
  const weight = reading(
    {
      measure: 'weight',
      at: addDays(start, -6),
      spread: 0.5,
      subject: { reference: refs(`patient:${p.key}`) },
      performer: refs(`patient:${p.key}`),
      profiles: [TLS_OBSERVATION],
    },
    ventilatorUse(o.law),
  );
  return [
    { key: `patient:${p.key}`, resource: patient(p, insOf(p), o.today) },
    { key: `coverage:${p.key}`, resource: coverage(p, refs) },
    { key: `weight:${p.key}`, resource: weight },
    ...p.prescriptions.map((rx, n) => ({
      key: `prescription:${p.key}:${n}`,
      resource: prescription(p, rx, n, o.today, refs),
    })),
    ...(p.refusedFrom === undefined
      ? []
      : [{ key: `consent:${p.key}`, resource: refusal(p, addDays(start, p.refusedFrom), refs) }]),
    ...measures.map((m) => ({ key: `object:${p.key}:${m}`, resource: object(p, m, refs(`patient:${p.key}`)) })),
  ];
}

const TLS_OBSERVATION = 'https://w3id.org/vigie/fhir/StructureDefinition/tls-observation';

/** A 15-digit number in the form of a NIR, with its key, made of the patient's key: no person has it (month 99). */
function insOf(p: PatientRecipe): string {
  let h = 7;
  for (const c of p.key) h = (h * 31 + c.charCodeAt(0)) % 1_000_000;
  const body = `${p.gender === 'male' ? 1 : 2}${p.birthDate.slice(2, 4)}9999${String(h).padStart(6, '0')}`;
  return body + String(97 - (Number(body) % 97)).padStart(2, '0');
}

/** The coding that the law counts as ventilator use: read from the law, so that the demonstration cannot drift from it. */
function ventilatorUse(law: Law): { system: string; code: string } {
  const measures = law.lines.iresp?.measures.entries.findLast((e) => e.value !== null)?.value;
  const [system = '', code = ''] = (measures?.codes[0] ?? '').split('|');
  return { system, code };
}

interface StreamBundle {
  readonly at: string;
  readonly readings: number;
  /** Made when it is sent: a large cohort does not fit in memory at once. */
  bundle(): unknown;
}

function streamBundles(p: PatientRecipe, o: LoadOptions, refs: ReadonlyMap<string, string>): StreamBundle[] {
  const random = draw(`${o.seed}/${p.key}`);
  return p.streams.flatMap((s) => {
    const times = timesOf(p, s, o.today, random);
    const one = (at: string): AnyResource => readingOf(p, s, at, random(), o.law, refs);
    if (s.format === 'mesures')
      return times.map((at) => ({ at, readings: 1, bundle: () => mesuresBundle(p, s, one(at)) }));
    const bundles: StreamBundle[] = [];
    for (let i = 0; i < times.length; i += BATCH) {
      const part = times.slice(i, i + BATCH);
      bundles.push({
        at: part[0] ?? '',
        readings: part.length,
        bundle: () => transaction(part.map((at) => ({ resource: one(at) }))),
      });
    }
    return bundles;
  });
}

/** Local times of a stream's readings, up to yesterday (a device does not measure tomorrow). */
function timesOf(p: PatientRecipe, s: Stream, today: Day, random: () => number): string[] {
  const start = addDays(today, p.prescriptions[0]?.start ?? 0);
  const times: string[] = [];
  for (let n = s.from; n <= s.to; n += s.every ?? 1) {
    const day = addDays(start, n);
    if (day >= today) break;
    for (const at of s.at ?? ['08:00']) {
      const minutes = Number(at.slice(0, 2)) * 60 + Number(at.slice(3)) + Math.floor(random() * 30);
      const two = (x: number) => String(x).padStart(2, '0');
      times.push(localDateTime(day, `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`, p.postalCode));
    }
  }
  return times;
}

function readingOf(
  p: PatientRecipe,
  s: Stream,
  at: string,
  spread: number,
  law: Law,
  refs: ReadonlyMap<string, string>,
): AnyResource {
  const patientRef = refs.get(`patient:${p.key}`) ?? '';
  const flow = s.format === 'mesures';
  const device = flow ? `Device/${objectUuid(p, s)}` : refs.get(`object:${p.key}:${s.measure}`);
  return reading(
    {
      measure: s.measure,
      at,
      spread,
      // The mesures flow names the patient by identifier only, one by INS and the next by the hospital's number.
      subject: flow ? { identifier: identifierOf(p) } : { reference: patientRef },
      profiles: [
        ...(flow && MEASURES[s.measure].mesures !== undefined ? [MEASURES[s.measure].mesures as string] : []),
        ...(flow ? [] : [TLS_OBSERVATION]),
      ],
      ...(s.manual === true ? { performer: patientRef } : device === undefined ? {} : { device }),
    },
    ventilatorUse(law),
  );
}

function identifierOf(p: PatientRecipe): Record<string, string> {
  return p.key.length % 2 === 0
    ? { system: INS_DEMO, value: insOf(p) }
    : { system: 'https://hopital.example/ipp', value: p.key };
}

function objectUuid(p: PatientRecipe, s: Stream): string {
  const hex = Buffer.from(`${p.key}/${s.measure}`.padEnd(16, '.')).toString('hex').slice(0, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** The write flow of ANS's *mesures* guide (IHE POU PCH-01): one Observation, and its PhdDevice created once. */
function mesuresBundle(p: PatientRecipe, s: Stream, observation: AnyResource): unknown {
  const { patient: _none, ...device } = object(p, s.measure, '') as AnyResource & { patient?: unknown };
  const id = sysid(p.key, MEASURES[s.measure].object[0]);
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        resource: {
          ...device,
          id: objectUuid(p, s),
          meta: { profile: ['http://hl7.org/fhir/uv/phd/StructureDefinition/PhdDevice'] },
        },
        request: { method: 'POST', url: 'Device', ifNoneExist: `identifier=${String(id.system)}|${String(id.value)}` },
      },
      { resource: observation, request: { method: 'POST', url: 'Observation' } },
    ],
  };
}

function transaction(entries: readonly { resource: AnyResource; fullUrl?: string }[]): unknown {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: entries.map((e) => ({ ...e, request: { method: 'POST', url: e.resource.resourceType } })),
  };
}

/** By time of the first reading, so that patients are mixed as in life. */
function merge(bundles: StreamBundle[]): StreamBundle[] {
  return bundles.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

const urns = new Map<string, string>();
function refsOf(known: ReadonlyMap<string, string>): (key: string) => string {
  return (key) => {
    const there = known.get(key);
    if (there !== undefined) return there;
    const urn = urns.get(key) ?? `urn:uuid:${crypto.randomUUID()}`;
    urns.set(key, urn);
    return urn;
  };
}

async function sendEntries(entries: readonly Entry[], refs: Map<string, string>, send: Send): Promise<void> {
  const urn = refsOf(refs);
  const body = transaction(entries.map((e) => ({ fullUrl: urn(e.key), resource: e.resource })));
  const answer = await send('POST', '', body);
  const answers = (answer.entry ?? []) as { response?: { location?: string } }[];
  entries.forEach((e, i) => {
    const reference = /([A-Za-z]+\/[^/]+)\/_history\//.exec(answers[i]?.response?.location ?? '')?.[1];
    if (reference !== undefined) refs.set(e.key, reference);
  });
}

async function bill(p: PatientRecipe, o: LoadOptions, refs: ReadonlyMap<string, string>): Promise<void> {
  const rx = refs.get(`prescription:${p.key}:0`);
  const drafts = await o.send('POST', `${rx}/$draft-claims`, { resourceType: 'Parameters' });
  const entry = (drafts.entry ?? []) as { resource?: { resourceType?: string } }[];
  if (entry.length === 2) await o.send('POST', 'Claim/$submit', { resourceType: 'Bundle', type: 'collection', entry });
}
