// The real server on a database of an earlier version: it migrates, reads what is stored anew, says so, and serves.
import pg from 'pg';
import t from 'tap';
import { db } from '../helpers/db.ts';
import { type Server, serve } from './process.ts';

const FHIR = { 'content-type': 'application/fhir+json' };

async function create(server: Server, resource: { resourceType: string } & Record<string, unknown>): Promise<string> {
  const request = { method: 'POST', headers: FHIR, body: JSON.stringify(resource) };
  const response = await fetch(`${server.base}/${resource.resourceType}`, request);
  if (response.status !== 201) throw new Error(await response.text());
  return ((await response.json()) as { id: string }).id;
}

async function total(server: Server, search: string): Promise<unknown> {
  return ((await (await fetch(`${server.base}/${search}&_summary=count`)).json()) as { total: unknown }).total;
}

t.test('a database from before the search index had versions', async (t) => {
  const connection = await db(t);
  const client = new pg.Client(connection);
  await client.connect();
  t.teardown(() => client.end());
  const url = `postgresql://${connection.user}@/${connection.database}?host=${encodeURIComponent(connection.host)}`;
  const how = { env: { DATABASE_URL: url }, args: ['--no-demo'] };

  const before = await serve(t, how);
  t.notMatch(before.output(), /anew/, 'a new database has nothing to read');
  const patient = await create(before, { resourceType: 'Patient', name: [{ family: 'Lefèvre' }] });
  const device = await create(before, { resourceType: 'Device', patient: { reference: `Patient/${patient}` } });
  await create(before, {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: '2026-03-01T09:00:00Z',
    device: { reference: `Device/${device}` },
    valueQuantity: { value: 71, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  });
  t.equal(await before.end('SIGTERM'), 0);

  // As the schema was, with rows as they were made otherwise.
  await client.query(`drop table extraction;
    drop index resource_date_span;
    drop statistics search_number_width, search_date_length;
    drop index resource_hash, search_number_pair_span, search_number_span, search_date_long, resource_assigned;
    create index search_number_span on search_number (param, hi) where hi > lo;
    delete from schema_migration where number > 2;
    update resource set token = array[1]::bigint[], date_lo = null, date_hi = null;
    truncate search_string, search_number, coding, shape`);

  const after = await serve(t, how);
  t.match(after.output(), /indexes resources otherwise: making the index of \d+ anew/);
  t.match(after.output(), /\d+ done, tidying up/);
  t.equal(await total(after, `Observation?device=Device/${device}`), 1);
  t.equal(await total(after, 'Observation?code=29463-7&date=2026-03-01&value-quantity=71'), 1);
  t.equal(await total(after, 'Patient?family=lefevre&address:missing=true'), 1);
  t.equal(await total(after, 'StructureDefinition?url:below=https://w3id.org/vigie&type=Observation'), 1);
  t.equal(after.errors(), '');
  t.equal(await after.end('SIGTERM'), 0);

  const again = await serve(t, how);
  t.notMatch(again.output(), /anew/, 'the next start has nothing to read');
  t.equal(await again.end('SIGTERM'), 0);
});
