import type { BillabilityStatus } from '../../core/result.ts';
import type { PolicyCode } from '../../law/law.ts';
import { jsonAnswer } from '../answer.ts';
import { DEFAULT_POLICY } from '../billability/definition.ts';
import { checkExistence, readInput } from '../input/read.ts';
import type { Operation, OperationAnswer, OperationCall, OperationService } from '../operation.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { DEFAULT_COUNT, definition, MAX_COUNT, parameters } from './definition.ts';
import { readPage } from './gather.ts';
import { presentPage } from './present.ts';
import { stream } from './stream.ts';
import type { Filter } from './walk.ts';

export const billabilityPopulation: Operation = {
  ...definition,
  async run(service, call) {
    const { _count, _cursor, ...given } = readInput(call, parameters(service.law));
    const { operator, exploitant, patient } = given;
    await checkExistence(service, { operator, exploitant, patient });
    const filter: Filter = {
      ...given,
      status: given.status as readonly BillabilityStatus[],
      policy: (given.policy as PolicyCode | undefined) ?? DEFAULT_POLICY,
      now: service.clock.now(),
    };
    // A stream is one answer: `_count`, the size of a page, does not cut it.
    if (call.format !== 'json') return stream(service, filter, call.format, call.request.language);
    return page(service, call, filter, Math.min(_count ?? DEFAULT_COUNT, MAX_COUNT), _cursor);
  },
};

async function page(
  service: OperationService,
  call: OperationCall,
  asked: Filter,
  count: number,
  cursorText: string | undefined,
): Promise<OperationAnswer> {
  const query = queryOf(asked, count);
  const cursor = cursorText === undefined ? undefined : readCursor(cursorText, query);
  const filter = cursor === undefined ? asked : { ...asked, now: cursor.now };
  const found = await readPage(service, filter, { count, after: cursor?.after, total: cursor?.total });
  const { base, language } = call.request;
  const address = `${base}/ServiceRequest/$billability?${query}`;
  const link = (text: string | undefined) => (text === undefined ? address : `${address}&_cursor=${text}`);
  const next =
    found.end === undefined ? undefined : writeCursor({ after: found.end, total: found.total, now: filter.now }, query);
  return jsonAnswer(
    call,
    presentPage({
      page: found,
      policy: filter.policy,
      language,
      base,
      self: link(cursorText),
      next: next === undefined ? undefined : link(next),
    }),
  );
}

/** The parameters as understood, for links. */
function queryOf(filter: Filter, count: number): string {
  const { operator, exploitant, patient, activity, start, end, asOf, policy } = filter;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ operator, exploitant, patient, activity, start, end, asOf, policy })) {
    if (value !== undefined) query.set(name, value);
  }
  for (const status of filter.status) query.append('status', status);
  query.set('_count', String(count));
  return query.toString();
}
