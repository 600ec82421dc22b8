// Reading entries of a Bundle share what an answer may hold; what it writes is always answered.
import t from 'tap';
import { Allowance } from '../../../src/fhir/interactions/allowance.ts';
import type { Entry } from '../../../src/fhir/interactions/entries.ts';
import { FaultError } from '../../../src/kernel/fault.ts';

const answer = { status: 200, body: 'x'.repeat(60 * 1024 * 1024) };
const entry = (index: number, method: Entry['method'], kind: Entry['address']['kind'] = 'type') =>
  ({ index, method, address: { kind, query: [] } }) as unknown as Entry;

function refusal(take: () => unknown): unknown {
  try {
    take();
    return undefined;
  } catch (error) {
    return error instanceof FaultError ? error.faults[0] : error;
  }
}

t.test('the entry that is too much is named; writes go on', async (t) => {
  const allowance = new Allowance();
  t.equal(allowance.take(entry(0, 'GET'), answer), answer);
  t.equal(allowance.take(entry(1, 'POST', 'operation'), answer), answer);
  t.equal(allowance.take(entry(2, 'POST'), answer), answer, 'a create');
  const too = { kind: 'too-costly', detail: 'bundle-answer-too-large' };
  t.match(
    refusal(() => allowance.take(entry(3, 'GET'), answer)),
    { ...too, expression: 'Bundle.entry[3].request' },
  );
  t.match(
    refusal(() => allowance.take(entry(4, 'GET'), { status: 200, body: '{}' })),
    too,
    'nor the small ones after it',
  );
  t.match(
    refusal(() => allowance.check(entry(5, 'HEAD'))),
    too,
    'and they are not run',
  );
  t.equal(
    refusal(() => allowance.check(entry(6, 'PUT'))),
    undefined,
  );
  t.equal(allowance.take(entry(6, 'PUT'), answer), answer);
  const noBody = { status: 204 };
  t.equal(new Allowance().take(entry(0, 'HEAD'), noBody), noBody);
});
