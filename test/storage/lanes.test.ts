// How read sessions are shared: never more questions on one than its depth, a broken one is opened anew.
import { EventEmitter } from 'node:events';
import type pg from 'pg';
import t from 'tap';
import { FaultError } from '../../src/kernel/fault.ts';
import { Lanes } from '../../src/storage/lanes.ts';

/** A session that answers when told to, and counts what is under way on it. */
class Fake extends EventEmitter {
  most = 0;
  readonly #waiting: ((error?: Error) => void)[] = [];

  query(): Promise<{ rows: unknown[] }> {
    return new Promise((resolve, reject) => {
      this.#waiting.push((error) => (error === undefined ? resolve({ rows: [] }) : reject(error)));
      this.most = Math.max(this.most, this.#waiting.length);
    });
  }

  answer(): boolean {
    const next = this.#waiting.shift();
    next?.();
    return next !== undefined;
  }

  break(): void {
    this.emit('end');
    for (const one of this.#waiting.splice(0)) one(new Error('Connection terminated unexpectedly'));
  }

  async end(): Promise<void> {
    this.emit('end');
  }
}

function lanesOf(count: number, depth: number): { lanes: Lanes; opened: Fake[] } {
  const opened: Fake[] = [];
  const open = async (): Promise<pg.Client> => {
    const fake = new Fake();
    opened.push(fake);
    return fake as unknown as pg.Client;
  };
  return { lanes: new Lanes(open, count, depth), opened };
}

const question = { text: 'select 1', values: [] };
const turn = () => new Promise((resolve) => setImmediate(resolve));

t.test('questions that come at once are spread, and wait beyond the depth', async (t) => {
  const { lanes, opened } = lanesOf(3, 1);
  let answered = 0;
  for (let i = 0; i < 20; i++) void lanes.rows(question).then(() => (answered += 1));
  while (answered < 20) {
    await turn();
    for (const fake of opened) fake.answer();
  }
  t.strictSame(
    opened.map((fake) => fake.most),
    [1, 1, 1],
  );
});

t.test('a deep lane takes as many as its depth', async (t) => {
  const { lanes, opened } = lanesOf(1, 4);
  const all = Array.from({ length: 6 }, () => lanes.rows(question));
  for (let i = 0; i < 12; i++) {
    await turn();
    opened[0]?.answer();
  }
  await Promise.all(all);
  t.equal(opened[0]?.most, 4);
});

t.test('a question is asked once more when its session breaks', async (t) => {
  const { lanes, opened } = lanesOf(1, 1);
  const answer = lanes.rows(question);
  await turn();
  opened[0]!.break();
  await turn();
  t.ok(opened[1]?.answer());
  t.strictSame(await answer, []);
});

t.test('and is a fault when that breaks too', async (t) => {
  const { lanes, opened } = lanesOf(1, 1);
  const answer = lanes.rows(question).catch((error) => error);
  await turn();
  opened[0]!.break();
  await turn();
  opened[1]!.break();
  const error = await answer;
  t.ok(error instanceof FaultError);
  t.match(error, { faults: [{ kind: 'unavailable', detail: 'storage-unavailable', status: 503 }] });
});
