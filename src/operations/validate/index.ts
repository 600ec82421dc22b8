import { jsonAnswer } from '../answer.ts';
import type { Operation } from '../operation.ts';
import { definition } from './definition.ts';
import { judge, readAsked } from './gather.ts';
import { present } from './present.ts';

export const validate: Operation = {
  ...definition,
  async run(service, call) {
    const asked = readAsked(service, call);
    return jsonAnswer(call, present(await judge(service, call, asked), asked.mode, call.request.language));
  },
};
