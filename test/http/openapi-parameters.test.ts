// Each parameter and header of the OpenAPI document means something to the server, and each that means something stands there.
import t from 'tap';
import { type Answer, type Json, observation, patient, serve } from './server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

t.setTimeout(120_000);
const s = await serve(t);
const document: Json = JSON.parse((await s.app.inject({ url: '/openapi.json' })).body);

interface Place {
  readonly method: Method;
  readonly path: string;
  /** What the document names: `query _count`, `header If-Match`. */
  readonly named: ReadonlySet<string>;
  /** Whether any search parameter goes. */
  readonly search: boolean;
}

const resolved = (p: Json): Json =>
  p.$ref === undefined ? p : document.components.parameters[p.$ref.slice('#/components/parameters/'.length)];
const places: Place[] = Object.entries<Record<string, Json>>(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, o]): Place => {
    const parameters: Json[] = o.parameters.map(resolved).filter((p: Json) => p.in !== 'path');
    const search = parameters.some((p) => p.name === 'search');
    const named = parameters.filter((p) => p.name !== 'search').map((p) => `${p.in} ${p.name}`);
    return { method: method.toUpperCase() as Method, path, named: new Set(named), search };
  }),
);
const isOperation = ({ path }: Place) => path.includes('$');
const nameOf = ({ method, path }: Place) => `${method} ${path}`;

let serial = 0;
/** A patient and a reading of its own for each probe: what writes may not disturb others. */
async function fresh(id = `p${++serial}`): Promise<string> {
  await s.put(`Patient/${id}`, patient({ id, gender: 'male', identifier: [{ system: 'urn:probe', value: id }] }));
  return id;
}

/** Reads disturb nobody: they share one. */
await fresh('reader');

const CONDITION = (id: string) => `identifier=urn:probe|${id}`;

/** Sends what a place wants, with more of a query or headers. */
async function send(place: Place, query = '', headers: Record<string, string> = {}, id?: string): Promise<Answer> {
  const { method, path } = place;
  const own = id ?? (method === 'GET' ? 'reader' : await fresh());
  const url = path
    .replace(/\{(type|compartment)\}/, 'Patient')
    .replace('{member}', 'Observation')
    .replace('{id}', own)
    .replace('{version}', '1')
    .slice(1);
  const conditional = path === '/{type}' && method !== 'POST' && method !== 'GET' ? CONDITION(own) : '';
  const asked = [conditional, query].filter((q) => q !== '').join('&');
  return s.send(method, asked === '' ? url : `${url}?${asked}`, bodyOf(place, own), { ...typeOf(place), ...headers });
}

function typeOf({ method, path }: Place): Record<string, string> {
  if (path.endsWith('_search')) return { 'content-type': 'application/x-www-form-urlencoded' };
  if (method === 'PATCH') return { 'content-type': 'application/json-patch+json' };
  return method === 'GET' || method === 'DELETE' ? {} : { 'content-type': 'application/fhir+json' };
}

function bodyOf({ method, path }: Place, id: string): unknown {
  if (path.endsWith('_search')) return '_id=none';
  if (method === 'GET' || method === 'DELETE') return undefined;
  if (method === 'PATCH') return [{ op: 'replace', path: '/gender', value: 'female' }];
  if (path.includes('$')) return parametersOf(path.split('/').at(-1)!, path.includes('{id}') ? id : undefined);
  if (path === '/') {
    const request = { method: 'POST', url: 'Patient' };
    return { resourceType: 'Bundle', type: 'transaction', entry: [{ request, resource: patient() }] };
  }
  return patient(method === 'PUT' ? { id: path.includes('{id}') ? id : undefined } : {});
}

function parametersOf(operation: string, id: string | undefined): Json {
  const tag = [{ system: 'urn:probe', code: String(serial) }];
  const own: Readonly<Record<string, Json>> = {
    '$meta-add': { name: 'meta', valueMeta: { tag } },
    '$meta-delete': { name: 'meta', valueMeta: { tag } },
    $validate: { name: 'resource', resource: patient({ id }) },
  };
  const parameter = own[operation];
  return { resourceType: 'Parameters', ...(parameter === undefined ? {} : { parameter: [parameter] }) };
}

await s.put('List/l', { resourceType: 'List', id: 'l', status: 'current', mode: 'working' });

t.test('every address that is served stands in the document with its methods', async (t) => {
  const id = await fresh();
  const addresses = [
    ...new Set(places.filter((p) => !isOperation(p)).map((p) => p.path)),
    ...['/', '/_search', '/_history', '/metadata', '/{type}', '/{type}/_search', '/{type}/_history', '/{type}/{id}'],
    ...['/{type}/{id}/_history', '/{type}/{id}/_history/{version}', '/{compartment}/{id}/{member}'],
    '/{compartment}/{id}/{member}/_search',
  ];
  for (const path of new Set(addresses)) {
    const url = path
      .replace(/\{(type|compartment)\}/, 'Patient')
      .replace('{member}', 'Observation')
      .replace('{id}', id)
      .replace('{version}', '1');
    const allow = (await s.send('OPTIONS', url.slice(1))).headers.allow ?? '';
    const served = allow.split(', ').filter((m) => m !== 'OPTIONS' && m !== 'HEAD');
    const said = places.filter((p) => p.path === path).map((p) => p.method as string);
    t.same(served.sort(), said.sort(), path);
  }
});

/** Parameters that R4 has for every type, with a value that is good. */
const QUERY: Readonly<Record<string, string>> = {
  _list: 'l',
  _format: 'json',
  _pretty: 'true',
  _summary: 'false',
  _elements: 'id',
  _count: '3',
  _since: '2026-01-01T00:00:00Z',
  _at: '2026-11-24',
  _sort: '_id',
  _total: 'none',
  _include: '*',
  _revinclude: '*',
  _contained: 'false',
  _containedType: 'container',
  _type: 'Observation',
  mode: 'full',
};
/** Those that a search takes as it takes any filter. */
const FILTERS: Readonly<Record<string, string>> = {
  _id: 'x',
  _lastUpdated: 'ge2020',
  _tag: 'urn:a|b',
  _content: 'word',
};
const NEVER = ['_score', 'foo', 'async', '_outputFormat'];
const codeOf = (answer: Answer): string => answer.json.issue?.[0]?.details?.coding?.[0]?.code ?? '';

for (const place of places.filter((p) => !isOperation(p))) {
  t.test(`${nameOf(place)}: parameters`, async (t) => {
    const probe = async (name: string, value: string, taken: boolean) => {
      const answer = await send(place, `${name}=${encodeURIComponent(value)}`);
      const isTaken = answer.status < 300 || codeOf(answer) === 'condition-nothing';
      t.equal(isTaken, taken, `${name}: ${answer.status} ${answer.text.slice(0, 200)}`);
    };
    await Promise.all([
      ...Object.entries(QUERY).map(([name, value]) => probe(name, value, isNamed(place, name))),
      ...Object.entries(FILTERS).map(([name, value]) => probe(name, value, place.search)),
      ...NEVER.map((name) => probe(name, 'x', false)),
    ]);
    const known = [...Object.keys(QUERY), '_cursor'].map((name) => `query ${name}`);
    const unknown = [...place.named].filter((n) => n.startsWith('query') && !known.includes(n));
    t.same(unknown, [], 'nothing is named that this test does not know');
  });
}

/** Codes that R4 has for a parameter. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  _summary: ['true', 'text', 'data', 'count', 'false'],
  _total: ['none', 'estimate', 'accurate'],
  _contained: ['true', 'false', 'both'],
  _containedType: ['container', 'contained'],
};

t.test('of the codes of a parameter, those are named that are served', async (t) => {
  const own: Json[] = document.paths['/{type}'].get.parameters.map(resolved);
  t.same(
    own
      .filter((p) => p.schema.enum !== undefined && p.in === 'query')
      .map((p) => p.name)
      .sort(),
    Object.keys(CODES).sort(),
  );
  for (const [name, codes] of Object.entries(CODES)) {
    const named: string[] = own.find((p) => p.name === name)!.schema.enum;
    t.same(
      named.filter((code) => !codes.includes(code)),
      [],
    );
    for (const code of codes) {
      const beside = name === '_containedType' ? '&_contained=true' : '';
      const { status } = await s.get(`Patient?identifier=urn:none|1&${name}=${code}${beside}`);
      t.equal(status === 200, named.includes(code), `${name}=${code}`);
    }
  }
});

/** A list chooses what a search finds, like any filter, and what a history shows. */
function isNamed({ named, search }: Place, name: string): boolean {
  return named.has(`query ${name}`) || (search && name === '_list');
}

const BY_TYPE: Readonly<Record<string, string>> = { boolean: 'true', integer: '3', number: '24' };
const BY_FORMAT: Readonly<Record<string, string>> = { date: '2026-03-01', 'date-time': '2026-03-01T10:00:00Z' };
const UNKNOWN = ['parameter-unknown', 'submit-parameter', 'search-parameter-unknown', 'search-not-supported'];
/** What an operation must be told, so that it says what else it does not know. */
const TOLD: Readonly<Record<string, string>> = { $lastn: 'code=urn:a|b&subject=Patient/x' };

t.test('operations take the parameters that the document names, and no others', async (t) => {
  const ofOperations = places.filter(isOperation);
  const schemas = new Map<string, Json>();
  for (const item of Object.values<Record<string, Json>>(document.paths))
    for (const o of Object.values(item))
      for (const p of o.parameters.map(resolved)) if (p.in === 'query') schemas.set(p.name, p.schema);
  schemas.delete('search');
  for (const place of ofOperations) {
    const told = TOLD[place.path.split('/').at(-1)!] ?? '';
    await Promise.all(
      [...schemas, ...NEVER.map((name) => [name, {}] as const)].map(async ([name, schema]) => {
        const query = [told, `${name}=${encodeURIComponent(sample(schema))}`].filter((q) => q !== '').join('&');
        const answer = await send(place, query);
        const codes = (answer.json.issue ?? []).map((i: Json) => i.details?.coding?.[0]?.code);
        const refused = codes.some((c: string) => UNKNOWN.includes(c) || c === 'lastn-shape');
        // Where search parameters go, those of its type are taken that no other name stands for.
        const named = place.named.has(`query ${name}`) || (place.search && place.named.size > 0 && OBSERVED.has(name));
        t.equal(!refused, named, `${nameOf(place)} ${name}: ${answer.status} ${answer.text.slice(0, 300)}`);
      }),
    );
  }
});

/** Names of parameters of operations that are search parameters of Observation, too. */
const OBSERVED: ReadonlySet<string> = new Set(['code', 'category', 'patient', 'subject', 'status', '_list']);

function sample({ enum: codes, type, format, items }: Json): string {
  if (items !== undefined) return sample(items);
  return codes?.[0] ?? BY_FORMAT[format] ?? BY_TYPE[type] ?? 'x';
}

t.test('the pages of what takes _cursor lead on', async (t) => {
  const id = await fresh();
  for (let i = 0; i < 3; i++) await s.post('Observation', observation(`Patient/${id}`));
  await s.put(`Patient/${id}`, patient({ id }));
  for (const place of places.filter((p) => !isOperation(p) && p.method === 'GET')) {
    const first = await send(place, '_count=1', {}, id);
    const next = first.json.link?.find((l: Json) => l.relation === 'next')?.url;
    t.equal(next !== undefined && /[?&]_cursor=/.test(next), place.named.has('query _cursor'), nameOf(place));
    if (next !== undefined) t.equal((await s.get(next)).status, 200, nameOf(place));
  }
});

const LATER = new Date(Date.now() + 86_400_000 * 365).toUTCString();
const PROVENANCE = JSON.stringify({
  resourceType: 'Provenance',
  recorded: '2026-11-24T10:00:00Z',
  agent: [{ who: { display: 'x' } }],
});

/** `$validate` of an update says what the update would say. */
function rehearsing({ path }: Place): string {
  return path.includes('{id}/$validate') ? 'mode=update' : '';
}

/** Whether a header changes what becomes of a request, or of one that asks for what nobody knows. */
const HEADERS: Readonly<Record<string, (place: Place) => Promise<boolean>>> = {
  'If-Match': async (place) => {
    const answer = await send(place, rehearsing(place), { 'if-match': 'W/"7"' });
    return answer.status === 412 || codeOf(answer) === 'if-match';
  },
  'If-None-Match': async (place) => {
    const { etag } = (await send(place)).headers;
    const tag = place.path === '/metadata' ? etag! : '*';
    const answer = await send(place, rehearsing(place), { 'if-none-match': tag });
    return [304, 412].includes(answer.status) || codeOf(answer) === 'if-none-match';
  },
  'If-Modified-Since': async (place) => (await send(place, '', { 'if-modified-since': LATER })).status === 304,
  'If-None-Exist': async (place) => {
    const [without, beside] = [await send(place), await send(place, '', { 'if-none-exist': CONDITION(await fresh()) })];
    return without.status === 201 && beside.status === 200;
  },
  Prefer: async (place) => {
    const shapes = ['minimal', 'representation', 'OperationOutcome'].map(async (of) => {
      const { status, text, json } = await send(place, '', { prefer: `return=${of}` });
      return `${status} ${text === ''} ${json.resourceType} ${Object.keys(json.entry?.[0] ?? {})} ${JSON.stringify(json).includes('"outcome"')}`;
    });
    const lenient = await send(place, 'foo=1', { prefer: 'handling=lenient' });
    return new Set(await Promise.all(shapes)).size > 1 || lenient.status < 300;
  },
  'X-Provenance': async (place) => {
    const count = async () => (await s.get('Provenance?_summary=count')).json.total;
    const before = await count();
    const { status } = await send(place, '', { 'x-provenance': PROVENANCE });
    return status < 300 && (await count()) === before + 1;
  },
  'X-Security-Context': async ({ method, path }) => {
    if (path.includes('{compartment}') || !path.includes('{type}') || path.includes('_history')) return false;
    const id = `b${++serial}`;
    const url = path.replace('{type}', 'Binary').replace('{id}', id).slice(1);
    const to = `Patient/${await fresh()}`;
    const body = method === 'GET' || method === 'DELETE' ? undefined : 'bytes';
    const { status, json } = await s.send(method, url, body, {
      'content-type': 'text/plain',
      'x-security-context': to,
    });
    return status === 201 && json.securityContext?.reference === to;
  },
  'X-Request-Id': async (place) => (await send(place, '', { 'x-request-id': 'abc' })).headers['x-request-id'] === 'abc',
  'X-Correlation-Id': async (place) =>
    (await send(place, '', { 'x-correlation-id': 'abc' })).headers['x-correlation-id'] === 'abc',
  'Accept-Language': async (place) => {
    const said = async (language: string) =>
      (await send(place, 'foo=1', { 'accept-language': language })).json.issue?.[0]?.details?.text;
    return (await said('fr')) !== (await said('en'));
  },
};

for (const place of places) {
  t.test(`${nameOf(place)}: headers`, async (t) => {
    for (const [header, works] of Object.entries(HEADERS)) {
      if (isOperation(place) && header === 'Accept-Language') continue;
      t.equal(await works(place), place.named.has(`header ${header}`), header);
    }
    const known = Object.keys(HEADERS).map((name) => `header ${name}`);
    t.same(
      [...place.named].filter((n) => n.startsWith('header') && !known.includes(n)),
      [],
    );
  });
}
