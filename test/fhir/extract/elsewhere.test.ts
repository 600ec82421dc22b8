// Every reference of a resource is found by a deletion of what it names, wherever it stands.
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createExtractor, type LocalReference } from '../../../src/fhir/extract/index.ts';
import { typeIndex } from '../../../src/fhir/extract/paths.ts';
import { placesOf } from '../../../src/fhir/interactions/referrers.ts';
import { referenceHash } from '../../../src/storage/hash.ts';
import { filled, seeded } from './filled.ts';

const definitions = loadDefinitions();
const extractor = createExtractor(definitions);

/** Where a reference stands: `participant.individual`. */
const placeOf = ({ steps }: LocalReference) => steps.filter((s, i) => i > 0 && typeof s === 'string').join('.');

t.test('in every type, a deletion asks for each reference that may stand there', (t) => {
  const random = seeded(7);
  let asked = 0;
  for (const type of definitions.resourceTypes) {
    const { paths, patientPath } = typeIndex(definitions, type);
    const branches = paths.filter((p) => p.kind === 'reference').flatMap((p) => p.branches);
    const allowed = new Map(branches.map((b) => [b.steps.map((s) => s.property).join('.'), b.targets]));
    const owner = patientPath?.branches[0]?.steps.map((s) => s.property).join('.');
    for (let round = 0; round < 12; round++) {
      const words = ['Patient/p', 'Device/d', 'Practitioner/q', 'Organization/o', 'Observation/b', 'Location/l'];
      const resource = filled(definitions, type, random, words, 0.5);
      const references = extractor.references(resource);
      const tokens = new Set(extractor.rows(resource).tokens);
      t.same([...tokens], [...new Set(extractor.rows(resource, references).tokens)]);
      for (const reference of references) {
        const place = placeOf(reference);
        const targets = allowed.get(place) ?? ['Resource'];
        if (targets.length > 0 && !targets.includes('Resource') && !targets.includes(reference.type)) continue;
        if (reference.type === 'Patient' && place === owner) continue;
        const keys = placesOf(definitions, reference.type).filter((p) => p.type === type);
        asked++;
        if (!keys.some(({ key }) => tokens.has(referenceHash(key, reference.type, reference.id))))
          t.fail(`${type} ${reference.path} → ${reference.type}`);
      }
    }
  }
  t.ok(asked > 2000, `${asked} references`);
  t.end();
});

t.test('what is indexed has no second token', (t) => {
  const observation = {
    resourceType: 'Observation',
    subject: { reference: 'Patient/p' },
    basedOn: [{ reference: 'ServiceRequest/s' }, { reference: 'CarePlan/c' }],
    device: { reference: 'Device/d' },
  };
  const without = extractor.rows(observation, []).tokens;
  t.same(extractor.rows(observation).tokens, without);
  const extension = [{ url: 'urn:x', valueReference: { reference: 'Device/e' } }];
  t.equal(extractor.rows({ ...observation, extension }).tokens.length, without.length + 1);
  t.end();
});
