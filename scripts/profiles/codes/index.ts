// Every code system, in one list.
import type { Law } from '../../../src/law/law.ts';
import type { CodeSystemForm } from '../form.ts';
import { activitySystem, latmCodeSystem } from './activity.ts';
import { billabilityReason, billabilityStatus, observanceRejection, observanceStatus } from './answers.ts';
import { shortSystems } from './short.ts';

export function codeSystems(law: Law): readonly CodeSystemForm[] {
  return [
    activitySystem(law),
    latmCodeSystem(law),
    ...shortSystems,
    observanceStatus,
    observanceRejection,
    billabilityStatus,
    billabilityReason(law),
  ];
}

export { valueSets } from './short.ts';
