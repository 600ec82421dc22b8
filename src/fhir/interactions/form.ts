// Parts of resources on reads and histories: `_summary` and `_elements` go with every interaction (R4 http.html#parameters).
import { FaultError, fault } from '../../kernel/fault.ts';
import type { Definitions } from '../definitions/types.ts';
import { type Form, type Query, subset } from '../search/index.ts';
import { isFault } from '../search/refusals.ts';
import { parseElements, parseSummary, type Summary } from '../search/results.ts';
import type { FhirResponse, FhirService } from '../service.ts';

/** Names of the parameters that ask for a part. */
export const FORM_PARAMETERS: readonly string[] = ['_summary', '_elements'];

/**
 * What of a resource is asked for; undefined = all of it, `count` = nothing but a total.
 * @param types that the answer may hold
 * @throws FaultError 400 for a bad value, or for two of these parameters
 */
export function formOf(definitions: Definitions, types: readonly string[], query: Query): Form | 'count' | undefined {
  const [asked, second] = query.filter(([name]) => FORM_PARAMETERS.includes(name));
  if (second !== undefined) {
    throw fault('not-supported', 'form-twice', {
      en: 'Ask for one of _summary and _elements, once.',
      fr: 'Demandez soit _summary, soit _elements, une seule fois.',
    });
  }
  if (asked === undefined) return undefined;
  const [name, value] = asked;
  if (name === '_elements') return good(parseElements(value, types, definitions));
  const of: Summary = good(parseSummary(value));
  if (of === 'false') return undefined;
  return of === 'count' ? 'count' : { kind: 'summary', of };
}

function good<T>(read: T): Exclude<T, { detail: string }> {
  if (typeof read === 'object' && read !== null && isFault(read)) throw new FaultError([read]);
  return read as Exclude<T, { detail: string }>;
}

/** An answer with the part of its resource that the query asks for. @throws FaultError 400 */
export function shaped(service: FhirService, type: string, answer: FhirResponse, query: Query = []): FhirResponse {
  const form = formOf(service.definitions, [type], query);
  if (form === 'count') {
    throw fault('value', 'form-count', {
      en: '_summary=count goes with searches and histories: there is nothing to count here.',
      fr: '_summary=count va avec les recherches et les historiques : il n’y a rien à compter ici.',
    });
  }
  if (form === undefined || answer.body === undefined) return answer;
  return { ...answer, body: subset(service.definitions, answer.body, form) };
}
