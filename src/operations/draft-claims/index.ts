import { seriesMax } from '../../core/claim/draft.ts';
import { localDay, METROPOLE } from '../../kernel/zone.ts';
import type { PolicyCode } from '../../law/law.ts';
import { jsonAnswer } from '../answer.ts';
import { readInput } from '../input/read.ts';
import type { Operation } from '../operation.ts';
import { DEFAULT_POLICY, definition, parameters } from './definition.ts';
import { gather } from './gather.ts';
import { present } from './present.ts';

export const draftClaims: Operation = {
  ...definition,
  async run(service, call) {
    const now = service.clock.now();
    const input = readInput(call, parameters(seriesMax(undefined, localDay(now, METROPOLE), service.law)));
    const policy = (input.policy as PolicyCode | undefined) ?? DEFAULT_POLICY;
    const id = call.id!;
    const { drafts, zone } = await gather(service, id, input, policy);
    return jsonAnswer(call, present(drafts, id, localDay(now, zone), call.request.language));
  },
};
