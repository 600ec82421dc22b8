// What a call of $stats asks, checked as a whole.
import { parseDate } from '../../fhir/extract/dates.ts';
import { type Fault, type FaultCode, FaultError } from '../../kernel/fault.ts';
import { readInput } from '../input/read.ts';
import type { OperationCall } from '../operation.ts';
import { ALIASES, MOST, parameters } from './definition.ts';

export interface Coding {
  readonly system: string;
  readonly code: string;
}

export interface Asked {
  readonly subject: string;
  readonly codings: readonly Coding[];
  /** As Period of the answer; undefined = all time. */
  readonly period: { readonly start?: string; readonly end?: string } | undefined;
  /** Instants, half-open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly statistics: readonly string[];
  /** How many source Observations to give. */
  readonly sources: number;
}

/** @throws FaultError 400 */
export function readAsked(call: OperationCall, now: number): Asked {
  const given = readInput(call, parameters);
  const faults: Fault[] = [];
  const refuse = (kind: Fault['kind'], detail: FaultCode, en: string, fr: string) =>
    faults.push({ kind, detail, text: { en, fr } });
  const { subject, system, duration } = given;
  if (subject === undefined) {
    refuse('required', 'stats-subject', 'Say whose: subject=Patient/1.', 'Dites de qui : subject=Patient/1.');
  }
  if (given.statistic.length === 0) {
    refuse(
      'required',
      'stats-statistic',
      'Say what to compute: statistic=average.',
      'Dites quoi calculer : statistic=average.',
    );
  }
  if (given.code.length > 0 && system === undefined) {
    refuse(
      'required',
      'stats-system',
      'A code needs its system, or use coding.',
      'Un code doit avoir son system ; sinon utilisez coding.',
    );
  }
  const codings = [...given.code.map((code) => ({ system: system ?? '', code })), ...given.coding];
  if (codings.length === 0) {
    refuse(
      'required',
      'stats-code',
      'Say which measurements: code and system, or coding.',
      'Dites quelles mesures : code et system, ou coding.',
    );
  }
  if (duration !== undefined && given.period !== undefined) {
    refuse('value', 'stats-time', 'Give duration or period, not both.', 'Donnez duration ou period, pas les deux.');
  }
  if (duration !== undefined && !(duration > 0 && duration <= 1_000_000)) {
    refuse(
      'value',
      'stats-duration',
      'duration is a number of hours above 0.',
      'duration est un nombre d’heures supérieur à 0.',
    );
  }
  if (faults.length > 0) throw new FaultError(faults);
  const period = duration === undefined ? given.period : lastHours(duration, now);
  return {
    subject: subject!,
    codings: [...new Map(codings.map((c) => [`${c.system}\n${c.code}`, c])).values()],
    period,
    from: period?.start === undefined ? null : parseDate(period.start)!.lo,
    to: period?.end === undefined ? null : parseDate(period.end)!.hi,
    statistics: [...new Set(given.statistic.map((s) => ALIASES[s] ?? s))],
    sources: given.include === true ? Math.min(given.limit ?? MOST, MOST) : 0,
  };
}

function lastHours(hours: number, now: number): { start: string; end: string } {
  return { start: new Date(now - hours * 3_600_000).toISOString(), end: new Date(now).toISOString() };
}
