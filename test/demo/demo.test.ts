import { pino } from 'pino';
import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { demoState, loadDemo } from '../../src/demo/index.ts';
import { fixedClock } from '../../src/kernel/clock.ts';
import { loadLaw } from '../../src/law/load.ts';
import { openStore } from '../../src/storage/index.ts';
import { everything } from '../../src/storage/types.ts';
import { db } from '../helpers/db.ts';

t.test('the demonstration shows every outcome, in the formats of the field', async (t) => {
  const clock = fixedClock('2026-11-24T10:00:00Z');
  const log = pino({ level: 'error' });
  const store = await openStore({ address: await db(t), log, clock });
  const law = loadLaw();
  const app = await buildApp({ store, law, clock, log });
  t.teardown(async () => {
    await app.close();
    await store.close();
  });
  t.equal(await demoState(store), 'empty', 'the profiles of the house do not count as data');
  const said: string[] = [];
  const shown = await loadDemo({
    app,
    store,
    law,
    clock,
    path: '/fhir',
    base: 'http://127.0.0.1:8080/fhir',
    say: (l) => said.push(l),
  });
  t.equal(await demoState(store), 'data');
  await app.inject({ method: 'DELETE', url: '/fhir/List/vigie-demonstration' });
  t.equal(await demoState(store), 'data', 'a mark that was deleted was there');

  const rows = shown.split('\n').filter((l) => /\d{4}-\d\d-\d\d – \d{4}/.test(l));
  const has = (pattern: RegExp) =>
    t.ok(
      rows.some((r) => pattern.test(r)),
      `a line matches ${pattern}`,
    );
  for (const status of ['billable', 'billed', 'in-progress', 'not-billable', 'undetermined'])
    has(new RegExp(`\\s${status}\\s`));
  for (const activity of ['ic', 'iresp', 'irc', 'dt', 'dg', 'dg-mydiabby', 'pci', 'onco-resilience'])
    has(new RegExp(`\\s${activity}\\s`));
  has(/ic-assidu .* 30\/30 {2}billable .* 28\.00 € .* 50\.00 €/);
  has(/ic-insuffisant .* 14\/30 {2}billable +insufficient-data/);
  has(/ic-insuffisant .* not-billable +insufficient-previous-period/);
  has(/ic-interrompu .* 0\/30 {2}not-billable +transmission-interrupted/);
  has(/ic-majore .* billable .* 56\.00 €/);
  has(/ic-deces .* 4\/9 {2}billable +death-full-period/);
  has(/ic-expire .* not-billable +prescription-expired/);
  has(/iresp-esms .* operator-cannot-bill/);
  has(/dt-hebdo .* 4\/4 wk {2}billable/);
  has(/dt-refus .* consent-refused/);
  has(/pci-indetermine .* 0\/\? {2}undetermined .* 11\.00 € +–/);
  has(/onco-questionnaire .* 73\.33 €/);
  t.ok(new Set(rows.map((r) => r.split(' ')[0])).size >= 12, 'at least twelve patients');
  t.match(shown, /curl '.*\/ServiceRequest\/[^/]+\/\$observance'/);
  t.match(shown, /text\/csv/);
  t.ok(
    said.some((l) => / of \d+ readings$/.test(l)),
    'progress is shown',
  );

  const device = await app.inject({
    url: '/fhir/Device?_profile=http://hl7.org/fhir/uv/phd/StructureDefinition/PhdDevice&_summary=count',
  });
  t.equal(device.json().total, 2, 'two objects came by the mesures flow, each made once for all its readings');
  const logical = await store.search({ reach: everything, type: 'Observation', where: [], sort: [], limit: 1000 });
  const byIdentifier = logical.rows.filter((r) => /"subject":\{"identifier"/.test(r.content ?? ''));
  t.ok(byIdentifier.length > 50, 'logical references stay as they were sent');
  t.ok(
    byIdentifier.every((r) => r.patient > 0),
    'and their readings belong to the patient',
  );
});

t.test('a load that breaks off is told at the next start', async (t) => {
  const clock = fixedClock('2026-11-24T10:00:00Z');
  const log = pino({ level: 'silent' });
  const store = await openStore({ address: await db(t), log, clock });
  const law = loadLaw();
  const app = await buildApp({ store, law, clock, log });
  t.teardown(async () => {
    await app.close();
    await store.close();
  });
  let stored = 0;
  app.addHook('onSend', async (_request, _reply, payload) => {
    if (++stored > 5) throw new Error('broken off');
    return payload;
  });
  await t.rejects(loadDemo({ app, store, law, clock, path: '/fhir', base: '', say: () => undefined }));
  t.equal(await demoState(store), 'cut-short');
});
