// Every published search parameter, on random resources of every type: the walk meets what fhirpath.js says the expression gives.
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { createExtractor } from '../../../src/fhir/extract/index.ts';
import { type IndexPath, typeIndex } from '../../../src/fhir/extract/paths.ts';
import { compileWalk } from '../../../src/fhir/extract/rows.ts';
import { newRows } from '../../../src/fhir/extract/sink.ts';
import { filled, seeded } from './filled.ts';

const definitions = loadDefinitions();
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const ROUNDS = 4;

// Texts by which expressions choose among items.
const WORDS = ['email', 'phone', 'composed-of', 'depends-on', 'derived-from', 'predecessor', 'successor'];

/** What is left of an expression for one type, without `resolve()`, which a walk cannot do and a search does by the reference's type. */
function expressionFor(type: string, expression: string): string {
  return expression
    .split(' | ')
    .filter((e) => [type, 'Resource', 'DomainResource'].includes(/[A-Za-z]+/.exec(e)![0]) || /^[a-z]/.test(e))
    .map((e) => e.replace(/\.where\(resolve\(\) is [A-Za-z]+\)/, '').replace(/\bas ([A-Za-z]+)/, 'as $1'))
    .join(' | ');
}

/** Where the expression gives more than its kind of parameter can be searched by. The walk must meet a part of it. */
const WIDER: ReadonlySet<string> = new Set([
  'CarePlan?activity-date', // scheduledString
  'Immunization?date', // occurrenceString
  'Procedure?date', // performedString, Age and Range
  'Consent?source-reference', // sourceAttachment
  'ConceptMap?source-uri', // to fhirpath.js a canonical is a uri too; source and target have the canonicals
  'ConceptMap?target-uri',
]);

function asText(values: readonly unknown[]): string[] {
  return values.map((v) => JSON.stringify(v)).sort();
}

t.test('the walk meets what fhirpath.js finds', async (t) => {
  t.comment(`SEED=${seed}`);
  const random = seeded(seed);
  let compared = 0;
  for (const type of definitions.resourceTypes) {
    const index = typeIndex(definitions, type);
    const met = new Map<IndexPath, unknown[]>();
    const walk = compileWalk(index, undefined, new Map(), ({ path }) => (value) => {
      met.set(path, [...(met.get(path) ?? []), value]);
    });
    const compiled = [...index.parameters.values()]
      .filter((p) => !p.paths.some((path) => path.truth))
      .map((p) => ({ ...p, evaluate: fhirpath.compile(expressionFor(type, p.definition.expression!), r4) }));
    for (let round = 0; round < ROUNDS; round++) {
      const resource = filled(definitions, type, random, WORDS, 0.5 + 0.15 * round);
      met.clear();
      walk(resource, newRows());
      for (const { definition, paths, evaluate } of compiled) {
        const ours = [...new Set(asText(paths.flatMap((p) => met.get(p) ?? [])))];
        const all = [...new Set(asText((evaluate(resource) as unknown[]) ?? []))];
        const theirs = WIDER.has(`${type}?${definition.code}`) ? all.filter((v) => ours.includes(v)) : all;
        if (ours.length > 0) compared++;
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
          t.same(ours, theirs, `${type}?${definition.code}: ${definition.expression} SEED=${seed}`);
        }
      }
    }
  }
  t.ok(compared > 4000, `${compared} comparisons with something to see`);
});

t.test('every resource of random content gives rows that storage can hold', async (t) => {
  const random = seeded(seed + 1);
  const extractor = createExtractor(definitions);
  for (const type of definitions.resourceTypes) {
    const rows = extractor.rows(filled(definitions, type, random, WORDS, 0.9));
    for (const token of rows.tokens) if (!/^-?\d{1,19}$/.test(token)) t.fail(`${type}: token ${token}`);
    for (const { lo, hi } of [...rows.dates, ...(rows.date === undefined ? [] : [rows.date])]) {
      if (!/^(-?infinity|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z)$/.test(lo!) || lo === hi)
        t.fail(`${type}: ${lo}..${hi}`);
    }
    // A position is two numbers, not the ends of one.
    const position = typeIndex(definitions, type).position?.key;
    for (const { lo, hi } of rows.numbers.filter((n) => n.param !== position))
      if (Number.isNaN(Number(lo)) || Number(lo) > Number(hi)) t.fail(`${type}: ${lo}..${hi}`);
    for (const { value } of rows.strings) if (value === '' || value.length > 255) t.fail(`${type}: "${value}"`);
  }
  t.pass('all types');
});
