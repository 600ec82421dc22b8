// fhir-kit-client drives the usual flows against the real server: https://github.com/Vermonster/fhir-kit-client
import { Client } from 'fhir-kit-client';
import t from 'tap';
import type { Json } from '../http/server.ts';
import { listening } from './listening.ts';

const patient = (family: string, more: object = {}) => ({ resourceType: 'Patient', name: [{ family }], ...more });
const observation = (subject: string, day: number) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: subject },
  effectiveDateTime: `2026-03-${String(day).padStart(2, '0')}T08:00:00+01:00`,
  valueQuantity: { value: 70 + day, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
});
const ids = (bundle: Json) => (bundle.entry ?? []).map((e: Json) => e.resource.id);

t.test('fhir-kit-client', async (t) => {
  const { base } = await listening(t);
  const client = new Client({ baseUrl: base });
  // Its types name no more than resourceType.
  const any = async (answer: unknown): Promise<Json> => (await answer) as Json;
  const failure = async (run: () => Promise<unknown>): Promise<Json> => {
    try {
      await run();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  t.test('reads the CapabilityStatement', async (t) => {
    const statement = await any(client.capabilityStatement());
    t.match(statement, { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });
  });

  t.test('creates, reads, updates, patches, deletes, and looks at versions', async (t) => {
    const made = await any(client.create({ resourceType: 'Patient', body: patient('Durand') }));
    const { id } = made;
    t.match(made, { meta: { versionId: '1' }, name: [{ family: 'Durand' }] });
    t.match(Client.httpFor(made).response?.headers.get('etag'), 'W/"1"');
    t.same(await client.read({ resourceType: 'Patient', id }), made);
    const body = { ...made, active: true };
    const updated = await any(client.update({ resourceType: 'Patient', id, body }));
    t.match(updated, { meta: { versionId: '2' }, active: true });
    const jsonPatch = [{ op: 'replace' as const, path: '/name/0/family', value: 'Martin' }];
    const patched = await any(client.patch({ resourceType: 'Patient', id, jsonPatch }));
    t.match(patched, { meta: { versionId: '3' }, name: [{ family: 'Martin' }] });
    t.same(await client.vread({ resourceType: 'Patient', id, version: '1' }), made);
    const history = await any(client.resourceHistory({ resourceType: 'Patient', id }));
    t.same(
      history.entry.map((e: Json) => e.resource.meta.versionId),
      ['3', '2', '1'],
    );
    await client.delete({ resourceType: 'Patient', id });
    const gone = await failure(() => client.read({ resourceType: 'Patient', id }));
    t.equal(gone.response.status, 410);
    t.equal(gone.response.data.resourceType, 'OperationOutcome');
  });

  t.test('meets conditions: If-Match, If-None-Exist, conditional update', async (t) => {
    const identifier = [{ system: 'urn:test', value: 'kit-1' }];
    const options = { headers: { 'If-None-Exist': 'identifier=urn:test|kit-1' } };
    const body = patient('Petit', { identifier });
    const first = await any(client.create({ resourceType: 'Patient', body, options }));
    const second = await any(client.create({ resourceType: 'Patient', body, options }));
    t.equal(second.id, first.id);
    const stale = await failure(() =>
      client.update({
        resourceType: 'Patient',
        id: first.id,
        body: first,
        options: { headers: { 'If-Match': 'W/"9"' } },
      }),
    );
    t.equal(stale.response.status, 412);
    const searchParams = { identifier: 'urn:test|kit-1' };
    const conditional = await any(
      client.update({ resourceType: 'Patient', searchParams, body: { ...body, active: true } }),
    );
    t.match(conditional, { id: first.id, active: true });
  });

  t.test('searches page by page, by GET and by POST', async (t) => {
    const { id } = await any(client.create({ resourceType: 'Patient', body: patient('Pages') }));
    for (let day = 1; day <= 7; day++)
      await client.create({ resourceType: 'Observation', body: observation(`Patient/${id}`, day) });
    const searchParams = { patient: id, _sort: 'date', _count: 3 };
    const pages: string[][] = [];
    let page = await any(client.search({ resourceType: 'Observation', searchParams }));
    while (page !== undefined) {
      pages.push(ids(page));
      page = await any(client.nextPage({ bundle: page }));
    }
    t.same(
      pages.map((p) => p.length),
      [3, 3, 1],
    );
    t.equal(new Set(pages.flat()).size, 7);
    const posted = await any(
      client.search({
        resourceType: 'Observation',
        searchParams: { patient: id, date: 'ge2026-03-06' },
        options: { postSearch: true },
      }),
    );
    t.equal(posted.entry.length, 2);
    const refused = await failure(() =>
      client.search({ resourceType: 'Observation', searchParams: { colour: 'red' } }),
    );
    t.equal(refused.response.status, 400);
  });

  t.test('sends transactions and batches', async (t) => {
    const full = 'urn:uuid:7d2c1a80-0000-4000-8000-000000000001';
    const entry = [
      { fullUrl: full, resource: patient('Bundle'), request: { method: 'POST', url: 'Patient' } },
      { resource: observation(full, 1), request: { method: 'POST', url: 'Observation' } },
    ];
    const answer = await any(
      client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } as never }),
    );
    t.same(
      answer.entry.map((e: Json) => e.response.status),
      ['201 Created', '201 Created'],
    );
    const [, location] = answer.entry.map((e: Json) => e.response.location);
    const made = await any(client.request(location.replace(/\/_history.*/, '')));
    t.match(made.subject.reference, /^Patient\//);
    const bad = { ...observation('Patient/nobody', 1) };
    const refused = await failure(() =>
      client.transaction({
        body: {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: [entry[0], { resource: bad, request: { method: 'POST', url: 'Observation' } }],
        } as never,
      }),
    );
    t.equal(refused.response.status, 422);
    const batch = await any(
      client.batch({
        body: {
          resourceType: 'Bundle',
          type: 'batch',
          entry: [
            { request: { method: 'GET', url: 'Patient?_count=1' } },
            { request: { method: 'GET', url: 'Patient/nobody' } },
          ],
        } as never,
      }),
    );
    t.same(
      batch.entry.map((e: Json) => e.response.status.slice(0, 3)),
      ['200', '404'],
    );
  });

  t.test('calls operations', async (t) => {
    const { id } = await any(client.create({ resourceType: 'Patient', body: patient('Ops') }));
    await client.create({ resourceType: 'Observation', body: observation(`Patient/${id}`, 1) });
    const everything = await any(client.operation({ name: 'everything', resourceType: 'Patient', id, method: 'GET' }));
    t.equal(everything.entry.length, 2);
    const judged = await any(
      client.operation({ name: '$validate', resourceType: 'Observation', input: { resourceType: 'Observation' } }),
    );
    t.equal(judged.resourceType, 'OperationOutcome');
    t.equal(judged.issue[0].severity, 'error');
    const latest = await any(
      client.operation({
        name: 'lastn',
        resourceType: 'Observation',
        method: 'GET',
        input: { patient: id, code: 'http://loinc.org|29463-7' },
      }),
    );
    t.equal(latest.total, 1);
  });

  t.test('looks at the history of a type and of everything', async (t) => {
    t.ok((await any(client.typeHistory({ resourceType: 'Observation' }))).entry.length > 5);
    t.ok((await any(client.systemHistory())).entry.length > 5);
  });

  t.test('follows references', async (t) => {
    const { id } = await any(client.create({ resourceType: 'Patient', body: patient('Ref') }));
    const made = await any(client.create({ resourceType: 'Observation', body: observation(`Patient/${id}`, 1) }));
    const found = await any(client.resolve({ reference: made.subject.reference, context: made as never }));
    t.equal(found.id, id);
  });
});
