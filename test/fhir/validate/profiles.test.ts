// What profiles ask of elements: cardinality, types, values, bindings, rules, extensions of primitives.
import t from 'tap';
import { byUrl, type Case, coding, judge, KINDS, kg, pressure, profileUrl, weight } from './profile.ts';

const table: readonly Case[] = [
  [
    'min',
    [
      { id: 'Observation.subject', min: 1, max: '1' },
      { id: 'Observation.category', min: 2 },
    ],
    [{ subject: { display: 'x' }, category: [{ text: 'a' }, { text: 'b' }] }],
    [
      [{ category: [{ text: 'a' }, { text: 'b' }] }, 'profile-min Observation.subject'],
      [{ subject: { display: 'x' }, category: [{ text: 'a' }] }, 'profile-min Observation.category'],
    ],
  ],
  [
    'max',
    [
      { id: 'Observation.bodySite', max: '0' },
      { id: 'Observation.category', max: '1' },
      { id: 'Observation.value[x]', max: '0' },
    ],
    [{}, { category: [{ text: 'a' }] }],
    [
      [{ bodySite: { text: 'x' } }, 'profile-max Observation.bodySite'],
      [{ category: [{ text: 'a' }, { text: 'b' }] }, 'profile-max Observation.category'],
      [{ valueString: 'x' }, 'profile-max Observation.value'],
    ],
  ],
  [
    'min of a primitive that is extensions only',
    [{ id: 'Observation.issued', min: 1, max: '1' }],
    [{ issued: '2026-01-01T00:00:00Z' }, { _issued: { extension: [{ url: 'http://e.org/x', valueCode: 'x' }] } }],
    [[{}, 'profile-min Observation.issued']],
  ],
  [
    'types of a choice',
    [{ id: 'Observation.value[x]', max: '1', type: [{ code: 'Quantity' }, { code: 'string' }] }],
    [{ valueQuantity: kg }, { valueString: 'x' }, {}],
    [[{ valueInteger: 1 }, 'profile-type Observation.value.ofType(integer)']],
  ],
  [
    'a choice written in the old way',
    [{ id: 'Observation.valueQuantity', min: 1, max: '1', type: [{ code: 'Quantity' }] }],
    [{ valueQuantity: kg }],
    [[{ valueString: 'x' }, 'profile-min Observation.valueQuantity']],
  ],
  [
    'targets of a reference',
    [
      {
        id: 'Observation.subject',
        max: '1',
        type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Patient'] }],
      },
    ],
    [
      { subject: { reference: 'Patient/1' } },
      { subject: { identifier: { value: '1' } } },
      { subject: { reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' } },
    ],
    [
      [{ subject: { reference: 'Group/1' } }, 'reference-target Observation.subject.reference'],
      [{ subject: { type: 'Group', display: 'x' } }, 'reference-target Observation.subject.type'],
    ],
  ],
  [
    'targets that are profiles',
    [{ id: 'Observation.subject', max: '1', type: [{ code: 'Reference', targetProfile: [profileUrl('patient')] }] }],
    [{ subject: { reference: 'Patient/1' } }],
    [[{ subject: { reference: 'Group/1' } }, 'reference-target Observation.subject.reference']],
  ],
  [
    'targets of which one is not known',
    [
      {
        id: 'Observation.subject',
        max: '1',
        type: [{ code: 'Reference', targetProfile: ['http://example.org/unknown'] }],
      },
    ],
    [{ subject: { reference: 'Group/1' } }],
    [],
  ],
  [
    'fixed values',
    [
      { id: 'Observation.status', max: '1', fixedCode: 'final' },
      { id: 'Observation.valueQuantity', max: '1', fixedQuantity: kg },
    ],
    [{ valueQuantity: { code: kg.code, system: kg.system, unit: kg.unit, value: kg.value } }],
    [
      [{ status: 'amended' }, 'profile-fixed Observation.status'],
      [{ valueQuantity: { ...kg, value: 1 } }, 'profile-fixed Observation.value.ofType(Quantity)'],
      [{ valueQuantity: { ...kg, comparator: '<' } }, 'profile-fixed Observation.value.ofType(Quantity)'],
    ],
  ],
  [
    'patterns',
    [{ id: 'Observation.code', max: '1', patternCodeableConcept: weight }],
    [
      { code: weight },
      {
        code: {
          text: 'x',
          coding: [
            { system: 'http://e.org', code: 'x' },
            { ...weight.coding[0], display: 'Weight' },
          ],
        },
      },
    ],
    [
      [{ code: pressure }, 'profile-pattern Observation.code'],
      [{ code: { text: 'x' } }, 'profile-pattern Observation.code'],
    ],
  ],
  [
    'patterns below an element, in each item',
    [
      { id: 'Observation.category' },
      { id: 'Observation.category.coding', min: 1 },
      { id: 'Observation.category.coding.system', min: 1, max: '1', patternUri: 'http://e.org' },
    ],
    [{ category: [coding('http://e.org', 'x')] }, {}],
    [
      [{ category: [coding('http://e.org', 'x'), { text: 'x' }] }, 'profile-min Observation.category[1].coding'],
      [{ category: [{ coding: [{ code: 'x' }] }] }, 'profile-min Observation.category[0].coding[0].system'],
      [{ category: [coding('http://f.org', 'x')] }, 'profile-pattern Observation.category[0].coding[0].system'],
    ],
  ],
  [
    'bindings',
    [{ id: 'Observation.method', max: '1', binding: { strength: 'required', valueSet: KINDS } }],
    [{ method: coding('http://example.org/kinds', 'a') }],
    [
      [{ method: coding('http://example.org/kinds', 'c') }, 'code-not-in-value-set Observation.method'],
      [{ method: { text: 'a' } }, 'code-missing Observation.method'],
    ],
  ],
  [
    'bindings that are not required, or whose codes are not known',
    [
      { id: 'Observation.method', max: '1', binding: { strength: 'extensible', valueSet: KINDS } },
      {
        id: 'Observation.bodySite',
        max: '1',
        binding: { strength: 'required', valueSet: 'http://example.org/ValueSet/none' },
      },
    ],
    [{ method: { text: 'x' }, bodySite: { text: 'x' } }],
    [],
  ],
  [
    'limits of values',
    [
      { id: 'Observation.value[x]', max: '1', type: [{ code: 'integer' }, { code: 'string' }], maxLength: 3 },
      { id: 'Observation.effective[x]', max: '1', type: [{ code: 'dateTime' }], minValueDateTime: '2023-07-01' },
      { id: 'Observation.component' },
      {
        id: 'Observation.component.valueInteger',
        max: '1',
        type: [{ code: 'integer' }],
        minValueInteger: 1,
        maxValueInteger: 3,
      },
    ],
    [
      { valueString: 'abc', effectiveDateTime: '2023-07-01' },
      { effectiveDateTime: '2023' },
      {
        component: [
          { code: weight, valueInteger: 1 },
          { code: weight, valueInteger: 3 },
        ],
      },
    ],
    [
      [{ valueString: 'abcd' }, 'profile-max-length Observation.value.ofType(string)'],
      [{ effectiveDateTime: '2023-06-30' }, 'profile-min-value Observation.effective.ofType(dateTime)'],
      [
        { component: [{ code: weight, valueInteger: 0 }] },
        'profile-min-value Observation.component[0].value.ofType(integer)',
      ],
      [
        { component: [{ code: weight, valueInteger: 4 }] },
        'profile-max-value Observation.component[0].value.ofType(integer)',
      ],
    ],
  ],
  [
    'rules',
    [
      {
        id: 'Observation.effective[x]',
        max: '1',
        constraint: [
          { key: 'day-1', severity: 'error', human: 'x', expression: '($this as dateTime).toString().length() >= 10' },
        ],
      },
      {
        id: 'Observation.note',
        constraint: [{ key: 'note-1', severity: 'warning', human: 'x', expression: 'author.exists()' }],
      },
      {
        id: 'Observation.code',
        max: '1',
        constraint: [
          { key: 'code-1', severity: 'error', human: 'x', expression: 'coding.exists() and %resource.value.exists()' },
        ],
      },
    ],
    [
      { effectiveDateTime: '2026-01-31', valueString: 'x', code: weight },
      // Nothing is decided about a Period.
      { effectivePeriod: { start: '2026' }, valueQuantity: kg, code: weight },
    ],
    [
      [
        { effectiveDateTime: '2026-01', valueString: 'x', code: weight },
        'invariant-day-1 Observation.effective.ofType(dateTime)',
      ],
      [{ note: [{ text: 'x' }], valueString: 'x', code: weight }, 'warning invariant-note-1 Observation.note[0]'],
      [{ code: weight }, 'invariant-code-1 Observation.code'],
      [{ code: { text: 'x' }, valueString: 'x' }, 'invariant-code-1 Observation.code'],
    ],
  ],
  [
    'extensions of a primitive',
    [
      { id: 'Observation.issued', max: '1' },
      { id: 'Observation.issued.extension', slicing: byUrl(), min: 1 },
      {
        id: 'Observation.issued.extension:why',
        min: 1,
        max: '1',
        type: [{ code: 'Extension', profile: [profileUrl('why')] }],
      },
    ],
    [{}, { issued: '2026-01-01T00:00:00Z', _issued: { extension: [{ url: profileUrl('why'), valueString: 'x' }] } }],
    [
      [
        { issued: '2026-01-01T00:00:00Z' },
        'profile-min Observation.issued.extension',
        `profile-slice-min Observation.issued.extension`,
      ],
      [
        { issued: '2026-01-01T00:00:00Z', _issued: { extension: [{ url: profileUrl('why'), valueCode: 'x' }] } },
        'profile-type Observation.issued.extension[0].value.ofType(code)',
      ],
    ],
  ],
  [
    'profiles of data types',
    [{ id: 'Observation.valueQuantity', max: '1', type: [{ code: 'Quantity', profile: [profileUrl('kilograms')] }] }],
    [{ valueQuantity: kg }],
    [[{ valueQuantity: { ...kg, code: 'g' } }, 'profile-fixed Observation.value.ofType(Quantity).code']],
  ],
];

judge(t, table);
