import { type Exact, withDigits } from '../../fhir/json.ts';
import { jsonAnswer } from '../answer.ts';
import { readInput } from '../input/read.ts';
import type { Operation } from '../operation.ts';
import { adding, changeMeta, taking } from './change.ts';
import { add, read, remove } from './definition.ts';
import { metaAt } from './gather.ts';

export const meta: Operation = {
  ...read,
  async run(service, call) {
    readInput(call, {});
    return jsonAnswer(call, present(await metaAt(service, call)));
  },
};

export const metaAdd: Operation = {
  ...add,
  run: async (service, call) => jsonAnswer(call, present(await changeMeta(service, call, adding))),
};

export const metaDelete: Operation = {
  ...remove,
  run: async (service, call) => jsonAnswer(call, present(await changeMeta(service, call, taking))),
};

/** A Parameters with one `return`; an empty Meta would be no valid value, so then there is no parameter. */
function present(meta: Exact): string {
  const empty = Object.keys(meta.value as object).length === 0;
  const parameter = empty ? {} : { parameter: [{ name: 'return', valueMeta: meta.value }] };
  return withDigits(meta, () => JSON.stringify({ resourceType: 'Parameters', ...parameter }));
}
