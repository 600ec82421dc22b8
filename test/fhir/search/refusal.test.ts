// What searches are refused for: type and query → the stable code of the fault and a word of its text. Nothing is ignored.
import t from 'tap';
import { statusOf } from '../../../src/fhir/outcome.ts';
import { parseSearch } from '../../../src/fhir/search/index.ts';
import { FaultError } from '../../../src/kernel/fault.ts';
import { BASE, clock, definitions } from './world.ts';

const store = { patientKeys: async () => new Map<string, number>() };

function parse(type: string, query: string) {
  return parseSearch({ definitions, clock }, store, type, [...new URLSearchParams(query)], { base: BASE });
}

async function faults(type: string, query: string) {
  try {
    await parse(type, query);
    return [];
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.faults;
  }
}

type Line = readonly [type: string, query: string, detail: string, word: string];

const LINES: readonly Line[] = [
  ['Patient', 'birthDate=1985', 'search-parameter-unknown', '"birthdate"'],
  ['Patient', 'nmae=x', 'search-parameter-unknown', '"name"'],
  ['Patient', 'bogus=1', 'search-parameter-unknown', 'identifier'],
  ['Patient', '=1', 'search-parameter-unknown', ''],
  ['Observation', 'date =2024', 'search-parameter-unknown', '"date"'],
  ['Observation', 'code:bogus=1', 'search-not-supported', '":bogus"'],
  ['Observation', 'code:not=1', 'search-not-supported', '":not"'],
  ['Observation', 'code:in=http://vs', 'search-not-supported', '":in"'],
  ['Observation', 'code:missing=true', 'search-not-supported', '":missing"'],
  ['Observation', 'code:text=weight', 'search-not-supported', '":text"'],
  ['Observation', 'subject:Patient=amelie', 'search-not-supported', '":Patient"'],
  ['Observation', 'subject:identifier=a|b', 'search-not-supported', '":identifier"'],
  ['Patient', 'name:exact=Lefèvre', 'search-not-supported', '":exact"'],
  ['Patient', 'name:contains=fev', 'search-not-supported', '":contains"'],
  ['Patient', '_id:not=x', 'search-not-supported', '":not"'],
  ['Patient', '_lastUpdated:missing=true', 'search-not-supported', '":missing"'],
  ['Observation', 'subject.name=x', 'search-not-supported', 'chained'],
  ['Observation', 'subject:Patient.name=x', 'search-not-supported', 'chained'],
  ['Patient', '_has:Observation:patient:code=1', 'search-not-supported', '_has'],
  ['Patient', '_text=x', 'search-not-supported', '_text'],
  ['Patient', '_content=x', 'search-not-supported', '_content'],
  ['Patient', '_filter=name eq x', 'search-not-supported', '_filter'],
  ['Patient', '_list=x', 'search-not-supported', '_list'],
  ['Patient', '_revinclude=Observation:patient', 'search-not-supported', '_revinclude'],
  ['Patient', '_elements=name', 'search-not-supported', '_elements'],
  ['Patient', '_contained=true', 'search-not-supported', '_contained'],
  ['Observation', 'code-value-quantity=1$2', 'search-not-supported', 'kind'],
  ['Location', 'near=1|2|3|km', 'search-not-supported', 'kind'],
  ['Observation', 'code=', 'search-value-empty', 'code'],
  ['Observation', 'code=a,', 'search-value-empty', 'code'],
  ['Observation', 'code=,', 'search-value-empty', 'code'],
  ['Observation', 'code=|', 'search-value', 'system|code'],
  ['Observation', 'code=a|b|c', 'search-value', 'system|code'],
  ['Observation', 'code=a%00b', 'search-value', 'U+0000'],
  ['Patient', 'name=%00', 'search-value', 'U+0000'],
  ['Patient', 'name= ', 'search-value', '255'],
  ['Patient', `name=${'x'.repeat(256)}`, 'search-value', '255'],
  ['Patient', 'active=yes', 'search-value', 'true or false'],
  ['Patient', 'active=TRUE', 'search-value', 'true or false'],
  ['Patient', 'active=urn:x|true', 'search-value', 'true or false'],
  ['Patient', 'gender=http://hl7.org/fhir/administrative-gender|', 'search-not-supported', 'system|'],
  ['Patient', '_id=a/b', 'search-value', 'logical id'],
  ['Patient', `_id=${'x'.repeat(65)}`, 'search-value', 'logical id'],
  ['Observation', 'date=yesterday', 'search-value', 'prefix'],
  ['Observation', 'date=2024-13', 'search-value', 'prefix'],
  ['Observation', 'date=2024-00-01', 'search-value', 'prefix'],
  ['Observation', 'date=2024-02-30', 'search-value', 'prefix'],
  ['Observation', 'date=2023-02-29', 'search-value', 'prefix'],
  ['Observation', 'date=2024-1-1', 'search-value', 'prefix'],
  ['Observation', 'date=24', 'search-value', 'prefix'],
  ['Observation', 'date=0000', 'search-value', 'prefix'],
  ['Observation', 'date=2024-01-10T24:00:00Z', 'search-value', 'prefix'],
  ['Observation', 'date=2024-01-10T08Z', 'search-value', 'prefix'],
  ['Observation', 'date=2024-01-10T08:60Z', 'search-value', 'prefix'],
  ['Observation', 'date=2024-01-10T08:00:00%2B15:00', 'search-value', 'prefix'],
  ['Observation', 'date=xx2024', 'search-value', 'prefix'],
  ['Observation', 'date=GE2024', 'search-value', 'prefix'],
  ['Observation', 'date=ge', 'search-value', 'prefix'],
  ['Observation', 'date=>2024', 'search-value', 'prefix'],
  ['Patient', '_lastUpdated=now', 'search-value', 'prefix'],
  ['Observation', 'value-quantity=abc', 'search-value', 'quantity'],
  ['Observation', 'value-quantity=NaN', 'search-value', 'quantity'],
  ['Observation', 'value-quantity=Infinity', 'search-value', 'quantity'],
  ['Observation', 'value-quantity=1e999', 'search-value', 'quantity'],
  ['Observation', 'value-quantity=1e-999', 'search-value', 'quantity'],
  ['Observation', `value-quantity=${'9'.repeat(41)}`, 'search-value', 'quantity'],
  ['Observation', 'value-quantity=5|kg', 'search-value', 'quantity'],
  ['Observation', 'value-quantity=|http://unitsofmeasure.org|kg', 'search-value', 'quantity'],
  ['Observation', 'value-quantity=5,3 kg', 'search-value', 'quantity'],
  ['Observation', 'value-quantity=0x10', 'search-value', 'quantity'],
  ['RiskAssessment', 'probability=0.5||%25', 'search-value', 'number'],
  ['Observation', 'subject=Patient/', 'search-value', 'reference'],
  ['Observation', 'subject=patient/1', 'search-value', 'reference'],
  ['Observation', 'subject=Patient/a b', 'search-value', 'reference'],
  ['Observation', 'patient=Group/1', 'search-value', 'Patient'],
  ['Observation', 'subject=Medication/1', 'search-value', 'Group | Device | Patient | Location'],
  ['Observation', 'subject=Nothing/1', 'search-value', 'Patient'],
  ['Observation', 'subject=Patient/1/_history/2', 'search-not-supported', 'version'],
  ['Observation', 'subject=%23p', 'search-not-supported', 'contained'],
  ['Patient', '_count=abc', 'search-value', '1000'],
  ['Patient', '_count=-5', 'search-value', '1000'],
  ['Patient', '_count=1.5', 'search-value', '1000'],
  ['Patient', '_count=1e2', 'search-value', '1000'],
  ['Patient', '_count=NaN', 'search-value', '1000'],
  ['Patient', '_count=', 'search-value-empty', '_count'],
  ['Patient', '_count=5&_count=6', 'search-repeated', 'once'],
  ['Patient', '_count:x=5', 'search-not-supported', '":x"'],
  ['Patient', '_total=yes', 'search-value', 'accurate'],
  ['Patient', '_summary=true', 'search-not-supported', '"true"'],
  ['Patient', '_summary=text', 'search-not-supported', '"text"'],
  ['Patient', '_summary=data', 'search-not-supported', '"data"'],
  ['Patient', '_summary=bogus', 'search-value', 'count'],
  ['Patient', '_sort=bogus', 'search-value', 'birthdate'],
  ['Patient', '_sort=birthDate', 'search-value', '"birthdate"'],
  ['Patient', '_sort=gender', 'search-value', 'family'],
  ['Patient', '_sort=family,', 'search-value', 'family'],
  ['Patient', '_sort=--family', 'search-value', 'family'],
  ['Patient', '_sort=family&_sort=given', 'search-repeated', 'once'],
  ['Patient', `_sort=${Array(9).fill('_id').join(',')}`, 'search-value', '8'],
  ['Patient', '_include=*', 'search-not-supported', '(*)'],
  ['Patient', '_include=Patient:*', 'search-not-supported', '(*)'],
  ['Patient', '_include=Patient:name', 'search-value', 'Patient:organization'],
  ['Patient', '_include=organization', 'search-value', 'Patient:organization'],
  ['Patient', '_include=Observation:subject', 'search-value', 'Patient:organization'],
  ['Patient', '_include=Patient:organization:Patient', 'search-value', 'Patient:organization'],
  ['Patient', '_include:iterate=Patient:organization', 'search-not-supported', '":iterate"'],
  ['QuestionnaireResponse', '_include=QuestionnaireResponse:questionnaire', 'search-value', ':subject'],
  ['Patient', '_cursor=x', 'search-value', 'first page'],
  ['Patient', '_cursor=', 'search-value', 'first page'],
  ['Patient', '_cursor=bnVsbA', 'search-value', 'first page'],
  ['Patient', `_id=${Array(1001).fill('a').join(',')}`, 'search-too-many', '1000'],
];

t.test('refuses with 400, naming the parameter, in both languages', async (t) => {
  for (const [type, query, detail, word] of LINES) {
    const found = await faults(type, query);
    const shown = query.length > 60 ? `${query.slice(0, 60)}…` : query;
    t.equal(found[0]?.detail, detail, `${type}?${shown} → ${detail}`);
    t.equal(statusOf(found), 400, `${type}?${shown} → 400`);
    t.ok(found[0]?.text.en.includes(word), `${type}?${shown}: "${found[0]?.text.en}" has ${word}`);
    t.not(found[0]?.text.fr, found[0]?.text.en);
    t.match(found[0]?.expression, /^http\./);
  }
});

t.test('says everything that is wrong at once', async (t) => {
  const found = await faults('Observation', 'bogus=1&date=x&code:in=y&_count=abc&status=final');
  t.same(
    found.map((f) => f.expression),
    ['http.bogus', 'http.date', 'http.code:in', 'http._count'],
  );
});

t.test('does not echo control characters or whole novels', async (t) => {
  const [first] = await faults('Patient', `${'n'.repeat(500)}=1`);
  t.notMatch(first?.text.en, /n{100}/);
  const [second] = await faults('Patient', 'a%07b=1');
  t.notMatch(second?.text.en, /\p{Cc}/u);
});

t.test('takes 1,000 values, not 1,001, in all parameters together', async (t) => {
  const ids = Array(500).fill('a').join(',');
  t.same(await faults('Patient', `_id=${ids}&identifier=${ids}`), []);
  const found = await faults('Patient', `_id=${ids}&identifier=${ids}&gender=male`);
  t.same(
    found.map((f) => f.detail),
    ['search-too-many'],
  );
});

t.test('every parameter that is published is taken or refused, never a crash', async (t) => {
  for (const type of definitions.resourceTypes) {
    for (const parameter of definitions.searchParameters(type)) {
      for (const value of ['x', '2024', 'true', 'a|b', 'http://x|1']) {
        const found = await faults(type, `${parameter.code}=${encodeURIComponent(value)}`);
        if (!found.every((f) => statusOf([f]) === 400)) t.fail(`${type}?${parameter.code}=${value}`);
      }
    }
  }
  t.pass('all types, all parameters');
});
