import type { PolicyCode } from '../../law/law.ts';
import { jsonAnswer } from '../answer.ts';
import { readInput } from '../input/read.ts';
import type { Operation } from '../operation.ts';
import { DEFAULT_POLICY, definition, parameters } from './definition.ts';
import { gather } from './gather.ts';
import { present } from './present.ts';

export const billability: Operation = {
  ...definition,
  async run(service, call) {
    const input = readInput(call, parameters);
    const id = call.id!;
    const policy = (input.policy as PolicyCode | undefined) ?? DEFAULT_POLICY;
    const { situation, decisions } = await gather(service, id, input, policy);
    return jsonAnswer(
      call,
      present({ prescription: id, situation, decisions, policy, language: call.request.language }),
    );
  },
};
