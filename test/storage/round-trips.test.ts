// How many times an interaction goes to the database: each one costs a tenth of a millisecond and holds a writer.
import t from 'tap';
import { everything } from '../../src/storage/types.ts';
import { countAnew, statementsSent } from '../helpers/statements.ts';
import { open } from './open.ts';
import { created, deleted, fact, onDay, patient, updated } from './samples.ts';

const context = await open(t);
const { store } = context;
const someone = await patient(context);

/** Round trips of a work, once everything is warm: both writers, who take turns. */
async function trips(work: () => Promise<unknown>): Promise<number> {
  await Promise.all([work(), work()]);
  await work();
  countAnew();
  await work();
  return statementsSent();
}

const observation = () => created('Observation', { patient: someone.patient, fact: fact(onDay('2026-03-01')) });

t.test('a create, with its index rows and its day, takes one', async (t) => {
  t.equal(await trips(() => store.create([observation()])), 1);
});

t.test('a hundred creates of one call take one', async (t) => {
  t.equal(await trips(() => store.create(Array.from({ length: 100 }, observation))), 1);
});

t.test('two hundred creates at once take a few', async (t) => {
  const many = await trips(() => Promise.all(Array.from({ length: 200 }, () => store.create([observation()]))));
  t.ok(many <= 4, `${many}`);
});

t.test('a read takes one, also of a version', async (t) => {
  t.equal(await trips(() => store.read('Patient', someone.id, everything)), 1);
  t.equal(await trips(() => store.vread('Patient', someone.id, 1, everything)), 1);
  t.equal(await trips(() => store.history('Patient', someone.id, { limit: 10 }, everything)), 1);
});

t.test('references to what is known, and keys of known patients, take none', async (t) => {
  t.equal(await trips(() => store.missing([{ type: 'Patient', id: someone.id }])), 0);
  t.equal(await trips(() => store.patientKeys([someone.id])), 0);
});

t.test('an update takes three: lock, write, count and commit', async (t) => {
  let now = observation();
  await store.create([now]);
  const update = () =>
    store.transaction([someone.patient], async (tx) => {
      await tx.lock('Observation', now.id);
      now = updated(now, { fact: fact(onDay('2026-03-02')) });
      await tx.write([now]);
    });
  t.equal(await trips(update), 3);
});

t.test('a deletion takes three', async (t) => {
  const remove = async () => {
    const one = observation();
    await store.create([one]);
    countAnew();
    await store.transaction([someone.patient], async (tx) => {
      await tx.lock('Observation', one.id);
      await tx.write([deleted(one)]);
    });
  };
  t.equal(await trips(remove), 3);
});

t.test('a transaction that does nothing takes none', async (t) => {
  t.equal(await trips(() => store.transaction([], async () => undefined)), 0);
});

t.test('ten thousand windows take one', async (t) => {
  const query = {
    key: 1,
    patient: someone.patient,
    start: '2026-03-01',
    windowDays: 30,
    from: '2026-03-01',
    to: '2026-12-31',
    codes: ['http://loinc.org|29463-7'],
    categories: [],
    prescriptions: [],
  };
  t.equal(await trips(() => store.windowDays(Array.from({ length: 10_000 }, () => query))), 1);
});
