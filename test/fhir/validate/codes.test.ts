import t from 'tap';
import { extended, faultsOf, type Json, observation, validator } from './check.ts';

const condition = (status: unknown): Json => ({
  resourceType: 'Condition',
  subject: { display: 'x' },
  clinicalStatus: status,
});
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const PERFORMANCE = 'http://terminology.hl7.org/CodeSystem/measure-improvement-notation';

const good: readonly [string, unknown][] = [
  ['a code of the set', observation({ status: 'entered-in-error' })],
  ['a coding of the set', condition({ coding: [{ system: CLINICAL, code: 'active' }] })],
  [
    'one of several codings',
    condition({
      coding: [
        { system: 'http://e.org', code: 'x' },
        { system: CLINICAL, code: 'resolved' },
      ],
    }),
  ],
  [
    'an extension instead of a coding',
    condition({
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
    }),
  ],
  ['a currency', extended('valueMoney', { value: 1, currency: 'EUR' })],
  ['a media type', extended('valueAttachment', { contentType: 'text/csv; charset=utf-8', url: 'http://e.org/x' })],
  [
    'any code where the binding is not required',
    observation({ category: [{ coding: [{ system: 'http://e.org', code: 'x' }] }] }),
  ],
  [
    'a code of a set that is not held here',
    {
      resourceType: 'RiskEvidenceSynthesis',
      status: 'draft',
      population: { display: 'x' },
      outcome: { display: 'y' },
      riskEstimate: { unitOfMeasure: { coding: [{ system: 'http://unitsofmeasure.org', code: 'kg' }] } },
    },
  ],
  [
    'a v3 value set',
    {
      resourceType: 'Composition',
      status: 'final',
      type: { text: 'x' },
      date: '2026',
      author: [{ display: 'x' }],
      title: 'x',
      confidentiality: 'R',
    },
  ],
];

t.test('accepts', async (t) => {
  for (const [what, resource] of good) t.same(faultsOf(resource), [], what);
});

const at = 'Condition.clinicalStatus';
const bad: readonly [string, unknown, readonly string[]][] = [
  ['a code that is none', observation({ status: 'banana' }), ['code-not-in-value-set Observation.status']],
  ['a code in other letters', observation({ status: 'Final' }), ['code-not-in-value-set Observation.status']],
  ['a display for a code', { resourceType: 'Patient', gender: 'F' }, ['code-not-in-value-set Patient.gender']],
  [
    'a coding of another system',
    condition({ coding: [{ system: 'http://e.org', code: 'active' }] }),
    [`code-not-in-value-set ${at}`],
  ],
  ['a coding without its system', condition({ coding: [{ code: 'active' }] }), [`code-not-in-value-set ${at}`]],
  [
    'an unknown code of the right system',
    condition({ coding: [{ system: CLINICAL, code: 'banana' }] }),
    [`code-not-in-value-set ${at}`],
  ],
  ['a text alone', condition({ text: 'active' }), [`code-missing ${at}`]],
  ['a coding without a code', condition({ coding: [{ system: CLINICAL }] }), [`code-not-in-value-set ${at}`]],
  [
    'a unit of time that is none',
    extended('valueTiming', { repeat: { period: 1, periodUnit: 'weeks' } }),
    ['code-not-in-value-set Basic.extension[0].value.ofType(Timing).repeat.periodUnit'],
  ],
  [
    'a currency that is none',
    extended('valueMoney', { value: 1, currency: 'euro' }),
    ['code-not-in-value-set Basic.extension[0].value.ofType(Money).currency'],
  ],
  [
    'a media type that is none',
    extended('valueAttachment', { contentType: 'csv', url: 'http://e.org/x' }),
    ['code-not-in-value-set Basic.extension[0].value.ofType(Attachment).contentType'],
  ],
  [
    'one bad code in a list',
    { resourceType: 'HealthcareService', availableTime: [{ daysOfWeek: ['mon', 'lundi'] }] },
    ['code-not-in-value-set HealthcareService.availableTime[0].daysOfWeek[1]'],
  ],
];

t.test('refuses', async (t) => {
  for (const [what, resource, expected] of bad) t.same(faultsOf(resource), expected, what);
});

t.test('names the value, the value set and the status 422', async (t) => {
  const [fault] = validator.validate(observation({ status: 'banana' }));
  t.match(fault, { kind: 'code-invalid', status: 422 });
  t.match(fault?.text.en, /"banana".*ValueSet\/observation-status/);
  t.match(fault?.text.fr, /"banana".*ValueSet\/observation-status/);
});

t.test('every code of a bound set is accepted', async (t) => {
  for (const status of [
    'registered',
    'preliminary',
    'final',
    'amended',
    'corrected',
    'cancelled',
    'entered-in-error',
    'unknown',
  ]) {
    t.same(faultsOf(observation({ status })), [], status);
  }
  t.same(
    faultsOf({
      resourceType: 'Measure',
      status: 'draft',
      improvementNotation: { coding: [{ system: PERFORMANCE, code: 'increase' }] },
    }),
    [],
  );
});
