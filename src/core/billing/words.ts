// Days as people write them.
import type { Day } from '../../kernel/day.ts';

/** `31/03/2026` */
export function frDay(day: Day): string {
  return `${day.slice(8)}/${day.slice(5, 7)}/${day.slice(0, 4)}`;
}
