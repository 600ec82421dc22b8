// Every operation that is served: the routes, the CapabilityStatement and the tests read this list.
import type { WriteRule } from '../fhir/service.ts';
import { billability } from './billability/index.ts';
import { billabilityPopulation } from './billability-population/index.ts';
import { claimSubmit } from './claim-submit/index.ts';
import { claimRule } from './claim-submit/rule.ts';
import { draftClaims } from './draft-claims/index.ts';
import { everythingOf } from './everything/index.ts';
import { lastn } from './lastn/index.ts';
import { meta, metaAdd, metaDelete } from './meta/index.ts';
import { observance } from './observance/index.ts';
import type { Operation } from './operation.ts';
import { stats } from './stats/index.ts';
import { validate } from './validate/index.ts';

/** What they ask of ordinary writes, by resource type. */
export const rules: ReadonlyMap<string, WriteRule> = new Map([['Claim', claimRule]]);

export const operations: readonly Operation[] = [
  observance,
  billability,
  billabilityPopulation,
  draftClaims,
  claimSubmit,
  validate,
  meta,
  metaAdd,
  metaDelete,
  everythingOf,
  lastn,
  stats,
];
