// Builds the cache of the pruned R4 definitions anew. The server does the same by itself when the file is missing.
import { statSync } from 'node:fs';
import { build, cacheFile } from '../src/fhir/definitions/load.ts';

const file = cacheFile();
const packed = build(file);
console.log(
  `${packed.types.length} types, ${packed.searchParameters.length} search parameters, ${packed.valueSets.length} value sets → ${file} (${Math.round(statSync(file).size / 1024)} kB)`,
);
