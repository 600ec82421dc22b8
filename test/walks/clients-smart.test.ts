// fhirclient, the SMART client of Boston Children's Hospital, drives the usual flows: https://github.com/smart-on-fhir/client-js
import smart from 'fhirclient';
import t from 'tap';
import type { Json } from '../http/server.ts';
import { listening } from './listening.ts';

/** Where the client would keep a SMART session; there is none here. */
const storage = {
  get: async () => undefined,
  set: async (_key: string, value: unknown) => value,
  unset: async () => true,
};
const request = { url: '/', headers: { host: 'app.example.org' } };
const open = (base: string): Json =>
  (smart as unknown as (...parts: unknown[]) => Json)(request, {}, storage).client(base);

t.test('fhirclient', async (t) => {
  const { base } = await listening(t);
  const client = open(base);
  const failure = async (run: () => Promise<unknown>): Promise<Json> =>
    run().then(
      () => undefined,
      (error) => error,
    );

  t.test('recognises the release', async (t) => {
    t.equal(await client.getFhirVersion(), '4.0.1');
    t.equal(await client.getFhirRelease(), 4);
  });

  t.test('creates, reads, updates, patches, deletes', async (t) => {
    const made = await client.create({ resourceType: 'Patient', name: [{ family: 'Durand' }] });
    t.match(made, { meta: { versionId: '1' }, name: [{ family: 'Durand' }] });
    t.same(await client.request(`Patient/${made.id}`), made);
    const updated = await client.update({ ...made, active: true });
    t.match(updated, { meta: { versionId: '2' }, active: true });
    const patched = await client.patch(`Patient/${made.id}`, [{ op: 'replace', path: '/active', value: false }]);
    t.match(patched, { meta: { versionId: '3' }, active: false });
    t.same(await client.request(`Patient/${made.id}/_history/1`), made);
    await client.delete(`Patient/${made.id}`);
    const gone = await failure(() => client.request(`Patient/${made.id}`));
    t.equal(gone.status, 410);
    t.match(gone.message, 'was deleted', 'the OperationOutcome reaches the caller');
  });

  t.test('walks pages and resources, and resolves references', async (t) => {
    const { id } = await client.create({ resourceType: 'Patient', name: [{ family: 'Pages' }] });
    for (let day = 1; day <= 5; day++) {
      await client.create({
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: `Patient/${id}` },
        effectiveDateTime: `2026-03-0${day}`,
      });
    }
    const days: string[] = [];
    for await (const resource of client.resources(`Observation?patient=${id}&_sort=date&_count=2`)) {
      days.push((resource as Json).effectiveDateTime);
    }
    t.same(days, ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05']);
    const sizes: number[] = [];
    for await (const page of client.pages(`Observation?patient=${id}&_count=2`))
      sizes.push((page as Json).entry.length);
    t.same(sizes, [2, 2, 1]);
    const all = await client.request(`Observation?patient=${id}&_count=2`, { pageLimit: 0, flat: true });
    t.equal(all.length, 5);
    const graph = await client.request(`Observation?patient=${id}&_count=1`, {
      resolveReferences: ['subject'],
      graph: true,
      flat: true,
    });
    t.equal(graph[0].subject.id, id);
  });

  t.test('sends a transaction and calls an operation', async (t) => {
    const answer = await client.request({
      url: '',
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { resource: { resourceType: 'Basic', code: { text: 'x' } }, request: { method: 'POST', url: 'Basic' } },
        ],
      }),
    });
    t.equal(answer.entry[0].response.status, '201 Created');
    const judged = await client.request({
      url: 'Basic/$validate',
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Basic' }),
    });
    t.equal(judged.issue[0].severity, 'error');
  });
});
