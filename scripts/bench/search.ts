// Searches on two servers with the same kind of data, one with 64 times as much: what a page of the same size takes. Both are
// asked in turn, so that whatever else the machine does falls on both.
import pg from 'pg';
import type { Send } from '../../src/demo/load.ts';
import { clusterIn, USER } from '../../src/storage/embedded/cluster.ts';
import { blast, blastApart } from './blast.ts';
import { type Query, queriesOf } from './queries.ts';
import { type Server, startServer } from './server.ts';
import { loadVolume } from './volume.ts';

const FACTOR = 64;
/** What the large side may take of the time of the small one. */
const HELD = 1.5;
const ROUNDS = 5;
const MOST_ROUNDS = 20;
const ROUND_SECONDS = 0.3;
const CLIENTS = 16;
const CLIENT_SECONDS = 2;
const PAGES = 16;

interface Side {
  readonly server: Server;
  readonly queries: readonly Query[];
}

/** A query on one side: milliseconds, the least of the rounds. */
interface Times {
  readonly p50: number;
  readonly p99: number;
  perSecond?: number;
}

/**
 * Loads, measures and prints a table.
 * @param readings Observations of the smaller server
 * @param only names of queries to measure; all when empty
 */
export async function searchFigures(readings: number, sendTo: (server: Server) => Send, only: string): Promise<void> {
  const servers = [await startServer(), await startServer()];
  try {
    const sides: Side[] = [];
    for (const [i, server] of servers.entries())
      sides.push(await filled(server, sendTo(server), readings, FACTOR ** i));
    const lines: (readonly [Query, Times, Times])[] = [];
    for (const [i, query] of sides[0]!.queries.entries()) {
      if (!query.name.includes(only)) continue;
      const pair = sides.map(({ server, queries }) => ({ server, query: queries[i]! }));
      const [small, large] = await measured(pair);
      lines.push([query, small!, large!]);
      print(lines.at(-1)!);
    }
    const held = lines.filter(([q]) => !q.counts);
    const worst = held.reduce((a, b) => (ratioOf(b) > ratioOf(a) ? b : a));
    console.log(`  worst ratio of p50: ${ratioOf(worst).toFixed(2)} (${worst[0].name})`);
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function filled(server: Server, send: Send, readings: number, factor: number): Promise<Side> {
  const started = performance.now();
  const volume = await loadVolume(send, readings * factor, factor);
  const loaded = (performance.now() - started) / 1000;
  const client = new pg.Client({ host: clusterIn(server.data).socketDir, port: 5432, user: USER, database: 'vigie' });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
  console.log(
    `search: ${volume.readings.length} Observations of ${volume.patients.length} patients loaded in ${loaded.toFixed(0)} s`,
  );
  const queries = [];
  for (const query of queriesOf(volume)) {
    const paths = query.follow ? await followed(server, query.paths[0]!) : query.paths;
    queries.push({ ...query, paths: paths.map((path) => `/fhir/${path}`) });
  }
  return { server, queries };
}

/** The addresses of the pages after a first one. */
async function followed(server: Server, first: string): Promise<string[]> {
  const paths: string[] = [];
  let url = `${server.base}/${first}`;
  while (paths.length < PAGES) {
    const bundle = (await (await fetch(url)).json()) as { link: { relation: string; url: string }[] };
    const next = bundle.link.find((l) => l.relation === 'next');
    if (next === undefined) throw new Error(`only ${paths.length} pages after ${first}`);
    url = next.url;
    paths.push(url.slice(server.base.length + 1));
  }
  return paths;
}

async function measured(pair: readonly { server: Server; query: Query }[]): Promise<Times[]> {
  const order = (query: Query) => ({ requests: query.paths.map((path) => ({ path })) });
  for (const { server, query } of pair) await refused(server, query);
  const times: Times[] = pair.map(() => ({ p50: Number.POSITIVE_INFINITY, p99: Number.POSITIVE_INFINITY }));
  // The first round warms up. Another process that works during all rounds of one side only would look like a ratio.
  for (let round = 0; round <= ROUNDS || (round <= MOST_ROUNDS && isAbove(times)); round++) {
    for (const [i, { server, query }] of pair.entries()) {
      const { host, port } = server;
      const { p50, p99 } = await blast({ ...order(query), host, port, connections: 1, seconds: ROUND_SECONDS });
      if (round === 0) continue;
      times[i] = { p50: Math.min(times[i]!.p50, p50), p99: Math.min(times[i]!.p99, p99) };
    }
  }
  for (const [i, { server, query }] of pair.entries()) {
    if (!query.main) continue;
    const { requests, seconds } = await blastApart(server, {
      ...order(query),
      connections: CLIENTS,
      seconds: CLIENT_SECONDS,
    });
    times[i]!.perSecond = requests / seconds;
  }
  return times;
}

function isAbove([small, large]: readonly Times[]): boolean {
  return large!.p50 > small!.p50 * HELD;
}

/** @throws when an answer is not 200: errors are quick, and no figure */
async function refused(server: Server, { name, paths }: Query): Promise<void> {
  for (const path of paths) {
    const response = await fetch(`http://${server.host}:${server.port}${path}`);
    if (response.status !== 200) throw new Error(`${name}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  }
}

function ratioOf([, small, large]: readonly [Query, Times, Times]): number {
  return large.p50 / small.p50;
}

function print(line: readonly [Query, Times, Times]): void {
  const [{ name, counts }, small, large] = line;
  const ms = (n: number) => n.toFixed(2).padStart(8);
  const rates = [small, large].map(({ perSecond }) =>
    perSecond === undefined ? '' : Math.round(perSecond).toString(),
  );
  const clients = rates[0] === '' ? '' : `   ${rates[0]!.padStart(6)} → ${rates[1]!.padStart(6)}/s`;
  console.log(
    `  ${name.padEnd(28)} p50 ${ms(small.p50)} → ${ms(large.p50)} ms   p99 ${ms(small.p99)} → ${ms(large.p99)} ms   × ${ratioOf(line).toFixed(2)}${counts ? ' (counts all)' : ''}${clients}`,
  );
}
