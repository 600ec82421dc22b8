import { jsonAnswer } from '../answer.ts';
import { readInput } from '../input/read.ts';
import type { Operation } from '../operation.ts';
import { definition, parameters } from './definition.ts';
import { gather } from './gather.ts';
import { present } from './present.ts';

export const observance: Operation = {
  ...definition,
  async run(service, call) {
    const input = readInput(call, parameters);
    const id = call.id!;
    return jsonAnswer(call, present(id, await gather(service, id, input), input.details ?? true));
  },
};
