// A server that only writes: it prints the ids of what was acknowledged, one a line, until it is killed.
import { writeSync } from 'node:fs';
import { openStore } from '../../../src/storage/index.ts';
import { silent } from '../../../src/storage/log.ts';
import { created, fact, onDay } from '../samples.ts';

const store = await openStore({ address: JSON.parse(process.argv[2]!), log: silent });
const key = store.newPatientKey();
const patient = created('Patient', { patient: key, zone: 'Europe/Paris' });
await store.create([patient]);
writeSync(1, `${key} Patient ${patient.id}\n`);

const days = Array.from({ length: 28 }, (_, i) => `2026-03-${String(i + 1).padStart(2, '0')}`);
let next = 0;
const one = () => created('Observation', { patient: key, fact: fact(onDay(days[next++ % days.length]!)) });
await Promise.all(
  Array.from({ length: 32 }, async (_, lane) => {
    for (;;) {
      const write = one();
      if (lane % 4 === 0) await store.transaction([key], (tx) => tx.write([write]));
      else await store.create([write]);
      // Synchronous: what is printed was acknowledged before the kill.
      writeSync(1, `${key} Observation ${write.id}\n`);
    }
  }),
);
