// How much the reading entries of one Bundle may answer together: ten thousand of them may each ask for a page of megabytes.
import { type FaultError, fault } from '../../kernel/fault.ts';
import type { FhirResponse } from '../service.ts';
import type { Entry } from './entries.ts';

/** Characters. What a Bundle writes is bounded by what it sends. */
const MOST = 128 * 1024 * 1024;

export class Allowance {
  #left = MOST;

  /** Before an entry is run. @throws FaultError 403 naming the first that reads when nothing is left */
  check({ method, address, index }: Entry): void {
    const reads = method === 'GET' || method === 'HEAD' || address.kind === 'operation';
    if (this.#left < 0 && reads) throw tooLarge(index);
  }

  /** @returns the answer. @throws FaultError 403 naming the entry with which it is too much */
  take(entry: Entry, answer: FhirResponse): FhirResponse {
    const { method, address } = entry;
    if (method === 'GET' || method === 'HEAD' || address.kind === 'operation') this.#left -= answer.body?.length ?? 0;
    this.check(entry);
    return answer;
  }
}

function tooLarge(index: number): FaultError {
  return fault(
    'too-costly',
    'bundle-answer-too-large',
    {
      en: 'The answers of this Bundle hold 128 MB before this entry. Ask for fewer, or for smaller pages (_count).',
      fr: 'Les réponses de ce Bundle atteignent 128 Mo avant cette entrée. Demandez-en moins, ou des pages plus petites (_count).',
    },
    { expression: `Bundle.entry[${index}].request` },
  );
}
