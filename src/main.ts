// The process: configuration, database, server, signals. The only file that may end the process.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { type Config, readConfig } from './config.ts';
import { systemClock } from './kernel/clock.ts';
import { FaultError, fault } from './kernel/fault.ts';
import type { Address } from './storage/db.ts';
import { startEmbedded } from './storage/embedded/index.ts';
import type { Progress } from './storage/index.ts';
import { reach } from './storage/reach.ts';

/** A Ctrl-C comes twice when npm passes on what the terminal has sent already: within this time it is the same one. */
const SAME_SIGNAL_MS = 1000;
const PARENT_CHECK_MS = 200;
/** A port that a stopping Vigie still holds is free within this time. */
const PORT_PATIENCE_MS = 1500;

/** Closes what was opened, last first. */
type Closers = (() => Promise<unknown>)[];

const started = performance.now();

async function main(): Promise<number> {
  const result = readConfig();
  if (result.kind === 'help') {
    console.log(result.text);
    return 0;
  }
  if (result.kind === 'refused') {
    for (const line of result.lines) console.error(`vigie: ${line}`);
    return 2;
  }
  const { config } = result;
  const end = new AbortController();
  const ended = once(end.signal, 'abort');
  listenToSignals(end);
  if (config.underNpm) watchParent(end);
  const closers: Closers = [];
  let code = 0;
  try {
    // A signal does not wait for a start that is under way: closing cuts it short, and its failure is then no news.
    await Promise.race([start(config, closers, end).then(() => ended), ended]);
    if (end.signal.reason instanceof Error) throw end.signal.reason;
  } catch (error) {
    code = report(error, config);
  }
  for (const close of closers.reverse()) {
    try {
      await close();
    } catch (error) {
      code = report(error, config);
    }
  }
  if (code === 0) say('Stopped.');
  return code;
}

/** Asks for an orderly end on the first signal, ends at once on a later one. */
function listenToSignals(end: AbortController): void {
  let first: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      const now = performance.now();
      if (first !== undefined && now - first > SAME_SIGNAL_MS) process.exit(130);
      if (first !== undefined) return;
      first = now;
      say(`Stopping on ${name} … (once more to stop at once)`);
      end.abort(name);
    });
  }
}

/** Ends in order when npm, or the launcher that stands in for it, is gone: nobody could stop us any more. */
function watchParent(end: AbortController): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end.abort('npm is gone');
  }, PARENT_CHECK_MS).unref();
}

/** Brings everything up; throws when a signal came meanwhile. */
async function start(config: Config, closers: Closers, end: AbortController): Promise<void> {
  await refuseTakenPort(config);
  const log = pino({ level: config.logLevel });
  const database = openDatabase(config, closers, end);
  // The server's modules and definitions load while PostgreSQL starts in its own processes.
  const [address, { buildApp, BASE_PATH }, { openStore }, { loadLaw }, demo, { storedExtraction }, definitions] =
    await Promise.all([
      database,
      import('./app.ts'),
      import('./storage/index.ts'),
      import('./law/load.ts'),
      import('./demo/index.ts'),
      import('./fhir/extract/stored.ts'),
      import('./fhir/definitions/load.ts').then(({ loadDefinitions }) => loadDefinitions()),
    ]);
  end.signal.throwIfAborted();
  const extraction = storedExtraction(definitions, config.publicBase === undefined ? {} : { base: config.publicBase });
  const reindexing = { extraction, progress: sayProgress, signal: end.signal };
  const opening = openStore({ address, log, clock: systemClock, reindexing });
  // Registered before it is open: a signal while the index is made anew waits for the end of a batch.
  closers.push(async () => (await opening.catch(() => undefined))?.close());
  const store = await opening;
  end.signal.throwIfAborted();
  const law = loadLaw();
  const app = await buildApp({
    store,
    law,
    clock: systemClock,
    log,
    ...(config.packagesDir === undefined ? {} : { packages: config.packagesDir }),
    ...(config.publicBase === undefined ? {} : { publicBase: config.publicBase }),
  });
  closers.push(() => app.close());
  end.signal.throwIfAborted();
  const base = (await listen(app, config)) + BASE_PATH;
  end.signal.throwIfAborted();
  const found = config.demo ? await demo.demoState(store) : 'data';
  if (found === 'empty') {
    console.log(await demo.loadDemo({ app, store, law, clock: systemClock, path: BASE_PATH, base, say }));
  }
  if (found === 'cut-short') {
    say(`The demonstration was cut short at an earlier start: delete ${config.dataDir} to load it afresh.`);
  }
  end.signal.throwIfAborted();
  say(`Vigie serves ${base}   (Ctrl-C stops it)`);
}

/** Seconds since the start stand before each line: a person sees that it works, and where the time goes. */
function say(line: string): void {
  console.log(`[${((performance.now() - started) / 1000).toFixed(1).padStart(4)} s] ${line}`);
}

/** An upgrade reads resources otherwise: how far the search index is. */
function sayProgress({ done, total, secondsLeft }: Progress): void {
  const count = (n: number) => n.toLocaleString('en');
  if (secondsLeft === undefined) {
    say(
      `This version indexes resources otherwise: making the index of ${count(total)} anew (a stopped start goes on later)`,
    );
  } else if (done < total) {
    const share = Math.floor((done / total) * 100);
    say(`  ${count(done)} of ${count(total)} (${share} %), ${count(secondsLeft)} s left`);
  } else {
    say(`  ${count(total)} done, tidying up`);
  }
}

async function openDatabase(config: Config, closers: Closers, end: AbortController): Promise<Address> {
  if (config.databaseUrl !== undefined) {
    say('Using the PostgreSQL of DATABASE_URL');
    await reach(config.databaseUrl);
    return { connectionString: config.databaseUrl };
  }
  say(`Starting PostgreSQL in ${config.dataDir}`);
  const embedded = startEmbedded({
    dataDir: config.dataDir,
    log: say,
    onLost: () =>
      end.abort(
        fault('unavailable', 'embedded-lost', {
          en: `PostgreSQL ended unexpectedly; ${config.dataDir}/postgres.log says why. Start again: nothing acknowledged is lost.`,
          fr: `PostgreSQL s'est arrêté de façon inattendue ; ${config.dataDir}/postgres.log dit pourquoi. Relancez : rien de ce qui a été confirmé n'est perdu.`,
        }),
      ),
  });
  // Registered before it is up: whatever fails meanwhile, it is stopped.
  closers.push(async () => (await embedded.catch(() => undefined))?.stop());
  return (await embedded).connection;
}

/** Looks before the database is touched, so that a second start by mistake changes nothing at all. */
async function refuseTakenPort({ port, host }: Config): Promise<void> {
  for (const until = performance.now() + PORT_PATIENCE_MS; ; await sleep(100)) {
    const error = await tryPort(port, host);
    if (error === undefined) return;
    if (error.code !== 'EADDRINUSE' || performance.now() > until) throw listenFault(error, port, host);
  }
}

function tryPort(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
}

async function listen(app: FastifyInstance, { port, host }: Config): Promise<string> {
  try {
    return await app.listen({ port, host });
  } catch (error) {
    throw listenFault(error, port, host);
  }
}

function listenFault(error: unknown, port: number, host: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return fault('conflict', 'port-taken', {
      en: `Port ${port} on ${host} is taken, perhaps by another Vigie. Choose a free one: PORT=${port + 1} npm start`,
      fr: `Le port ${port} de ${host} est pris, peut-être par une autre Vigie. Choisissez-en un libre : PORT=${port + 1} npm start`,
    });
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return fault('unavailable', 'address-refused', {
      en: `Cannot listen on ${host}, port ${port} (${code}). Set HOST to an address of this machine and PORT above 1023: HOST=127.0.0.1 PORT=8080 npm start`,
      fr: `Impossible d'écouter sur ${host}, port ${port} (${code}). Donnez dans HOST une adresse de cette machine, et PORT au-dessus de 1023 : HOST=127.0.0.1 PORT=8080 npm start`,
    });
  }
  return error;
}

/** One line for what a person can mend, the stack for a bug of ours. Returns the exit code. */
function report(error: unknown, config: Config): number {
  if (error instanceof FaultError) for (const f of error.faults) console.error(`vigie: ${f.text[config.language]}`);
  else console.error('vigie: unexpected error, please report it:', error);
  return 1;
}

process.exit(await main());
