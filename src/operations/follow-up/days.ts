// Which days of which windows have counted readings, for many chains at once.
import { countQueries } from '../../core/observance/count-queries.ts';
import type { DayBits, Situation } from '../../core/situation.ts';
import type { PatientKey, WindowQuery } from '../../storage/types.ts';
import type { OperationService } from '../operation.ts';

/** What windows are cut from; rights and register do not matter to days. */
export interface DaysAsked extends Omit<Situation, 'bits' | 'register'> {
  readonly key: PatientKey;
}

const NONE: ReadonlyMap<number, DayBits> = new Map();

/** Day bits by window index of each chain asked, in the same order; one statement. */
export async function readDays(
  service: OperationService,
  asked: readonly DaysAsked[],
): Promise<readonly ReadonlyMap<number, DayBits>[]> {
  const queries: WindowQuery[] = asked.flatMap((a, key) =>
    countQueries(a, service.law).map((q) => ({ ...q, key, patient: a.key })),
  );
  const bits = new Map<number, Map<number, DayBits>>();
  for (const { key, index, days } of queries.length === 0 ? [] : await service.store.windowDays(queries)) {
    const windows = bits.get(key);
    if (windows === undefined) bits.set(key, new Map([[index, days]]));
    else windows.set(index, (windows.get(index) ?? 0) | days);
  }
  return asked.map((_, key) => bits.get(key) ?? NONE);
}
