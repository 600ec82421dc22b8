// The year of a prescription.
import { addDays, addYears, type Day } from '../../kernel/day.ts';
import { numberOf } from '../days.ts';

const SHORTEST_YEAR = 365;

/**
 * The last day of the years that begin on `start` (one year from 2026-03-02 ends on 2027-03-01; from 29 February on
 * 27 February). When `upTo` lies before any such day it is returned as it is: most windows need no calendar at all.
 */
export function yearsFrom(start: Day, years: number, upTo: Day): Day {
  if (numberOf(upTo) - numberOf(start) < years * SHORTEST_YEAR) {
    return upTo;
  }
  return addDays(addYears(start, years), -1);
}
