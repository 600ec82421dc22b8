// What $observance needs: the days of the windows, and every reading that bears on them.
import { listWindows, touches } from '../../core/chain/windows.ts';
import { assess } from '../../core/observance/assess.ts';
import { type Classified, classify } from '../../core/observance/classify.ts';
import type { Assessment } from '../../core/result.ts';
import type { Situation } from '../../core/situation.ts';
import type { Day } from '../../kernel/day.ts';
import { readAsked } from '../follow-up/asked.ts';
import { createRegister } from '../follow-up/register.ts';
import { readSituations } from '../follow-up/situations.ts';
import type { OperationService } from '../operation.ts';

export interface ObservanceInput {
  readonly start: Day | undefined;
  readonly end: Day | undefined;
  readonly asOf: Day | undefined;
}

export interface Gathered {
  readonly situation: Situation;
  /** Of the windows in range. */
  readonly assessments: readonly Assessment[];
  readonly classified: Classified;
}

const NOTHING: Classified = { days: new Map(), rejected: [] };

/** @throws FaultError 404, 410, 422 when the id names no prescription */
export async function gather(service: OperationService, id: string, input: ObservanceInput): Promise<Gathered> {
  const { followUps, chain, asOf } = await readAsked(service, id, input.asOf);
  const range = { start: input.start, end: input.end };
  const windows = listWindows(chain, followUps.patient, asOf, service.law).filter((w) => touches(w, range));
  const [first, last] = [windows[0], windows.at(-1)];
  const [[situation], readings] = await Promise.all([
    readSituations(service, createRegister(service), [{ followUps, chain, asOf, range }]),
    first === undefined || last === undefined
      ? undefined
      : service.store.readings(followUps.key, first.period.start, last.period.end),
  ]);
  return {
    situation: situation!,
    assessments: assess(situation!, service.law).filter((a) => touches(a, range)),
    classified: readings === undefined ? NOTHING : classify(situation!, readings, service.law),
  };
}
