// Conditional references of a transaction mean what a search means when everything is written, by every criterion.
// https://hl7.org/fhir/R4/http.html#trules
import t from 'tap';
import type { Tx } from '../../../src/storage/types.ts';
import { type Json, observation, patient, refused, serve } from '../../http/server.ts';
import { at, bundles, del, known, post, put, statuses, urn } from './bundles.ts';

const s = await serve(t);
const { tx, total } = bundles(s);

const coded = (code: string) => ({ coding: [{ system: 'urn:codes', code }] });
const person = (n: string, more: Json = {}) =>
  patient({
    name: [{ family: `Curie${n}`, given: ['Ève'] }],
    gender: 'female',
    birthDate: '1934-05-01',
    identifier: [{ system: 'urn:eve', value: `eve-${n}` }],
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">radium${n}</div>` },
    ...more,
  });
const reading = (n: string, subject: string, more: Json = {}) =>
  observation(subject, {
    code: coded(`c-${n}`),
    effectiveDateTime: '2026-03-01T08:00:00+01:00',
    valueQuantity: { value: 7, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    ...more,
  });
/** Something that refers to what a condition finds. */
const referrer = (reference: string, subject = urn(1)) => observation(subject, { focus: [{ reference }] });

/** Conditions, `#` for what is of this row alone, and the entry that each means: 0 the patient, 1 the reading. */
const FOUND: readonly (readonly [condition: string, entry: 0 | 1])[] = [
  ['Patient?identifier=urn:eve|eve-#', 0],
  ['Patient?identifier=eve-#', 0],
  ['Patient?family=curie#', 0],
  ['Patient?family:exact=Curie#', 0],
  ['Patient?name:contains=rie#', 0],
  ['Patient?given=eve&family=Curie#', 0],
  ['Patient?birthdate=1934-05-01&family=Curie#', 0],
  ['Patient?birthdate=lt1935&family=Curie#', 0],
  ['Patient?gender=female&family=Curie#', 0],
  ['Patient?gender:not=male&identifier=urn:eve|eve-#', 0],
  ['Patient?identifier=urn:eve|eve-#&death-date:missing=true', 0],
  ['Patient?_text=radium#', 0],
  ['Patient?_content=curie#', 0],
  ['Patient?_has:Observation:patient:code=urn:codes|c-#', 0],
  ['Patient?_lastUpdated=ge2026-11-24&family=Curie#', 0],
  ['Observation?code=urn:codes|c-#', 1],
  ['Observation?code=c-#', 1],
  ['Observation?patient.family=Curie#&code:missing=false&date=2026-03-01', 1],
  ['Observation?subject:Patient.identifier=urn:eve|eve-#&value-quantity=7000|http://unitsofmeasure.org|g', 1],
  ['Observation?code-value-quantity=urn:codes|c-#$7', 1],
];
for (const [row, [pattern, entry]] of FOUND.entries()) {
  const condition = pattern.replaceAll('#', `r${row}x`);
  t.test(`${pattern} finds what the transaction makes`, async (t) => {
    const [n, fullUrl] = [`r${row}x`, urn(1)];
    const { status, json, text } = await tx(
      post(person(n), { fullUrl }),
      post(reading(n, urn(1))),
      post(referrer(condition)),
    );
    t.equal(status, 200, text);
    t.strictSame(statuses(json), [201, 201, 201]);
    for (const i of [0, 1, 2]) t.match(json.entry[i].response.location, /_history\/1$/, 'each is written once');
    t.equal((await s.get(at(json, 2))).json.focus[0].reference, at(json, entry));
    t.equal((await s.get(`${at(json, 2)}/_history`)).json.total, 1);
    t.equal((await s.get(`Observation?focus=${at(json, entry)}&_summary=count`)).json.total, 1, 'it is indexed');
  });
}

t.test('what is stored counts beside what is written', async (t) => {
  const there = await s.made(person('stored'));
  const { json, text } = await tx(post(observation('Patient?family=curiestored')), post(person('else')));
  t.equal((await s.get(at(json, 0))).json.subject.reference, there, text);
  const before = await total();
  const twins = await tx(post(observation('Patient?family=curiestored')), post(person('stored')));
  refused(t, twins, 412, 'reference-ambiguous');
  t.equal(await total(), before);
});

t.test('an entry that turns out to be a stored resource is that one', async (t) => {
  const condition = 'identifier=urn:eve|eve-again';
  const create = post(person('again'), { request: { ifNoneExist: condition } });
  const update = { ...put(`Patient?${condition}`, person('again')), fullUrl: urn(9) };
  const seen = new Set<string>();
  for (const entry of [create, create, update, update]) {
    for (const reference of [`Patient?${condition}`, 'Patient?family=curieagain']) {
      const { status, json, text } = await tx(entry, post(observation(reference)));
      t.equal(status, 200, text);
      seen.add((await s.get(at(json, 1))).json.subject.reference);
    }
  }
  t.equal(seen.size, 1);
  t.equal((await s.get(`Patient?${condition}&_summary=count`)).json.total, 1);
});

t.test('an entry that turns out to be what another transaction stores at the same time is that one', async (t) => {
  const condition = 'identifier=urn:eve|eve-atonce';
  const one = () =>
    tx(post(person('atonce'), { request: { ifNoneExist: condition } }), post(observation(`Patient?${condition}`)));
  const answers = await Promise.all(Array.from({ length: 12 }, one));
  t.strictSame(new Set(answers.map((a) => a.status)), new Set([200]));
  const { json } = await s.get(`Patient?${condition}&_total=accurate`);
  t.equal(json.total, 1);
  const subject = `Patient/${json.entry[0].resource.id}`;
  t.equal((await s.get(`Observation?subject=${subject}&_summary=count`)).json.total, 12);
});

t.test('what the transaction deletes or changes away counts no more, what it changes into does', async (t) => {
  const [gone, renamed] = [await s.made(person('gone')), await s.made(person('old'))];
  const id = renamed.split('/')[1]!;
  const change = put(renamed, person('new', { id }));
  refused(t, await tx(del(gone), post(observation('Patient?family=curiegone'))), 412, 'reference-unmatched');
  refused(t, await tx(change, post(observation('Patient?family=curieold'))), 412, 'reference-unmatched');
  const patching = {
    request: { method: 'PATCH', url: renamed },
    resource: {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: 'Patient.name[0].family' },
            { name: 'value', valueString: 'Curiepatched' },
          ],
        },
      ],
    },
  };
  const { json, text } = await tx(post(observation('Patient?family=curiepatched')), patching);
  t.equal((await s.get(at(json, 0))).json.subject.reference, renamed, text);
  t.equal((await s.get(renamed)).json.meta.versionId, '2', 'patched once');
  const changed = await tx(post(observation('Patient?family=curienew')), change);
  t.equal((await s.get(at(changed.json, 0))).json.subject.reference, renamed);
});

t.test('a reading found by name belongs to the new patient', async (t) => {
  const { json, text } = await tx(post(reading('own', 'Patient?family=curieown')), post(person('own')));
  const who = at(json, 1);
  t.equal((await s.get(at(json, 0))).json.subject.reference, who, text);
  t.equal((await s.get(`Observation?patient=${who}&_summary=count`)).json.total, 1);
  const facts = 'select count(*)::int as n from reading r join patient p on p.key = r.patient where p.id = $1';
  t.equal((await s.query(facts, [who.split('/')[1]]))[0]?.n, 1);
});

t.test('conditions on what other conditions find', async (t) => {
  const { status, json, text } = await tx(
    post(referrer('Observation?patient.family=curiechain&code=c-chain', 'Patient?family=curiechain')),
    post(reading('chain', 'Patient?family=curiechain')),
    post(person('chain')),
  );
  t.equal(status, 200, text);
  const first = (await s.get(at(json, 0))).json;
  t.strictSame([first.subject.reference, first.focus[0].reference], [at(json, 2), at(json, 1)]);
});

t.test('a condition that finds only what refers by it finds nothing', async (t) => {
  const itself = observation(await s.made(patient()), {
    code: coded('self'),
    focus: [{ reference: 'Observation?focus:Observation.code=self' }],
  });
  refused(t, await tx(post(itself)), 412, 'reference-unmatched');
});

t.test('a condition found by a conditional create', async (t) => {
  const there = await s.made(known('cc', { name: [{ family: 'Curiecc' }] }));
  const create = (id: string, family: string) =>
    post(known(id, { name: [{ family }] }), { request: { ifNoneExist: `identifier=urn:t|${id}` } });
  const { json, text } = await tx(
    create('cc', 'Unwritten'),
    create('cd', 'Curiecd'),
    post(observation('Patient?family=curiecc')),
    post(observation('Patient?family=curiecd')),
  );
  t.strictSame(statuses(json), [200, 201, 201, 201], text);
  t.equal((await s.get(at(json, 2))).json.subject.reference, there);
  t.equal((await s.get(at(json, 3))).json.subject.reference, at(json, 1));
  refused(t, await tx(create('cc', 'X'), post(observation('Patient?family=unwritten'))), 412, 'reference-unmatched');
});

t.test('many transactions with the same condition at once find one patient', async (t) => {
  const one = () =>
    tx(
      post(known('race', { name: [{ family: 'Curierace' }] }), { request: { ifNoneExist: 'identifier=urn:t|race' } }),
      post(observation('Patient?family=curierace')),
    );
  const answers = await Promise.all(Array.from({ length: 8 }, one));
  t.strictSame([...new Set(answers.map((a) => a.status))], [200]);
  const subjects = await Promise.all(answers.map(async (a) => (await s.get(at(a.json, 1))).json.subject.reference));
  t.equal(new Set(subjects).size, 1);
});

t.test('what does not settle is refused, and nothing is stored', async (t) => {
  let turn = 0;
  const restless = await serve(t, {
    wrap: (store) => ({
      ...store,
      transaction: (keys, work) =>
        store.transaction(keys, (own) => {
          const search: Tx['search'] = async (plan) => {
            const page = await own.search({ ...plan, limit: 2 });
            return plan.type === 'Device' ? { rows: [page.rows[turn++ % page.rows.length]!] } : page;
          };
          return work(new Proxy(own, { get: (tx, key) => (key === 'search' ? search : bound(tx, key)) }));
        }),
    }),
  });
  for (const n of [1, 2])
    await restless.made({ resourceType: 'Device', deviceName: [{ name: `d${n}`, type: 'other' }] });
  const states = async () => (await restless.query('select count(*)::int as n from resource'))[0]?.n;
  const before = await states();
  const entry = [post({ resourceType: 'Device', parent: { reference: 'Device?device-name:contains=d' } })];
  const answer = await restless.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  const issue = refused(t, answer, 422, 'reference-unsettled');
  t.strictSame(issue.expression, ['Bundle.entry[0].resource.parent.reference']);
  t.equal(await states(), before);
});

function bound(tx: Tx, key: string | symbol): unknown {
  const member = (tx as unknown as Record<string | symbol, unknown>)[key];
  return typeof member === 'function' ? member.bind(tx) : member;
}
