// MedplumClient of @medplum/core drives the usual flows: https://www.medplum.com/docs/sdk/core.medplumclient
import { MedplumClient } from '@medplum/core';
import type { Bundle, Observation, Patient } from '@medplum/fhirtypes';
import t from 'tap';
import type { Json } from '../http/server.ts';
import { listening } from './listening.ts';

const reading = (id: string, day: number): Observation => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: `Patient/${id}` },
  effectiveDateTime: `2026-03-0${day}`,
});

t.test('MedplumClient', async (t) => {
  const { base } = await listening(t);
  // Its cache would hide what the server answers.
  const client = new MedplumClient({ baseUrl: base.replace(/fhir$/, ''), fhirUrlPath: 'fhir', cacheTime: 0 });
  const failure = async (run: () => Promise<unknown>): Promise<Json> =>
    run().then(
      () => undefined,
      (error) => error,
    );

  t.test('creates, reads, updates, patches, deletes, and looks at versions', async (t) => {
    const made = await client.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Durand' }] });
    t.match(made, { meta: { versionId: '1' } });
    t.same(await client.readResource('Patient', made.id), made);
    t.same(await client.readReference({ reference: `Patient/${made.id}` }), made);
    const updated = await client.updateResource({ ...made, active: true });
    t.match(updated, { meta: { versionId: '2' }, active: true });
    const patched = await client.patchResource('Patient', made.id, [{ op: 'replace', path: '/active', value: false }]);
    t.match(patched, { meta: { versionId: '3' }, active: false });
    t.same(await client.readVersion('Patient', made.id, '1'), made);
    const history = await client.readHistory('Patient', made.id);
    t.same(
      history.entry?.map((e) => e.resource?.meta?.versionId),
      ['3', '2', '1'],
    );
    await client.deleteResource('Patient', made.id);
    const gone = await failure(() => client.readResource('Patient', made.id));
    t.equal(gone.outcome.issue[0].code, 'deleted');
  });

  t.test('creates only what is not there, and updates what a search finds', async (t) => {
    const body: Patient = { resourceType: 'Patient', identifier: [{ system: 'urn:test', value: 'medplum-1' }] };
    const query = 'identifier=urn:test|medplum-1';
    const first = await client.createResourceIfNoneExist(body, query);
    t.equal((await client.createResourceIfNoneExist(body, query)).id, first.id);
    const upserted = await client.upsertResource({ ...body, active: true }, query);
    t.match(upserted, { id: first.id, active: true, meta: { versionId: '2' } });
  });

  t.test('searches, by pages too', async (t) => {
    const { id } = await client.createResource<Patient>({ resourceType: 'Patient' });
    for (let day = 1; day <= 5; day++) await client.createResource(reading(id, day));
    const bundle = await client.search('Observation', { patient: id, _sort: '-date', _count: 2, _total: 'accurate' });
    t.equal(bundle.total, 5);
    t.equal(
      (await client.searchOne('Observation', { patient: id, date: '2026-03-03' }))?.effectiveDateTime,
      '2026-03-03',
    );
    t.equal((await client.searchResources('Observation', `patient=${id}&date=ge2026-03-04`)).length, 2);
    const sizes: number[] = [];
    for await (const page of client.searchResourcePages('Observation', `patient=${id}&_count=2`))
      sizes.push(page.length);
    t.same(sizes, [2, 2, 1]);
    const refused = await failure(() => client.search('Observation', { colour: 'red' } as never));
    t.match(refused.message, 'colour');
  });

  t.test('sends transactions', async (t) => {
    const bundle: Bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: 'urn:uuid:7d2c1a80-0000-4000-8000-000000000002',
          resource: { resourceType: 'Patient', name: [{ family: 'Bundle' }] },
          request: { method: 'POST', url: 'Patient' },
        },
        {
          resource: { ...reading('x', 1), subject: { reference: 'urn:uuid:7d2c1a80-0000-4000-8000-000000000002' } },
          request: { method: 'POST', url: 'Observation' },
        },
      ],
    };
    const answer = await client.executeBatch(bundle);
    t.same(
      answer.entry?.map((e) => e.response?.status),
      ['201 Created', '201 Created'],
    );
  });

  t.test('calls operations', async (t) => {
    const { id } = await client.createResource<Patient>({ resourceType: 'Patient' });
    await client.createResource(reading(id, 1));
    t.equal((await client.readPatientEverything(id)).entry?.length, 2);
    const good = await client.validateResource(reading(id, 1));
    t.equal(good.issue?.[0]?.severity, 'information');
    const latest: Bundle = await client.get(client.fhirUrl('Observation', `$lastn?patient=${id}&code=29463-7`));
    t.equal(latest.total, 1);
  });

  t.test('finds profiles by their canonical', async (t) => {
    const url = 'https://w3id.org/vigie/fhir/StructureDefinition/tls-patient';
    t.equal((await client.readCanonical('StructureDefinition', url))?.url, url);
  });

  t.test('keeps bytes', async (t) => {
    const binary = await client.createBinary({ data: 'hello', contentType: 'text/plain' });
    t.equal(binary.contentType, 'text/plain');
    const blob = await client.download(client.fhirUrl('Binary', binary.id ?? ''), { headers: { accept: '*/*' } });
    t.equal(await blob.text(), 'hello');
  });
});
