// The CapabilityStatement walked both ways for all types: what it claims is tried, and what would work and is not claimed fails.
import t from 'tap';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import { loadProfiles } from '../../src/fhir/profiles/load.ts';
import { parseSearch } from '../../src/fhir/search/index.ts';
import { operations } from '../../src/operations/index.ts';
import { type Answer, type Json, patient, type Server, serve } from '../http/server.ts';
import { smallest } from './smallest.ts';

const definitions = loadDefinitions();
t.setTimeout(120_000);
const s = await serve(t);
const statement: Json = (await s.get('metadata')).json;
const rest: Json = statement.rest[0];
const resources: readonly Json[] = rest.resource;

/** Some at once, so that two cores are busy. */
async function each<T>(list: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...list];
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: 6 }, work));
}

/** What of a resource's claims is the same whatever the type. */
const FLAGS = [
  'interaction',
  'versioning',
  'readHistory',
  'updateCreate',
  'conditionalCreate',
  'conditionalRead',
  'conditionalUpdate',
  'conditionalDelete',
  'referencePolicy',
];
const OTHERS = ['type', 'profile', 'supportedProfile', 'searchInclude', 'searchRevInclude', 'searchParam', 'operation'];

t.test('nothing is claimed that no test looks at', async (t) => {
  const members = new Set(resources.flatMap((r) => Object.keys(r)));
  t.same([...members].filter((m) => !FLAGS.includes(m) && !OTHERS.includes(m)).sort(), []);
  t.same(Object.keys(rest).sort(), [
    ...['compartment', 'documentation', 'interaction', 'mode', 'operation', 'resource', 'searchParam', 'security'],
  ]);
});

/** What a type really does, in the words of the statement. */
async function found(type: string): Promise<Json> {
  const base = smallest(definitions, type);
  const tag = (code: string) => ({ ...base, meta: { tag: [{ system: 'urn:claims', code: `${type}-${code}` }] } });
  const where = (code: string) => `${type}?_tag=urn:claims|${type}-${code}`;
  const ok = ({ status }: Answer) => status < 300;
  const interaction: string[] = [];
  const did = (code: string, answer: Answer): Answer => {
    if (ok(answer)) interaction.push(code);
    else t.comment(`${type} ${code}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer;
  };

  const made = did('create', await s.post(type, tag('a')));
  const { id } = made.json;
  const at = `${type}/${id}`;
  const json = { accept: 'application/fhir+json' };
  const read = did('read', await s.get(at, json));
  const patchBody = [{ op: 'add', path: '/language', value: 'fr' }];
  const patched = did('patch', await s.patch(at, patchBody));
  const change = { ...tag('a'), id, language: 'de' };
  const stale = await s.put(at, change, { 'if-match': 'W/"1"' });
  const updated = did('update', await s.put(at, change, { 'if-match': patched.headers.etag ?? '' }));
  const first = did('vread', await s.get(`${at}/_history/1`, json));
  if (!ok(updated)) return {};
  const { etag = '' } = updated.headers;
  const later = new Date(Date.parse(updated.json.meta.lastUpdated) + 1000).toUTCString();
  const known = await s.get(at, { ...json, 'if-none-match': etag });
  const unchanged = await s.get(at, { ...json, 'if-modified-since': later });
  did('history-instance', await s.get(`${at}/_history`));
  did('history-type', await s.get(`${type}/_history?_count=1`));
  did('search-type', await s.get(where('a')));

  const unless = { 'if-none-exist': where('b').split('?')[1]! };
  const conditional = [await s.post(type, tag('b'), unless), await s.post(type, tag('b'), unless)];
  const conditionalUpdate = await s.put(where('b'), { ...tag('b'), language: 'fr' });
  const upsert = await s.put(`${type}/given-${type}`, { ...tag('c'), id: `given-${type}` });
  const one = await s.delete(where('b'));
  await s.put(`${type}/given2-${type}`, { ...tag('c'), id: `given2-${type}` });
  const several = await s.delete(where('c'));
  const removed = did('delete', await s.delete(at));
  const again = await s.get(at);

  const byTag = known.status === 304;
  const bySince = unchanged.status === 304;
  const versioned = first.json.meta?.versionId === '1' && read.headers.etag === 'W/"1"';
  return {
    interaction: interaction.sort(),
    versioning: stale.status === 412 ? 'versioned-update' : versioned ? 'versioned' : 'no-version',
    readHistory: first.json.language === undefined && updated.json.language === 'de' && again.status === 410,
    updateCreate: upsert.status === 201,
    conditionalCreate: conditional.map((a) => a.status).join() === '201,200',
    conditionalRead:
      byTag && bySince ? 'full-support' : byTag ? 'not-match' : bySince ? 'modified-since' : 'not-supported',
    conditionalUpdate: conditionalUpdate.status === 200,
    conditionalDelete: !ok(one) || !ok(removed) ? 'not-supported' : several.status === 412 ? 'single' : 'multiple',
  };
}

t.test('interactions and flags are those that every type shows', async (t) => {
  await each(resources, async (claims) => {
    const { referencePolicy: _policy, ...shown } = Object.fromEntries(FLAGS.map((flag) => [flag, claims[flag]]));
    shown.interaction = shown.interaction.map((i: Json) => i.code).sort();
    t.same(await found(claims.type), shown, claims.type);
  });
});

t.test('every type claims the same policy of references, and it is kept', async (t) => {
  const policies = new Set(resources.map((r) => [...r.referencePolicy].sort().join()));
  const own = await s.made(patient());
  const subject = async (reference: Json) => (await s.post('Basic', { ...basic, subject: reference })).status;
  const there = await s.made({ ...basic, subject: { reference: own } });
  const external = 'https://elsewhere.example/fhir/Patient/1';
  const kept: Readonly<Record<string, boolean>> = {
    literal: (await subject({ reference: own })) === 201,
    logical: (await subject({ identifier: { system: 'urn:x', value: 'y' } })) === 201,
    // Nobody asks other servers: that address answers nothing.
    resolves: (await subject({ reference: external })) !== 201,
    enforced: (await subject({ reference: 'Patient/nobody' })) === 422 && (await s.delete(own)).status === 409,
    local: (await subject({ reference: external })) !== 201,
  };
  const words = Object.keys(kept).filter((policy) => kept[policy]);
  t.same([...policies], [words.sort().join()]);
  await s.delete(there);
});
const basic = { resourceType: 'Basic', code: { text: 'x' } };

t.test('formats, of bodies and of patches', async (t) => {
  const TYPES = ['json', 'application/fhir+json', 'xml', 'application/fhir+xml', 'ttl', 'text/turtle'];
  for (const format of TYPES) {
    const answer = await s.get(`Basic?_format=${encodeURIComponent(format)}`);
    t.equal(answer.status === 200, statement.format.includes(format), format);
  }
  const ref = await s.made(basic);
  const parameters = { resourceType: 'Parameters' };
  const PATCHES = [
    'application/json-patch+json',
    'application/fhir+json',
    'application/xml-patch+xml',
    'application/merge-patch+json',
  ];
  for (const format of PATCHES) {
    const body = format.includes('json-patch') ? [{ op: 'test', path: '/code/text', value: 'x' }] : parameters;
    const answer = await s.patch(ref, body, { 'content-type': format });
    t.equal(answer.status !== 415, statement.patchFormat.includes(format), `${format}: ${answer.status}`);
  }
});

t.test('security: no access control and no CORS, as it says', async (t) => {
  t.equal((await s.get('Basic')).status, 200, 'nobody is asked who he is');
  const origin = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
  const preflight = await s.send('OPTIONS', 'Basic', undefined, origin);
  const shared = preflight.headers['access-control-allow-origin'] !== undefined;
  t.equal(shared, rest.security.cors);
  t.equal(rest.security.service, undefined);
  t.match(rest.security.description, /no access control/i);
});

t.test('includes of every type, and no others', async (t) => {
  const source = { clock: s.clock, definitions } as unknown as Parameters<typeof parseSearch>[0];
  const accepts = async (type: string, name: string, value: string) => {
    try {
      await parseSearch(source, s.store, type, [[name, value]]);
      return true;
    } catch {
      return false;
    }
  };
  // A hundred thousand refusals: where each comes from costs more than the rest.
  const traced = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  t.teardown(() => {
    Error.stackTraceLimit = traced;
  });
  const all = definitions.resourceTypes.flatMap((type) =>
    definitions.searchParameters(type).map((p) => ({ value: `${type}:${p.code}`, type, kind: p.type })),
  );
  const references = all.filter(({ kind }) => kind === 'reference');
  t.ok(references.length > 500);
  for (const { type, searchInclude = [], searchRevInclude = [] } of resources) {
    const [forward, reverse] = [new Set<string>(searchInclude), new Set<string>(searchRevInclude)];
    const wrong: string[] = [];
    const check = async (name: string, value: string, claimed: boolean) => {
      if ((await accepts(type, name, value)) !== claimed)
        wrong.push(`${name}=${value} is ${claimed ? 'not ' : ''}served`);
    };
    for (const { value } of all.filter((p) => p.type === type)) await check('_include', value, forward.has(value));
    // What is claimed, and of the rest a tenth, another one for each type: all of it takes seven seconds.
    const turn = definitions.resourceTypes.indexOf(type) % 10;
    for (const [i, { value }] of references.entries())
      if (reverse.has(value) || i % 10 === turn) await check('_revinclude', value, reverse.has(value));
    await check('_include', '*', forward.has('*'));
    await check('_revinclude', '*', reverse.has('*'));
    const unknown = [...forward, ...reverse].filter((v) => v !== '*' && !references.some((r) => r.value === v));
    t.same([...wrong, ...unknown], [], type);
  }
});

t.test('operations of every type and of the base, each with its definition', async (t) => {
  const codes = [...new Set(operations.map((o) => o.code)), 'graph', 'document', 'export', 'expand'];
  const places = (type: string, code: string) =>
    [`${type}/$${code}`, `${type}/x/$${code}`, `${type}/x/_history/1/$${code}`] as const;
  await each(resources, async ({ type, operation = [] }) => {
    for (const code of codes) {
      const answers = await Promise.all(places(type, code).map((path) => s.send('OPTIONS', path)));
      const served = answers.some((a) => a.status === 204);
      const claims: Json[] = operation.filter((o: Json) => o.name === code);
      t.equal(served, claims.length > 0, `${type} $${code}`);
      const own = operations.filter(
        (o) => o.code === code && (o.type === type || o.type === '*') && o.levels.some((l) => l !== 'system'),
      );
      t.same(claims.map((c) => c.definition).sort(), own.map((o) => o.definition).sort());
    }
  });
  for (const code of codes) {
    const served = (await s.send('OPTIONS', `$${code}`)).status === 204;
    t.equal(
      served,
      (rest.operation ?? []).some((o: Json) => o.name === code),
      `$${code}`,
    );
  }
});

t.test('every profile of ours is claimed by its type, and no other', async (t) => {
  const own = loadProfiles().structureDefinitions.filter((sd) => sd.type !== 'Extension');
  t.ok(own.length > 10);
  for (const { type, supportedProfile = [] } of resources) {
    const wanted = own.filter((sd) => sd.type === type).map((sd) => sd.url);
    t.same([...supportedProfile].sort(), wanted.sort(), type);
  }
});

t.test('interactions of the base', async (t) => {
  const bundle = (type: string) => ({
    resourceType: 'Bundle',
    type,
    entry: [{ request: { method: 'GET', url: 'Basic?_count=1' } }],
  });
  const tries: Readonly<Record<string, (server: Server) => Promise<Answer>>> = {
    transaction: (x) => x.post('', bundle('transaction')),
    batch: (x) => x.post('', bundle('batch')),
    'history-system': (x) => x.get('_history?_count=1'),
    'search-system': (x) => x.get('?_type=Basic&_count=1'),
  };
  const shown: string[] = [];
  for (const [code, run] of Object.entries(tries)) if ((await run(s)).status === 200) shown.push(code);
  t.same(rest.interaction.map((i: Json) => i.code).sort(), shown.sort());
});
