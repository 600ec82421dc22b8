// FHIRPath Patch: what each operation does, which paths are taken, what is refused. https://hl7.org/fhir/R4/fhirpatch.html
import t from 'tap';
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { readJson, withDigits } from '../../../src/fhir/json.ts';
import { applyPatch, fhirPathPatch } from '../../../src/fhir/patch/index.ts';
import { FaultError } from '../../../src/kernel/fault.ts';

const definitions = await loadDefinitions();

type Part = Readonly<Record<string, unknown>> & { readonly name: string };

/** Parts of an operation, as text, so that digits can be seen. */
function operation(parts: readonly (Part | string)[]): string {
  const text = parts.map((p) => (typeof p === 'string' ? p : JSON.stringify(p)));
  return `{"name":"operation","part":[${text.join(',')}]}`;
}

const code = (name: string, valueCode: string): Part => ({ name, valueCode });
const text = (name: string, valueString: string): Part => ({ name, valueString });
const number = (name: string, valueInteger: number): Part => ({ name, valueInteger });
const value = (more: Readonly<Record<string, unknown>>): Part => ({ name: 'value', ...more });

const add = (path: string, name: string, v: Part | string) =>
  operation([code('type', 'add'), text('path', path), text('name', name), v]);
const insert = (path: string, index: number, v: Part | string) =>
  operation([code('type', 'insert'), text('path', path), number('index', index), v]);
const remove = (path: string) => operation([code('type', 'delete'), text('path', path)]);
const replace = (path: string, v: Part | string) => operation([code('type', 'replace'), text('path', path), v]);
const move = (path: string, source: number, destination: number) =>
  operation([code('type', 'move'), text('path', path), number('source', source), number('destination', destination)]);

function patched(resource: string, ...operations: readonly string[]): string {
  const parameters = readJson(`{"resourceType":"Parameters","parameter":[${operations.join(',')}]}`);
  const result = applyPatch(definitions, fhirPathPatch(parameters), readJson(resource));
  return withDigits(result, () => JSON.stringify(result.value));
}

const P = (rest: string) => `{"resourceType":"Patient"${rest === '' ? '' : `,${rest}`}}`;
const O = (rest: string) => `{"resourceType":"Observation"${rest === '' ? '' : `,${rest}`}}`;
const TWO = '"name":[{"use":"official","family":"A","given":["x","y"]},{"use":"usual","given":["z"]}]';

type Line = readonly [name: string, before: string, operation: string | readonly string[], after: string];

const LINES: readonly Line[] = [
  [
    'adds a primitive',
    P(''),
    add('Patient', 'birthDate', value({ valueDate: '1930-01-01' })),
    P('"birthDate":"1930-01-01"'),
  ],
  [
    'adds to a list that is not there',
    P(''),
    add('Patient', 'name', value({ valueHumanName: { family: 'A' } })),
    P('"name":[{"family":"A"}]'),
  ],
  [
    'adds at the end of a list',
    P(TWO),
    add('Patient', 'name', value({ valueHumanName: { text: 'n' } })),
    P(TWO.replace(/\]$/, ',{"text":"n"}]')),
  ],
  [
    'adds below an element',
    P('"name":[{"family":"A"}]'),
    add('Patient.name', 'given', value({ valueString: 'x' })),
    P('"name":[{"family":"A","given":["x"]}]'),
  ],
  [
    'adds a choice by its type',
    P(''),
    add('Patient', 'deceased', value({ valueBoolean: true })),
    P('"deceasedBoolean":true'),
  ],
  [
    'adds a value that has a type of its own',
    O(''),
    add('Observation', 'value', value({ valueQuantity: { value: 1 } })),
    O('"valueQuantity":{"value":1}'),
  ],
  [
    'adds what has no type by its parts',
    P(''),
    add(
      'Patient',
      'contact',
      value({
        part: [
          { name: 'name', valueHumanName: { text: 'n' } },
          { name: 'gender', valueCode: 'female' },
          { name: 'telecom', valueContactPoint: { value: '1' } },
          { name: 'telecom', valueContactPoint: { value: '2' } },
        ],
      }),
    ),
    P('"contact":[{"name":{"text":"n"},"gender":"female","telecom":[{"value":"1"},{"value":"2"}]}]'),
  ],
  [
    'adds a resource',
    P(''),
    add('Patient', 'contained', value({ resource: { resourceType: 'Basic', id: 'b' } })),
    P('"contained":[{"resourceType":"Basic","id":"b"}]'),
  ],
  [
    'adds an extension to a primitive',
    P('"birthDate":"1930"'),
    add('Patient.birthDate', 'extension', value({ valueExtension: { url: 'urn:x', valueString: 'y' } })),
    P('"birthDate":"1930","_birthDate":{"extension":[{"url":"urn:x","valueString":"y"}]}'),
  ],
  [
    'adds a primitive with its extension',
    P(''),
    add('Patient', 'birthDate', value({ valueDate: '1930', _valueDate: { id: 'i' } })),
    P('"birthDate":"1930","_birthDate":{"id":"i"}'),
  ],
  [
    'adds a primitive that is only an extension',
    P(''),
    add('Patient', 'birthDate', value({ _valueDate: { id: 'i' } })),
    P('"_birthDate":{"id":"i"}'),
  ],
  [
    'keeps lists of primitives and their extensions in step',
    P('"name":[{"given":["a","b"],"_given":[null,{"id":"b"}]}]'),
    insert('Patient.name[0].given', 0, value({ valueString: 'z' })),
    P('"name":[{"given":["z","a","b"],"_given":[null,null,{"id":"b"}]}]'),
  ],
  [
    'adds an extension beside primitives that have none',
    P('"name":[{"given":["a","b"]}]'),
    add('Patient.name[0]', 'given', value({ valueString: 'c', _valueString: { id: 'c' } })),
    P('"name":[{"given":["a","b","c"],"_given":[null,null,{"id":"c"}]}]'),
  ],

  [
    'inserts first',
    P(TWO),
    insert('Patient.name', 0, value({ valueHumanName: { text: 'n' } })),
    P(TWO.replace('[{"use":"official"', '[{"text":"n"},{"use":"official"')),
  ],
  [
    'inserts in between',
    P('"name":[{"given":["a","c"]}]'),
    insert('Patient.name.given', 1, value({ valueString: 'b' })),
    P('"name":[{"given":["a","b","c"]}]'),
  ],
  [
    'inserts last',
    P('"name":[{"given":["a"]}]'),
    insert('Patient.name.given', 1, value({ valueString: 'b' })),
    P('"name":[{"given":["a","b"]}]'),
  ],
  [
    'inserts into a list that is not there',
    P(''),
    insert('Patient.name', 0, value({ valueHumanName: { text: 'n' } })),
    P('"name":[{"text":"n"}]'),
  ],

  [
    'deletes a primitive, with its extension',
    P('"birthDate":"1930","_birthDate":{"id":"i"},"active":true'),
    remove('Patient.birthDate'),
    P('"active":true'),
  ],
  ['deletes an item', P(TWO), remove('Patient.name[0]'), P('"name":[{"use":"usual","given":["z"]}]')],
  [
    'deletes a primitive of a list',
    P(TWO),
    remove("Patient.name.where(use = 'official').given[0]"),
    P(TWO.replace('["x","y"]', '["y"]')),
  ],
  [
    'deletes the last item with its list',
    P('"name":[{"text":"n"}],"active":true'),
    remove('Patient.name'),
    P('"active":true'),
  ],
  [
    'deletes a choice',
    O('"valueQuantity":{"value":1},"status":"final"'),
    remove('Observation.value'),
    O('"status":"final"'),
  ],
  ['deletes nothing where nothing is', P('"active":true'), remove('Patient.birthDate'), P('"active":true')],
  ['deletes nothing where no item matches', P(TWO), remove("Patient.name.where(use = 'old')"), P(TWO)],

  [
    'replaces a primitive in its place',
    P('"birthDate":"1930","active":true'),
    replace('Patient.birthDate', value({ valueDate: '1931' })),
    P('"birthDate":"1931","active":true'),
  ],
  [
    'replaces a complex element',
    P(TWO),
    replace('Patient.name[1]', value({ valueHumanName: { text: 'n' } })),
    P(TWO.replace('{"use":"usual","given":["z"]}', '{"text":"n"}')),
  ],
  [
    'replaces below an element',
    P(TWO),
    replace("Patient.name.where(use='usual').given.first()", value({ valueString: 'w' })),
    P(TWO.replace('"z"', '"w"')),
  ],
  [
    'replaces a choice by another type, in its place',
    O('"valueQuantity":{"value":1},"status":"final"'),
    replace('Observation.value', value({ valueString: 'x' })),
    O('"valueString":"x","status":"final"'),
  ],
  [
    'replaces a primitive and forgets its extension',
    P('"birthDate":"1930","_birthDate":{"id":"i"}'),
    replace('Patient.birthDate', value({ valueDate: '1931' })),
    P('"birthDate":"1931"'),
  ],
  [
    'replaces an item and the extension beside it',
    P('"name":[{"given":["a","b"],"_given":[null,{"id":"b"}]}]'),
    replace('Patient.name.given[1]', value({ valueString: 'c' })),
    P('"name":[{"given":["a","c"]}]'),
  ],

  [
    'moves forward',
    P('"name":[{"given":["a","b","c"]}]'),
    move('Patient.name.given', 0, 2),
    P('"name":[{"given":["b","c","a"]}]'),
  ],
  [
    'moves backward',
    P('"name":[{"given":["a","b","c"]}]'),
    move('Patient.name.given', 2, 0),
    P('"name":[{"given":["c","a","b"]}]'),
  ],
  [
    'moves extensions with their primitives',
    P('"name":[{"given":["a","b"],"_given":[{"id":"a"}]}]'),
    move('Patient.name.given', 0, 1),
    P('"name":[{"given":["b","a"],"_given":[null,{"id":"a"}]}]'),
  ],
  [
    'moves to where it is',
    P('"name":[{"given":["a","b"]}]'),
    move('Patient.name.given', 1, 1),
    P('"name":[{"given":["a","b"]}]'),
  ],

  [
    'applies operations in order',
    P(''),
    [
      add('Patient', 'name', value({ valueHumanName: { text: 'n' } })),
      add('Patient.name[0]', 'family', value({ valueString: 'F' })),
      remove('Patient.name[0].text'),
    ],
    P('"name":[{"family":"F"}]'),
  ],
  [
    'keeps untouched digits',
    O(
      '"valueQuantity":{"value":72.00},"component":[{"valueQuantity":{"value":1.10}},{"valueQuantity":{"value":2.20}}]',
    ),
    remove('Observation.component[0]'),
    O('"valueQuantity":{"value":72.00},"component":[{"valueQuantity":{"value":2.20}}]'),
  ],
  [
    'keeps the digits of new values',
    O('"valueQuantity":{"unit":"kg"}'),
    add('Observation.value', 'value', '{"name":"value","valueDecimal":72.50}'),
    O('"valueQuantity":{"unit":"kg","value":72.50}'),
  ],
  [
    'keeps the digits inside new values',
    O(''),
    add('Observation', 'value', '{"name":"value","valueQuantity":{"value":1.0}}'),
    O('"valueQuantity":{"value":1.0}'),
  ],
];
for (const [name, before, operations, after] of LINES) {
  t.test(name, async (t) => t.equal(patched(before, ...[operations].flat()), after));
}

const CODED = O(
  '"code":{"coding":[{"system":"s","code":"1"},{"system":"s","code":"2","userSelected":true}]},"component":[{"code":{"text":"a"},"valueQuantity":{"value":1.50}},{"code":{"text":"b"},"valueString":"x"}]',
);

/** The path names exactly this value. */
const PATHS: readonly (readonly [path: string, before: string, found: string])[] = [
  ['Observation.code.coding[0]', CODED, '{"system":"s","code":"1"}'],
  ['code.coding[0]', CODED, '{"system":"s","code":"1"}'],
  ['Resource.code.coding[0]', CODED, '{"system":"s","code":"1"}'],
  ['DomainResource.code.coding[1].code', CODED, '"2"'],
  ['Observation.code.coding.last()', CODED, '{"system":"s","code":"2","userSelected":true}'],
  ['Observation.code.coding.first().single()', CODED, '{"system":"s","code":"1"}'],
  ["Observation.code.coding.where(code = '2')", CODED, '{"system":"s","code":"2","userSelected":true}'],
  ["Observation.code.coding.where(system='s' and code='1')", CODED, '{"system":"s","code":"1"}'],
  ['Observation.code.coding.where(userSelected = true)', CODED, '{"system":"s","code":"2","userSelected":true}'],
  ["Observation.component.where(code.text = 'b').value", CODED, '"x"'],
  ['Observation.component.where(value.value = 1.5).code.text', CODED, '"a"'],
  ['Observation.component.value.ofType(string)', CODED, '"x"'],
  ['Observation.component.value.ofType(FHIR.Quantity).value', CODED, '1.50'],
  ['  Observation . component [ 1 ] . code  ', CODED, '{"text":"b"}'],
  ["Patient.extension('urn:x').value", P('"extension":[{"url":"urn:x","valueString":"y"},{"url":"urn:z"}]'), '"y"'],
  [
    "Patient.birthDate.extension('urn:x').value",
    P('"birthDate":"1930","_birthDate":{"extension":[{"url":"urn:x","valueCode":"c"}]}'),
    '"c"',
  ],
  ["Patient.name.where(text = 'l\\'\\u00e9t\\u00e9')", P('"name":[{"text":"l\'été"}]'), '{"text":"l\'été"}'],
  ['Patient.contact.name.`family`', P('"contact":[{"name":{"family":"F"}}]'), '"F"'],
  ['Patient.contained[0].status', P('"contained":[{"resourceType":"Observation","status":"final"}]'), '"final"'],
  [
    'Questionnaire.item[0].item[0].linkId',
    '{"resourceType":"Questionnaire","item":[{"linkId":"1","item":[{"linkId":"1.1"}]}]}',
    '"1.1"',
  ],
];
for (const [path, before, found] of PATHS) {
  t.test(`${path} names ${found}`, async (t) => {
    const after = patched(before, remove(path));
    t.equal(after.length < before.length, true);
    t.equal(before.includes(found), true);
    const count = (s: string) => s.split(found).length - 1;
    t.equal(count(after), count(before) - 1, after);
  });
}

const REFUSED: readonly (readonly [name: string, before: string, operation: string, code: string])[] = [
  ['a path to several', P(TWO), remove('Patient.name'), 'patch-path-several'],
  [
    'a replacement of several',
    P(TWO),
    replace('Patient.name.given', value({ valueString: 'x' })),
    'patch-path-several',
  ],
  ['a list in two places', P(TWO), insert('Patient.name.given', 0, value({ valueString: 'x' })), 'patch-path-several'],
  ['single() of several', P(TWO), remove('Patient.name.single()'), 'patch-path-several'],
  ['a replacement of nothing', P(''), replace('Patient.birthDate', value({ valueDate: '1930' })), 'patch-path'],
  ['an addition below nothing', P(''), add('Patient.maritalStatus', 'text', value({ valueString: 'x' })), 'patch-path'],
  [
    'an addition of what is there',
    P('"birthDate":"1930"'),
    add('Patient', 'birthDate', value({ valueDate: '1931' })),
    'patch-add-there',
  ],
  [
    'an addition of a choice that is there with another type',
    O('"valueString":"x"'),
    add('Observation', 'value', value({ valueBoolean: true })),
    'patch-add-there',
  ],
  ['an element that R4 does not have', P(''), add('Patient', 'shoeSize', value({ valueInteger: 42 })), 'patch-element'],
  [
    'an element by its JSON name',
    O(''),
    add('Observation', 'valueQuantity', value({ valueQuantity: {} })),
    'patch-element',
  ],
  ['__proto__', P(''), add('Patient', '__proto__', value({ valueString: 'x' })), 'patch-element'],
  ['constructor', P(''), replace('Patient.constructor', value({ valueString: 'x' })), 'patch-path'],
  [
    'an index beyond the list',
    P('"name":[{"text":"n"}]'),
    insert('Patient.name', 2, value({ valueHumanName: {} })),
    'patch-index',
  ],
  ['a move from beyond the list', P(TWO), move('Patient.name', 2, 0), 'patch-index'],
  ['a move to beyond the list', P(TWO), move('Patient.name', 0, 2), 'patch-index'],
  [
    'a list that is none',
    P('"birthDate":"1930"'),
    insert('Patient.birthDate', 0, value({ valueDate: '1930' })),
    'patch-path-list',
  ],
  ['an insertion at an item', P(TWO), insert('Patient.name[0]', 0, value({ valueHumanName: {} })), 'patch-path-list'],
  ['a deletion of the resource', P(''), remove('Patient'), 'patch-whole'],
  [
    'a replacement of the resource',
    P(''),
    replace('Patient', value({ resource: { resourceType: 'Patient' } })),
    'patch-whole',
  ],
  ['another type', P(''), remove('Observation.status'), 'patch-path'],
  [
    'a choice given in parts',
    O(''),
    add('Observation', 'value', value({ part: [{ name: 'value', valueDecimal: 1 }] })),
    'patch-value',
  ],
  ['a function', P(TWO), remove("Patient.name.where(given.matches('(a+)+$'))"), 'patch-path-beyond'],
  ['a union', P(TWO), remove('Patient.name | Patient.contact'), 'patch-path-beyond'],
  ['arithmetic', P(TWO), remove('Patient.name[1 - 1]'), 'patch-path-beyond'],
  ['descendants()', P(TWO), remove('Patient.descendants()'), 'patch-path-beyond'],
  ['repeat()', P(TWO), remove('Patient.repeat(contained)'), 'patch-path-beyond'],
  ['or', P(TWO), remove("Patient.name.where(use = 'a' or use = 'b')"), 'patch-path-beyond'],
  ['%resource', P(TWO), remove('%resource.name'), 'patch-path-beyond'],
  ['parentheses without end', P(TWO), remove(`${'('.repeat(20_000)}Patient`), 'patch-path-beyond'],
  ['a very long path', P(TWO), remove(`Patient${'.name'.repeat(1000)}`), 'patch-path-beyond'],
  ['a text that never ends', P(TWO), remove(`Patient.name.where(use = '${'\\'.repeat(999)}`), 'patch-path-beyond'],
  ['an empty path', P(''), remove(' '), 'patch-path-beyond'],
  ['a path that ends with a dot', P(''), remove('Patient.'), 'patch-path-beyond'],
  ['a path with a remainder', P(''), remove('Patient name'), 'patch-path-beyond'],
];
for (const [name, before, op, code] of REFUSED) {
  t.test(`refuses ${name}`, async (t) => {
    const started = performance.now();
    try {
      t.fail(patched(before, op));
    } catch (e) {
      t.type(e, FaultError, String(e));
      const [fault] = (e as FaultError).faults;
      t.equal(fault?.detail, code, fault?.text.en ?? "");
      t.equal(fault?.kind, 'business-rule');
    }
    t.ok(performance.now() - started < 500, 'in bounded time');
  });
}

const MALFORMED: readonly (readonly [name: string, operation: string])[] = [
  ['no operation', ''],
  ['a parameter of another name', '{"name":"patch","part":[]}'],
  ['no type', operation([text('path', 'Patient')])],
  ['an unknown type', operation([code('type', 'merge'), text('path', 'Patient')])],
  ['no path', operation([code('type', 'delete')])],
  ['two paths', operation([code('type', 'delete'), text('path', 'a'), text('path', 'b')])],
  ['no value', operation([code('type', 'replace'), text('path', 'Patient.id')])],
  ['a value that is empty', operation([code('type', 'replace'), text('path', 'Patient.id'), value({})])],
  ['no name', operation([code('type', 'add'), text('path', 'Patient'), value({ valueString: 'x' })])],
  ['no index', operation([code('type', 'insert'), text('path', 'Patient.name'), value({ valueHumanName: {} })])],
  ['a negative index', insert('Patient.name', -1, value({ valueHumanName: {} }))],
  ['no destination', operation([code('type', 'move'), text('path', 'Patient.name'), number('source', 1)])],
  ['a part too many', operation([code('type', 'delete'), text('path', 'Patient.name'), number('index', 1)])],
];
for (const [name, op] of MALFORMED) {
  t.test(`cannot read ${name}`, async (t) => {
    try {
      t.fail(patched(P(''), ...(op === '' ? [] : [op])));
    } catch (e) {
      t.type(e, FaultError, String(e));
      const [fault] = (e as FaultError).faults;
      t.equal(fault?.detail, 'patch-malformed');
      t.match(fault?.expression, /^Parameters\.parameter/);
    }
  });
}
