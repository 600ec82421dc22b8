// What PostgreSQL undoes is never told as done, whatever fails and however often it is tried again.
import t from 'tap';
import { type Answer, type Json, patient, refused, serve } from '../../http/server.ts';
import { at, bundles, get, known, post, put, statuses, urn } from './bundles.ts';

const s = await serve(t);
const { tx, count, total } = bundles(s);

await s.query('create sequence test_attempts');
/** Makes commits that store a resource end in `what`, the first `times` times. */
async function failCommits(times: number, what: string): Promise<void> {
  await s.query('alter sequence test_attempts restart');
  await s.query(`create or replace function test_fail() returns trigger language plpgsql as $$ begin
    if nextval('test_attempts') <= ${times} then ${what} end if;
    return null;
  end $$`);
  await s.query(`create constraint trigger test_fail after insert on resource deferrable initially deferred
    for each row execute function test_fail()`);
}
const SERIALIZATION = "raise exception 'forced' using errcode = '40001';";
const DEADLOCK = "raise exception 'forced' using errcode = '40P01';";
const BUG = "raise exception 'forced' using errcode = 'XX000';";
const LOST = 'perform pg_terminate_backend(pg_backend_pid());';

t.afterEach(async () => {
  await s.query('drop trigger if exists test_fail on resource');
});

type Tap = typeof t;

/** Every resource that an answer names is there, in the version that it names. */
async function holds(t: Pick<Tap, 'equal'>, answer: Answer): Promise<void> {
  const locations = (answer.json.entry ?? []).flatMap((e: Json) => e.response.location ?? []) as string[];
  if (answer.headers.location !== undefined) locations.push(answer.headers.location);
  for (const location of locations) t.equal((await s.get(location)).status, 200, location);
}

const ref = await s.made(known('there'));
const id = ref.split('/')[1];
let conditions = 0;
const conditional = (write: (name: string) => Promise<Answer>) => write(`c${++conditions}`);
const writes: readonly (readonly [name: string, write: () => Promise<Answer>])[] = [
  ['a create', () => s.post('Patient', patient())],
  ['an update', () => s.put(ref, known('there', { id }))],
  ['a patch', () => s.patch(ref, [])],
  [
    'a conditional create',
    () => conditional((name) => s.post('Patient', known(name), { 'if-none-exist': `identifier=urn:t|${name}` })),
  ],
  ['a conditional update', () => s.put('Patient?identifier=urn:t|cu', known('cu'))],
  [
    'a transaction of creates',
    () =>
      tx(
        post(patient(), { fullUrl: urn(1) }),
        post(patient({ link: [{ other: { reference: urn(1) }, type: 'seealso' }] })),
      ),
  ],
  ['a transaction', () => tx(post(known('t1')), put(ref, known('there', { id })), get('Patient?identifier=urn:t|t1'))],
];

for (const [name, write] of writes) {
  t.test(`${name} is told as done when a later attempt is`, async (t) => {
    for (const failure of [SERIALIZATION, DEADLOCK]) {
      const before = (await count('Patient?_count=1000')) as number;
      // A group of pure creates is not tried again as it is: each of its parts gets a commit of its own.
      await failCommits(name.includes('create') && !name.includes('conditional') ? 0 : 2, failure);
      const answer = await write();
      t.ok(answer.status === 200 || answer.status === 201, `${answer.status} ${answer.text}`);
      await holds(t, answer);
      t.ok((await count('Patient?_count=1000')) - before <= 2);
      await s.query('drop trigger test_fail on resource');
    }
  });

  t.test(`${name} is not told as done when every attempt fails`, async (t) => {
    for (const [failure, status] of [
      [SERIALIZATION, 409],
      [DEADLOCK, 409],
      [BUG, 500],
      [LOST, 503],
    ] as const) {
      const before = await total();
      await failCommits(1_000_000, failure);
      const answer = await write();
      t.equal(answer.status, status, `${failure} ${answer.text}`);
      t.equal(answer.json.resourceType, 'OperationOutcome');
      await s.query('drop trigger test_fail on resource');
      t.equal(await total(), before, 'nothing is stored');
    }
  });
}

t.test('a batch tells each entry what became of it', async (t) => {
  await failCommits(1_000_000, BUG);
  const { json } = await s.post('', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [post(patient()), get(ref), post(patient({ gender: 'F' }))],
  });
  t.strictSame(statuses(json), [500, 200, 422]);
  t.equal(json.entry[0].response.outcome.issue[0].code, 'exception');
});

t.test('an update that waits for another takes its state, not the one before', async (t) => {
  const other = await s.connect();
  await other.query('begin');
  await other.query('update resource set version = 50 where id = $1::uuid', [id]);
  const waiting = tx(put(ref, known('there', { id })), post(known('with')));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await other.query('commit');
  const answer = await waiting;
  t.equal(answer.status, 200, answer.text);
  t.match(answer.json.entry[0].response.location, /_history\/51$/);
  await holds(t, answer);
  t.equal(await count('Patient?identifier=urn:t|with'), 1);
  t.equal((await s.get(at(answer.json, 1))).status, 200);
});

t.test('an If-Match that another overtakes is refused', async (t) => {
  const other = await s.connect();
  const version = (await s.get(ref)).json.meta.versionId;
  await other.query('begin');
  await other.query('update resource set version = 90 where id = $1::uuid', [id]);
  const waiting = s.put(ref, known('there', { id }), { 'if-match': `W/"${version}"` });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await other.query('commit');
  refused(t, await waiting, 412, 'if-match');
});
