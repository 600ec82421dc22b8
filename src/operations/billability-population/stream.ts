// The whole population as one long answer: a Parameters a line, or a window a line.
import type { Language } from '../../fhir/outcome.ts';
import { present } from '../billability/present.ts';
import type { OperationAnswer, OperationService } from '../operation.ts';
import { inSteps } from './ahead.ts';
import { csvHead, csvLines } from './csv.ts';
import { type Answered, decided, everyChain } from './gather.ts';
import type { Filter } from './walk.ts';

/** Answers when the first slice is read, so that what fails at once is an error and no half answer. */
export async function stream(
  service: OperationService,
  filter: Filter,
  format: 'csv' | 'ndjson',
  language: Language,
): Promise<OperationAnswer> {
  const slices = everyChain(service, filter);
  const first = await slices.next();
  const line = (a: Answered) =>
    format === 'csv' ? csvLines(a, language) : `${present({ ...a, policy: filter.policy, language })}\n`;

  async function* chunks(): AsyncGenerator<string> {
    try {
      if (format === 'csv') yield csvHead(language);
      for (let slice = first; slice.done !== true; slice = await slices.next()) {
        for await (const step of inSteps(slice.value)) {
          let text = '';
          for (const ready of step) {
            const answer = decided(service, ready, filter);
            if (answer !== undefined) text += line(answer);
          }
          if (text !== '') yield text;
        }
      }
    } finally {
      await slices.return(undefined);
    }
  }
  return { status: 200, body: chunks() };
}
