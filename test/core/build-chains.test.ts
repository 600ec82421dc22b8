import t from 'tap';
import { buildChains, chainWith, latestMember } from '../../src/core/chain/build-chains.ts';
import { aPrescription } from '../make/prescription.ts';

const first = aPrescription().id('rx1').from('2026-01-05').to('2026-03-15');
const renewal = (start: string) => aPrescription().id('rx2').from(start).to('2026-09-15').replacing('rx1');
const ids = (...makers: { make(): ReturnType<typeof first.make> }[]) =>
  buildChains(makers.map((m) => m.make())).map((c) => c.members.map((p) => p.id).join('+'));

t.test('a renewal that starts the day after the validity ends goes on', async (t) => {
  t.strictSame(ids(first, renewal('2026-03-16')), ['rx1+rx2']);
});

t.test('a renewal that overlaps goes on', async (t) => {
  t.strictSame(ids(first, renewal('2026-03-15')), ['rx1+rx2']);
  t.strictSame(ids(first, renewal('2026-01-05')), ['rx1+rx2']);
});

t.test('a renewal that starts two days after the validity ends begins afresh', async (t) => {
  t.strictSame(ids(first, renewal('2026-03-17')), ['rx1', 'rx2']);
});

t.test('a renewal for another line or another patient begins afresh', async (t) => {
  t.strictSame(ids(first, renewal('2026-03-16').of('dt')), ['rx1', 'rx2']);
  t.strictSame(ids(first, renewal('2026-03-16').with({ patient: 'Patient/p2' })), ['rx1', 'rx2']);
});

t.test('without replaces two prescriptions that follow one another are two follow-ups', async (t) => {
  t.strictSame(ids(first, renewal('2026-03-16').replacing()), ['rx1', 'rx2']);
});

t.test('a prescription that replaces something unknown, or itself, stands alone', async (t) => {
  t.strictSame(ids(renewal('2026-03-16')), ['rx2']);
  t.strictSame(ids(first, renewal('2026-03-16').replacing('rx2', 'nothing')), ['rx1', 'rx2']);
});

t.test('a third one goes on with the second', async (t) => {
  const third = aPrescription().id('rx3').from('2026-09-16').to('2026-12-31').replacing('rx2');
  t.strictSame(ids(third, renewal('2026-03-16'), first), ['rx1+rx2+rx3']);
});

t.test('two renewals of one stand in one chain, by their start', async (t) => {
  const other = aPrescription().id('rx0').from('2026-03-10').to('2026-05-01').replacing('rx1');
  t.strictSame(ids(first, renewal('2026-03-16'), other), ['rx1+rx0+rx2']);
});

t.test('a renewal of two follow-ups goes on with the one that lasted longer', async (t) => {
  const longer = aPrescription().id('rx9').from('2026-01-05').to('2026-03-20');
  const both = aPrescription().id('rx2').from('2026-03-16').to('2026-09-15').replacing('rx1', 'rx9');
  t.strictSame(ids(first, longer, both), ['rx1', 'rx9+rx2']);
  t.strictSame(ids(both.replacing('rx9', 'rx1'), first, longer), ['rx1', 'rx9+rx2']);
});

t.test('a cycle is cut at its oldest prescription', async (t) => {
  const a = first.replacing('rx3');
  const b = renewal('2026-03-16');
  const c = aPrescription().id('rx3').from('2026-09-16').to('2026-12-31').replacing('rx2');
  for (const order of [
    [a, b, c],
    [c, b, a],
    [b, a, c],
  ])
    t.strictSame(ids(...order), ['rx1+rx2+rx3']);
});

t.test('a chain starts on the monitoring start of its first member and ends with its latest', async (t) => {
  const [chain] = buildChains([
    first.monitoredFrom('2026-01-10').stopped('2026-02-01').make(),
    renewal('2026-03-16').monitoredFrom('2026-04-01').stopped('2026-08-01').make(),
  ]);
  t.match(chain, { start: '2026-01-10', stop: '2026-08-01', validityEnd: '2026-09-15', activity: 'ic' });
});

t.test('the stop of a member that was renewed does not end the chain', async (t) => {
  const [chain] = buildChains([first.stopped('2026-02-01').make(), renewal('2026-03-16').make()]);
  t.equal(chain?.stop, undefined);
});

t.test('any member leads to its chain, and the latest answers for it', async (t) => {
  const chains = buildChains([first.make(), renewal('2026-03-16').make()]);
  t.equal(chainWith(chains, 'rx1'), chainWith(chains, 'rx2'));
  t.equal(chainWith(chains, 'rx3'), undefined);
  t.equal(latestMember(chains[0]!).id, 'rx2');
});

t.test('a renewal may follow the longest validity before it, not only the last', async (t) => {
  const short = aPrescription().id('rx2').from('2026-01-20').to('2026-02-10').replacing('rx1');
  const third = aPrescription().id('rx3').from('2026-03-16').to('2026-06-01').replacing('rx2');
  t.strictSame(ids(first, short, third), ['rx1+rx2+rx3']);
});
