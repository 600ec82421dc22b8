import t from 'tap';
import { extended, faultsOf, type Json, lines, observation, validator } from './check.ts';

const quantity = { value: 72.4, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' };
const coding = { system: 'http://loinc.org', code: '1' };
const note = { extension: [{ url: 'http://example.org/why', valueString: 'x' }] };

const good: readonly [string, unknown][] = [
  ['a minimal Observation', observation()],
  ['a resource without any element', { resourceType: 'Patient' }],
  ['a choice of each kind', observation({ effectiveDateTime: '2026-01-31', valueQuantity: quantity })],
  [
    'a backbone element and content by reference',
    observation({ component: [{ code: { text: 'x' }, referenceRange: [{ text: 'y' }] }] }),
  ],
  [
    'a primitive with extensions beside its value',
    { resourceType: 'Patient', birthDate: '1950-01-01', _birthDate: note },
  ],
  ['a primitive with extensions only', { resourceType: 'Patient', _birthDate: note }],
  ['a required primitive with extensions only', observation({ status: undefined, _status: note })],
  [
    'lists of primitives with null where the other has something',
    { resourceType: 'Patient', name: [{ given: ['A', null], _given: [null, note] }] },
  ],
  ['a list of primitives that is only extensions', { resourceType: 'Patient', name: [{ _given: [note] }] }],
  ['a choice whose one value has extensions', observation({ valueString: 'x', _valueString: note })],
  ['a choice that is only extensions', observation({ _valueString: note })],
  ['element ids', observation({ code: { id: 'a', text: 'x' } })],
  [
    'an extension with extensions',
    { resourceType: 'Patient', extension: [{ url: 'http://e.org/x', extension: [{ url: 'a', valueCode: 'b' }] }] },
  ],
  ['resources inside resources', { resourceType: 'Bundle', type: 'collection', entry: [{ resource: observation() }] }],
  [
    'parameters of every kind',
    {
      resourceType: 'Parameters',
      parameter: [
        { name: 'a', valueDate: '2026-01-01' },
        { name: 'b', resource: observation() },
        { name: 'c', part: [{ name: 'd', valueCode: 'e' }] },
      ],
    },
  ],
];

t.test('accepts', async (t) => {
  for (const [what, resource] of good) t.same(faultsOf(resource), [], what);
});

const bad: readonly [string, unknown, readonly string[]][] = [
  ['an unknown element', observation({ valeur: 1 }), ['unknown-element Observation.valeur']],
  ['an unknown element below', observation({ code: { txt: 'x' } }), ['unknown-element Observation.code.txt']],
  [
    'an unknown element in a list',
    observation({ component: [{ code: { text: 'a' } }, { code: { text: 'b' }, foo: 1 }] }),
    ['unknown-element Observation.component[1].foo'],
  ],
  ['a key that is no name', observation({ 'a b': 1 }), ['unknown-element Observation']],
  [
    'a key that JavaScript treats in its own way',
    JSON.parse('{"resourceType":"Patient","__proto__":{"admin":true},"constructor":1}'),
    ['unknown-element Patient.__proto__', 'unknown-element Patient.constructor'],
  ],
  [
    'extensions of a complex element in the form of primitives',
    observation({ _code: note }),
    ['unknown-element Observation._code'],
  ],
  ['a missing element', observation({ status: undefined }), ['missing-element Observation.status']],
  [
    'several missing elements',
    { resourceType: 'Observation' },
    ['missing-element Observation.status', 'missing-element Observation.code'],
  ],
  [
    'a missing element below',
    observation({ component: [{ valueString: 'x' }] }),
    ['missing-element Observation.component[0].code'],
  ],
  [
    'a missing choice',
    { resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject: { display: 'x' } },
    ['missing-element MedicationRequest.medication'],
  ],
  ['one where a list is due', observation({ category: { text: 'x' } }), ['list-expected Observation.category']],
  ['a list where one is due', observation({ code: [{ text: 'x' }] }), ['object-expected Observation.code']],
  ['a list where one primitive is due', observation({ status: ['final'] }), ['single-expected Observation.status']],
  ['a text where an object is due', observation({ code: '29463-7' }), ['object-expected Observation.code']],
  ['an object where a text is due', observation({ status: { value: 'final' } }), ['bad-format Observation.status']],
  [
    'a number as text',
    observation({ valueQuantity: { value: '72.4' } }),
    ['bad-format Observation.value.ofType(Quantity).value'],
  ],
  ['a text as number', observation({ valueString: 5 }), ['bad-format Observation.value.ofType(string)']],
  ['null for an object', observation({ code: null }), ['object-expected Observation.code']],
  ['null for a primitive', observation({ status: null }), ['null Observation.status']],
  ['null for a list', observation({ category: null }), ['list-expected Observation.category']],
  ['null in a list of objects', observation({ category: [null] }), ['object-expected Observation.category[0]']],
  [
    'null in a list of primitives without extensions',
    { resourceType: 'Patient', name: [{ given: ['A', null] }] },
    ['null Patient.name[0].given[1]'],
  ],
  [
    'null on both sides',
    { resourceType: 'Patient', name: [{ given: ['A', null], _given: [note, null] }] },
    ['null Patient.name[0].given[1]', 'object-expected Patient.name[0].given[1]'],
  ],
  [
    'lists of unlike length',
    { resourceType: 'Patient', name: [{ given: ['A', 'B'], _given: [note] }] },
    ['uneven-lists Patient.name[0].given'],
  ],
  ['an empty list', observation({ category: [] }), ['empty-list Observation.category']],
  ['an empty object', observation({ code: {} }), ['empty-element Observation.code']],
  ['an object with an id only', observation({ code: { id: 'a' } }), ['empty-element Observation.code']],
  [
    'an empty object in a list',
    observation({ note: [{}] }),
    ['empty-element Observation.note[0]', 'missing-element Observation.note[0].text'],
  ],
  ['an empty text', observation({ valueString: '' }), ['bad-format Observation.value.ofType(string)']],
  ['an element id with spaces', observation({ code: { id: 'a b', text: 'x' } }), ['bad-format Observation.code.id']],
  ['two values of a choice', observation({ valueString: 'x', valueInteger: 1 }), ['two-choices Observation.value']],
  [
    'two values of a choice, one of extensions only',
    observation({ valueString: 'x', _valueInteger: note }),
    ['two-choices Observation.value'],
  ],
  [
    'three values of a choice',
    observation({ valueString: 'x', valueInteger: 1, valueBoolean: true }),
    ['two-choices Observation.value'],
  ],
  [
    'a choice of a type that is not allowed',
    observation({ valueDecimal: 1 }),
    ['unknown-element Observation.valueDecimal'],
  ],
  ['a choice without its type', observation({ value: 1 }), ['unknown-element Observation.value']],
  [
    'extensions of a primitive that hold something else',
    { resourceType: 'Patient', birthDate: '1950', _birthDate: { value: '1950' } },
    ['unknown-element Patient.birthDate.value'],
  ],
  [
    'a fault in a Bundle',
    {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: observation() }, { resource: observation({ status: 'banana' }) }],
    },
    ['code-not-in-value-set Bundle.entry[1].resource.status'],
  ],
  [
    'a nested resource of no type',
    { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { id: 'x' } }] },
    ['resource-type-unknown Bundle.entry[0].resource'],
  ],
  [
    'an abstract type',
    { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { resourceType: 'DomainResource' } }] },
    ['resource-type-unknown Bundle.entry[0].resource'],
  ],
  [
    'a nested resource that is a list',
    { resourceType: 'Parameters', parameter: [{ name: 'a', resource: [] }] },
    ['object-expected Parameters.parameter[0].resource'],
  ],
];

t.test('refuses', async (t) => {
  for (const [what, resource, expected] of bad) t.same(faultsOf(resource), expected, what);
});

t.test('answers 400 to what is no resource, 422 to what is a bad one', async (t) => {
  for (const value of [
    null,
    undefined,
    1,
    'Patient',
    [],
    [observation()],
    {},
    { resourceType: 5 },
    { resourceType: 'Banana' },
    { resourceType: 'Resource' },
    { resourceType: '__proto__' },
  ]) {
    const faults = validator.validate(value);
    t.same(
      faults.map((f) => f.status),
      [400],
      JSON.stringify(value),
    );
  }
  t.same(
    validator.validate(observation({ foo: 1 })).map((f) => f.status),
    [422],
  );
  t.same(lines(validator.validate(observation(), 'Patient')), ['resource-type-other Observation']);
  t.same(
    validator.validate(observation(), 'Patient').map((f) => f.status),
    [400],
  );
  t.same(validator.validate(observation(), 'Observation'), []);
});

t.test('says in both languages what to do', async (t) => {
  for (const [what, resource] of bad) {
    for (const f of validator.validate(resource)) {
      t.ok(f.text.en.length > 20 && f.text.fr.length > 20 && f.text.en !== f.text.fr, what);
      t.match(f.text.en, /\.( \([a-z0-9-]+\))?$/, f.text.en);
      t.match(f.detail, /^[a-z0-9-]+$/);
    }
  }
});

/** Extensions in extensions: the only nesting without end in every type. */
function nested(levels: number): Json {
  let extension: Json = { url: 'http://example.org/x', valueCode: 'x' };
  for (let i = 1; i < levels; i++) extension = { url: 'http://example.org/x', extension: [extension] };
  return { resourceType: 'Patient', extension: [extension] };
}

t.test('limits', async (t) => {
  // The resource itself is the first of 100 levels.
  t.same(faultsOf(nested(99)), [], 'a hundred levels pass');
  t.match(faultsOf(nested(100)), [/^too-deep Patient/], 'one more does not');
  t.match(faultsOf(nested(20_000)), [/^too-deep Patient/], 'and twenty thousand do no harm');
  const many = observation({ note: Array.from({ length: 500_001 }, () => ({ text: 'x' })) });
  // The Observation, its code and its coding count too.
  t.same(faultsOf(many), ['too-many-elements Observation.note[499997]'], 'half a million elements');
  const faulty = observation({ note: Array.from({ length: 20_000 }, () => ({ txt: 'x' })) });
  t.equal(validator.validate(faulty).length, 100, 'a hundred faults are enough');
});

t.test('leaves the resource as it is', async (t) => {
  const resource = observation({ valueQuantity: quantity, category: [{ coding: [coding] }], foo: 1 });
  const before = JSON.stringify(resource);
  validator.validate(resource);
  t.equal(JSON.stringify(resource), before);
  t.doesNotThrow(() => validator.validate(Object.freeze(observation())));
});

t.test('takes every data type in an extension', async (t) => {
  for (const [json, value] of [
    ['valueAge', { value: 3, system: 'http://unitsofmeasure.org', code: 'a' }],
    ['valueTiming', { repeat: { frequency: 1, period: 1, periodUnit: 'd' } }],
    ['valueMoney', { value: 50, currency: 'EUR' }],
    ['valueSampledData', { origin: { value: 0 }, period: 10, dimensions: 1, data: '1 2 E' }],
    ['valueMeta', { tag: [coding] }],
    ['valueDosage', { text: 'x', doseAndRate: [{ doseQuantity: quantity }] }],
  ] as const) {
    t.same(faultsOf(extended(json, value)), [], json);
  }
  t.same(faultsOf(extended('valueTiming', { repeat: { periodUnit: 'fortnight' } })), [
    'code-not-in-value-set Basic.extension[0].value.ofType(Timing).repeat.periodUnit',
  ]);
});
