// $validate: https://hl7.org/fhir/R4/resource-operation-validate.html
import t from 'tap';
import { type Answer, type Json, world } from './world.ts';

const TLS = 'https://w3id.org/vigie/fhir/StructureDefinition';
const weight = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: 'Patient/p' },
  effectiveDateTime: '2026-03-01T08:00:00+01:00',
  valueQuantity: { value: 72.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  ...more,
});
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });

interface Issue {
  readonly severity: string;
  readonly code: string;
  readonly expression?: readonly string[];
  readonly details: { readonly text: string; readonly coding?: readonly { readonly code: string }[] };
}

const issues = (answer: Answer) => answer.json.issue as readonly Issue[];
/** `severity detail expression` of each issue. */
const lines = (answer: Answer) =>
  issues(answer).map((i) => [i.severity, i.details.coding?.[0]?.code, i.expression?.[0]].filter(Boolean).join(' '));

t.test('$validate', async (t) => {
  const w = await world(t);
  await w.put('Patient/p', { resourceType: 'Patient', id: 'p', gender: 'female' });
  await w.put('Observation/o', weight({ id: 'o' }));
  await w.put('Observation/undated', weight({ id: 'undated', effectiveDateTime: undefined }));
  const count = async () => (await w.get('Observation?_summary=count')).json.total;

  t.test('answers 200 and says so when nothing speaks against the resource, and stores nothing', async (t) => {
    const before = await count();
    for (const [path, body] of [
      ['Observation/$validate', weight()],
      ['Observation/$validate', parameters({ name: 'resource', resource: weight() })],
      ['Observation/$validate?mode=create', weight()],
      ['Observation/o/$validate?mode=update', weight({ id: 'o' })],
      ['Observation/o/$validate', parameters({ name: 'mode', valueCode: 'profile' })],
    ] as const) {
      const answer = await w.post(path, body);
      t.equal(answer.status, 200, path);
      t.equal(answer.json.resourceType, 'OperationOutcome');
      t.same(lines(answer), ['information'], `${path} ${answer.text}`);
    }
    t.equal(await count(), before);
    t.equal((await w.get('Observation/o/_history')).json.total, 1);
  });

  t.test('lists every error with its element', async (t) => {
    const answer = await w.post('Observation/$validate', weight({ status: 'done', valueString: 'x', foo: 1 }));
    t.equal(answer.status, 200);
    t.same(lines(answer), [
      'error code-not-in-value-set Observation.status',
      'error two-choices Observation.value',
      'error unknown-element Observation.foo',
    ]);
  });

  t.test('keeps warnings beside the information that there is no error', async (t) => {
    const answer = await w.post('Observation/$validate', weight({ meta: { profile: ['urn:unknown'] } }));
    t.same(lines(answer), ['warning profile-unknown Observation.meta.profile[0]', 'information']);
  });

  t.test('judges a body that is no resource, or another one, as content', async (t) => {
    for (const body of [{}, [], { resourceType: 'Patient' }, { resourceType: 'Nothing' }, '"text"']) {
      const answer = await w.post('Observation/$validate', body);
      t.equal(answer.status, 200, JSON.stringify(body));
      t.equal(issues(answer)[0]?.severity, 'error');
    }
    t.equal((await w.post('Observation/$validate', '{"resourceType":')).status, 400, 'but it must be JSON');
  });

  t.test('judges by a profile that the resource does not claim', async (t) => {
    const named = `${TLS}/tls-prescription`;
    const order = {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/p' },
    };
    const free = await w.post('ServiceRequest/$validate', order);
    t.same(lines(free), ['information']);
    for (const answer of [
      await w.post(`ServiceRequest/$validate?profile=${named}`, order),
      await w.post(
        'ServiceRequest/$validate',
        parameters({ name: 'resource', resource: order }, { name: 'profile', valueUri: named }),
      ),
      await w.post(
        'ServiceRequest/$validate',
        parameters({ name: 'resource', resource: order }, { name: 'profile', valueCanonical: `${named}|0.1.0` }),
      ),
    ]) {
      t.equal(answer.status, 200);
      t.ok(
        lines(answer).some((l) => l.startsWith('error required') || l.includes('ServiceRequest.performer')),
        answer.text,
      );
      t.notOk(lines(answer).includes('information'));
    }
    const other = await w.post(`Observation/$validate?profile=${named}`, weight());
    t.same(lines(other), ['error validate-profile-type Observation']);
    for (const base of ['Observation', 'DomainResource', 'Resource']) {
      const own = await w.post(
        `Observation/$validate?profile=http://hl7.org/fhir/StructureDefinition/${base}`,
        weight(),
      );
      t.same(lines(own), ['information'], base);
    }
  });

  t.test('refuses a profile that it cannot judge by', async (t) => {
    const answer = await w.post('Observation/$validate?profile=http://example.org/nothing', weight());
    t.equal(answer.status, 422);
    t.match(answer.json, { issue: [{ code: 'not-found', details: { text: /example.org\/nothing/ } }] });
  });

  t.test('refuses a profile in a version that it does not have', async (t) => {
    const order = {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/p' },
    };
    const base = 'http://hl7.org/fhir/StructureDefinition/ServiceRequest';
    for (const [profile, status] of [
      [`${TLS}/tls-prescription|9.9`, 422],
      [`${TLS}/tls-prescription|0.1.0`, 200],
      [`${base}|3.0.1`, 422],
      [`${base}|4.0.1`, 200],
      [`${base}|4.0`, 200],
      [`${base}|4.0.`, 422],
    ] as const) {
      const answer = await w.post(`ServiceRequest/$validate?profile=${encodeURIComponent(profile)}`, order);
      t.equal(answer.status, status, profile);
    }
  });

  t.test('GET judges the stored resource', async (t) => {
    t.same(lines(await w.get('Observation/o/$validate')), ['information']);
    const answer = await w.get(`Observation/undated/$validate?profile=${TLS}/tls-observation`);
    t.equal(answer.status, 200);
    t.ok(
      issues(answer).some((i) => i.severity === 'error'),
      answer.text,
    );
    t.equal((await w.get('Observation/none/$validate')).status, 404);
    t.equal((await w.get('Observation/$validate')).status, 405, 'a type has nothing stored to judge');
  });

  t.test('create and update also look at references and at the id', async (t) => {
    const dangling = weight({ subject: { reference: 'Patient/nobody' } });
    t.same(lines(await w.post('Observation/$validate', dangling)), ['information'], 'general: content alone');
    const created = await w.post('Observation/$validate?mode=create', dangling);
    t.same(lines(created), ['error reference-to-nothing Observation.subject']);
    const unnamed = weight({ subject: { identifier: { system: 'urn:x', value: '1' } } });
    t.same(lines(await w.post('Observation/$validate?mode=create', unnamed)), [
      'error logical-patient-unknown Observation.subject',
    ]);
    t.same(lines(await w.post('Observation/o/$validate?mode=update', weight({ id: 'other' }))), [
      'error update-id Observation.id',
    ]);
    const stale = await w.post('Observation/o/$validate?mode=update', weight({ id: 'o' }), { 'if-match': 'W/"7"' });
    t.same(lines(stale), ['error if-match']);
    const fresh = await w.post(
      'Observation/o/$validate?mode=update',
      weight({ id: 'o', method: { text: 'rehearsed' } }),
      {
        'if-match': 'W/"1"',
      },
    );
    t.same(lines(fresh), ['information']);
    t.equal((await w.get('Observation/o/_history')).json.total, 1, 'and writes nothing');
    t.equal((await w.get('Observation?_content=rehearsed&_summary=count')).json.total, 0);
  });

  t.test('delete looks whether there is something to delete', async (t) => {
    t.same(lines(await w.get('Observation/o/$validate?mode=delete')), ['information']);
    t.same(lines(await w.get('Observation/none/$validate?mode=delete')), ['error resource-unknown']);
    t.same(lines(await w.get('Patient/p/$validate?mode=delete')), ['error delete-referenced']);
    const stale = await w.post('Observation/o/$validate?mode=delete', undefined, { 'if-match': 'W/"7"' });
    t.same(lines(stale), ['error if-match']);
    t.equal((await w.get('Observation/o')).status, 200, 'and deletes nothing');
    t.equal((await w.get('Patient/p/_history')).json.total, 1);
  });

  t.test('refuses what it does not understand', async (t) => {
    for (const [path, body] of [
      ['Observation/$validate?mode=update', weight()],
      ['Observation/$validate?mode=delete', weight()],
      ['Observation/$validate?mode=guess', weight()],
      ['Observation/$validate?profil=x', weight()],
      [
        'Observation/$validate',
        parameters({ name: 'resource', resource: weight() }, { name: 'extra', valueCode: 'x' }),
      ],
      ['Observation/$validate', parameters({ name: 'mode', valueCode: 'create' })],
      ['Observation/$validate', parameters({ name: 'resource', valueString: 'x' })],
    ] as const) {
      t.equal((await w.post(path, body)).status, 400, `${path} ${JSON.stringify(body)}`);
    }
    t.equal((await w.get('$validate')).status, 404, 'R4 has none on the base');
  });

  t.test('a Parameters resource is judged at its own address', async (t) => {
    const own = parameters({ name: 'anything', valueString: 'x' });
    t.same(lines(await w.post('Parameters/$validate', own)), ['information']);
    const wrapped = await w.post('Parameters/$validate', parameters({ name: 'resource', resource: own }));
    t.same(lines(wrapped), ['information']);
  });

  t.test('speaks the language of the caller', async (t) => {
    const answer = await w.post('Observation/$validate', weight(), { 'accept-language': 'fr' });
    t.match(answer.json as Json, { issue: [{ details: { text: 'Aucune erreur n’a été trouvée.' } }] });
  });
});
