// What "the same indication" means for unicity.
import type { Law } from '../../law/law.ts';

/** The pathology of an activity; for one that the law does not know, the first part of its code. */
export function pathologyOf(activity: string, law: Law): string {
  return law.lines[activity]?.pathology ?? activity.split('-')[0]!;
}
