// What searches are refused for: type and query → the stable code of the fault and a word of its text. Nothing is ignored.
import t from 'tap';
import { statusOf } from '../../../src/fhir/outcome.ts';
import { parseSearch, type SearchSource } from '../../../src/fhir/search/index.ts';
import { FaultError } from '../../../src/kernel/fault.ts';
import { BASE, clock, definitions } from './world.ts';

/** Nothing is stored, but two resources that share an id. */
const store: SearchSource = {
  patientKeys: async () => new Map<string, number>(),
  search: async () => ({ rows: [] }),
  read: async () => undefined,
  codingsOf: async () => [],
  unitCodes: async () => [],
  missing: async (references) =>
    references.filter(({ type, id }) => id !== 'twin' || (type !== 'Group' && type !== 'Device')),
};

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
  ['Observation', 'code:bogus=1', 'search-modifier', '":bogus"'],
  ['Observation', 'code:exact=1', 'search-modifier', ':text'],
  ['Observation', 'code:missing=maybe', 'search-value', 'true or false'],
  ['Observation', 'code:missing=true,false', 'search-value', 'true or false'],
  ['Observation', 'code:in=http://example.org/nowhere', 'search-codes-unknown', 'example.org'],
  ['Observation', 'code:in=ValueSet/none', 'search-codes-unknown', 'ValueSet/none'],
  ['Observation', 'code:in=Patient/1', 'search-codes-unknown', 'Patient/1'],
  ['Observation', 'code:in=http://hl7.org/fhir/ValueSet/body-site', 'search-codes-unknown', 'body-site'],
  ['Observation', 'code:not-in=http://example.org/nowhere', 'search-codes-unknown', 'example.org'],
  ['Observation', 'code:below=29463-7', 'search-value', 'system|code'],
  ['Observation', 'code:below=http://loinc.org|29463-7', 'search-codes-unknown', 'loinc.org'],
  ['Observation', 'code:above=|x', 'search-value', 'system|code'],
  ['Observation', 'code:text=,', 'search-value-empty', 'code:text'],
  ['Observation', 'code:text=-', 'search-value', 'letter'],
  ['Observation', 'code:of-type=a|b|c', 'search-modifier', ':text'],
  ['Patient', 'identifier:of-type=a|b', 'search-value', 'system|code|value'],
  ['Patient', 'identifier:of-type=a||c', 'search-value', 'system|code|value'],
  ['Patient', 'identifier:in=http://vs', 'search-modifier', ':of-type'],
  ['Patient', 'active:text=x', 'search-modifier', ':not'],
  ['Patient', 'birthdate:exact=1985', 'search-modifier', ':missing'],
  ['Observation', 'date:not=2024', 'search-modifier', ':missing'],
  ['Observation', 'value-quantity:not=1', 'search-modifier', ':missing'],
  ['Observation', 'subject:Organization=x', 'search-modifier', ':Patient'],
  ['Observation', 'subject:Patient=Group/1', 'search-value', 'Patient'],
  ['Observation', 'subject:Patient=http://other.example/fhir/Patient/1', 'search-value', 'reference'],
  ['Observation', 'subject:identifier=a|b|c', 'search-value', 'identifier'],
  ['Observation', 'subject=twin', 'search-id-ambiguous', 'Group/twin'],
  ['ValueSet', 'url:below=urn:oid:1.2', 'search-value', 'http(s)'],
  ['ValueSet', 'url:contains=x', 'search-modifier', ':below'],
  ['Patient', 'name:text=x', 'search-modifier', ':exact'],
  ['Patient', 'name:exact:contains=x', 'search-modifier', 'exact:contains'],
  ['Patient', '_id:missing=x', 'search-value', 'true or false'],
  ['Patient', '_id:in=x', 'search-modifier', ':not'],
  ['Patient', '_lastUpdated:not=2024', 'search-modifier', ':missing'],
  ['Observation', 'subject.name=x', 'search-chain-ambiguous', 'subject:Patient.name'],
  ['Observation', 'subject.bogus=x', 'search-parameter-unknown', 'bogus'],
  ['Observation', 'subject:Patient.bogus=x', 'search-parameter-unknown', 'Patient has no'],
  ['Observation', 'subject:Organization.name=x', 'search-modifier', ':Organization'],
  ['Observation', 'subject:identifier.name=x', 'search-modifier', ':identifier'],
  ['Observation', 'status.name=x', 'search-not-supported', 'chain'],
  ['Observation', 'bogus.name=x', 'search-parameter-unknown', 'bogus'],
  ['Observation', 'subject:Patient.=x', 'search-parameter-unknown', ''],
  ['Observation', `${'derived-from:Observation.'.repeat(11)}code=x`, 'search-too-deep', '10'],
  ['QuestionnaireResponse', 'questionnaire.title=x', 'search-not-supported', 'chain'],
  ['Patient', '_has:Observation:patient=1', 'search-value', '_has:Type:parameter:filter'],
  ['Patient', '_has:Observation:code:code=1', 'search-value', '_has:Type:parameter:filter'],
  ['Patient', '_has:Bogus:patient:code=1', 'search-value', '_has:Type:parameter:filter'],
  ['Device', '_has:Observation:patient:code=1', 'search-value', 'Device'],
  ['Patient', '_has:Observation:patient:bogus=1', 'search-parameter-unknown', 'Observation has no'],
  ['Patient', '_has=x', 'search-parameter-unknown', ''],
  ['Patient', '_text=(a', 'search-value', 'words'],
  ['Patient', '_text=a)', 'search-value', 'words'],
  ['Patient', '_text=AND', 'search-value', 'words'],
  ['Patient', '_content=a OR', 'search-value', 'words'],
  ['Patient', '_content=-', 'search-value', 'words'],
  ['Patient', `_content=${Array(51).fill('a').join(' ')}`, 'search-value', 'words'],
  ['Patient', '_content:not=a', 'search-modifier', '_content'],
  ['Patient', '_filter=name is x', 'search-filter', 'position 6'],
  ['Patient', '_query=x', 'search-value', 'no named queries'],
  ['Patient', '_type=Patient', 'search-not-supported', '_type'],
  ['Patient', '_list=$current-problems', 'search-not-supported', '$current-problems'],
  ['Patient', '_list=a b', 'search-value', 'List'],
  ['Patient', '_contained=true&_containedType=contained', 'search-not-supported', 'contained in others'],
  ['Patient', '_contained=both&_lastUpdated=2024', 'search-not-supported', '_lastUpdated'],
  ['Patient', '_contained=maybe', 'search-value', 'false, true, both'],
  ['Patient', '_containedType=contained', 'search-not-supported', 'contained in others'],
  ['Patient', '_containedType=x', 'search-value', 'container, contained'],
  ['Observation', 'code-value-quantity=1', 'search-value', 'code-value-quantity=code$value-quantity'],
  ['Observation', 'code-value-quantity=1$', 'search-value', 'joined by $'],
  ['Observation', 'code-value-quantity=1$2$3', 'search-value', 'joined by $'],
  ['Observation', 'code-value-quantity=1$abc', 'search-value', 'quantity'],
  ['Observation', 'code-value-quantity:not=1$2', 'search-modifier', ':not'],
  ['Location', 'near=1|200|3|km', 'search-value', 'degrees'],
  ['Observation', 'code=', 'search-value-empty', 'code'],
  ['Observation', 'code=a,', 'search-value-empty', 'code'],
  ['Observation', 'code=,', 'search-value-empty', 'code'],
  ['Observation', 'code=|', 'search-value', 'system|code'],
  ['Observation', 'code=a|b|c', 'search-value', 'system|code'],
  ['Observation', 'code=a%00b', 'search-value', 'U+0000'],
  ['Patient', 'name=%00', 'search-value', 'U+0000'],
  ['Patient', 'name= ', 'search-value', 'letter'],
  ['Patient', 'name=%25', 'search-value', 'letter'],
  ['Patient', `name=${'x'.repeat(2001)}`, 'search-value', '2000'],
  ['Patient', 'active=yes', 'search-value', 'true or false'],
  ['Patient', 'active=TRUE', 'search-value', 'true or false'],
  ['Patient', 'active=urn:x|true', 'search-value', 'true or false'],
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
  ['Observation', 'code=a\\b', 'search-value', 'backslash'],
  ['Observation', 'subject=%23p', 'search-not-supported', 'contained'],
  ['Patient', '_count=abc', 'search-value', '1000'],
  ['Patient', '_count=-5', 'search-value', '1000'],
  ['Patient', '_count=1.5', 'search-value', '1000'],
  ['Patient', '_count=1e2', 'search-value', '1000'],
  ['Patient', '_count=NaN', 'search-value', '1000'],
  ['Patient', '_count=', 'search-value-empty', '_count'],
  ['Patient', '_count=5&_count=6', 'search-repeated', 'once'],
  ['Patient', '_count:x=5', 'search-modifier', '":x"'],
  ['Patient', '_total=yes', 'search-value', 'accurate'],
  ['Patient', '_summary=bogus', 'search-value', 'count'],
  ['Patient', '_summary=text&_include=Patient:organization', 'search-value', 'another summary'],
  ['Patient', '_summary=text&_revinclude=Observation:patient', 'search-value', 'another summary'],
  ['Patient', '_summary=true&_elements=name', 'search-value', 'either'],
  ['Patient', '_elements=nam', 'search-value', '"name"'],
  ['Patient', '_elements=name,', 'search-value', 'birthDate'],
  ['Patient', '_elements=name.family', 'search-value', 'birthDate'],
  ['Patient', '_sort=bogus', 'search-value', 'birthdate'],
  ['Patient', '_sort=birthDate', 'search-value', '"birthdate"'],
  ['Patient', '_sort=identifier', 'search-value', 'family'],
  ['Patient', '_sort=organization', 'search-value', 'family'],
  ['Patient', '_sort=deceased', 'search-value', 'family'],
  ['Patient', '_sort=_score', 'search-not-supported', 'relevance'],
  ['Patient', '_sort=family,', 'search-value', 'family'],
  ['Patient', '_sort=--family', 'search-value', 'family'],
  ['Patient', '_sort=family&_sort=given', 'search-repeated', 'once'],
  ['Patient', `_sort=${Array(9).fill('_id').join(',')}`, 'search-value', '8'],
  ['Patient', '_include=Patient:name', 'search-value', 'Patient:organization'],
  ['Patient', '_include=organization', 'search-value', 'Patient:organization'],
  ['Patient', '_include=Observation:subject', 'search-value', 'Patient:organization'],
  ['Patient', '_include=Patient:organization:Patient', 'search-value', 'Patient:organization'],
  ['Patient', '_include:bogus=Patient:organization', 'search-modifier', ':iterate'],
  ['Patient', '_include:iterate=Patient:name', 'search-value', 'Patient:organization'],
  ['Patient', '_include=Patient:organization:Organization:x', 'search-value', 'Patient:organization'],
  ['Patient', '_revinclude=Observation:code', 'search-value', 'Observation:patient'],
  ['Patient', '_revinclude=Bogus:patient', 'search-value', 'Account:patient'],
  ['Patient', '_revinclude=Observation:device', 'search-value', 'Observation:patient'],
  ['QuestionnaireResponse', '_include=QuestionnaireResponse:identifier', 'search-value', ':subject'],
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

t.test('takes 50 filters, not 51, repeated ones and empty ones too', async (t) => {
  const given = (n: number) => Array.from({ length: n }, (_, i) => `given=a${i}`).join('&');
  t.same(await faults('Patient', `${given(50)}&_count=1&_sort=family`), []);
  for (const query of [`${given(50)}&family=x`, given(300), `${given(50)}&family=`]) {
    const found = await faults('Patient', query);
    t.same(
      found.map((f) => f.detail),
      ['search-too-many-filters'],
      query.slice(-20),
    );
  }
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
