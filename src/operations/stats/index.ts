import { jsonAnswer } from '../answer.ts';
import type { Operation } from '../operation.ts';
import { readAsked } from './asked.ts';
import { definition } from './definition.ts';
import { gather } from './gather.ts';
import { present } from './present.ts';

export const stats: Operation = {
  ...definition,
  async run(service, call) {
    const asked = readAsked(call, service.clock.now());
    return jsonAnswer(call, present(asked, await gather(service, asked, call.request.base)));
  },
};
