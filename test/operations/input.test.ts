// Bad input of every kind: each is refused with the right status and a sentence, and nothing is stored (contract 4).
import t from 'tap';
import { Cohort, ours } from './cohort.ts';
import { type Answer, type Json, world } from './world.ts';

const w = await world(t);
const c = await new Cohort()
  .parties()
  .patient('p1')
  .prescription('rx')
  .prescription('draft', { change: { status: 'draft' } })
  .prescription('wrong', { change: { status: 'entered-in-error' } })
  .prescription('unclear', { change: { status: 'unknown' } })
  .prescription('other', {
    change: { meta: undefined, code: { coding: [{ system: 'http://loinc.org', code: '1-8' }] } },
  })
  .prescription('unknown-line', { change: { meta: undefined, code: ours('tls-activity', 'nothing') } })
  .prescription('no-dmn', { change: { meta: undefined, extension: undefined } })
  .prescription('no-operator', { change: { meta: undefined, performer: undefined } })
  .prescription('no-date', { change: { meta: undefined, authoredOn: undefined } })
  .prescription('month-date', { change: { meta: undefined, authoredOn: '2026-01' } })
  .prescription('no-validity', { change: { meta: undefined, occurrencePeriod: undefined } })
  .prescription('open-validity', { change: { meta: undefined, occurrencePeriod: { start: '2026-01-05' } } })
  .add('group', { resourceType: 'Group', type: 'person', actual: true })
  .load(w);
await c.prescription('of-a-group', { change: { meta: undefined, subject: c.to('group') } }).load(w);
await c.prescription('deleted').load(w);
await w.delete(c.ref('deleted'));

const INSTANCE = ['$observance', '$billability', '$draft-claims'];
const rx = c.ref('rx');

type Tap = typeof t;

function isRefusal(t: Pick<Tap, 'equal' | 'ok'>, answer: Answer, status: number): string {
  t.equal(answer.status, status, answer.text);
  t.equal(answer.json.resourceType, 'OperationOutcome');
  const [issue] = answer.json.issue as readonly { severity: string; details: { text: string } }[];
  t.equal(issue?.severity, 'error');
  t.ok((issue?.details.text.length ?? 0) > 15, 'says what to do');
  return issue?.details.text ?? '';
}

t.test('an empty list of parameters is none', async (t) => {
  for (const operation of INSTANCE) {
    const address = `${rx}/${operation}`;
    const empty = await w.post(address, { resourceType: 'Parameters', parameter: [] });
    t.equal(empty.status, 200, empty.text);
    t.same(empty.json, (await w.post(address, { resourceType: 'Parameters' })).json);
    isRefusal(t, await w.post(address, { resourceType: 'Parameters', parameter: {} }), 400);
  }
});

const QUERIES: readonly (readonly [query: string, why: string])[] = [
  ['asOf=2026-02-30', 'a day that does not exist'],
  ['asOf=2026-02', 'a month'],
  ['asOf=2026-2-3', 'a day in another form'],
  ['asOf=2026-02-03T10:00:00Z', 'an instant'],
  ['asOf=', 'nothing'],
  ['asOf=2026-02-03&asOf=2026-02-04', 'twice'],
  ['AsOf=2026-02-03', 'a name in another case'],
  ['foo=1', 'an unknown name'],
  ['_count=3', 'a name of another operation'],
];
const RANGES: readonly (readonly [query: string, why: string])[] = [
  ['start=2026-03-02&end=2026-03-01', 'start after end'],
  ['start=2025-02-29', 'a leap day in a common year'],
];

for (const operation of INSTANCE) {
  const queries = operation === '$draft-claims' ? QUERIES : [...QUERIES, ...RANGES];
  for (const [query, why] of queries) {
    t.test(`${operation}?${query} is refused: ${why}`, async (t) => {
      isRefusal(t, await w.get(`${rx}/${operation}?${query}`), 400);
    });
  }
}

const MORE: readonly (readonly [path: string, why: string])[] = [
  [`${rx}/$observance?details=yes`, 'no boolean'],
  [`${rx}/$observance?policy=css`, 'policy is none of its parameters'],
  [`${rx}/$billability?policy=guide`, 'an unknown policy'],
  [`${rx}/$billability?policy=css,guide-2023`, 'two policies'],
  [`${rx}/$draft-claims?series=0`, 'no window'],
  [`${rx}/$draft-claims?series=7`, 'more windows than a claim may carry'],
  [`${rx}/$draft-claims?series=1.5`, 'half a window'],
  [`${rx}/$draft-claims?start=2026-01-01`, 'start is none of its parameters'],
  ['ServiceRequest/$billability?activity=heart', 'an unknown line'],
  ['ServiceRequest/$billability?status=paid', 'an unknown status'],
  ['ServiceRequest/$billability?status=billable,paid', 'an unknown status in a list'],
  ['ServiceRequest/$billability?operator=op1', 'no reference'],
  [`ServiceRequest/$billability?operator=${'Patient/1'}`, 'a reference of a wrong type'],
  ['ServiceRequest/$billability?operator=Organization/nobody', 'a reference to nothing'],
  ['ServiceRequest/$billability?patient=Patient/nobody', 'a patient who does not exist'],
  [
    'ServiceRequest/$billability?exploitant=https://elsewhere.example/fhir/Organization/1',
    'a reference to another server',
  ],
  ['ServiceRequest/$billability?_count=-1', 'less than nothing'],
  ['ServiceRequest/$billability?_count=many', 'no number'],
  ['ServiceRequest/$billability?_cursor=abc', 'a cursor that nobody gave'],
  ['ServiceRequest/$billability?details=true', 'a name of another operation'],
];
for (const [path, why] of MORE) {
  t.test(`${path.replace(rx, '[rx]')} is refused: ${why}`, async (t) => {
    isRefusal(t, await w.get(path), 400);
  });
}

const parameters = (...parameter: unknown[]): Json => ({ resourceType: 'Parameters', parameter });
const BODIES: readonly (readonly [body: unknown, why: string])[] = [
  ['{"resourceType":', 'broken JSON'],
  [[], 'an array'],
  [{ resourceType: 'Patient' }, 'another resource'],
  [{ resourceType: 'Parameters', parameter: {} }, 'one parameter without a list'],
  [parameters({ valueDate: '2026-01-05' }), 'a parameter without a name'],
  [parameters({ name: 'asOf' }), 'a parameter without a value'],
  [parameters(null), 'null'],
  [parameters('asOf'), 'a text'],
  [parameters({ name: 'asOf', valueString: '2026-01-05' }), 'a day as a string'],
  [parameters({ name: 'asOf', valueDate: 20260105 }), 'a day as a number'],
  [parameters({ name: 'asOf', valueDate: null }), 'no day'],
  [parameters({ name: 'asOf', valueDate: '2026-02-30' }), 'a day that does not exist'],
  [parameters({ name: 'asOf', valueDate: '2026-01-05', valueString: 'x' }), 'two values'],
  [parameters({ name: 'asOf', part: [] }), 'parts instead of a value'],
  [parameters({ name: 'policy', valueCoding: { code: 'css' } }), 'a Coding for a code'],
  [parameters({ name: 'constructor', valueCode: 'css' }), 'a name of JavaScript’s'],
  [parameters({ name: 'asOf', valueDate: '2026-01-05' }, { name: 'asOf', valueDate: '2026-01-06' }), 'twice'],
  [parameters({ name: 'start', valueDate: '2026-03-02' }, { name: 'end', valueDate: '2026-03-01' }), 'start after end'],
];
for (const [body, why] of BODIES) {
  t.test(`a POST of ${why} is refused`, async (t) => {
    isRefusal(t, await w.post(`${rx}/$billability`, body), 400);
  });
}

t.test('all faults are told at once, each at its place', async (t) => {
  const answer = await w.post(
    `${rx}/$billability`,
    parameters({ name: 'asOf', valueDate: '2026-13-01' }, { name: 'foo', valueCode: 'x' }),
  );
  const issues = answer.json.issue as readonly { expression: string[] }[];
  t.same(
    issues.map((i) => i.expression),
    [['Parameters.parameter[0]'], ['Parameters.parameter[1]']],
  );
});

t.test('what R4 does not know in a body is refused, not passed over', async (t) => {
  const day = { name: 'asOf', valueDate: '2026-03-10' };
  for (const [body, place] of [
    [{ ...parameters(day), foo: 1 }, 'Parameters.foo'],
    [parameters({ ...day, foo: 1 }), 'Parameters.parameter[0]'],
    [parameters({ ...day, extension: [{ url: 'http://example.org/x' }] }), 'Parameters.parameter[0].extension[0]'],
    [{ ...parameters(day), language: ['fr'] }, 'Parameters.language'],
  ] as const) {
    const answer = await w.post(`${rx}/$billability`, body);
    t.match(answer.json, { issue: [{ severity: 'error', expression: [place] }] }, answer.text);
    t.ok(answer.status === 400 || answer.status === 422);
  }
  t.equal((await w.post(`${rx}/$billability`, { ...parameters(day), language: 'fr' })).status, 200);
});

t.test('a million wrong values are refused in few words', async (t) => {
  for (const body of [
    parameters({ name: 'status', valueCode: 'x,'.repeat(500_000) }),
    parameters(...Array(50_000).fill({ name: 'status', valueCode: 'x' })),
    parameters(...Array(50_000).fill({ name: 'foo', valueCode: 'x' })),
    parameters(...Array(50_000).fill({ name: 'asOf', valueDate: '2026-03-10' })),
  ]) {
    const answer = await w.post('ServiceRequest/$billability', body);
    isRefusal(t, answer, 400);
    t.ok(answer.text.length < 200_000, `${answer.text.length} characters`);
  }
});

t.test('the same parameter in the address and the body is twice', async (t) => {
  isRefusal(
    t,
    await w.post(`${rx}/$billability?asOf=2026-01-05`, parameters({ name: 'asOf', valueDate: '2026-01-06' })),
    400,
  );
});

t.test('a POST without a body takes what the address says', async (t) => {
  const answer = await w.post(`${rx}/$billability?asOf=2026-03-10`, undefined);
  t.equal(answer.status, 200, answer.text);
});

const NOT_PRESCRIPTIONS: readonly (readonly [key: string, expression: string])[] = [
  ['draft', 'ServiceRequest.status'],
  ['wrong', 'ServiceRequest.status'],
  ['unclear', 'ServiceRequest.status'],
  ['other', 'ServiceRequest.code'],
  ['unknown-line', 'ServiceRequest.code'],
  ['no-dmn', 'ServiceRequest.extension'],
  ['no-operator', 'ServiceRequest.performer'],
  ['no-date', 'ServiceRequest.authoredOn'],
  ['month-date', 'ServiceRequest.authoredOn'],
  ['no-validity', 'ServiceRequest.occurrencePeriod'],
  ['open-validity', 'ServiceRequest.occurrencePeriod'],
  ['of-a-group', 'ServiceRequest.subject'],
];
for (const [key, expression] of NOT_PRESCRIPTIONS) {
  t.test(`a ServiceRequest that is no prescription (${key}) breaks a rule`, async (t) => {
    for (const operation of INSTANCE) {
      const answer = await w.get(`${c.ref(key)}/${operation}`);
      isRefusal(t, answer, 422);
      t.same((answer.json.issue as { expression: string[] }[])[0]?.expression, [expression]);
    }
  });
}

t.test('an unknown prescription is not found, a deleted one is gone', async (t) => {
  for (const operation of INSTANCE) {
    isRefusal(t, await w.get(`ServiceRequest/nobody/${operation}`), 404);
    isRefusal(t, await w.get(`${c.ref('deleted')}/${operation}`), 410);
  }
});

t.test('an operation of another level or verb is refused', async (t) => {
  isRefusal(t, await w.get('ServiceRequest/$observance'), 404);
  isRefusal(t, await w.get('Claim/$submit'), 405);
  isRefusal(t, await w.get(`${rx}/$billability`, { accept: 'text/csv' }), 406);
});

t.test('the refusal is in French when that is asked', async (t) => {
  const answer = await w.get(`${rx}/$billability?asOf=demain`, { 'accept-language': 'fr-FR' });
  t.match(isRefusal(t, answer, 400), /n’est pas un jour du calendrier/);
});

t.test('days far away are days, also of a prescription that never ends', async (t) => {
  await c.patient('p2').prescription('endless', { patient: 'p2', start: '2026-01-05', end: '9999-12-31' }).load(w);
  for (const asOf of ['0001-01-01', '1970-01-01', '9999-12-31']) {
    for (const operation of INSTANCE) {
      for (const path of [rx, c.ref('endless')]) {
        const answer = await w.get(`${path}/${operation}?asOf=${asOf}`);
        t.equal(answer.status, 200, answer.text.slice(0, 500));
      }
    }
  }
});
