// A process that holds an embedded PostgreSQL, for tests that kill it: node embedded-holder.ts FOLDER
// Prints one line of JSON when it is up; SIGTERM stops it in order.
import { FaultError } from '../../src/kernel/fault.ts';
import { startEmbedded } from '../../src/storage/embedded/index.ts';

const began = performance.now();
try {
  const embedded = await startEmbedded({ dataDir: process.argv[2]!, onLost: () => process.exit(3) });
  process.on('SIGTERM', async () => {
    await embedded.stop();
    process.exit(0);
  });
  const { connection, pid } = embedded;
  console.log(JSON.stringify({ connection, postmaster: pid, millis: Math.round(performance.now() - began) }));
} catch (error) {
  console.error(error instanceof FaultError ? error.message : error);
  process.exitCode = 1;
}
