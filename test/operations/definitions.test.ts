// The operations that are served and the OperationDefinitions that are published say the same.
import { readdirSync, readFileSync } from 'node:fs';
import type { OperationDefinition } from '@medplum/fhirtypes';
import t from 'tap';
import { loadLaw } from '../../src/law/load.ts';
import { parameters as billability } from '../../src/operations/billability/definition.ts';
import { parameters as population } from '../../src/operations/billability-population/definition.ts';
import { parameters as drafts } from '../../src/operations/draft-claims/definition.ts';
import { operations } from '../../src/operations/index.ts';
import type { Declarations } from '../../src/operations/input/declare.ts';
import { parameters as observance } from '../../src/operations/observance/definition.ts';

const FOLDER = new URL('../../profiles/', import.meta.url);
const published = readdirSync(FOLDER)
  .filter((f) => f.startsWith('OperationDefinition-'))
  .map((f) => JSON.parse(readFileSync(new URL(f, FOLDER), 'utf8')) as OperationDefinition);

t.test('every operation is published, and every published one is served', async (t) => {
  // Those of R4 itself are published by HL7.
  const ours = operations.filter((o) => !o.definition.startsWith('http://hl7.org/fhir/'));
  t.same(ours.map((o) => o.definition).sort(), published.map((d) => d.url).sort());
  for (const o of ours) {
    const d = published.find((x) => x.url === o.definition);
    t.match(d, {
      code: o.code,
      resource: [o.type],
      affectsState: o.affectsState,
      instance: o.levels.includes('instance'),
      type: o.levels.includes('type'),
    });
    t.equal(o.verbs.includes('GET'), !o.affectsState, 'GET where nothing is changed');
  }
});

const law = loadLaw();
const DECLARED: Readonly<Record<string, Declarations>> = {
  observance,
  billability,
  'billability-population': population(law),
  'draft-claims': drafts(6),
};
/** FHIR types that a declared kind may be published as. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  date: ['date'],
  code: ['code'],
  boolean: ['boolean'],
  integer: ['integer', 'positiveInt'],
  reference: ['string'],
};

for (const [id, declared] of Object.entries(DECLARED)) {
  t.test(`${id} takes the parameters that are published`, async (t) => {
    const inputs = published.find((d) => d.id === id)?.parameter?.filter((p) => p.use === 'in') ?? [];
    t.same(
      inputs.map((p) => p.name),
      // The cursor is a text of ours, only ever followed from a link.
      Object.keys(declared).filter((name) => name !== '_cursor'),
    );
    for (const p of inputs) {
      t.ok(TYPES[declared[p.name!]!.kind]?.includes(p.type!), `${p.name}: ${p.type}`);
      t.equal(p.max === '*', declared[p.name!]!.many, `${p.name} repeats`);
    }
  });
}
