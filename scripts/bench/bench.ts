// npm run bench: the figures of the README, measured on a server of its own, with the floors of the same run beside them.
// Durable (fsync on), full validation, ledger included. Server, database and load share this machine.
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { drawCohort } from '../../src/demo/cohorts.ts';
import { draw } from '../../src/demo/draw.ts';
import { loadCohort, type Send } from '../../src/demo/load.ts';
import type { Cohort } from '../../src/demo/recipe.ts';
import { addDays } from '../../src/kernel/day.ts';
import { localDay, METROPOLE } from '../../src/kernel/zone.ts';
import { loadLaw } from '../../src/law/load.ts';
import { startTestCluster } from '../../test/helpers/cluster.ts';
import { type BlastResult, blastApart } from './blast.ts';
import { cpuOf } from './cpu.ts';
import { insertFloor, jsonFloor } from './floor.ts';
import { searchFigures } from './search.ts';
import { type Server, startServer } from './server.ts';

const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    patients: { type: 'string', default: '10000' },
    days: { type: 'string', default: '180' },
    'per-day': { type: 'string', default: '3' },
    readings: { type: 'string', default: '5000' },
    query: { type: 'string', default: '' },
    only: { type: 'string', default: 'bundles,singles,population,search' },
  },
});
const seconds = Number(given.seconds);
const only = given.only.split(',');
const today = localDay(Date.now(), METROPOLE);
const law = loadLaw();
const demo = JSON.parse(readFileSync(new URL('../../fixtures/demo/cohort.json', import.meta.url), 'utf8')) as Cohort;

console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
const server = await startServer();
const send = sendTo(server);

try {
  if (only.includes('bundles') || only.includes('singles')) await writes();
  if (only.includes('population')) await population();
} finally {
  await server.stop();
}
if (only.includes('search')) await searchFigures(Number(given.readings), sendTo, given.query);
process.exit(0);

function sendTo({ base }: Pick<Server, 'base'>): Send {
  return async (method, path, body) => {
    const response = await fetch(path === '' ? base : `${base}/${path}`, {
      method,
      headers: { 'content-type': 'application/fhir+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 400)}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
}

/** Observations of 2,000 patients, spread as in life. */
async function writes(): Promise<void> {
  const people = drawCohort(demo, { patients: 2000, days: 90, perDay: 1, seed: 7 });
  const { refs } = await loadCohort(
    { ...people, patients: people.patients.map((p) => ({ ...p, streams: [{ measure: 'weight', from: 0, to: 0 }] })) },
    { send, law, today, seed: 7 },
  );
  const observations = made(
    people.patients.map((p) => ({
      patient: refs.get(`patient:${p.key}`) ?? '',
      device: refs.get(`object:${p.key}:weight`) ?? '',
    })),
  );
  const bodies = Array.from({ length: 200 }, (_, i) => bundleOf(observations.slice(i * 100, i * 100 + 100)));
  const bundles = bodies.map((body) => ({ path: '/fhir', body }));
  const singles = observations.map((body) => ({ path: '/fhir/Observation', body }));
  const cluster = await startTestCluster();
  const floorRows = await insertFloor({ ...cluster.connection, database: 'postgres' }, observations, 100, 4);
  const floorOne = await insertFloor({ ...cluster.connection, database: 'postgres' }, observations, 1, 4);
  await cluster.stop();
  const floorJson = jsonFloor(bodies, 3);
  console.log(
    `floors: parse and print ${rate(floorJson)} obs/s (1 process) · bare durable inserts ${rate(floorRows)} rows/s by 100, ${rate(floorOne)} one by one (1 connection)`,
  );
  if (only.includes('bundles')) {
    await blastApart(server, { requests: bundles, connections: 8, seconds: 4 });
    const before = cpuOf(server.pid, server.data);
    const r = await blastApart(server, { requests: bundles, connections: 8, seconds });
    const spent = cpuSince(before, r.requests * 100);
    const perSecond = (r.requests * 100) / r.seconds;
    console.log(
      `bundles of 100: ${rate(perSecond)} Observations/s · p50 ${r.p50} ms, p99 ${r.p99} ms · ${ratio(perSecond, floorRows)} of the bare inserts, ${ratio(perSecond, floorJson)} of parse and print${spent} · ${said(r)}`,
    );
  }
  if (only.includes('singles')) {
    await blastApart(server, { requests: singles, connections: 64, seconds: 3 });
    const before = cpuOf(server.pid, server.data);
    const r = await blastApart(server, { requests: singles, connections: 64, seconds });
    const spent = cpuSince(before, r.requests);
    const perSecond = r.requests / r.seconds;
    console.log(
      `single creates: ${rate(perSecond)}/s · p50 ${r.p50} ms, p99 ${r.p99} ms · ${ratio(perSecond, floorOne)} of the bare inserts one by one${spent} · ${said(r)}`,
    );
  }
}

function made(people: readonly { patient: string; device: string }[]): string[] {
  const random = draw('bench');
  return Array.from({ length: 20_000 }, (_, i) => {
    const p = people[(i * 37) % people.length] ?? { patient: '', device: '' };
    const day = addDays(today, -1 - Math.floor(random() * 89));
    const two = (n: number) => String(n).padStart(2, '0');
    const at = `${day}T${two(5 + Math.floor(random() * 18))}:${two(Math.floor(random() * 60))}:${two(Math.floor(random() * 60))}+01:00`;
    return JSON.stringify({
      resourceType: 'Observation',
      meta: { profile: ['https://w3id.org/vigie/fhir/StructureDefinition/tls-observation'] },
      identifier: [{ system: 'https://device.example/readings', value: `r-${i}` }],
      status: 'final',
      category: [
        {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/observation-category',
              code: 'vital-signs',
              display: 'Vital Signs',
            },
          ],
        },
      ],
      code: { coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }], text: 'Poids' },
      subject: { reference: p.patient },
      effectiveDateTime: at,
      issued: at,
      valueQuantity: {
        value: Number((60 + random() * 40).toFixed(1)),
        unit: 'kg',
        system: 'http://unitsofmeasure.org',
        code: 'kg',
      },
      device: { reference: p.device },
    });
  });
}

function bundleOf(observations: readonly string[]): string {
  const entries = observations.map((o) => `{"resource":${o},"request":{"method":"POST","url":"Observation"}}`);
  return `{"resourceType":"Bundle","type":"transaction","entry":[${entries.join(',')}]}`;
}

async function population(): Promise<void> {
  const wanted = {
    patients: Number(given.patients),
    days: Number(given.days),
    perDay: Number(given['per-day']),
    seed: 3,
  };
  const cohort = drawCohort(demo, wanted);
  const started = performance.now();
  let shown = started;
  const { readings } = await loadCohort(cohort, {
    send,
    law,
    today,
    seed: 3,
    parallel: 8,
    progress: (sent, total) => {
      if (performance.now() - shown < 20_000) return;
      shown = performance.now();
      console.log(
        `  loading the population: ${sent} of ${total} readings, ${rate((sent / (shown - started)) * 1000)}/s`,
      );
    },
  });
  console.log(
    `population: ${wanted.patients} patients × ${wanted.days} days, ${readings} readings loaded in ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  for (let run = 1; run <= 3; run++) {
    const start = performance.now();
    const response = await fetch(`${server.base}/ServiceRequest/$billability`, {
      headers: { accept: 'application/fhir+ndjson' },
    });
    if (!response.ok || response.body === null)
      throw new Error(`population: ${response.status} ${await response.text()}`);
    let bytes = 0;
    let lines = 0;
    for await (const chunk of response.body) {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) lines++;
    }
    console.log(
      `  $billability as NDJSON, run ${run}: ${((performance.now() - start) / 1000).toFixed(2)} s for ${lines} follow-ups, ${(bytes / 2 ** 20).toFixed(0)} MiB`,
    );
  }
}

function cpuSince(before: ReturnType<typeof cpuOf>, observations: number): string {
  const after = cpuOf(server.pid, server.data);
  if (before === undefined || after === undefined || observations === 0) return '';
  const each = (a: number, b: number) => ((b - a) / observations).toFixed(1);
  return ` · CPU an Observation: node ${each(before.node, after.node)} µs, postgres ${each(before.postgres, after.postgres)} µs`;
}

function rate(n: number): string {
  return Math.round(n).toLocaleString('en');
}
function ratio(a: number, b: number): string {
  return (a / b).toFixed(2);
}
function said(r: BlastResult): string {
  return Object.entries(r.statuses)
    .map(([status, n]) => `${n} × ${status}`)
    .join(', ');
}
