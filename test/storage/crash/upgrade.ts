// A start after an upgrade that is killed while it reads what is stored anew: `upgrade.ts ADDRESS AFTER`, AFTER contents.
import { loadDefinitions } from '../../../src/fhir/definitions/load.ts';
import { storedExtraction } from '../../../src/fhir/extract/stored.ts';
import { openStore } from '../../../src/storage/index.ts';
import { silent } from '../../../src/storage/log.ts';

const [address = '', after = ''] = process.argv.slice(2);
const real = storedExtraction(loadDefinitions());
let read = 0;
const extraction = {
  ...real,
  extract: (content: string) => {
    if (++read === Number(after)) process.kill(process.pid, 'SIGKILL');
    return real.extract(content);
  },
};
await openStore({ address: JSON.parse(address), log: silent, reindexing: { extraction } });
