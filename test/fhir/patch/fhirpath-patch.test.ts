// FHIRPath Patch: what each operation does, and which paths are taken. https://hl7.org/fhir/R4/fhirpatch.html
import t from 'tap';
import { add, insert, move, O, P, patched, remove, replace, TWO, value } from './operations.ts';

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
  [
    'deletes an element that has nothing left',
    P('"contact":[{"gender":"male"},{"name":{"text":"n"},"gender":"male"}],"active":true'),
    remove('Patient.contact[1].name.text'),
    P('"contact":[{"gender":"male"},{"gender":"male"}],"active":true'),
  ],
  [
    'deletes all that has nothing left, whatever found it',
    P('"contact":[{"name":{"text":"n"}},{"gender":"male"}]'),
    remove("Patient.contact.where(name.text = 'n').name.text"),
    P('"contact":[{"gender":"male"}]'),
  ],
  [
    'deletes the last thing in an extension of a primitive',
    P('"birthDate":"1930","_birthDate":{"extension":[{"url":"u","valueString":"v"}]}'),
    remove("Patient.birthDate.extension.where(url = 'u')"),
    P('"birthDate":"1930"'),
  ],
  [
    'deletes the last thing in an extension of a primitive in a list',
    P('"name":[{"given":["a","b"],"_given":[null,{"extension":[{"url":"u","valueString":"v"}]}]}]'),
    remove('Patient.name.given[1].extension[0]'),
    P('"name":[{"given":["a","b"]}]'),
  ],
  [
    'deletes a primitive that was its extension',
    P('"_birthDate":{"extension":[{"url":"u","valueString":"v"}]},"active":true'),
    remove('Patient.birthDate.extension'),
    P('"active":true'),
  ],
  ['changes nothing without operations', P(TWO), [], P(TWO)],
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
