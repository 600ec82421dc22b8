// `_filter`: expression → ids. The people and readings are those of realm.ts.
import fc from 'fast-check';
import t from 'tap';
import { isMisread, readFilter } from '../../../src/fhir/search/filter-grammar.ts';
import { FaultError } from '../../../src/kernel/fault.ts';
import { REALM } from './realm.ts';
import { find, type Line, tryLines, worldStore } from './world.ts';

const store = await worldStore(t, REALM);

type Case = readonly [type: string, expression: string, ids: string, more?: string];

const LOGIC: readonly Case[] = [
  ['Patient', 'gender eq female', 'ada'],
  ['Patient', '  gender   eq\tfemale  ', 'ada'],
  ['Patient', 'gender eq "female"', 'ada'],
  ['Patient', 'gender eq female or gender eq male', 'ada bob'],
  ['Patient', 'gender eq female and active eq true', 'ada'],
  ['Patient', 'gender eq male and active eq true', ''],
  ['Patient', '(gender eq male)', 'bob'],
  ['Patient', '((gender eq male))', 'bob'],
  ['Patient', 'not (gender eq male)', 'ada cyd dan'],
  ['Patient', 'not(gender eq male)', 'ada cyd dan'],
  ['Patient', 'not gender eq male', 'ada cyd dan'],
  ['Patient', 'not (not (gender eq male))', 'bob'],
  ['Patient', 'not gender eq male and active eq true', 'ada'],
  ['Patient', 'not (gender eq male or gender eq female)', 'cyd dan'],
  // From left to right: ((female or unknown) and active).
  ['Patient', 'gender eq female or gender eq unknown and active eq true', 'ada'],
  ['Patient', 'gender eq female or (gender eq unknown and active eq true)', 'ada'],
  ['Patient', 'gender eq unknown and active eq true or gender eq female', 'ada'],
  ['Patient', 'active eq true and gender eq unknown or gender eq male', 'bob'],
  ['Patient', 'active eq false and (gender eq unknown or gender eq male)', 'cyd'],
  ['Patient', 'gender eq female', '', 'active=false'],
  ['Patient', 'gender eq female', 'ada', 'active=true'],
  ['Patient', 'gender eq female', '', '_filter=active eq false'],
  ['Patient', 'birthdate ge 1900', 'bob ada', '_sort=-birthdate'],
];

const TEXTS: readonly Case[] = [
  ['Patient', 'family eq martin', 'ada bob'],
  ['Patient', 'family eq MARTIN', 'ada bob'],
  ['Patient', 'family eq "saint-martin"', 'cyd'],
  ['Patient', 'family eq mart', ''],
  ['Patient', 'family ne martin', 'cyd dan'],
  ['Patient', 'family co art', 'ada bob cyd'],
  ['Patient', 'family co zzz', ''],
  ['Patient', 'family sw mart', 'ada bob'],
  // Parts of family names are found by ordinary searches only: R4 begins at the first character here.
  ['Patient', 'family sw saint', 'cyd'],
  ['Patient', 'family ew tin', 'ada bob cyd'],
  ['Patient', 'family ew it', 'dan'],
  ['Patient', 'family gt martin', 'cyd dan'],
  ['Patient', 'family ge martin', 'ada bob cyd dan'],
  ['Patient', 'family lt petit', 'ada bob'],
  ['Patient', 'family le petit', 'ada bob dan'],
  ['Patient', 'family gt petit', 'cyd'],
  ['Patient', 'given eq zoe', 'ada'],
  ['Patient', 'given eq "Zoé"', 'ada'],
  ['Patient', 'given ne zoe', 'ada bob'],
  ['Patient', 'name co "pet"', 'dan'],
  ['Patient', 'name eq "Cyd Saint-Martin"', 'cyd'],
  ['Patient', 'name pr true', 'ada bob cyd dan'],
  ['Patient', 'given pr true', 'ada bob'],
  ['Patient', 'given pr false', 'cyd dan'],
  ['Patient', 'given pr "false"', 'cyd dan'],
  ['Organization', 'name eq "CHU de Nancy"', 'chu'],
  ['Organization', 'name eq "chu \\u0064e nancy"', 'chu'],
  ['Organization', 'name sw "CHU de" and name ew "Nancy"', 'chu'],
  ['Organization', 'name co "(x)]"', ''],
  ['Observation', 'value-string ew "à la fin"', 'far'],
  ['Observation', 'value-string ew "tout va bien"', ''],
  ['Observation', 'value-string sw "tout va bien xxx"', 'far'],
  ['Observation', 'value-string ne x', 'far'],
  ['Observation', 'value-string gt "tout va"', 'far'],
  ['Observation', 'value-string lt "tout va"', ''],
];

const VALUES: readonly Case[] = [
  ['Patient', 'birthdate eq 1950', 'ada'],
  ['Patient', 'birthdate eq 1950-05-05', 'ada'],
  ['Patient', 'birthdate ne 1950', 'bob'],
  ['Patient', 'birthdate gt 1950-05-05', 'bob'],
  ['Patient', 'birthdate ge 1950-05-05', 'ada bob'],
  ['Patient', 'birthdate lt 1970', 'ada'],
  ['Patient', 'birthdate le 1970', 'ada bob'],
  ['Patient', 'birthdate sa 1960', 'bob'],
  ['Patient', 'birthdate eb 1960', 'ada'],
  ['Patient', 'birthdate pr false', 'cyd dan'],
  ['Patient', 'birthdate co 1950-05-05T10:00:00Z', 'ada'],
  ['Patient', 'birthdate co 1950-05-05', 'ada'],
  ['Patient', 'birthdate co 1950-05', ''],
  ['Patient', 'birthdate po 1950-05', 'ada'],
  ['Patient', 'birthdate po 1950-05-05T23:59:59Z', 'ada'],
  ['Patient', 'birthdate po 1950-05-06T00:00:00Z', ''],
  ['Patient', 'given eq bob and birthdate ge 1970-01-01', 'bob'],
  ['Observation', 'date co 2024-01-02T12:00:00Z', 'bp-2'],
  ['Observation', 'date co 2024-01-01T08:00:00Z', 'bp-1'],
  ['Observation', 'date co 2024-01-01', ''],
  ['Observation', 'date po 2024-01-01', 'bp-1'],
  ['Observation', 'date po 2024', 'bp-1 bp-2 bp-kpa glucose weight'],
  ['Observation', 'date ge 2024-01-04 and status eq final', 'glucose weight'],
  ['Observation', 'date eq 2024-01-01T09:00:00+01:00', 'bp-1'],
  ['Observation', 'value-date po 2024-02', 'bare'],
  ['Observation', 'value-date co 2024-02-03T01:00:00Z', 'bare'],
  ['Observation', 'value-quantity eq 72.4', 'glucose weight'],
  ['Observation', 'value-quantity eq 72.4|http://unitsofmeasure.org|kg', 'weight weight-g'],
  ['Observation', 'value-quantity eq 72.4|ucum|kg', 'weight weight-g'],
  ['Observation', 'value-quantity eq 72.4|UCUM|kg', 'weight weight-g'],
  ['Observation', 'value-quantity eq 72.4||kg', 'weight'],
  ['Observation', 'value-quantity gt 72|ucum|kg', 'weight weight-g'],
  ['Observation', 'value-quantity lt 72|ucum|kg', ''],
  ['Observation', 'value-quantity ne 72.4|ucum|mg/dL', ''],
  ['Observation', 'value-quantity ap 70|ucum|kg', 'weight weight-g'],
  ['Observation', 'value-quantity sa 100', 'weight-g'],
  ['Observation', 'value-quantity pr true', 'fever glucose weight weight-g'],
  ['MolecularSequence', 'window-start ge 5 and window-end le 50', 'sequence'],
  ['MolecularSequence', 'window-start gt 5', ''],
  ['Patient', '_id eq ada or _id eq bob', 'ada bob'],
  ['Patient', '_id ne ada', 'bob cyd dan'],
  ['Patient', '_id pr true', 'ada bob cyd dan'],
  ['Patient', '_id pr false', ''],
  ['Patient', '_lastUpdated lt 2024-04-01T00:01:00Z', 'ada'],
  ['Patient', '_lastUpdated po 2024-04-01T00:01', 'bob'],
  ['Patient', '_lastUpdated ge 2024-04-01T00:02:00Z and _id ne dan', 'cyd'],
];

const CODES: readonly Case[] = [
  ['Observation', 'code eq http://loinc.org|29463-7', 'weight weight-g'],
  ['Observation', 'code eq loinc|29463-7', 'weight weight-g'],
  ['Observation', 'code eq LOINC|29463-7', 'weight weight-g'],
  ['Observation', 'code eq 29463-7', 'weight weight-g'],
  ['Observation', 'code eq urn:local|', 'weight'],
  ['Observation', 'code ne 29463-7', 'bare bp-1 bp-2 bp-kpa far fever glucose rhythm'],
  ['Observation', 'not (code eq 29463-7)', 'bare bp-1 bp-2 bp-kpa far fever glucose rhythm'],
  ['Observation', 'status ne final', 'bp-kpa'],
  ['Observation', 'code pr false', ''],
  ['Observation', 'code in ValueSet/vitals', 'fever weight weight-g'],
  ['Observation', 'code in http://example.org/ValueSet/vitals', 'fever weight weight-g'],
  ['Observation', 'code ni ValueSet/vitals', 'bare bp-1 bp-2 bp-kpa far glucose rhythm'],
  ['Observation', 'value-concept in http://example.org/ValueSet/fibrillation', 'rhythm'],
  ['Observation', 'value-concept ss http://example.org/heart|af', 'rhythm'],
  ['Observation', 'value-concept ss http://example.org/heart|paf', 'rhythm'],
  ['Observation', 'value-concept ss http://example.org/heart|caf', ''],
  ['Observation', 'value-concept sb http://example.org/heart|paf', 'rhythm'],
  ['Observation', 'value-concept sb http://example.org/heart|af', ''],
  ['Patient', 'identifier eq urn:h|H1', 'ada'],
  ['Patient', 'identifier eq H2', 'bob'],
  ['Patient', 'active ne true', 'cyd'],
  ['Patient', 'deceased eq false', 'ada bob cyd dan'],
  ['ValueSet', 'url eq http://example.org/ValueSet/vitals', 'vitals'],
  ['ValueSet', 'url ne urn:oid:1.2.3', 'fibrillation other vitals'],
  ['ValueSet', 'url sw http://example.org/ValueSet', 'fibrillation other vitals'],
  ['ValueSet', 'url sw urn:', 'oid'],
  ['ValueSet', 'url ss http://example.org/ValueSet/', 'fibrillation vitals'],
  ['ValueSet', 'url sb http://example.org/ValueSet/vitals/x', 'vitals'],
  ['Observation', 'component-code-value-quantity eq 8480-6$gt120', 'bp-1'],
  ['Observation', 'code eq loinc|85354-9 and not (component-code-value-quantity eq 8480-6$gt120)', 'bp-2 bp-kpa'],
];

const PATHS: readonly Case[] = [
  ['Observation', 'subject re Patient/ada', 'bp-1 glucose weight'],
  ['Observation', 'subject re ada', 'bp-1 glucose weight'],
  ['Observation', 'subject re http://127.0.0.1:8080/fhir/Patient/ada', 'bp-1 glucose weight'],
  ['Observation', 'subject re Group/ward', 'bare'],
  ['Observation', 'device pr true and not (device re Device/cuff)', 'weight'],
  ['Observation', 'patient.birthdate lt 1960', 'bp-1 glucose weight'],
  ['Observation', 'subject.name co "mart"', 'bp-1 bp-2 bp-kpa fever glucose rhythm weight weight-g'],
  ['Observation', 'subject.gender eq unknown', 'weight-g'],
  ['Observation', 'subject:Patient.gender eq unknown', 'weight-g'],
  ['Observation', 'subject.type eq person', 'bare'],
  ['Observation', 'patient.organization.name sw chu', 'bp-1 bp-2 bp-kpa fever glucose rhythm weight'],
  ['Observation', 'patient.organization.partof.name eq "groupe est"', 'bp-1 bp-2 bp-kpa fever glucose rhythm weight'],
  ['Observation', 'patient[gender eq male].organization.name sw chu', 'bp-2 bp-kpa fever rhythm'],
  ['Observation', 'patient[gender eq male].organization.name sw clin', ''],
  ['Observation', 'patient[gender eq male and birthdate lt 1970].organization.name sw chu', ''],
  ['Observation', 'patient[not (gender eq male)].family eq martin', 'bp-1 glucose weight'],
  ['Observation', 'patient.organization[partof.name eq "groupe est"].name sw chu and code eq 29463-7', 'weight'],
  ['Observation', 'device.organization.name sw clin and patient.gender eq male', 'bp-2'],
  ['Observation', 'not (patient.gender eq male)', 'bare bp-1 far glucose weight weight-g'],
  ['Observation', 'subject._id eq ward', 'bare'],
  ['Appointment', 'actor re Patient/cyd', 'appointment'],
  ['Appointment', 'location.name co martin', 'meeting'],
  ['DiagnosticReport', 'result.code eq 2339-0', 'report'],
  ['DiagnosticReport', 'result[value-quantity gt 100].code eq 2339-0', ''],
  ['DiagnosticReport', 'result[value-quantity gt 50].code eq 2339-0', 'report'],
  // Names of _filter alone: two values of one element.
  ['Group', 'characteristic[code eq gender].value eq mixed', 'ward'],
  ['Group', 'characteristic[code eq urn:c|gender].value eq urn:g|mixed', 'ward'],
  ['Group', 'characteristic[code eq adult].value eq mixed', ''],
  ['Group', 'characteristic[code eq adult].value eq true', 'ward'],
  ['Group', 'characteristic[code eq smoker].value eq true', ''],
  ['Group', 'characteristic eq adult', 'ward'],
  ['DocumentReference', 'relatesTo[code eq replaces].target re DocumentReference/doc-2', 'doc-1'],
  ['DocumentReference', 'relatesTo[code eq signs].target re DocumentReference/doc-2', ''],
  ['DocumentReference', 'not (relatesTo[code eq signs].target re DocumentReference/doc-3)', 'doc-2 doc-3'],
];

function linesOf(cases: readonly Case[]): Line[] {
  return cases.map(([type, text, ids, more]) => {
    const query = `_filter=${encodeURIComponent(text)}`;
    return [type, more === undefined ? query : `${query}&${more}`, ids];
  });
}

for (const [name, cases] of Object.entries({ LOGIC, TEXTS, VALUES, CODES, PATHS })) {
  t.test(name.toLowerCase(), (t) => tryLines(t, store, linesOf(cases)));
}

/** Expression → position and words of the refusal in English and French. */
const REFUSALS: readonly (readonly [type: string, expression: string, at: number, en: string, fr: string])[] = [
  ['Patient', ' ', 2, 'a filter: (filter)', 'un filtre'],
  ['Patient', 'gender', 7, 'a space, then an operator', 'une espace'],
  ['Patient', 'gender ', 8, 'an operator: eq ne co', 'un opérateur'],
  ['Patient', 'gender is male', 8, 'found "is male"', 'trouvé « is male »'],
  ['Patient', 'gender EQ male', 8, 'an operator', 'un opérateur'],
  ['Patient', 'gender eq', 10, 'a space, then a value', 'une valeur'],
  ['Patient', 'gender eq ', 11, 'a value; found the end', 'trouvé la fin'],
  ['Patient', 'gender eq )', 11, 'a value', 'une valeur'],
  ['Patient', 'gender eq "male', 11, 'a JSON string', 'une chaîne JSON'],
  ['Patient', 'gender eq "ma\\xle"', 11, 'a JSON string', 'une chaîne JSON'],
  ['Patient', 'gender eq "\\u0000"', 11, 'a JSON string', 'une chaîne JSON'],
  ['Patient', 'gender eq "\\ud800"', 11, 'a JSON string', 'une chaîne JSON'],
  ['Patient', 'gender eq "male"x', 17, '"and", "or" or the end', '« and », « or » ou la fin'],
  ['Patient', 'gender eq male)', 15, '"and", "or" or the end', '« and »'],
  ['Patient', '(gender eq male', 16, '"and", "or" or ")"', '« ) »'],
  ['Patient', 'gender eq male gender eq female', 16, '"and", "or"', '« and »'],
  ['Patient', 'gender eq male and', 19, 'a filter', 'un filtre'],
  ['Patient', 'gender eq male and and active eq true', 20, 'a filter', 'un filtre'],
  ['Patient', 'or gender eq male', 1, 'a filter', 'un filtre'],
  ['Patient', 'not', 4, 'a filter', 'un filtre'],
  ['Patient', '1a eq b', 1, 'a filter', 'un filtre'],
  ['Patient', 'name.', 6, 'the name of a parameter', 'le nom d’un paramètre'],
  ['Patient', 'organization[name eq x] eq y', 24, '"." and a name after "]"', 'après « ] »'],
  ['Patient', `${'('.repeat(21)}gender eq male${')'.repeat(21)}`, 22, 'at most 20 levels', 'au plus 20 niveaux'],
  ['Patient', Array(101).fill('_id eq x').join(' or '), 1201, 'at most 100 tests', 'au plus 100 tests'],
  ['Patient', `name eq "${'x'.repeat(8_000)}"`, 8_000, 'at most 8000 characters', 'au plus 8000 caractères'],
  ['Patient', 'bogus eq x', 1, 'no search parameter "bogus"', 'pas de paramètre'],
  ['Patient', 'gender eq male and birthDate gt 1970', 20, 'Did you mean "birthdate"', 'Vouliez-vous dire'],
  ['Patient', '_query eq x', 1, 'no named queries', 'pas de requêtes nommées'],
  ['Patient', '_filter eq x', 1, 'modifier', 'modificateur'],
  ['Patient', 'gender:not eq male', 1, '":not"', '« :not »'],
  ['Patient', 'gender co ma', 8, '"co" is not for gender in _filter. It takes eq ne ss sb in ni pr', 'Il prend eq ne'],
  ['Patient', 'identifier ne x', 12, '"ne" is not for identifier', '« ne » n’est pas pour identifier'],
  ['Patient', 'birthdate sw 19', 11, 'eq ne gt lt ge le sa eb ap co po pr', 'Il prend'],
  ['Patient', 'name sa x', 6, 'eq ne co sw ew', 'Il prend'],
  ['Patient', 'name ap x', 6, 'eq ne co sw ew', 'Il prend'],
  ['Patient', 'organization eq Organization/chu', 14, 'It takes re pr', 'Il prend re pr'],
  ['Observation', 'value-quantity co 5', 16, '"co" is not for value-quantity', 'Il prend'],
  ['Observation', 'component-code-value-quantity gt 8480-6$5', 31, 'It takes eq', 'Il prend eq'],
  ['Patient', '_list eq list', 7, '"eq" is not for _list', 'Il prend -'],
  ['Patient', '_content co x', 10, '"co" is not for _content', 'Il prend -'],
  ['Patient', '_lastUpdated co 2024', 14, '"co" is not for _lastUpdated', 'Il prend'],
  ['Patient', 'birthdate ge yesterday', 14, 'birthdate=yesterday: expected a date such as', 'attendu une date'],
  ['Patient', 'birthdate ge ge1970', 14, 'birthdate=ge1970', 'attendu une date'],
  ['Patient', '_lastUpdated ge x', 17, 'a date such as', 'une date'],
  ['Observation', 'value-quantity eq 5|kg', 19, 'a quantity such as', 'une quantité'],
  ['MolecularSequence', 'window-start eq x', 17, 'a number such as', 'un nombre'],
  ['Patient', 'name pr yes', 9, 'true or false', 'true ou false'],
  ['Patient', 'active eq yes', 11, 'true or false', 'true ou false'],
  ['Patient', 'name eq "-"', 9, 'a text', 'un texte'],
  ['Observation', 'code in http://nowhere.example/vs', 9, 'not all codes', 'ne sont pas tous connus'],
  ['Observation', 'code ss loinc|29463-7', 9, 'not all codes', 'ne sont pas tous connus'],
  ['Observation', 'subject re Organization/chu', 12, 'a reference to', 'une référence à'],
  ['Observation', 'status.name eq x', 1, 'a path through "status"', 'un chemin par'],
  ['Group', 'characteristic.value eq x', 1, 'characteristic[code eq x].value eq y', 'attendu characteristic[code'],
  ['Group', 'characteristic[value eq x].value eq x', 1, 'characteristic[code eq x].value eq y', 'attendu'],
  ['Group', 'characteristic[code eq x].code eq x', 1, 'characteristic[code eq x].value eq y', 'attendu'],
  ['Group', 'characteristic[code eq x].value ne x', 1, 'characteristic[code eq x].value eq y', 'attendu'],
  ['DocumentReference', 'relatesTo[code eq x].target eq x', 1, 'relatesTo[code eq x].target re y', 'attendu'],
  ['DocumentReference', 'relatesTo[code eq x].target re a b', 34, '"and", "or"', '« and »'],
  ['DocumentReference', 'relatesTo eq x', 1, 'no search parameter', 'pas de paramètre'],
  ['Observation', 'subject.bogus eq x', 9, 'no search parameter "bogus"', 'pas de paramètre'],
  ['Observation', 'subject:Organization.name eq x', 1, '":Organization"', 'modificateur'],
  ['Provenance', 'target.identifier eq x', 1, 'Say which: target:', 'Précisez : target:'],
  ['Observation', `${'derived-from:Observation.'.repeat(11)}code eq x`, 276, 'at most 10 links', 'au plus 10 maillons'],
];

async function faults(type: string, query: string, lenient = false) {
  try {
    await find(store, type, query, { lenient });
    return [];
  } catch (error) {
    if (error instanceof FaultError) return error.faults;
    throw error;
  }
}

t.test('refused with the position, in both languages', async (t) => {
  for (const [type, expression, at, en, fr] of REFUSALS) {
    const [fault, ...more] = await faults(type, `_filter=${encodeURIComponent(expression)}`);
    const name = expression.length > 60 ? `${expression.slice(0, 60)}…` : expression;
    t.same([fault?.detail, fault?.expression, more], ['search-filter', 'http._filter', []], name);
    t.ok(fault?.text.en.startsWith(`_filter, position ${at}: `), `${name}: ${fault?.text.en}`);
    t.ok(fault?.text.fr.startsWith(`_filter, position ${at} : `), `${name} : ${fault?.text.fr}`);
    t.ok(fault?.text.en.includes(en), `${name}: ${fault?.text.en}`);
    t.ok(fault?.text.fr.includes(fr), `${name} : ${fault?.text.fr}`);
  }
  t.equal((await faults('Patient', '_filter='))[0]?.detail, 'search-value-empty');
  t.equal((await faults('Patient', '_filter:not=a eq b'))[0]?.detail, 'search-modifier');
  t.equal((await faults('Patient', '_filter=bogus eq b', true))[0]?.detail, 'search-filter', 'lenient or not');
  t.equal((await faults('Patient', '_filter=bogus eq b&nmae=x')).length, 2, 'with all else that is wrong');
});

t.test('any text is an expression or is refused at a place within it', async () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '.',
    '"',
    '\\',
    ' ',
    'and',
    'or',
    'not',
    'name',
    'eq',
    'pr',
    ':',
    'x',
    'é',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 60 }).map((p) => p.join('')),
  );
  fc.assert(
    fc.property(text, (t) => {
      const read = readFilter(t);
      return !isMisread(read) || (read.at >= 1 && read.at <= t.length + 1);
    }),
    { numRuns: 2_000 },
  );
});
