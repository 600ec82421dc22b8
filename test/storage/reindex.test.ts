// After an upgrade that reads resources otherwise, index rows and readings are those of a fresh load, whatever they were before.
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { storedExtraction } from '../../src/fhir/extract/stored.ts';
import { newId } from '../../src/storage/ids.ts';
import { openStore, type Progress } from '../../src/storage/index.ts';
import { silent } from '../../src/storage/log.ts';
import { type Extraction, everything, type ResourceWrite, type Store } from '../../src/storage/types.ts';
import { type Body, definitions, find, WORLD } from '../fhir/search/world.ts';
import { type Connection, open, type TestContext } from './open.ts';
import { clock } from './samples.ts';

const extraction = storedExtraction(definitions);
const LATER = { search: extraction.search + 1, reading: extraction.reading };

/** How the tables look, whatever the order of their rows on disk. */
const TABLES = {
  resource: 'patient, type, id, version, updated, date_lo, date_hi, method, assigned, content, token',
  search_date: 'patient, type, id, param, lo, hi, pair',
  search_string: 'patient, type, id, param, value, exact, rest, pair',
  search_number: 'patient, type, id, param, unit, lo, hi, pair',
  search_text: 'patient, type, id, words',
  coding: 'param, code, system, hash',
  shape: 'token, type, places',
  wording: 'param, value, token, type, words',
  patient: 'key, id, zone',
  reading: 'patient, id, version, day, at, ends, final, valued, measures, based_on, imprecise, device, assigned',
  day_ledger: 'patient, measure, basis, block, days',
} as const;

/** A line for each table: how many rows it has, and the hash of them all. */
async function state(query: TestContext['query']): Promise<string[]> {
  const lines: string[] = [];
  for (const [table, columns] of Object.entries(TABLES)) {
    const [row] = await query(
      `select count(*) as n, md5(string_agg(x::text, e'\\n' order by x::text)) as hash from (select ${columns} from ${table}) x`,
    );
    lines.push(`${table} ${row!.n} ${row!.hash}`);
  }
  return lines;
}

/** Fills a store with the world of the search tests, and with readings of one patient. */
async function fill({ store }: TestContext, readings: number): Promise<void> {
  const key = store.newPatientKey();
  const patient: Body = { resourceType: 'Patient', id: newId(key, clock), address: [{ postalCode: '97400' }] };
  await store.create([writeOf(patient, key, 'POST')]);
  const world = WORLD.filter((b) => b.resourceType !== 'Patient');
  await store.transaction([0], (tx) => tx.write(world.map((body) => writeOf(body, 0, 'PUT'))));
  const bodies = Array.from({ length: readings }, (_, i) => reading(patient.id, newId(key, clock), i));
  for (let i = 0; i < readings; i += 1000) {
    await store.create(bodies.slice(i, i + 1000).map((body) => writeOf(body, key, 'POST')));
  }
}

function writeOf(body: Body, patient: number, method: 'POST' | 'PUT'): ResourceWrite {
  const content = JSON.stringify(body);
  const stored = { type: body.resourceType, id: body.id, patient, version: 1, updated: '2026-03-01T09:00:00.000Z' };
  return { ...stored, method, content, ...extraction.extract(content) };
}

function reading(patient: string, id: string, i: number): Body {
  return {
    resourceType: 'Observation',
    id,
    status: i % 7 === 0 ? 'preliminary' : 'final',
    identifier: [{ system: 'urn:device', value: `r-${i}` }],
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }] },
    subject: { reference: `Patient/${patient}` },
    // From 20:00 to 23:59 UTC it is the next day on La Réunion.
    effectiveDateTime: new Date(Date.UTC(2026, 0, 1) + i * 1_800_000).toISOString(),
    valueQuantity: { value: 60 + (i % 40), unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    ...(i % 100 === 0 ? { note: [{ text: `Remarque numéro ${i}` }], valueDateTime: '2026-01-01' } : {}),
  };
}

/** What an earlier version may have left: other tokens and dates, other texts and numbers, too little and too much. */
const SPOILT = [
  'update resource set token = array[1, 2, 3]::bigint[], date_lo = null, date_hi = null where version % 2 = 1',
  `update search_string set value = 'x', exact = null`,
  'delete from search_date',
  'insert into search_number select patient, type, id, 5, null, 1, 1, null from resource',
  `update search_text set words = 'autre'`,
  'delete from coding',
  'insert into shape values (7, 96, array[1])',
  `update wording set value = 'autre'`,
];
const SPOILT_READINGS = [
  `update patient set zone = 'Europe/Paris'`,
  `update reading set day = day - 1, measures = '{}' where final`,
  'update reading set final = true, valued = true',
  'delete from day_ledger where block % 2 = 0',
  `insert into day_ledger values (1, 1, 3, 5, '${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}')`,
];

async function spoil({ query }: TestContext, statements: readonly string[]): Promise<void> {
  for (const text of statements) await query(text);
}

/** What a start says and reads. The store of the test is closed before: a database has one server. */
async function start(
  address: Connection,
  version: Partial<Extraction> = {},
  signal?: AbortSignal,
): Promise<{ store: Store; read: number; told: Progress[] }> {
  const told: Progress[] = [];
  let read = 0;
  const counting: Extraction = {
    ...extraction,
    ...version,
    extract: (content) => {
      read++;
      return extraction.extract(content);
    },
  };
  const reindexing = { extraction: counting, progress: (p: Progress) => told.push(p), ...(signal && { signal }) };
  const store = await openStore({ address, log: silent, reindexing });
  return { store, read, told };
}

t.test('an empty database takes the version and nothing else', async (t) => {
  const { store, address, query } = await open(t);
  await store.close();
  const first = await start(address);
  t.same([first.read, first.told], [0, []]);
  await first.store.close();
  const [row] = await query('select search, reading, to_search, to_reading, type from extraction');
  const { search, reading } = extraction;
  t.same(row, { search, reading, to_search: null, to_reading: null, type: null });
});

t.test('rows of another version become those of a fresh load, and nothing is read at the next start', async (t) => {
  const context = await open(t);
  await fill(context, 5_000);
  await context.store.close();
  const fresh = await state(context.query);
  await spoil(context, SPOILT);
  t.not((await state(context.query))[0], fresh[0]);

  const first = await start(context.address);
  t.equal(first.read, first.told[0]!.total, 'each resource is read once');
  t.same(first.told.at(-1), { done: first.read, total: first.read, secondsLeft: 0 });
  t.strictSame(await state(context.query), fresh);
  t.equal(
    await find(first.store, 'Observation', 'identifier=urn:device|r-4321&_elements=id').then(({ rows }) => rows.length),
    1,
  );
  t.equal(await find(first.store, 'Observation', '_content=remarque 4300').then(({ rows }) => rows.length), 1);
  await first.store.close();

  const second = await start(context.address);
  t.same([second.read, second.told], [0, []]);
  await second.store.close();
});

t.test('readings, zones and the ledger of another version become those of a fresh load', async (t) => {
  const context = await open(t);
  await fill(context, 3_000);
  await context.store.close();
  const { search, reading } = extraction;
  await context.query('update extraction set search = $1, reading = $2', [search, reading]);
  const fresh = await state(context.query);
  await spoil(context, SPOILT_READINGS);
  const spoilt = await state(context.query);
  t.ok(fresh.filter((line, i) => line !== spoilt[i]).length === 3, 'patients, readings and ledger');
  const untouched = await context.query('select xmin from resource order by id');

  const { store } = await start(context.address, { reading: reading + 1 });
  t.strictSame(await state(context.query), fresh);
  t.same(await context.query('select xmin from resource order by id'), untouched, 'index rows are left alone');
  await store.close();
});

t.test('rows that are right already are not written again', async (t) => {
  const context = await open(t);
  await fill(context, 200);
  await context.store.close();
  const before = await context.query('select id, xmin from resource order by id');
  const { store, read } = await start(context.address, LATER);
  t.ok(read > 200);
  t.same(await context.query('select id, xmin from resource order by id'), before);
  await store.close();
});

t.test('a start that is killed goes on where it was', async (t) => {
  const context = await open(t);
  await fill(context, 9_000);
  await context.store.close();
  const fresh = await state(context.query);
  await spoil(context, SPOILT);
  const program = new URL('crash/upgrade.ts', import.meta.url).pathname;
  for (const after of [1, 2_500, 4_500]) {
    const { signal } = spawnSync(process.execPath, [program, JSON.stringify(context.address), String(after)]);
    t.equal(signal, 'SIGKILL');
    const [row] = await context.query('select search, to_search from extraction');
    t.same(row, { search: 0, to_search: extraction.search }, 'what is half done is not taken for done');
  }
  const { store, read, told } = await start(context.address);
  const [{ n } = {}] = await context.query('select count(*)::int as n from resource');
  t.equal(read, (n as number) - 2_000 - 4_000, 'whole batches were kept');
  t.equal(told[0]!.total, read);
  t.strictSame(await state(context.query), fresh);
  await store.close();
});

t.test('killed on the way to one version and started with another, it begins again', async (t) => {
  const context = await open(t);
  await fill(context, 5_000);
  await context.store.close();
  const fresh = await state(context.query);
  const program = new URL('crash/upgrade.ts', import.meta.url).pathname;
  spawnSync(process.execPath, [program, JSON.stringify(context.address), '4500']);
  const { store, read, told } = await start(context.address, LATER);
  t.equal(read, told[0]!.total);
  t.ok(read > 5_000);
  t.strictSame(await state(context.query), fresh);
  await store.close();
});

t.test('a signal breaks it off between two batches, and the next start goes on', async (t) => {
  const context = await open(t);
  await fill(context, 5_000);
  await context.store.close();
  const fresh = await state(context.query);
  const end = new AbortController();
  let read = 0;
  const stopping: Extraction = {
    ...extraction,
    extract: (content) => {
      if (++read === 2_500) end.abort(new Error('stopped'));
      return extraction.extract(content);
    },
  };
  const reindexing = { extraction: stopping, signal: end.signal };
  await t.rejects(openStore({ address: context.address, log: silent, reindexing }), /stopped/);
  t.equal(read, 4_000, 'the batch under way is brought to its end');
  const next = await start(context.address);
  t.strictSame(await state(context.query), fresh);
  await next.store.close();
});

t.test('a content that cannot be read is named, and nothing is served', async (t) => {
  const context = await open(t);
  await fill(context, 10);
  await context.store.close();
  const failing: Extraction = {
    ...extraction,
    extract: (content) => {
      if (content.includes('r-7')) throw new RangeError('unreadable');
      return extraction.extract(content);
    },
  };
  const opening = openStore({ address: context.address, log: silent, reindexing: { extraction: failing } });
  await t.rejects(opening, /the stored content of Observation\/[-0-9a-f]{36} cannot be indexed/);
  // The database is free again.
  const { store } = await start(context.address);
  t.equal(
    (await store.search({ reach: everything, type: 'Observation', where: [], sort: [], limit: 1 })).rows.length,
    1,
  );
  await store.close();
});
