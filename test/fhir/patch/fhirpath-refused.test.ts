// FHIRPath Patch: what does not fit the resource (422), and what cannot be read (400).
import t from 'tap';
import { FaultError } from '../../../src/kernel/fault.ts';
import {
  add,
  code,
  insert,
  move,
  number,
  O,
  operation,
  P,
  patched,
  remove,
  replace,
  TWO,
  text,
  value,
} from './operations.ts';

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
      t.equal(fault?.detail, code, fault?.text.en ?? '');
      t.equal(fault?.kind, 'business-rule');
    }
    t.ok(performance.now() - started < 500, 'in bounded time');
  });
}

const MALFORMED: readonly (readonly [name: string, operation: string])[] = [
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
      t.fail(patched(P(''), op));
    } catch (e) {
      t.type(e, FaultError, String(e));
      const [fault] = (e as FaultError).faults;
      t.equal(fault?.detail, 'patch-malformed');
      t.match(fault?.expression, /^Parameters\.parameter/);
    }
  });
}
