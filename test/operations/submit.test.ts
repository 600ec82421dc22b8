// Claim/$submit through the whole server: both forfaits or none, once (contract 2.7, 3).
import t from 'tap';
import { billing, bundle, codesOf, responsesOf } from './claims.ts';
import { periodsOf, reasonsOf } from './plain.ts';

const b = await billing(t);

t.test('a submitted pair is stored active, answered, and billed', async (t) => {
  const rx = await b.followed('2026-03-05');
  const { text } = await b.drafts(rx, 'series=1');
  const answer = await b.submit(text);
  t.equal(answer.status, 200, answer.text);
  t.match(answer.json, { resourceType: 'Bundle', type: 'collection' });
  const responses = responsesOf(answer);
  t.same(
    responses.map((r) => r.outcome),
    ['complete', 'complete'],
  );
  for (const r of responses) {
    const claim = await b.w.get(r.request!.reference);
    t.match(claim.json, { resourceType: 'Claim', status: 'active', meta: { versionId: '1' } });
    t.match(claim.text, /"unitPrice":\{"value":(28|50)\.00,/, 'digits as sent');
    const kept = await b.w.get(`ClaimResponse/${r.id}`);
    t.same(kept.json, r);
    t.equal((await b.w.put(`ClaimResponse/${r.id}`, kept.json)).status, 200, 'the response is valid R4');
  }
  t.match(responses[0], {
    item: [
      {
        itemSequence: 1,
        adjudication: [{ amount: { value: 28 } }, { amount: { value: 16.8 } }, { amount: { value: 11.2 } }],
      },
    ],
  });
  const [first, second] = periodsOf((await b.w.get(`${b.c.ref(rx)}/$billability?asOf=2026-03-10`)).json);
  t.equal(first?.status, 'billed');
  t.same(reasonsOf(first), ['already-billed/information']);
  t.same(
    new Set((first!.reason as { evidence: string[] }[])[0]!.evidence),
    new Set(responses.map((r) => r.request!.reference)),
  );
  t.equal(second?.status, 'billable');
});

t.test('Parameters with the pair as resource are taken too', async (t) => {
  const rx = await b.followed('2026-02-03');
  const pair = bundle(...(await b.pairOf(rx)));
  const answer = await b.submit({
    resourceType: 'Parameters',
    parameter: [{ name: 'resource', resource: pair }],
  });
  t.same(
    responsesOf(answer).map((r) => r.outcome),
    ['complete', 'complete'],
  );
});

t.test('the same pair twice is refused the second time, and stores nothing', async (t) => {
  const rx = await b.followed('2026-02-03');
  const pair = bundle(...(await b.pairOf(rx)));
  await b.submit(pair);
  const again = await b.submit(pair);
  t.equal(again.status, 200);
  for (const r of responsesOf(again)) {
    t.equal(r.outcome, 'error');
    t.equal(r.id, undefined);
    t.equal(r.request, undefined);
    t.same(codesOf(r), ['1 already-billed']);
  }
  t.equal(await b.kept(rx), 2);
  t.equal(await b.kept(rx, 'ClaimResponse'), 2);
});

t.test('of twenty submissions at once one wins', async (t) => {
  const rx = await b.followed('2026-02-03');
  const pair = bundle(...(await b.pairOf(rx)));
  const answers = await Promise.all(Array.from({ length: 20 }, () => b.submit(pair)));
  t.same(new Set(answers.map((a) => a.status)), new Set([200]));
  const won = answers.filter((a) => responsesOf(a).every((r) => r.outcome === 'complete'));
  const lost = answers.filter((a) => responsesOf(a).every((r) => r.outcome === 'error'));
  t.equal(won.length, 1);
  t.equal(lost.length, 19);
  t.equal(await b.kept(rx), 2);
  t.equal(await b.kept(rx, 'ClaimResponse'), 2);
});

t.test('a window that was billed unseen is refused by the schema', async (t) => {
  const rx = await b.followed('2026-02-03');
  const pair = bundle(...(await b.pairOf(rx)));
  await b.submit(pair);
  const store = b.w.store as { billedWindows: typeof b.w.store.billedWindows };
  const seeing = store.billedWindows;
  store.billedWindows = async () => [];
  const answer = await b.submit(pair);
  store.billedWindows = seeing;
  t.same(responsesOf(answer).map(codesOf), [['1 already-billed'], ['1 already-billed']]);
  t.equal(await b.kept(rx), 2);
});

t.test('deleted claims free their windows', async (t) => {
  const rx = await b.followed('2026-02-03');
  const answer = await b.submit(bundle(...(await b.pairOf(rx))));
  for (const r of responsesOf(answer)) {
    t.equal((await b.w.delete(r.request!.reference)).status, 409, 'the answer refers to its claim');
    await b.w.delete(`ClaimResponse/${r.id}`);
    t.equal((await b.w.delete(r.request!.reference)).status, 204);
  }
  const [first] = periodsOf((await b.w.get(`${b.c.ref(rx)}/$billability?asOf=2026-03-10`)).json);
  t.equal(first?.status, 'billable');
});

t.test('what changed since the draft counts', async (t) => {
  const rx = await b.followed('2026-02-03');
  const pair = bundle(...(await b.pairOf(rx)));
  for (let i = 0; i < 30; i++) await b.w.delete(b.c.ref(`${rx.replace('rx', 'r')}:${i}`));
  const responses = responsesOf(await b.submit(pair));
  t.same(responses.map(codesOf), [['1 transmission-interrupted'], ['1 transmission-interrupted']]);
});

t.test('a refusal is told in the language asked', async (t) => {
  const rx = await b.followed('2026-02-03');
  const [operator] = await b.pairOf(rx);
  const answer = await b.submit(operator, { 'accept-language': 'fr' });
  t.match(responsesOf(answer)[0]?.error?.[0]?.code.text, /les deux forfaits|s’envoient ensemble/);
});
