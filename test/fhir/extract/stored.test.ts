// What an upgrade owes to stored resources: where they would be indexed otherwise, the version says so.
import { createHash } from 'node:crypto';
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { storedExtraction } from '../../../src/fhir/extract/stored.ts';
import type { IndexRows } from '../../../src/storage/types.ts';
import { filled, seeded } from './filled.ts';

const definitions = loadDefinitions();
const extraction = storedExtraction(definitions);

/**
 * What each version made of the resources below, the first version first. A test that fails here says that stored resources
 * have to be read anew: raise the version in src/fhir/extract/stored.ts and add the new hash at the end. The hash of a version
 * that was released is never changed; that of one that was not may be replaced.
 */
const SEARCH = ['79cbe8357f3e3a73e4cccad5d0820576'];
const READING = ['0f492a5f7078890ee6679796dd862421'];

const HL7 = 'http://terminology.hl7.org/CodeSystem/';

/** Texts that some paths choose by, references of every kind, accents, and what is cut. */
const WORDS = [
  'email',
  'phone',
  'composed-of',
  'http://loinc.org',
  'Patient/p1',
  'Device/9b6ae6e8-3f6c-4d6f-9f0e-1f0f6a3c2b11',
  'https://elsewhere.example/fhir/Practitioner/7/_history/2',
  'http://example.org/canonical|1.2',
  'Œdème, côté « gauche »',
  '<div xmlns="http://www.w3.org/1999/xhtml">Très <b>fatigué</b></div>',
  'long '.repeat(100),
];

/** Observations as devices and questionnaires send them, and Patients, in every way that decides on days. */
const READINGS: readonly Record<string, unknown>[] = [
  ...['final', 'amended', 'corrected', 'preliminary', 'entered-in-error'].map((status) => observation({ status })),
  ...['2026', '2026-03', '2026-03-29', '2026-03-29T02:30:00+01:00', '2026-10-25T02:30:00.123+02:00'].map((at) =>
    observation({ effectiveDateTime: at }),
  ),
  observation({ effectiveDateTime: undefined, effectivePeriod: { start: '2026-03-01', end: '2026-03-02T00:00:00Z' } }),
  observation({ effectiveDateTime: undefined, effectiveInstant: '2026-03-01T23:30:00Z' }),
  observation({ effectiveDateTime: undefined, effectiveTiming: { event: ['2026-03-01T08:00:00Z'] } }),
  observation({ effectiveDateTime: undefined }),
  observation({ valueQuantity: undefined }),
  observation({ valueQuantity: undefined, dataAbsentReason: { coding: [{ code: 'unknown' }] } }),
  observation({ valueQuantity: undefined, component: [{ code: { text: 'a' }, valueString: 'b' }] }),
  observation({ category: [{ coding: [{ system: `${HL7}observation-category`, code: 'survey' }] }] }),
  observation({ basedOn: [{ reference: 'ServiceRequest/s1' }, { reference: 'CarePlan/c1' }] }),
  observation({ device: { identifier: { system: 'urn:udi', value: '1' } } }),
  ...['75001', '97110', '97400', '20000', '98800', undefined].map((postalCode) => ({
    resourceType: 'Patient',
    address: [{ use: 'old', postalCode: '97600' }, { ...(postalCode === undefined ? {} : { postalCode }) }],
  })),
  {
    resourceType: 'Patient',
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: 'America/Cayenne' }],
  },
];

function observation(change: Record<string, unknown>): Record<string, unknown> {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }], text: 'Poids' },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2026-03-01T09:30:00Z',
    valueQuantity: { value: 71.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    device: { reference: 'Device/d1' },
    ...change,
  };
}

/** Four resources of every type, the same at each run, in which nearly every element stands. */
function resources(): object[] {
  const random = seeded(20_260_301);
  return definitions.resourceTypes.flatMap((type) =>
    [0.4, 0.7, 0.9, 1].map((density) => filled(definitions, type, random, WORDS, density)),
  );
}

/** Two of a type inside another. */
const HOLDER = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  contained: [observation({ id: 'o1' }), observation({ id: 'o2', status: 'amended' })],
  hasMember: [{ reference: '#o1' }, { reference: '#o2' }],
};

/** The rows as one text, whatever order they are made in. */
function told(rows: IndexRows): string {
  const lists = Object.entries(rows).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map((v) => JSON.stringify(v)).sort() : JSON.stringify(value),
  ]);
  return JSON.stringify(lists.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 32);
}

t.test('index rows are those of the version that the code says', async (t) => {
  const made = [...resources(), ...READINGS, HOLDER].map((r) => told(extraction.extract(JSON.stringify(r)).rows!));
  t.equal(extraction.search, SEARCH.length, 'a hash for each version');
  t.equal(hashOf(made), SEARCH.at(-1), 'raise SEARCH in src/fhir/extract/stored.ts and add this hash to SEARCH above');
});

t.test('facts and zones are those of the version that the code says', async (t) => {
  const made = READINGS.map((r) => {
    const { fact, zone } = extraction.extract(JSON.stringify(r));
    return JSON.stringify([fact, zone]);
  });
  t.equal(extraction.reading, READING.length, 'a hash for each version');
  t.equal(
    hashOf(made),
    READING.at(-1),
    'raise READING in src/fhir/extract/stored.ts and add this hash to READING above',
  );
});

t.test('no resource is made of so little that its hash says nothing', async (t) => {
  const all = resources().map((r) => extraction.extract(JSON.stringify(r)).rows!);
  const sum = (count: (rows: IndexRows) => number) => all.reduce((n, rows) => n + count(rows), 0);
  t.ok(sum((r) => r.tokens.length) > 10_000);
  t.ok(sum((r) => r.dates.length) > 200);
  t.ok(sum((r) => r.strings.length) > 500);
  t.ok(sum((r) => r.numbers.length) > 100);
  t.ok(sum((r) => r.words?.length ?? 0) > 50_000);
});
