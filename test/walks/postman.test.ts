import { pino } from 'pino';
import t from 'tap';
import { playCollection } from '../../scripts/postman.ts';
import { buildApp } from '../../src/app.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { loadLaw } from '../../src/law/load.ts';
import { openStore } from '../../src/storage/index.ts';
import { db } from '../helpers/db.ts';

t.test('the Postman collection leads from the CapabilityStatement to a submitted Claim', async (t) => {
  const log = pino({ level: 'error' });
  const store = await openStore({ address: await db(t), log, clock: systemClock });
  const app = await buildApp({ store, law: loadLaw(), clock: systemClock, log });
  t.teardown(async () => {
    await app.close();
    await store.close();
  });
  const base = `${await app.listen({ host: '127.0.0.1', port: 0 })}/fhir`;
  const { requests, assertions, failures } = await playCollection(base, true);
  t.strictSame(failures, []);
  t.equal(requests, 15);
  t.ok(assertions >= 30, `${assertions} assertions`);
});
