// A storm of hostile requests over everything that is served: each is answered below 500, in bounded time, in FHIR when it is
// refused, and leaves nothing behind then. SEED repeats one; VIGIE_STORM=30000 makes it long.
import t from 'tap';
import { type Answer, type Json, observation, patient, serve } from './server.ts';
import { type Hostile, Storm } from './storm.ts';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const requests = Number(process.env.VIGIE_STORM ?? 600);
/** Milliseconds, on a machine that may be busy; the slowest is told. */
const LONGEST = 2000;
t.comment(`SEED=${seed}, ${requests} requests`);
t.setTimeout(60_000 + requests * 100);

t.test('hostile requests are answered, and leave nothing behind when they are refused', async (t) => {
  const s = await serve(t);
  const p = await s.made(patient({ identifier: [{ system: 'urn:x', value: '1' }] }));
  const o = await s.made(
    observation(p, { valueQuantity: { value: 72.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' } }),
  );
  const order = await s.made({
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    subject: { reference: p },
  });
  const resources = await Promise.all([p, o, order].map(async (at) => (await s.get(at)).json as Json));
  const binary = { resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' };
  const storm = new Storm(seed, (await s.get('metadata')).json, [...resources, binary]);
  const rows = async () =>
    (await s.query('select (select count(*) from resource) + (select count(*) from resource_history) as n'))[0]!.n;
  const statuses = new Map<number, number>();
  let slowest = { ms: 0, request: '' };
  let stored = await rows();

  for (let i = 0; i < requests; i++) {
    const request = storm.next();
    const began = performance.now();
    const answer = await s.send(request.method, request.path, request.body, request.headers);
    const ms = performance.now() - began;
    if (ms > slowest.ms) slowest = { ms, request: shown(request) };
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const wrong = faultOf(answer, request) ?? (ms > LONGEST ? `${Math.round(ms)} ms` : undefined);
    if (wrong !== undefined)
      t.fail(`request ${i}: ${wrong}`, { seed, request: shown(request), answer: answer.text.slice(0, 500) });
    const now = await rows();
    if (answer.status >= 400 && now !== stored)
      t.fail(`request ${i} was refused and left something`, { seed, request: shown(request) });
    stored = now;
    if (i % 100 === 99) {
      const made = await s.made(patient({ active: true }));
      const found = await s.get(`Patient?_id=${made.slice(8)}`);
      t.equal(found.json.entry?.length, 1, `serves after ${i + 1}`);
      stored = await rows();
    }
  }
  t.comment(
    [...statuses]
      .sort(([a], [b]) => a - b)
      .map(([k, n]) => `${k}: ${n}`)
      .join(', '),
  );
  t.comment(`slowest ${Math.round(slowest.ms)} ms: ${slowest.request.slice(0, 300)}`);
  t.ok(
    [200, 201, 400, 404, 422].every((status) => statuses.has(status)),
    'some are good, and others bad in several ways',
  );
});

function faultOf({ status, text, json, headers }: Answer, { method }: Hostile): string | undefined {
  if (status >= 500) return String(status);
  if (method === 'HEAD' || headers['content-encoding'] !== undefined) return undefined;
  if (status >= 400 && json.resourceType !== 'OperationOutcome') return `${status} without OperationOutcome`;
  for (const entry of json.resourceType === 'Bundle' ? (json.entry ?? []) : []) {
    if (/^5/.test(entry.response?.status ?? '')) return `an entry answers ${entry.response.status}`;
  }
  if (status >= 400 && !(text.includes('"severity":"error"') || text.includes('"severity": "error"')))
    return `${status} without an error`;
  return undefined;
}

function shown({ method, path, headers, body }: Hostile): string {
  return `${method} ${path} ${JSON.stringify(headers)} ${body === undefined ? '' : body.toString().slice(0, 3000)}`;
}
