// Persons, ordonnances, contracts and readings change after the fact: the answers of one and of all follow (contract 2.8).
import t from 'tap';
import { periodsOf } from '../operations/plain.ts';
import { type Json, world } from '../operations/world.ts';
import { each, type Stage, stage } from './stage.ts';

const w = await world(t);
const ASKED = 'asOf=2026-05-10';
const spring = { start: '2026-03-02', end: '2026-08-31' };

/** Reads a resource, changes it, and puts it back; `undefined` takes an element away. */
async function change(s: Stage, name: string, elements: Json): Promise<void> {
  const path = s.cohort.ref(name);
  const answer = await w.put(path, { ...(await w.get(path)).json, ...elements });
  if (answer.status !== 200) throw new Error(answer.text);
}

/** Statuses of the windows, by the prescription and by the population: they must agree. */
async function statuses(s: Stage): Promise<string> {
  const one = (await s.bill('rx', ASKED)).map((p) => p.status).join(' ');
  const { json } = await w.get(`ServiceRequest/$billability?patient=${s.cohort.ref('p')}&${ASKED}`);
  const entry = (json.entry ?? []) as readonly { resource: Json }[];
  const all = entry.flatMap(({ resource }) => periodsOf(resource).map((p) => p.status)).join(' ');
  if (one !== all) throw new Error(`the prescription says ${one}, the population ${all}`);
  return one;
}

t.test('a person who moves takes the days along', async (t) => {
  const half = each('2026-03-02', '2026-03-31').map((r) => ({ ...r, at: `${r.at}T03:30:00Z` }));
  const s = await stage(w, { ordonnances: { rx: spring }, readings: half });
  const counted = async () => (await s.observe('rx', ASKED)).periods.map((p) => p.received);
  t.same(await counted(), [30, 0, 0]);
  await change(s, 'p', { address: [{ postalCode: '97110', country: 'FR' }] });
  t.same(await counted(), [29, 0, 0]);
  await change(s, 'p', { address: [{ postalCode: '98800', country: 'FR' }] });
  t.same(await counted(), [30, 0, 0]);
});

t.test('a death that is told later, and taken back, changes the windows', async (t) => {
  const s = await stage(w, { ordonnances: { rx: spring }, readings: each('2026-03-02', '2026-03-31') });
  t.equal(await statuses(s), 'billable not-billable in-progress');
  await change(s, 'p', { deceasedDateTime: '2026-04-10' });
  t.equal(await statuses(s), 'billable billable');
  await change(s, 'p', { deceasedDateTime: undefined });
  t.equal(await statuses(s), 'billable not-billable in-progress');
});

t.test('an ordonnance that is put right moves its windows', async (t) => {
  const s = await stage(w, { ordonnances: { rx: spring }, readings: each('2026-03-02', '2026-05-10') });
  t.equal(await statuses(s), 'billable billable in-progress');
  await change(s, 'rx', { occurrencePeriod: { start: '2026-03-20', end: '2026-04-30' } });
  t.equal(await statuses(s), 'billable not-billable');
  await change(s, 'rx', { status: 'revoked' });
  t.equal(await statuses(s), 'billable not-billable');
});

for (const [name, elements, reason] of [
  ['agreement', { status: 'cancelled' }, 'agreement-missing'],
  ['declaration', { issued: '2026-08-01' }, 'operator-not-declared'],
  ['p', { birthDate: undefined }, 'prescription-incomplete!'],
] as const) {
  t.test(`a change of ${Object.keys(elements)} brings ${reason}`, async (t) => {
    const s = await stage(w, { ordonnances: { rx: spring }, readings: each('2026-03-02', '2026-03-31') });
    t.equal((await s.verdicts('rx', ASKED))[0], '1 billable');
    await change(s, name, elements);
    t.match((await s.verdicts('rx', ASKED))[0], new RegExp(`^1 .* ${reason}$`));
    await statuses(s);
  });
}

t.test('a reading given to another person counts there only', async (t) => {
  const s = await stage(w, {
    others: ['q'],
    ordonnances: { rx: spring, theirs: { ...spring, person: 'q' } },
    readings: [{ name: 'one', at: '2026-04-02' }],
  });
  const counted = async () => [
    (await s.observe('rx', ASKED)).periods[1]!.received,
    (await s.observe('theirs', ASKED)).periods[1]!.received,
  ];
  t.same(await counted(), [1, 0]);
  await change(s, 'one', { subject: s.cohort.to('q'), performer: [s.cohort.to('q')] });
  t.same(await counted(), [0, 1]);
});

t.test('a convention that is deleted is no longer one', async (t) => {
  const s = await stage(w, { ordonnances: { rx: spring }, readings: each('2026-03-02', '2026-03-31') });
  t.equal((await w.delete(s.cohort.ref('agreement'))).status, 204);
  t.equal((await s.verdicts('rx', ASKED))[0], '1 not-billable agreement-missing');
});
