// Who may write next.
import t from 'tap';
import { ConflictQueue, type Waiting } from '../../src/storage/queue.ts';

interface Named extends Waiting {
  readonly name: string;
}

function item(name: string, keys: readonly number[], joins: boolean, rows = 1, bytes = 1): Named {
  return { name, keys: new Set(keys), joins, rows, bytes };
}

const names = (group: readonly Named[]): string => group.map(({ name }) => name).join(' ');

function queueOf(...items: Named[]): ConflictQueue<Named> {
  const queue = new ConflictQueue<Named>({ rows: 10, bytes: 100 });
  for (const one of items) queue.add(one);
  return queue;
}

t.test('pure creates that wait go together, also for the same patient', async (t) => {
  const queue = queueOf(item('a', [1], true), item('b', [2], true), item('c', [1], true));
  t.equal(names(queue.take()), 'a b c');
  t.equal(queue.length, 0);
});

t.test('a work goes alone', async (t) => {
  const queue = queueOf(item('a', [1], false), item('b', [2], true));
  t.equal(names(queue.take()), 'a');
  t.equal(names(queue.take()), 'b');
});

t.test('creates pass a work that has other patients, and none that has theirs', async (t) => {
  const queue = queueOf(item('a', [1], true), item('w', [2], false), item('b', [3], true), item('c', [2], true));
  t.equal(names(queue.take()), 'a b');
  t.equal(names(queue.take()), 'w');
  t.equal(names(queue.take()), '');
  t.equal(queue.length, 1);
});

t.test('a work waits for the creates of its patients, and later creates wait behind it', async (t) => {
  const queue = queueOf(item('a', [1], true));
  const first = queue.take();
  queue.add(item('b', [1, 2], false));
  queue.add(item('c', [2], true));
  queue.add(item('d', [3], true));
  t.equal(names(queue.take()), 'd', 'c waits behind b, which shares patient 2');
  queue.release(first);
  t.equal(names(queue.take()), 'b');
});

t.test('creates run beside creates of the same patient, never beside a work on it', async (t) => {
  const queue = queueOf(item('a', [1], true));
  const first = queue.take();
  queue.add(item('b', [1], true));
  const second = queue.take();
  t.equal(names(second), 'b');
  queue.add(item('w', [1], false));
  queue.release(first);
  t.equal(names(queue.take()), '', 'b holds patient 1 still');
  queue.release(second);
  const work = queue.take();
  t.equal(names(work), 'w');
  queue.add(item('c', [1], true));
  t.equal(names(queue.take()), '');
  queue.release(work);
  t.equal(names(queue.take()), 'c');
});

t.test('a share leaves the rest to others', async (t) => {
  const queue = queueOf(...['a', 'b', 'c', 'd'].map((name) => item(name, [1], true)));
  t.equal(queue.rows, 4);
  t.equal(names(queue.take(2)), 'a b');
  t.equal(queue.rows, 2);
  t.equal(names(queue.take(1)), 'c');
  t.equal(names(queue.take(100)), 'd');
  t.equal(queue.rows, 0);
});

t.test('a group ends at its limits, and one item above them still goes', async (t) => {
  const rows = queueOf(item('a', [1], true, 6), item('b', [2], true, 4), item('c', [3], true, 1));
  t.equal(names(rows.take()), 'a b');
  const bytes = queueOf(item('a', [1], true, 1, 60), item('b', [2], true, 1, 41), item('c', [3], true, 1, 40));
  t.equal(names(bytes.take()), 'a c');
  t.equal(names(queueOf(item('big', [1], true, 50, 500)).take()), 'big');
});

t.test('a work that a full group leaves behind keeps its place', async (t) => {
  const queue = queueOf(
    item('a', [1], true, 9),
    item('w', [2], false),
    item('b', [2], true, 1),
    item('c', [3], true, 1),
  );
  t.equal(names(queue.take()), 'a c');
  t.equal(names(queue.take()), 'w');
});

t.test('works without a patient never wait for each other', async (t) => {
  const queue = queueOf(item('a', [], false), item('b', [], false));
  t.equal(names(queue.take()), 'a');
  t.equal(names(queue.take()), 'b');
});
