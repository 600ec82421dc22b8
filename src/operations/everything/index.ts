import { jsonAnswer } from '../answer.ts';
import { readInput } from '../input/read.ts';
import type { Operation } from '../operation.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { definition, PAGE, parameters } from './definition.ts';
import { gather } from './gather.ts';
import { present } from './present.ts';

export const everythingOf: Operation = {
  ...definition,
  async run(service, call) {
    const { definitions } = service;
    const { _count, _cursor, ...given } = readInput(call, parameters(definitions));
    const { id, request } = call;
    const { base } = request;
    const count = Math.min(_count ?? PAGE, PAGE);
    const question = questionOf(given);
    const address = `${base}/Patient/${id === undefined ? '' : `${id}/`}$everything`;
    const query = new URLSearchParams([
      ...question,
      ...(_count === undefined ? [] : [['_count', String(count)] as [string, string]]),
    ]);
    const asked = `${id ?? ''}?${new URLSearchParams(question)}`;
    const after = _cursor === undefined ? undefined : readCursor(_cursor, asked, definitions.isResourceType);
    const gathered = await gather(service, { ...given, id, base, count, after });
    const link = (cursor: string | undefined) => {
      const all = new URLSearchParams([
        ...query,
        ...(cursor === undefined ? [] : [['_cursor', cursor] as [string, string]]),
      ]).toString();
      return all === '' ? address : `${address}?${all}`;
    };
    const next = gathered.next === undefined ? undefined : link(writeCursor(gathered.next, asked));
    return jsonAnswer(call, present({ gathered, base, self: link(_cursor), next }));
  },
};

/** The parameters as understood, for links; those that repeat as a list. */
function questionOf(given: Readonly<Record<string, string | readonly string[] | undefined>>): [string, string][] {
  return Object.entries(given).flatMap(([name, value]) => {
    const text = typeof value === 'object' ? value.join(',') : value;
    return text === undefined || text === '' ? [] : [[name, text] as [string, string]];
  });
}
