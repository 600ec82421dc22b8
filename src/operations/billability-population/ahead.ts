// Long answers: the database works while this process does, and other requests are not kept waiting.
import { setImmediate } from 'node:timers/promises';

/** The same values; the source works on the next one while the caller has the one before. */
export async function* ahead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  // A caller who stops early never looks at the value under way: its failure must not end the process.
  const ask = () => {
    const next = iterator.next();
    next.catch(() => undefined);
    return next;
  };
  let next = ask();
  try {
    for (let result = await next; result.done !== true; result = await next) {
      next = ask();
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Chains decided in one go: about 10 ms of work, so that other requests are answered in between. */
const STEP = 50;

/** A list in small parts; the event loop has its turn between them. */
export async function* inSteps<T>(list: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let i = 0; i < list.length; i += STEP) {
    if (i > 0) await setImmediate();
    yield list.slice(i, i + STEP);
  }
}
