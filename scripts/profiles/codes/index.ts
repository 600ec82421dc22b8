// Every code system, in one list.
import type { Law } from '../../../src/law/law.ts';
import type { BaseDefinitions } from '../base.ts';
import type { CodeSystemForm } from '../form.ts';
import { activitySystem, latmCodeSystem } from './activity.ts';
import { billabilityReason, billabilityStatus, observanceRejection, observanceStatus } from './answers.ts';
import { faultSystem } from './faults.ts';
import { shortSystems } from './short.ts';

export function codeSystems(law: Law, base: BaseDefinitions): readonly CodeSystemForm[] {
  return [
    activitySystem(law),
    latmCodeSystem(law),
    ...shortSystems,
    observanceStatus,
    observanceRejection,
    billabilityStatus,
    billabilityReason(law),
    faultSystem(base),
  ];
}

export { valueSets } from './short.ts';
