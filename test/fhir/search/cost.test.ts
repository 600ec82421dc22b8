// What searches cost: every kind of parameter goes by an index, and a page of 64 times the data reads no more than before.
// Pages of PostgreSQL's memory are counted, not milliseconds: they are the same on any machine.
import t from 'tap';
import { parseSearch } from '../../../src/fhir/search/index.ts';
import { Frequencies } from '../../../src/storage/frequency.ts';
import type { Reader } from '../../../src/storage/lanes.ts';
import { Searches } from '../../../src/storage/searches.ts';
import { volume } from './volume.ts';
import { BASE, clock, definitions } from './world.ts';

const v = await volume(t);
const UCUM = 'http://unitsofmeasure.org';

const QUERIES: readonly (readonly [type: string, query: string])[] = [
  ['Observation', ''],
  ['Observation', 'code=http://loinc.org|29463-7'],
  ['Observation', 'code=29463-7'],
  ['Observation', 'code=29463-7&_sort=-date'],
  ['Observation', 'code=29463-7,8867-4'],
  ['Observation', 'code=nothing'],
  ['Observation', 'status=final'],
  ['Observation', 'status=entered-in-error'],
  ['Observation', 'status:not=final'],
  ['Observation', 'code:not=29463-7'],
  ['Observation', 'code:text=body'],
  ['Observation', 'identifier=urn:device|rare'],
  ['Observation', 'identifier:missing=false'],
  ['Observation', 'device:missing=true'],
  ['Observation', 'value-quantity:missing=true'],
  ['Observation', `device=Device/${v.device}`],
  ['Observation', `patient=${v.patient}`],
  ['Observation', `patient=${v.patient}&code=29463-7&_sort=-date`],
  ['Observation', `patient=${v.patient}&date=ge2024-02-01&_sort=date`],
  ['Observation', 'date=2024-02-01'],
  ['Observation', 'date=ge2024-02-01'],
  ['Observation', 'date=ge2024-02-01&_sort=date'],
  ['Observation', '_sort=_id'],
  ['Observation', '_sort=-_id'],
  ['Observation', 'status=final&_sort=-_id'],
  ['Patient', '_sort=_id'],
  ['Patient', 'gender=female&_sort=_id'],
  ['Observation', 'date=lt2024-02-01'],
  ['Observation', '_lastUpdated=gt2024-01-01T10:00:00Z'],
  ['Observation', '_sort=-date'],
  ['Observation', '_sort=-_lastUpdated'],
  ['Observation', '_sort=value-quantity'],
  ['Observation', '_sort=-date,code'],
  ['Observation', '_sort=_lastUpdated,-value-quantity'],
  ['Observation', '_sort=status'],
  ['Observation', '_sort=-status,-date'],
  ['Observation', '_sort=code,-date'],
  ['Observation', '_sort=-code&status=final'],
  ['Observation', 'value-quantity=72.4'],
  ['Observation', 'value-quantity=gt80'],
  ['Observation', `value-quantity=72.4|${UCUM}|kg`],
  ['Observation', `value-quantity=72400|${UCUM}|g`],
  ['Observation', 'code-value-quantity=29463-7$72.4'],
  ['Observation', `code-value-quantity=http://loinc.org|29463-7$gt85|${UCUM}|kg`],
  ['Observation', 'code-value-quantity=29463-7$gt500'],
  ['Observation', 'component-code-value-quantity=8480-6$gt170'],
  ['Observation', 'component-code-value-quantity=8462-4$gt170'],
  ['Observation', 'value-date=2024-02'],
  ['Observation', 'value-date=ge2024-02-01'],
  ['Observation', 'patient.identifier=urn:ins|rare'],
  ['Observation', 'patient.gender=female'],
  ['Observation', '_content=zanzibar'],
  ['Observation', '_filter=code eq loinc|29463-7 and date ge 2024-02-01'],
  ['Observation', '_filter=status ne final'],
  ['Observation', '_filter=not (status eq final)'],
  ['Observation', '_filter=code eq rare or status eq entered-in-error'],
  ['Observation', '_filter=(code eq 29463-7 or code eq 8867-4) and date ge 2024-02-01'],
  ['Observation', '_filter=date po 2024-02-01'],
  ['Observation', '_filter=patient.identifier eq urn:ins|rare and code eq 29463-7'],
  ['Observation', `_filter=identifier eq urn:device|rare or patient re ${v.patient}`],
  ['Medication', '_contained=both&code:text=medication'],
  ['Medication', '_contained=true&code=nothing'],
  ['MedicationRequest', 'medication.code=nothing'],
  ['MedicationRequest', 'medication.code=nothing&_sort=_lastUpdated'],
  ['MedicationRequest', 'medication.identifier=urn:m|rare&_sort=_lastUpdated'],
  ['Location', 'near=48.7|2.2|20|km'],
  ['Location', 'near=48.7|2.2|200|km'],
  ['Location', 'near=0|0|20|km'],
  ['Patient', '_filter=family eq martin'],
  ['Patient', '_filter=family gt durand'],
  ['Patient', '_filter=name ew acharie'],
  ['Patient', 'identifier=urn:ins|rare'],
  ['Patient', 'name=martin'],
  ['Patient', 'family:exact=Martin&_count=5'],
  ['Patient', 'name=prenom 3'],
  ['Patient', 'name=nobody'],
  ['Patient', 'name:contains=acharie'],
  ['Patient', 'address-city=ville 12'],
  ['Patient', 'birthdate=1950-03-02'],
  ['Patient', 'birthdate=ge1980'],
  ['Patient', 'gender=female&name=martin'],
  ['Patient', '_sort=family'],
  ['Patient', '_sort=-birthdate'],
  ['Patient', '_has:Observation:patient:status=entered-in-error'],
  ['Device', `_has:Observation:device:identifier=urn:device|rare`],
  ['Device', 'manufacturer=maker 1'],
  // Few beside the numbers of Observations: PostgreSQL knows less of them.
  ['RiskAssessment', 'probability=gt0.5'],
  ['RiskAssessment', 'probability=0.5'],
  // Of one value at most, a clause is a stretch of the order.
  ['Observation', 'value-quantity=gt80&_sort=value-quantity'],
  ['Observation', 'value-quantity=lt70&_sort=-value-quantity'],
  ['Observation', 'value-date=ge2024-03-01&_sort=value-date'],
  ['Patient', 'birthdate=ge1970&_sort=birthdate'],
  ['Patient', 'birthdate=ge1960&birthdate=lt1970&_sort=-birthdate'],
  ['Patient', 'birthdate=1960&_sort=birthdate'],
  // What a patient has is sorted, whatever the order: along it, everybody's would be passed.
  ['Observation', `patient=${v.patient}&_sort=value-quantity`],
  ['Observation', `patient=${v.patient}&_sort=-value-date`],
];

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Actual Rows'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

interface Cost {
  readonly pages: number;
  /** Tables that were read from end to end. */
  readonly scanned: readonly string[];
}

/** Searches as the store makes them, whose statements are explained as they are asked. */
async function searches(): Promise<(type: string, query: string) => Promise<Cost>> {
  let pages = 0;
  let scanned: string[] = [];
  const reader: Reader = { rows: ({ text, values }) => v.query(text, values) };
  const explaining: Reader = {
    rows: async ({ text, values }) => {
      const [row] = await v.query(`explain (analyze, buffers, costs off, timing off, format json) ${text}`, values);
      const [{ Plan }] = row!['QUERY PLAN'] as [{ Plan: Node }];
      pages += (Plan['Shared Hit Blocks'] ?? 0) + (Plan['Shared Read Blocks'] ?? 0);
      scanned.push(...scans(Plan));
      return reader.rows({ text, values });
    },
  };
  const frequencies = new Frequencies(reader);
  await frequencies.refresh();
  const made = new Searches(reader, explaining, frequencies);
  return async (type, query) => {
    const pairs: [string, string][] = [...new URLSearchParams(query)];
    if (!query.includes('_count')) pairs.push(['_count', '20']);
    const { plan } = await parseSearch({ definitions, clock }, v.store, type, pairs, { base: BASE });
    await made.search(plan);
    [pages, scanned] = [0, []];
    await made.search(plan);
    return { pages, scanned };
  };
}

function scans(node: Node): string[] {
  const inner = (node.Plans ?? []).flatMap(scans);
  // A look at some rows of a table, of which many fit, goes without an index too.
  const rows = ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 0);
  return node['Node Type'] === 'Seq Scan' && rows > 5_000 ? [node['Relation Name'] ?? '', ...inner] : inner;
}

const SMALL = new Set(['unit', 'coding', 'shape', 'wording', 'search_text']);

/** Trees are one or two levels higher, each time that one of the rows of a page is looked up. */
const HIGHER = 220;

/** Where the small database is read as a whole, it says nothing of the large one: these may read so many pages there. */
const BOUNDED: readonly (readonly [type: string, query: string, pages: number])[] = [
  // One in twenty has it, so that a page of 20 is met among 400.
  ['Observation', `device=Device/${v.device}&_sort=-date`, 1_300],
  // Frequent values are met among the first 500 of the order.
  ['Observation', 'value-quantity=gt70&_sort=-_lastUpdated', 1_500],
  // Those who were born on the same day are sorted by the second key.
  ['Patient', '_sort=-birthdate,given', 1_000],
  // Patient by patient, each is asked for one such reading among his own.
  ['Patient', '_has:Observation:patient:code=29463-7', 2_500],
  // Nearly everybody: by id, each is asked for his names.
  ['Patient', '_filter=family ne martin', 1_000],
  // One in ten of those who hold one: so few that all are found and sorted.
  ['Medication', '_contained=true&code=m3', 5_000],
  ['MedicationRequest', 'medication.code=m3', 5_000],
  ['MedicationRequest', 'medication.code=m3&_sort=_lastUpdated', 5_000],
  ['Medication', '_contained=true&code=http://loinc.org|m3&status=inactive', 5_000],
  // What has an instant in it begins two days before at most, or is marked as longer: so many are looked at.
  ['Observation', '_filter=date co 2024-02-01T03:00:00Z', 5_000],
  // A chain costs what it leads to: 320 devices are of this maker, and each has a look at the index of tokens.
  ['Observation', 'device.manufacturer=maker 2', 5_000],
];

t.test('a page costs the same at 64 times the data, by an index of each kind', async (t) => {
  const before = await searches();
  const costs: Cost[] = [];
  for (const [type, query] of QUERIES) costs.push(await before(type, query));
  await v.multiply();
  const after = await searches();
  for (const [i, [type, query]] of QUERIES.entries()) {
    const { pages, scanned } = await after(type, query);
    const small = costs[i]!.pages;
    t.ok(pages <= small * 1.5 + HIGHER, `${type}?${query}: ${small} → ${pages} pages`);
    t.same(
      scanned.filter((table) => !SMALL.has(table)),
      [],
      'no table from end to end',
    );
  }
  for (const [type, query, most] of BOUNDED) {
    const { pages, scanned } = await after(type, query);
    t.ok(pages <= most, `${type}?${query}: ${pages} pages`);
    t.same(
      scanned.filter((table) => !SMALL.has(table)),
      [],
    );
  }
});
