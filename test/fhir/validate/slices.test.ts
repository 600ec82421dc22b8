// What profiles ask of slices, by every kind of discriminator.
import t from 'tap';
import { byUrl, type Case, coding, judge, KINDS, kg, LOINC, pressure, profileUrl, slicing, weight } from './profile.ts';

const table: readonly Case[] = [
  [
    'slices by url: extensions',
    [
      { id: 'Observation.extension', slicing: byUrl() },
      {
        id: 'Observation.extension:why',
        min: 1,
        max: '1',
        type: [{ code: 'Extension', profile: [profileUrl('why')] }],
      },
    ],
    [
      {
        extension: [
          { url: 'http://e.org/other', valueCode: 'x' },
          { url: profileUrl('why'), valueString: 'x' },
        ],
      },
    ],
    [
      [{}, 'profile-slice-min Observation.extension'],
      [{ extension: [{ url: 'http://e.org/other', valueCode: 'x' }] }, 'profile-slice-min Observation.extension'],
      [
        { extension: [0, 1].map(() => ({ url: profileUrl('why'), valueString: 'x' })) },
        'profile-slice-max Observation.extension',
      ],
      [
        { extension: [{ url: profileUrl('why'), valueInteger: 1 }] },
        'profile-type Observation.extension[0].value.ofType(integer)',
      ],
      [
        { extension: [{ url: profileUrl('why'), extension: [{ url: 'a', valueCode: 'b' }] }] },
        'profile-max Observation.extension[0].extension',
        'profile-min Observation.extension[0].value',
      ],
    ],
  ],
  [
    'slices by pattern',
    [
      { id: 'Observation.component', slicing: slicing('pattern', 'code') },
      { id: 'Observation.component:weight', min: 1, max: '1' },
      { id: 'Observation.component:weight.code', min: 1, max: '1', patternCodeableConcept: weight },
      { id: 'Observation.component:weight.value[x]', min: 1, max: '1', type: [{ code: 'Quantity' }] },
      { id: 'Observation.component:weight.value[x].code', min: 1, max: '1', fixedCode: 'kg' },
    ],
    [
      {
        component: [
          { code: pressure, valueString: 'x' },
          { code: weight, valueQuantity: kg },
        ],
      },
    ],
    [
      [{ component: [{ code: pressure }] }, 'profile-slice-min Observation.component'],
      [
        {
          component: [
            { code: weight, valueQuantity: kg },
            { code: weight, valueQuantity: kg },
          ],
        },
        'profile-slice-max Observation.component',
      ],
      [{ component: [{ code: weight }] }, 'profile-min Observation.component[0].value'],
      [
        { component: [{ code: pressure }, { code: weight, valueString: 'x' }] },
        'profile-type Observation.component[1].value.ofType(string)',
      ],
      [
        { component: [{ code: weight, valueQuantity: { ...kg, code: 'g' } }] },
        'profile-fixed Observation.component[0].value.ofType(Quantity).code',
      ],
    ],
  ],
  [
    'slices by the values at two paths, in nested slices',
    [
      {
        id: 'Observation.component',
        slicing: {
          discriminator: [
            { type: 'value', path: 'code.coding.code' },
            { type: 'value', path: 'code.coding.system' },
          ],
          rules: 'open',
        },
      },
      { id: 'Observation.component:a', min: 1, max: '1' },
      { id: 'Observation.component:a.code', min: 1, max: '1' },
      { id: 'Observation.component:a.code.coding', slicing: slicing('value', 'code') },
      { id: 'Observation.component:a.code.coding:one', min: 1, max: '1' },
      { id: 'Observation.component:a.code.coding:one.system', min: 1, max: '1', fixedUri: LOINC },
      { id: 'Observation.component:a.code.coding:one.code', min: 1, max: '1', fixedCode: '29463-7' },
    ],
    [
      { component: [{ code: weight }] },
      { component: [{ code: { coding: [{ system: 'http://e.org', code: 'x' }, ...weight.coding] } }] },
    ],
    [
      [{ component: [{ code: pressure }] }, 'profile-slice-min Observation.component'],
      [{ component: [{ code: coding('http://e.org', '29463-7') }] }, 'profile-slice-min Observation.component'],
    ],
  ],
  [
    'slices by value, where the pattern stands above the path',
    [
      { id: 'Observation.category', slicing: slicing('value', 'coding.code') },
      { id: 'Observation.category:kind', min: 1, max: '1', patternCodeableConcept: coding('http://e.org', 'kind') },
    ],
    [{ category: [{ text: 'x' }, coding('http://e.org', 'kind')] }],
    [
      [{ category: [{ text: 'x' }] }, 'profile-slice-min Observation.category'],
      [{ category: [coding('http://f.org', 'kind')] }, 'profile-pattern Observation.category[0]'],
    ],
  ],
  [
    'slices by the item itself',
    [
      { id: 'Observation.category', slicing: slicing('pattern', '$this') },
      { id: 'Observation.category:a', max: '1', patternCodeableConcept: coding('http://e.org', 'a') },
    ],
    [{ category: [coding('http://e.org', 'a'), coding('http://e.org', 'b')] }],
    [
      [
        { category: [coding('http://e.org', 'a'), coding('http://e.org', 'a')] },
        'profile-slice-max Observation.category',
      ],
    ],
  ],
  [
    'slices by value set',
    [
      { id: 'Observation.category', slicing: slicing('value', '$this') },
      { id: 'Observation.category:kind', min: 1, max: '1', binding: { strength: 'required', valueSet: KINDS } },
    ],
    [{ category: [{ text: 'x' }, coding('http://example.org/kinds', 'b')] }],
    [[{ category: [coding('http://example.org/kinds', 'c')] }, 'profile-slice-min Observation.category']],
  ],
  [
    'closed slices',
    [
      { id: 'Observation.category', slicing: { ...slicing('pattern', '$this'), rules: 'closed' } },
      { id: 'Observation.category:a', patternCodeableConcept: coding('http://e.org', 'a') },
      { id: 'Observation.category:b', patternCodeableConcept: coding('http://e.org', 'b') },
    ],
    [{}, { category: [coding('http://e.org', 'a'), coding('http://e.org', 'b'), coding('http://e.org', 'a')] }],
    [
      [
        { category: [coding('http://e.org', 'a'), coding('http://e.org', 'c')] },
        'profile-closed Observation.category[1]',
      ],
    ],
  ],
  [
    'slices of a choice by type',
    [
      { id: 'Observation.value[x]', max: '1', slicing: { ...slicing('type', '$this'), rules: 'closed' } },
      { id: 'Observation.value[x]:valueQuantity', max: '1', type: [{ code: 'Quantity' }] },
      { id: 'Observation.value[x]:valueQuantity.code', min: 1, max: '1', patternCode: 'kg' },
    ],
    [{}, { valueQuantity: kg }],
    [
      [{ valueString: 'x' }, 'profile-closed Observation.value.ofType(string)'],
      [{ valueQuantity: { ...kg, code: 'g' } }, 'profile-pattern Observation.value.ofType(Quantity).code'],
      [{ valueQuantity: { value: 1 } }, 'profile-min Observation.value.ofType(Quantity).code'],
    ],
  ],
  [
    'slices by existence',
    [
      { id: 'Observation.component', slicing: slicing('exists', 'value') },
      { id: 'Observation.component:valued', max: '1' },
      { id: 'Observation.component:valued.value[x]', min: 1, max: '1' },
      { id: 'Observation.component:absent' },
      { id: 'Observation.component:absent.value[x]', max: '0' },
      { id: 'Observation.component:absent.dataAbsentReason', min: 1, max: '1' },
    ],
    [
      {
        component: [
          { code: weight, valueString: 'x' },
          { code: weight, dataAbsentReason: { text: 'x' } },
        ],
      },
    ],
    [
      [
        {
          component: [
            { code: weight, valueString: 'x' },
            { code: weight, valueString: 'x' },
          ],
        },
        'profile-slice-max Observation.component',
      ],
      [{ component: [{ code: weight }] }, 'profile-min Observation.component[0].dataAbsentReason'],
    ],
  ],
  [
    'slices by the type of the target',
    [
      { id: 'Observation.performer', slicing: { ...slicing('type', 'resolve()'), rules: 'closed' } },
      {
        id: 'Observation.performer:patient',
        max: '1',
        type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Patient'] }],
      },
    ],
    [{ performer: [{ reference: 'Patient/1' }] }],
    [
      [
        { performer: [{ reference: 'Patient/1' }, { reference: 'Organization/1' }] },
        'profile-closed Observation.performer[1]',
      ],
      [
        { performer: [{ reference: 'Patient/1' }, { reference: 'Patient/2' }] },
        'profile-slice-max Observation.performer',
      ],
    ],
  ],
  [
    'slices by the profile of the target',
    [
      { id: 'Observation.performer', slicing: slicing('profile', 'resolve()') },
      {
        id: 'Observation.performer:patient',
        max: '1',
        type: [{ code: 'Reference', targetProfile: [profileUrl('patient')] }],
      },
    ],
    [{ performer: [{ reference: 'Patient/1' }, { reference: 'Organization/1' }] }],
    [
      [
        { performer: [{ reference: 'Patient/1' }, { reference: 'Patient/2' }] },
        'profile-slice-max Observation.performer',
      ],
    ],
  ],
  [
    'slices of slices',
    [
      { id: 'Observation.category', slicing: slicing('value', 'coding.system') },
      { id: 'Observation.category:e', slicing: slicing('value', 'coding.code') },
      { id: 'Observation.category:e.coding', min: 1 },
      { id: 'Observation.category:e.coding.system', min: 1, max: '1', fixedUri: 'http://e.org' },
      { id: 'Observation.category:e/a', max: '1' },
      { id: 'Observation.category:e/a.coding', min: 1 },
      { id: 'Observation.category:e/a.coding.code', min: 1, max: '1', fixedCode: 'a' },
    ],
    [{ category: [coding('http://e.org', 'a'), coding('http://e.org', 'b'), coding('http://f.org', 'a')] }],
    [
      [
        { category: [coding('http://e.org', 'a'), coding('http://e.org', 'a')] },
        'profile-slice-max Observation.category',
      ],
    ],
  ],
  [
    'slices that nobody can tell apart ask nothing',
    [
      { id: 'Observation.category', slicing: { ...slicing('value', 'text'), rules: 'closed' } },
      { id: 'Observation.category:a', min: 1 },
    ],
    [{}, { category: [{ text: 'x' }] }],
    [],
  ],
];

judge(t, table);
