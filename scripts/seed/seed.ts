// npm run seed: draws a cohort and sends it to a running server through its HTTP API.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { drawCohort } from '../../src/demo/cohorts.ts';
import { loadCohort, type Send } from '../../src/demo/load.ts';
import type { Cohort } from '../../src/demo/recipe.ts';
import { localDay, METROPOLE } from '../../src/kernel/zone.ts';
import { loadLaw } from '../../src/law/load.ts';

const USAGE = `Usage: npm run seed -- [options]
  --patients N   patients to draw (100)
  --days D       days of follow-up up to yesterday (90)
  --per-day R    readings of a day with data, 1 to 4 (1)
  --seed S       whole number; the same seed gives the same cohort (1)
  --parallel P   requests under way at a time (8)
  --base URL     FHIR base of the server (http://127.0.0.1:8080/fhir)
  --help         this text`;

function whole(name: string, text: string, min: number, max: number): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < min || n > max)
    stop(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  return n;
}

function stop(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        patients: { type: 'string', default: '100' },
        days: { type: 'string', default: '90' },
        'per-day': { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        parallel: { type: 'string', default: '8' },
        base: { type: 'string', default: 'http://127.0.0.1:8080/fhir' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (e) {
    stop(e instanceof Error ? e.message : String(e));
  }
}

const given = options();
if (given.help) {
  console.log(USAGE);
  process.exit(0);
}
const wanted = {
  patients: whole('patients', given.patients, 1, 1_000_000),
  days: whole('days', given.days, 1, 3650),
  perDay: whole('per-day', given['per-day'], 1, 4),
  seed: whole('seed', given.seed, 0, 2 ** 31),
};
const parallel = whole('parallel', given.parallel, 1, 64);
const base = given.base.replace(/\/+$/, '');

const send: Send = async (method, path, body) => {
  let response: Response;
  try {
    response = await fetch(path === '' ? base : `${base}/${path}`, {
      method,
      headers: { 'content-type': 'application/fhir+json', accept: 'application/fhir+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    stop(`No server answers at ${base}. Start one with "npm start", or name it with --base.`);
  }
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok)
    throw new Error(`${method} ${path || '/'}: ${response.status} ${JSON.stringify(answer).slice(0, 500)}`);
  return answer;
};

const demo = JSON.parse(readFileSync(new URL('../../fixtures/demo/cohort.json', import.meta.url), 'utf8')) as Cohort;
const cohort = drawCohort(demo, wanted);
console.log(`Sending ${wanted.patients} patients × ${wanted.days} days (seed ${wanted.seed}) to ${base} …`);
let started = 0;
let drawn = 0;
const { readings } = await loadCohort(cohort, {
  send,
  law: loadLaw(),
  today: localDay(Date.now(), METROPOLE),
  seed: wanted.seed,
  parallel,
  progress: (sent, total) => {
    if (started === 0) started = performance.now();
    const done = sent === total;
    if (!done && performance.now() - drawn < 200) return;
    drawn = performance.now();
    bar(sent, total);
  },
});
const seconds = (performance.now() - started) / 1000;
console.log(
  `\n${readings} Observations stored in ${seconds.toFixed(1)} s: ${Math.round(readings / Math.max(seconds, 0.001))} a second.`,
);

function bar(sent: number, total: number): void {
  const width = 40;
  const filled = Math.round((sent / Math.max(total, 1)) * width);
  const rate = Math.round(sent / Math.max((performance.now() - started) / 1000, 0.001));
  const line = `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${sent}/${total}  ${rate}/s`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
  else if (sent === total) process.stdout.write(line);
}
