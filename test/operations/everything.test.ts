// Patient/$everything: https://hl7.org/fhir/R4/patient-operation-everything.html
import t from 'tap';
import { type Answer, type Json, type World, world } from './world.ts';

interface Entry {
  readonly fullUrl: string;
  readonly resource: Json & { readonly resourceType: string; readonly id: string };
  readonly search: { readonly mode: string };
}

const entries = (answer: Answer) => (answer.json.entry ?? []) as readonly Entry[];
const named = (list: readonly Entry[], mode: string) =>
  list
    .filter((e) => e.search.mode === mode)
    .map((e) => `${e.resource.resourceType}/${e.resource.id}`)
    .sort();
const matches = (answer: Answer) => named(entries(answer), 'match');
const included = (answer: Answer) => named(entries(answer), 'include');
const next = (answer: Answer) =>
  (answer.json.link as readonly { relation: string; url: string }[]).find((l) => l.relation === 'next')?.url;

const to = (reference: string) => ({ reference });
const text = (x: string) => ({ text: x });

/** Two patients with all that R4 can tie to them, and what they share. */
async function fill(w: World): Promise<void> {
  const put = async (type: string, id: string, more: object) => {
    const answer = await w.put(`${type}/${id}`, { resourceType: type, id, ...more });
    if (answer.status > 201) throw new Error(`${type}/${id}: ${answer.text}`);
  };
  await put('Organization', 'chu', { name: 'CHU' });
  await put('Organization', 'maker', { name: 'Maker' });
  await put('Organization', 'far', { name: 'Named by nobody here' });
  await put('Practitioner', 'dr', { active: true });
  await put('Practitioner', 'other-dr', { active: true });
  await put('PractitionerRole', 'role', { practitioner: to('Practitioner/dr'), organization: to('Organization/chu') });
  await put('Medication', 'aspirin', { code: text('aspirin') });
  await put('Device', 'product', { owner: to('Organization/maker') });
  await put('Binary', 'letter', { contentType: 'text/plain', data: 'aGVsbG8=' });
  for (const p of ['ana', 'ben']) {
    await put('Patient', p, { active: true, ...(p === 'ana' ? { managingOrganization: to('Organization/chu') } : {}) });
    const subject = to(`Patient/${p}`);
    const reading = { status: 'final', code: text('weight'), subject };
    await put('Observation', `${p}-jan`, { ...reading, effectiveDateTime: '2026-01-15T08:00:00+01:00' });
    await put('Observation', `${p}-feb`, {
      ...reading,
      effectiveDateTime: '2026-02-15',
      device: to(`Device/${p}-scale`),
    }).catch(async () => {
      await put('Device', `${p}-scale`, { patient: subject });
      await put('Observation', `${p}-feb`, {
        ...reading,
        effectiveDateTime: '2026-02-15',
        device: to(`Device/${p}-scale`),
      });
    });
    await put('Observation', `${p}-undated`, reading);
    await put('Condition', `${p}-cond`, { subject, code: text('c'), onsetDateTime: '2025-12' });
    await put('Encounter', `${p}-enc`, {
      status: 'finished',
      class: { code: 'AMB' },
      subject,
      period: { start: '2026-01-31T23:00:00Z', end: '2026-02-01T01:00:00Z' },
    });
    await put('ServiceRequest', `${p}-order`, {
      status: 'active',
      intent: 'order',
      subject,
      requester: to(p === 'ana' ? 'PractitionerRole/role' : 'Practitioner/other-dr'),
      occurrencePeriod: { start: '2026-01-01', end: '2026-06-30' },
    });
    await put('MedicationRequest', `${p}-med`, {
      status: 'active',
      intent: 'order',
      subject,
      medicationReference: to('Medication/aspirin'),
      authoredOn: '2026-03-01',
    });
    await put('DocumentReference', `${p}-doc`, {
      status: 'current',
      subject,
      content: [{ attachment: { url: 'Binary/letter' } }],
      date: '2026-02-01T00:00:00Z',
    });
    await put('Appointment', `${p}-visit`, {
      status: 'booked',
      start: '2026-04-01T08:00:00Z',
      end: '2026-04-01T09:00:00Z',
      participant: [{ actor: subject, status: 'accepted' }],
    });
  }
  await put('Appointment', 'together', {
    status: 'booked',
    start: '2026-04-01T08:00:00Z',
    end: '2026-04-01T09:00:00Z',
    participant: ['ana', 'ben'].map((p) => ({ actor: to(`Patient/${p}`), status: 'accepted' })),
  });
  await put('Group', 'all', {
    type: 'person',
    actual: true,
    member: ['ana', 'ben'].map((p) => ({ entity: to(`Patient/${p}`) })),
  });
}

const OWN = [
  'Appointment/ana-visit',
  'Condition/ana-cond',
  'Device/ana-scale',
  'DocumentReference/ana-doc',
  'Encounter/ana-enc',
  'MedicationRequest/ana-med',
  'Observation/ana-feb',
  'Observation/ana-jan',
  'Observation/ana-undated',
  'Patient/ana',
  'ServiceRequest/ana-order',
];
const LINKED = ['Binary/letter', 'Medication/aspirin', 'Organization/chu', 'Practitioner/dr', 'PractitionerRole/role'];

t.test('Patient/$everything', async (t) => {
  const w = await world(t);
  await fill(w);

  t.test('gives the whole record and what it names, and nothing of another patient', async (t) => {
    const answer = await w.get('Patient/ana/$everything');
    t.equal(answer.status, 200);
    t.match(answer.json, { resourceType: 'Bundle', type: 'searchset' });
    t.same(matches(answer), OWN);
    t.same(included(answer), LINKED);
    t.notMatch(answer.text, 'ben');
    t.equal(entries(answer)[0]?.resource.resourceType, 'Patient', 'the Patient stands first');
    t.equal(next(answer), undefined);
    t.equal(entries(answer)[0]?.fullUrl, 'http://localhost:80/fhir/Patient/ana');
    t.same(matches(await w.post('Patient/ana/$everything', { resourceType: 'Parameters' })), OWN);
    t.equal((await w.post('Bundle/$validate', answer.text)).json.resourceType, 'OperationOutcome');
    t.match((await w.post('Bundle/$validate', answer.text)).json, { issue: [{ severity: 'information' }] }, 'valid R4');
  });

  t.test('pages hold every record once, in the same order, whatever is written meanwhile', async (t) => {
    const seen: string[] = [];
    let answer = await w.get('Patient/ana/$everything?_count=2');
    for (let page = 0; ; page++) {
      t.ok(matches(answer).length <= 2, 'the Patient counts');
      seen.push(...matches(answer));
      const link = next(answer);
      if (link === undefined) break;
      t.ok(page < 20);
      await w.put(`Observation/ana-jan`, {
        resourceType: 'Observation',
        id: 'ana-jan',
        status: 'amended',
        code: text(`page ${page}`),
        subject: to('Patient/ana'),
        effectiveDateTime: `2026-0${1 + (page % 9)}-15`,
      });
      answer = await w.get(link);
      t.equal(answer.status, 200, answer.text);
    }
    t.same(seen.toSorted(), OWN);
    t.equal((await w.get('Patient/ana/$everything?_count=1000000')).status, 200, 'a large _count is cut');
  });

  const pages = async (query: string) => {
    const found: string[][] = [];
    for (let link: string | undefined = query; link !== undefined; ) {
      const answer: Answer = await w.get(link);
      t.equal(answer.status, 200, answer.text);
      found.push(matches(answer));
      link = next(answer);
    }
    return found;
  };

  t.test('a page of one holds one record, the Patient first', async (t) => {
    const found = await pages('Patient/ana/$everything?_count=1');
    t.same(found[0], ['Patient/ana']);
    t.same(found.flat().sort(), OWN);
    t.ok(found.every((page) => page.length <= 1));
    await w.put('Patient/alone', { resourceType: 'Patient', id: 'alone' });
    t.same(await pages('Patient/alone/$everything?_count=1'), [['Patient/alone']]);
    await w.delete('Patient/alone');
  });

  t.test('without a Patient it gives the records of all, page by page, what they share once', async (t) => {
    const all = [...OWN, ...OWN.map((name) => name.replace('ana', 'ben')), 'Appointment/together', 'Group/all'].sort();
    const whole = await w.get('Patient/$everything');
    t.same(matches(whole), all);
    t.same(included(whole), [...LINKED, 'Practitioner/other-dr'].sort());
    t.equal(entries(whole)[0]?.resource.resourceType, 'Patient');
    for (const count of [1, 2, 7]) {
      const found = await pages(`Patient/$everything?_count=${count}`);
      t.same(found.flat().sort(), all, `_count=${count}`);
      t.ok(found.every((page) => page.length <= count));
    }
    t.same(matches(await w.get('Patient/$everything?_type=Condition')), ['Condition/ana-cond', 'Condition/ben-cond']);
    t.same((await pages('Patient/$everything?_type=Condition&_count=1')).flat().sort(), [
      'Condition/ana-cond',
      'Condition/ben-cond',
    ]);
    const link = next(await w.get('Patient/$everything?_count=2'));
    t.equal((await w.get(link!.replace('Patient/$', 'Patient/ana/$'))).status, 400, 'its cursors are its own');
  });

  t.test('many patients without what is asked are passed over a page at a time', async (t) => {
    for (let i = 0; i < 120; i++) await w.put(`Patient/m${i}`, { resourceType: 'Patient', id: `m${i}` });
    const found = await pages('Patient/$everything?_type=Goal');
    t.same(found.flat(), []);
    t.equal(found.length, 2);
    for (let i = 0; i < 120; i++) await w.delete(`Patient/m${i}`);
    t.same(await pages('Patient/$everything?_type=Goal'), [[]]);
  });

  t.test('_type keeps the named types, of records and of what they name', async (t) => {
    const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
      ['_type=Observation', ['Observation/ana-feb', 'Observation/ana-jan', 'Observation/ana-undated'], []],
      ['_type=Condition,Encounter', ['Condition/ana-cond', 'Encounter/ana-enc'], []],
      ['_type=Condition&_type=Patient', ['Condition/ana-cond', 'Patient/ana'], []],
      ['_type=Practitioner', [], ['Practitioner/dr']],
      ['_type=Device,Organization', ['Device/ana-scale'], ['Organization/chu']],
      ['_type=Goal', [], []],
    ];
    for (const [query, own, linked] of cases) {
      const answer = await w.get(`Patient/ana/$everything?${query}`);
      t.same([matches(answer), included(answer)], [own, linked], query);
    }
    const body = { resourceType: 'Parameters', parameter: [{ name: '_type', valueCode: 'Condition,Encounter' }] };
    t.same(matches(await w.post('Patient/ana/$everything', body)), ['Condition/ana-cond', 'Encounter/ana-enc']);
  });

  t.test('start and end are days of care; what has no date belongs to all of them', async (t) => {
    const always = ['Device/ana-scale', 'Observation/ana-undated', 'Patient/ana'];
    const during = async (query: string) =>
      matches(await w.get(`Patient/ana/$everything?${query}`)).filter((m) => !always.includes(m));
    await w.put('Observation/ana-jan', {
      resourceType: 'Observation',
      id: 'ana-jan',
      status: 'final',
      code: text('weight'),
      subject: to('Patient/ana'),
      effectiveDateTime: '2026-01-15T08:00:00+01:00',
    });
    t.same(await during('start=2026-02-01&end=2026-02-28'), [
      'DocumentReference/ana-doc',
      'Encounter/ana-enc',
      'Observation/ana-feb',
      'ServiceRequest/ana-order',
    ]);
    t.same(await during('end=2026-01-15'), ['Condition/ana-cond', 'Observation/ana-jan', 'ServiceRequest/ana-order']);
    t.same(await during('end=2026-01-14'), ['Condition/ana-cond', 'ServiceRequest/ana-order']);
    t.same(await during('end=2025-12-31'), ['Condition/ana-cond']);
    t.same(await during('end=2025-11-30'), []);
    t.same(await during('start=2026-03-01'), [
      'Appointment/ana-visit',
      'MedicationRequest/ana-med',
      'ServiceRequest/ana-order',
    ]);
    t.same(await during('start=2026-07-01'), []);
    t.same(
      matches(await w.get('Patient/ana/$everything?start=2026-07-01')).sort(),
      always,
      'what has no date, and the Patient, stay',
    );
  });

  t.test('_since keeps what was stored then or later', async (t) => {
    w.clock.set('2026-12-01T00:00:00Z');
    await w.put('Condition/ana-cond', {
      resourceType: 'Condition',
      id: 'ana-cond',
      subject: to('Patient/ana'),
      code: text('changed'),
      asserter: to('Practitioner/dr'),
    });
    const answer = await w.get('Patient/ana/$everything?_since=2026-12-01T00:00:00Z');
    t.same([matches(answer), included(answer)], [['Condition/ana-cond'], ['Practitioner/dr']]);
    t.same(matches(await w.get('Patient/ana/$everything?_since=2026-12-01T00:00:00.001Z')), []);
    t.same(matches(await w.get('Patient/ana/$everything?_since=2026-12-01T01:00:00%2B01:00')), ['Condition/ana-cond']);
  });

  t.test('refuses what is not understood, and says who is not there', async (t) => {
    for (const query of [
      '_type=Nothing',
      '_type=',
      'start=2026-02-30',
      'start=2026-03-01&end=2026-02-01',
      '_since=2026-12-01',
      '_since=2026-12-01T00:00:00',
      '_count=0',
      '_count=many',
      '_offset=3',
      '_cursor=x',
    ]) {
      t.equal((await w.get(`Patient/ana/$everything?${query}`)).status, 400, query);
    }
    const link = next(await w.get('Patient/ana/$everything?_count=2'));
    t.equal((await w.get(link!.replace('/ana/', '/ben/'))).status, 400, 'the cursor of another patient');
    t.equal((await w.get(`${link}&_type=Observation`)).status, 400, 'the cursor of another question');
    t.equal((await w.get('Patient/nobody/$everything')).status, 404);
    t.equal((await w.get('Observation/ana-jan/$everything')).status, 404);
    await w.put('Patient/gone', { resourceType: 'Patient', id: 'gone' });
    await w.delete('Patient/gone');
    t.equal((await w.get('Patient/gone/$everything')).status, 410);
  });
});
