// How many times each interaction goes to the database, from the request to its answer: each costs a tenth of a millisecond,
// and a transaction holds its patient meanwhile. Searches: test/fhir/search/statements.test.ts.
import t from 'tap';
import { countAnew, statementsSent } from '../helpers/statements.ts';
import { type Answer, type Json, observation, patient, serve } from './server.ts';

const s = await serve(t);
const someone = await s.made(patient({ identifier: [{ system: 'urn:t', value: 'someone' }] }));
const id = someone.split('/')[1] as string;
const reading = await s.made(observation(someone));
const later = (): Json => observation(someone, { note: [{ text: `${n++}` }] });
const tx = (type: string, ...entry: Json[]): Promise<Answer> => s.post('', { resourceType: 'Bundle', type, entry });
const posted = (resource: Json, more: Json = {}): Json => ({
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more },
});
const fhirPath = {
  resourceType: 'Parameters',
  parameter: [{ name: 'operation', part: replacing('status', 'amended') }],
};
let n = 0;

function replacing(path: string, value: string): Json {
  return [
    { name: 'type', valueCode: 'replace' },
    { name: 'path', valueString: `Observation.${path}` },
    { name: 'value', valueCode: value },
  ];
}

type Line = readonly [what: string, trips: number, why: string, ask: () => Promise<Answer>];

const LINES: readonly Line[] = [
  ['read', 1, 'the state', () => s.get(reading)],
  ['read of what did not change', 1, 'its version', () => s.get(reading, { 'if-none-match': 'W/"1"' })],
  ['vread', 1, 'the version', () => s.get(`${reading}/_history/1`)],
  ['history of a resource', 1, 'the page', () => s.get(`${reading}/_history`)],
  ['history of a type', 2, 'the page, how many there are', () => s.get('Observation/_history?_count=5')],
  ['history of the server', 2, 'the page, how many there are', () => s.get('_history?_count=5')],
  ['create', 1, 'all of it, with others that wait', () => s.post('Observation', later())],
  ['create of what nobody is named in', 1, 'all of it', () => s.post('Device', { resourceType: 'Device' })],
  [
    'create with a patient named by identifier',
    2,
    'who it is, all of it',
    () => s.post('Observation', { ...later(), subject: { identifier: { system: 'urn:t', value: 'someone' } } }),
  ],
  [
    'conditional create, found',
    2,
    'the search, the end of the transaction',
    () => s.post('Patient', patient(), { 'if-none-exist': `_id=${id}` }),
  ],
  [
    'conditional create, made',
    4,
    'the search, the claim, the write, the commit',
    () => s.post('Observation', later(), { 'if-none-exist': `identifier=urn:t|${n++}` }),
  ],
  ['update', 3, 'lock, write, commit', () => s.put(reading, { ...later(), id: reading.split('/')[1] })],
  [
    'update under If-Match',
    4,
    'the read of the test, lock, write, commit',
    async () =>
      s.put(reading, { ...later(), id: reading.split('/')[1] }, { 'if-match': (await s.get(reading)).headers.etag! }),
  ],
  [
    'update to a new id',
    3,
    'lock, write, commit',
    () => s.put(`Observation/own-${n}`, { ...later(), id: `own-${n - 1}` }),
  ],
  [
    'conditional update',
    4,
    'the search, lock, write, commit',
    () => s.put(`Observation?_id=${reading.split('/')[1]}`, later()),
  ],
  [
    'JSON Patch',
    3,
    'lock, write, commit',
    () => s.patch(reading, [{ op: 'replace', path: '/status', value: 'amended' }]),
  ],
  ['FHIRPath Patch', 3, 'lock, write, commit', () => s.patch(reading, fhirPath)],
  [
    'conditional patch',
    5,
    'whom it touches, the search, lock, write, commit',
    () => s.patch(`Observation?_id=${reading.split('/')[1]}`, [{ op: 'replace', path: '/status', value: 'final' }]),
  ],
  ['delete', 4, 'lock, write, who refers to it, commit', async () => s.delete(await fresh())],
  [
    'conditional delete',
    6,
    'whom it touches, the search, lock, write, who refers to it, commit',
    async () => s.delete(`Observation?_id=${(await fresh()).split('/')[1]}`),
  ],
  [
    'transaction of creates',
    1,
    'all 50',
    () => tx('transaction', ...Array.from({ length: 50 }, () => posted(later()))),
  ],
  [
    'transaction of conditional creates',
    12,
    'search and claim of each, the write, the commit',
    () =>
      tx(
        'transaction',
        ...Array.from({ length: 5 }, () => posted(later(), { ifNoneExist: `identifier=urn:t|${n++}` })),
      ),
  ],
  [
    'batch of creates',
    1,
    'they wait for each other in one commit',
    () => tx('batch', ...Array.from({ length: 5 }, () => posted(later()))),
  ],
  ['$validate', 0, 'what it refers to is known', () => s.post('Observation/$validate', later())],
  ['$meta', 1, 'the state', () => s.get(`${reading}/$meta`)],
  ['$everything', 2, 'the patient, the page', () => s.get(`${someone}/$everything?_count=5`)],
  [
    '$lastn',
    2,
    'which measures, the page',
    () => s.get(`Observation/$lastn?patient=${someone}&code=http://loinc.org|29463-7`),
  ],
  ['metadata', 0, 'made at start', () => s.get('metadata')],
];

t.test('the number of statements is what it is said to be', async (t) => {
  for (const [what, trips, why, ask] of LINES) {
    // Sessions are opened, both writers have had their turn, the patient is known.
    await Promise.all([ask(), ask()]);
    await ask();
    countAnew();
    const { status, text } = await ask();
    const taken = statementsSent();
    t.ok(status < 400, `${what}: ${status} ${status < 400 ? '' : text}`);
    t.equal(taken, trips, `${what}: ${why}`);
  }
});
async function fresh(): Promise<string> {
  const ref = await s.made(later());
  countAnew();
  return ref;
}
