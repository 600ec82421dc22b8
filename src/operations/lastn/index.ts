import { parseSearch } from '../../fhir/search/index.ts';
import { fault } from '../../kernel/fault.ts';
import type { StoredResource } from '../../storage/types.ts';
import { jsonAnswer } from '../answer.ts';
import type { Operation } from '../operation.ts';
import { readAsked } from './asked.ts';
import { definition, MOST } from './definition.ts';
import { firstOfEach, groupsOf } from './groups.ts';

export const lastn: Operation = {
  ...definition,
  async run(service, call) {
    const { max, search } = readAsked(call);
    const { base } = call.request;
    const { plan, applied } = await parseSearch(service, service.store, 'Observation', search, { base });
    const { latest, together } = await service.store.latestOfCodes(plan, max, MOST + 1);
    const found = firstOfEach(latest, groupsOf([...together, ...latest]), max);
    if (latest.length > MOST) throw tooMany();
    const self = new URLSearchParams([['max', String(max)], ...applied.map(([n, v]): [string, string] => [n, v])]);
    return jsonAnswer(call, present(found, base, `${base}/Observation/$lastn?${self}`));
  },
};

/** A searchset as JSON text; stored texts go out as they are. */
function present(found: readonly StoredResource[], base: string, self: string): string {
  const link = [{ relation: 'self', url: self }];
  const head = JSON.stringify({ resourceType: 'Bundle', type: 'searchset', total: found.length, link });
  const entries = found.map(
    ({ id, content }) =>
      `{"fullUrl":${JSON.stringify(`${base}/Observation/${id}`)},"resource":${content},"search":{"mode":"match"}}`,
  );
  return entries.length === 0 ? head : `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

function tooMany(): Error {
  return fault('too-costly', 'lastn-many', {
    en: `More than ${MOST} Observations would be in the answer. Ask for fewer codes, or a smaller max.`,
    fr: `La réponse aurait plus de ${MOST} Observations. Demandez moins de codes, ou un max plus petit.`,
  });
}
