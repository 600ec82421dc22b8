// What an upgrade makes anew from stored contents, and the versions by which a database tells that it must.
import type { Extraction } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { createExtractor, type ExtractorOptions } from './index.ts';

/**
 * Raised when resources that are stored already would get other index rows: also by another version of the definitions.
 * `test/fhir/extract/stored.test.ts` tells.
 */
const SEARCH = 1;
/** Raised when stored Observations would get other facts, or Patients another zone. */
const READING = 1;

/** How this version reads stored contents. */
export function storedExtraction(definitions: Definitions, options: ExtractorOptions = {}): Extraction {
  const extractor = createExtractor(definitions, options);
  return {
    search: SEARCH,
    reading: READING,
    extract(content) {
      const resource = JSON.parse(content) as { resourceType: string };
      return {
        rows: extractor.rows(resource),
        fact: extractor.fact(resource),
        ...(resource.resourceType === 'Patient' ? { zone: extractor.zone(resource) } : {}),
      };
    },
  };
}
