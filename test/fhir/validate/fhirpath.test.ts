import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { compile } from '../../../src/fhir/validate/fhirpath/compile.ts';
import { compileInvariant } from '../../../src/fhir/validate/fhirpath/logic.ts';
import { parse, UnsupportedFhirPath } from '../../../src/fhir/validate/fhirpath/parse.ts';
import { Run } from '../../../src/fhir/validate/run.ts';
import { Shapes } from '../../../src/fhir/validate/shape.ts';

const shape = new Shapes(loadDefinitions()).type('Patient');
if (shape === undefined) throw new Error('no Patient');
const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [
    { family: 'A', given: ['B', 'C'] },
    { family: 'D', given: ['B'] },
  ],
  _birthDate: { extension: [{ url: 'x', valueCode: 'y' }] },
  multipleBirthInteger: 3,
  deceasedBoolean: false,
  contact: [{ name: { text: 'x' }, period: { start: '2026-01', end: '2026-02-01' } }],
  extension: [{ url: 'http://e.org/a', valueString: 'v' }],
};

function value(expression: string): unknown {
  const scope = {
    self: [shape as NonNullable<typeof shape>],
    context: [shape as NonNullable<typeof shape>],
    resource: [shape as NonNullable<typeof shape>],
  };
  const run = new Run();
  run.resource = run.root = patient;
  run.context = patient;
  return compile(parse(expression), scope).eval(patient, run);
}

const table: readonly [string, readonly unknown[]][] = [
  ['1 + 2 * 3', [7]],
  ['(1 + 2) * 3', [9]],
  ['7 div 2 + 7 mod 2', [4]],
  ['-2 + 3', [1]],
  ['1 / 0', []],
  ["'a' + 'b'", ['ab']],
  ["'a' & {} & 'b'", ['ab']],
  ['1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3', [true]],
  ["'a' < 'b'", [true]],
  ["1 < 'b'", []],
  ['true xor false', [true]],
  ['true xor {}', []],
  ['false implies {}', [true]],
  ['{} implies true', [true]],
  ['true implies {}', []],
  ['{} and false', [false]],
  ['{} or true', [true]],
  ['{} = 1', []],
  ['name.given', ['B', 'C', 'B']],
  ['name.given.distinct()', ['B', 'C']],
  ['name.given.isDistinct()', [false]],
  ['name.family | name.given', ['A', 'D', 'B', 'C']],
  ['Patient.name.first().family', ['A']],
  ['name.last().family', ['D']],
  ['name[1].family', ['D']],
  ['name[5].family', []],
  ['name.tail().family', ['D']],
  ['name.skip(1).family', ['D']],
  ['name.take(1).family', ['A']],
  ["name.where(given = 'B').family", ['D']],
  ["name.exists(family = 'D')", [true]],
  ["name.all(given contains 'B')", [true]],
  ["name.select(family & '!')", ['A!', 'D!']],
  ['name.count()', [2]],
  ["'B' in name.given", [true]],
  ['{} in name.given', []],
  ["name.given.intersect('B' | 'X')", ['B']],
  ["name.given.exclude('B')", ['C']],
  ['name.family.combine(name.family).count()', [4]],
  ["('B' | 'C').subsetOf(name.given)", [true]],
  ["name.given.supersetOf('C')", [true]],
  ['birthDate.exists()', [true]],
  ['birthDate.hasValue()', [false]],
  ["birthDate = '2026'", [false]],
  ['multipleBirth', [3]],
  ['multipleBirth is integer', [true]],
  ['multipleBirth is boolean', [false]],
  ['multipleBirth.ofType(boolean)', []],
  ['(multipleBirth as integer) > 2', [true]],
  ['deceased', [false]],
  ['deceased.not()', [true]],
  ['contact.period.start < contact.period.end', [true]],
  ["iif(name.exists(), 'a', 'b')", ['a']],
  ["iif(photo.exists(), 'a', 'b')", ['b']],
  ["'abcdef'.substring(1, 3)", ['bcd']],
  ["'abc'.substring(5)", []],
  ["'abc'.startsWith('a') and 'abc'.endsWith('c') and 'abc'.contains('b')", [true]],
  ["'abc'.matches('^[a-c]+$')", [true]],
  ["'a.b'.replaceMatches('\\\\.', '-')", ['a-b']],
  ["'aXa'.replace('X', '')", ['aa']],
  ["'abc'.length() + 'abc'.indexOf('c')", [5]],
  ["'Ab'.lower() & 'Ab'.upper() & ' x '.trim()", ['abABx']],
  ["'12'.toInteger() + 1", [13]],
  ["'x'.toInteger()", []],
  ["'1.5'.toDecimal()", [1.5]],
  ['3.toString()', ['3']],
  ["'it\\'s \\u00e9'", ["it's é"]],
  ['%resource.id = %context.id', [true]],
  ['%ucum', ['http://unitsofmeasure.org']],
  ["extension('http://e.org/a').value", ['v']],
  ['`name`.count()', [2]],
  ['$this.id', ['p1']],
  ["descendants().where($this = 'A').count()", [1]],
  ['children().count()', [8]],
  ["name.trace('x').count()", [2]],
];

t.test('evaluates', async (t) => {
  for (const [expression, expected] of table) t.same(value(expression), expected, expression);
});

t.test('an invariant is broken when it is false, not when it is empty', async (t) => {
  const broken = (expression: string) => {
    const run = new Run();
    return compileInvariant(expression, [shape])(patient, run);
  };
  t.equal(broken('name.exists()'), false);
  t.equal(broken('name.empty()'), true);
  t.equal(broken("gender = 'male'"), false, 'no gender');
  t.equal(broken("gender = 'male' and name.empty()"), true);
  t.equal(broken('deceased'), true);
  t.equal(broken('id'), false, 'a single item that is no boolean counts as true');
});

t.test('says what it does not know', async (t) => {
  for (const expression of [
    "x.memberOf('y')",
    '@2026-01-01',
    '%unknown',
    'name.(',
    "'open",
    '$index',
    'a b',
    '1 +',
    'ofType()',
    "5 'mg'",
    'toString.constructor()',
    '__proto__()',
  ]) {
    let found: unknown;
    try {
      compile(parse(expression), { self: [shape], context: [shape], resource: [shape] });
    } catch (error) {
      found = error;
    }
    t.ok(found instanceof UnsupportedFhirPath, expression);
  }
});
