import t from 'tap';
import { faultsOf, type Json, observation } from './check.ts';

const about = (subject: Json) => observation({ subject });
const to = (reference: string) => about({ reference });

t.test('accepts', async (t) => {
  for (const reference of [
    'Patient/1',
    'Patient/0197a0e2-1b2c-7def-8123-000000001000',
    'Patient/1/_history/3',
    'http://example.org/fhir/Patient/1',
    'https://example.org/fhir/Group/1/_history/2',
    'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
    'urn:oid:1.2.3',
    'https://example.org/some/other/address',
    'https://example.org/Banana/1',
  ]) {
    t.same(faultsOf(to(reference)), [], reference);
  }
  t.same(faultsOf(about({ display: 'x' })), [], 'a name only');
  t.same(
    faultsOf(about({ identifier: { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '1' } })),
    [],
    'a logical reference',
  );
  t.same(faultsOf(about({ type: 'Patient', identifier: { value: '1' } })), [], 'a logical reference with its type');
  t.same(
    faultsOf(about({ type: 'http://example.org/logical-model', identifier: { value: '1' } })),
    [],
    'a type that is no resource type',
  );
  t.same(faultsOf(about({ reference: 'Patient/1', type: 'Patient' })), []);
  t.same(
    faultsOf({ resourceType: 'Basic', code: { text: 'x' }, subject: { reference: 'Claim/1' } }),
    [],
    'any type where any is allowed',
  );
});

t.test('refuses what is no reference', async (t) => {
  for (const reference of [
    'Patient',
    'Patient/',
    '/Patient/1',
    'patient/1',
    'Banana/1',
    'Patient/a_b',
    'Patient?identifier=x',
    '1',
    `Patient/${'x'.repeat(65)}`,
    '#a b',
    'Patient/1/x',
  ]) {
    t.match(
      faultsOf(to(reference)),
      [/^(reference-format|bad-format|invariant-ref-1) Observation\.subject/],
      reference,
    );
  }
});

t.test('refuses a target of another type', async (t) => {
  const expected = ['reference-target Observation.subject.reference'];
  t.same(faultsOf(to('Practitioner/1')), expected);
  t.same(faultsOf(to('https://example.org/fhir/Practitioner/1')), expected, 'an absolute one too');
  t.same(faultsOf(to('Practitioner/1/_history/1')), expected);
  t.same(faultsOf(about({ type: 'Practitioner', identifier: { value: '1' } })), [
    'reference-target Observation.subject.type',
  ]);
  t.same(faultsOf(about({ type: 'Practitioner', reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' })), [
    'reference-target Observation.subject.type',
  ]);
  t.same(
    faultsOf(about({ type: 'Group', reference: 'Patient/1' })),
    ['reference-target Observation.subject.type'],
    'a type that contradicts',
  );
  t.same(faultsOf(observation({ performer: [{ reference: 'Patient/1' }, { reference: 'Device/1' }] })), [
    'reference-target Observation.performer[1].reference',
  ]);
});

const patient = { resourceType: 'Patient', id: 'p', name: [{ text: 'x' }] };
const holding = (contained: readonly unknown[], change: Json = {}) =>
  observation({ contained, subject: { reference: '#p' }, ...change });

t.test('contained resources', async (t) => {
  t.same(faultsOf(holding([patient])), [], 'one that is referred to');
  t.same(
    faultsOf(
      observation({
        contained: [
          {
            resourceType: 'Provenance',
            id: 'x',
            target: [{ reference: '#' }],
            recorded: '2026-01-01T00:00:00Z',
            agent: [{ who: { display: 'x' } }],
          },
        ],
      }),
    ),
    [],
    'one that refers to its holder',
  );
  t.same(
    faultsOf(
      holding([
        { ...patient, managingOrganization: { reference: '#o' } },
        { resourceType: 'Organization', id: 'o', name: 'x' },
      ]),
    ),
    [],
    'one that refers to another',
  );
  t.same(faultsOf(observation({ contained: [patient] })), ['invariant-dom-3 Observation'], 'one that nobody refers to');
  t.same(faultsOf(holding([])), ['empty-list Observation.contained', 'invariant-ref-1 Observation.subject']);
  t.same(faultsOf(holding([{ resourceType: 'Patient', name: [{ text: 'x' }] }])), [
    'contained-without-id Observation.contained[0]',
    'invariant-ref-1 Observation.subject',
  ]);
  t.same(
    faultsOf(observation({ subject: { reference: '#q' } })),
    ['invariant-ref-1 Observation.subject'],
    'a reference to nothing',
  );
  t.same(
    faultsOf(holding([{ ...patient, contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }] }])),
    ['invariant-dom-3 Observation.contained[0]'],
    'none inside another',
  );
  t.same(
    faultsOf(
      holding([
        {
          ...patient,
          contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }],
          managingOrganization: { reference: '#o' },
        },
      ]),
    ),
    ['invariant-ref-1 Observation.contained[0].managingOrganization'],
  );
  t.same(faultsOf(holding([{ ...patient, meta: { versionId: '1' } }])), ['invariant-dom-4 Observation']);
  t.same(faultsOf(holding([{ ...patient, meta: { lastUpdated: '2026-01-01T00:00:00Z' } }])), [
    'invariant-dom-4 Observation',
  ]);
  t.same(faultsOf(holding([{ ...patient, meta: { security: [{ code: 'R' }] } }])), ['invariant-dom-5 Observation']);
  t.same(
    faultsOf(holding([{ ...patient, gender: 'F' }])),
    ['code-not-in-value-set Observation.contained[0].gender'],
    'its own faults',
  );
  t.same(
    faultsOf(holding([{ resourceType: 'Practitioner', id: 'p' }])),
    ['reference-target Observation.subject.reference'],
    'its type is that of the reference',
  );
});

t.test('a resource in a Bundle is its own root', async (t) => {
  const bundle = (resource: unknown) => ({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }] });
  t.same(faultsOf(bundle(holding([patient]))), []);
  t.same(faultsOf(bundle(observation({ subject: { reference: '#p' } }))), [
    'invariant-ref-1 Bundle.entry[0].resource.subject',
  ]);
});

t.test('thousands of contained resources are judged in a moment', async (t) => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `c${i}`);
  const contained = ids.map((id) => ({ resourceType: 'Patient', id }));
  const performer = ids.map((id) => ({ reference: `#${id}` }));
  const began = performance.now();
  t.same(faultsOf(observation({ contained, performer })), []);
  t.same(faultsOf(observation({ contained, performer: [...performer, { reference: '#nobody' }] })), [
    'invariant-ref-1 Observation.performer[20000]',
  ]);
  t.ok(performance.now() - began < 3000, `${Math.round(performance.now() - began)} ms`);
});
