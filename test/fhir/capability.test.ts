// The CapabilityStatement says exactly what is served: every claim is tried, and what it does not claim is refused.
import t, { type Test } from 'tap';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import type { SearchParameterDefinition } from '../../src/fhir/definitions/types.ts';
import { typeIndex } from '../../src/fhir/extract/paths.ts';
import { operations } from '../../src/operations/index.ts';
import { type Answer, type Json, type Server, serve } from '../http/server.ts';

const definitions = loadDefinitions();

const SPECIAL: Readonly<Record<string, string>> = {
  near: '48.85|2.35|10|km',
  _text: 'word',
  _content: 'word',
  _list: 'none',
  _has: 'x',
  _filter: '_id eq none',
};

/** A value that the parameter could have. */
function plausible(p: Pick<SearchParameterDefinition, 'code' | 'type' | 'target' | 'component'>): string {
  if (p.code === '_id') return 'none';
  switch (p.type) {
    case 'token':
      return 'urn:system|code';
    case 'reference':
      return p.target?.length ? `${p.target[0]}/none` : 'none';
    case 'date':
      return 'ge2024-02';
    case 'string':
      return 'text';
    case 'number':
      return '0.5';
    case 'quantity':
      return '5.4|http://unitsofmeasure.org|mg';
    case 'uri':
      return 'urn:none';
    case 'composite':
      return (p.component ?? [])
        .map((c) => plausible(definitions.searchParameterByUrl(c.definition) as SearchParameterDefinition))
        .join('$');
    case 'special':
      return SPECIAL[p.code] ?? 'value';
  }
}

function isTruth(type: string, code: string): boolean {
  const paths = typeIndex(definitions, type).parameters.get(code)?.paths ?? [];
  return paths.some((p) => p.truth || p.branches.some((b) => b.type === 'boolean'));
}

/** As many requests at once as keep two cores busy. */
async function each<T>(list: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...list];
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: 4 }, work));
}

const said = (answer: Answer) => answer.json.issue?.[0]?.details?.coding?.[0]?.code ?? '';
const search = (type: string, name: string, value: string) =>
  `${type}?${encodeURIComponent(name)}=${encodeURIComponent(value)}`;

/** One resource of some types, with a text that a patch can change. */
const MINIMAL: Readonly<Record<string, Json>> = {
  Patient: { resourceType: 'Patient', language: 'fr', identifier: [{ system: 'urn:s', value: 'minimal' }] },
  Observation: {
    resourceType: 'Observation',
    language: 'fr',
    status: 'final',
    code: { text: 'x' },
    identifier: [{ system: 'urn:s', value: 'minimal' }],
  },
  Organization: {
    resourceType: 'Organization',
    language: 'fr',
    name: 'x',
    identifier: [{ system: 'urn:s', value: 'minimal' }],
  },
  Basic: {
    resourceType: 'Basic',
    language: 'fr',
    code: { text: 'x' },
    identifier: [{ system: 'urn:s', value: 'minimal' }],
  },
};

t.test('the statement', async (t) => {
  const s = await serve(t);
  const statement: Json = (await s.get('metadata')).json;
  const rest = statement.rest[0];
  const resources: readonly Json[] = rest.resource;

  t.test('is a valid CapabilityStatement of R4 for every type', async (t) => {
    const judged = await s.post('CapabilityStatement/$validate', statement);
    t.equal(judged.json.issue?.[0]?.severity, 'information', judged.text.slice(0, 500));
    t.same(
      resources.map((r) => r.type),
      definitions.resourceTypes,
    );
    t.equal(statement.fhirVersion, '4.0.1');
  });

  t.test('claims the same interactions and flags for every type', async (t) => {
    const common = ({ interaction, versioning, readHistory, updateCreate, conditionalCreate, conditionalRead }: Json) =>
      JSON.stringify({ interaction, versioning, readHistory, updateCreate, conditionalCreate, conditionalRead });
    t.equal(new Set(resources.map(common)).size, 1);
  });

  for (const [type, minimal] of Object.entries(MINIMAL)) {
    const claims = resources.find((r) => r.type === type);
    t.test(`${type}: every interaction`, (t) => interactions(t, s, claims, minimal, statement));
  }

  t.test('every interaction of the base', async (t) => {
    const bundle = (of: string) => ({
      resourceType: 'Bundle',
      type: of,
      entry: [{ request: { method: 'POST', url: 'Basic' }, resource: MINIMAL.Basic }],
    });
    const tries: Readonly<Record<string, () => Promise<Answer>>> = {
      transaction: () => s.post('', bundle('transaction')),
      batch: () => s.post('', bundle('batch')),
      'history-system': () => s.get('_history'),
      'search-system': () => s.get('?_type=Basic'),
    };
    const claimed = new Set(rest.interaction.map((i: Json) => i.code));
    for (const [code, run] of Object.entries(tries)) {
      const answer = await run();
      t.equal(answer.status < 300, claimed.has(code), `${code}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
  });

  t.test('every compartment that is claimed is searched, and no other', async (t) => {
    const claimed: readonly string[] = rest.compartment;
    const codes = ['Patient', 'Encounter', 'RelatedPerson', 'Practitioner', 'Device'];
    t.equal(claimed.length, codes.length);
    for (const type of [...codes, 'Organization', 'Group', 'Location']) {
      const isClaimed = claimed.some((url) => url.toLowerCase().endsWith(`/${type.toLowerCase()}`));
      t.equal((await s.get(`${type}/x/*`)).status, isClaimed ? 200 : 404, type);
    }
  });

  t.test('what every type takes answers', async (t) => {
    const tries: Readonly<Record<string, string>> = {
      _filter: 'Basic?_filter=_id eq none',
      _has: 'Patient?_has:Observation:patient:_id=none',
      _list: 'Basic?_list=none',
      _type: '?_type=Basic',
    };
    for (const { name } of rest.searchParam) t.equal((await s.get(tries[name] ?? `Basic?${name}=x`)).status, 200, name);
    t.equal(rest.searchParam.length, Object.keys(tries).length);
  });

  t.test('every search parameter of every type answers', async (t) => {
    const all = resources.flatMap((r) =>
      (r.searchParam ?? []).map((p: Json) => ({
        type: r.type as string,
        name: p.name,
        kind: p.type,
        url: p.definition,
      })),
    );
    t.ok(all.length > 2000, `${all.length} parameters`);
    let failed = 0;
    await each(all, async ({ type, name, kind, url }) => {
      const published = definitions.searchParameterByUrl(url);
      const value = isTruth(type, name) ? 'true' : plausible(published ?? { code: name, type: kind });
      const answer = await s.get(search(type, name, value));
      if (answer.status === 200 && answer.json.type === 'searchset') return;
      failed++;
      t.fail(`${type}?${name}: ${answer.status} ${answer.text.slice(0, 300)}`);
    });
    t.equal(failed, 0);
  });

  t.test('published parameters that are not claimed are refused', async (t) => {
    let refused = 0;
    for (const { type, searchParam = [] } of resources) {
      const claimed = new Set(searchParam.map((p: Json) => p.name));
      for (const p of definitions.searchParameters(type)) {
        if (claimed.has(p.code)) continue;
        refused++;
        const answer = await s.get(search(type, p.code, plausible(p)));
        t.equal(answer.status, 400, `${type}?${p.code}`);
      }
      t.equal((await s.get(search(type, 'no-such-parameter', 'x'))).status, 400, type);
    }
    t.comment(`${refused} published parameters are not served`);
  });

  for (const [claim, parameter] of [
    ['searchInclude', '_include'],
    ['searchRevInclude', '_revinclude'],
  ] as const) {
    t.test(`every ${parameter} that is claimed answers, others are refused`, async (t) => {
      const all = resources.flatMap((r) =>
        (r[claim] ?? []).map((value: string) => [r.type, value] as [string, string]),
      );
      await each(all, async ([type, value]) => {
        const answer = await s.get(search(type, parameter, value));
        if (answer.status !== 200) t.fail(`${type} ${parameter}=${value}: ${answer.text.slice(0, 200)}`);
      });
      for (const value of ['Patient:birthdate', 'Nothing:subject', 'nonsense'])
        t.equal((await s.get(search('Patient', parameter, value))).status, 400, value);
      t.pass(`${all.length} claims`);
    });
  }

  t.test('every operation answers at each of its levels, and no other', async (t) => {
    await s.put('Patient/p', { resourceType: 'Patient', id: 'p' });
    const onBase = new Set((rest.operation ?? []).map((o: Json) => o.name));
    const codes = [...new Set(operations.map((o) => o.code))];
    for (const type of ['Patient', 'Observation', 'ServiceRequest', 'Claim', 'Basic']) {
      const claimed = new Map(
        (resources.find((r) => r.type === type)?.operation ?? []).map((o: Json) => [o.name, o.definition]),
      );
      for (const code of codes) {
        const own = operations.filter((o) => o.code === code && (o.type === type || o.type === '*'));
        t.equal(
          claimed.has(code),
          own.some((o) => o.levels.some((l) => l !== 'system')),
          `${type} claims $${code}`,
        );
        for (const [level, path] of [
          ['type', `${type}/$${code}`],
          ['instance', `${type}/p/$${code}`],
          ['version', `${type}/p/_history/1/$${code}`],
        ] as const) {
          const answer = await s.post(path, { resourceType: 'Parameters' });
          t.equal(
            said(answer) !== 'operation-unknown',
            own.some((o) => o.levels.includes(level)),
            `POST ${path}`,
          );
          t.ok(answer.status < 500, `POST ${path}: ${answer.status}`);
        }
      }
    }
    for (const code of codes) {
      const answer = await s.post(`$${code}`, { resourceType: 'Parameters' });
      t.equal(said(answer) !== 'operation-unknown', onBase.has(code), `POST $${code}`);
    }
  });

  t.test('definitions of our own and profiles can be read here', async (t) => {
    const ours = (url: string) => url.startsWith('https://w3id.org/vigie/');
    const wanted = resources.flatMap((r) => [
      ...(r.operation ?? []).map((o: Json) => ['OperationDefinition', o.definition]),
      ...(r.supportedProfile ?? []).map((url: string) => ['StructureDefinition', url]),
    ]) as [string, string][];
    t.ok(wanted.filter(([, url]) => ours(url)).length > 10);
    for (const [type, url] of wanted.filter(([, url]) => ours(url))) {
      const found = (await s.get(search(type, 'url', url))).json;
      t.equal(found.entry?.length ?? 0, 1, url);
    }
  });
});

/** Tries each interaction and flag of a type; those that R4 has and that are not claimed must be refused. */
async function interactions(t: Test, s: Server, claims: Json, minimal: Json, statement: Json): Promise<void> {
  const { type } = claims;
  let serial = 0;
  const fresh = (id?: string) => {
    const value = `${type}-${++serial}`;
    return { ...minimal, ...(id === undefined ? {} : { id }), identifier: [{ system: 'urn:s', value }] };
  };
  const made = async () => (await s.made(fresh())).split('/')[1]!;
  const jsonPatch = [{ op: 'replace', path: '/language', value: 'en' }];
  const fhirPatch = {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'replace' },
          { name: 'path', valueString: `${type}.language` },
          { name: 'value', valueCode: 'en' },
        ],
      },
    ],
  };
  const tries: Readonly<Record<string, () => Promise<Answer>>> = {
    create: async () => s.post(type, fresh()),
    read: async () => s.get(`${type}/${await made()}`),
    vread: async () => s.get(`${type}/${await made()}/_history/1`),
    update: async () => {
      const id = await made();
      return s.put(`${type}/${id}`, fresh(id), { 'if-match': 'W/"1"' });
    },
    patch: async () => s.patch(`${type}/${await made()}`, jsonPatch),
    delete: async () => s.delete(`${type}/${await made()}`),
    'history-instance': async () => s.get(`${type}/${await made()}/_history`),
    'history-type': async () => s.get(`${type}/_history`),
    'search-type': async () => s.get(type),
  };
  const claimed = new Set(claims.interaction.map((i: Json) => i.code));
  t.same(
    [...claimed].filter((code) => !((code as string) in tries)),
    [],
    'nothing is claimed that this test does not know',
  );
  for (const [code, run] of Object.entries(tries)) {
    const answer = await run();
    t.equal(answer.status < 300, claimed.has(code), `${code}: ${answer.status} ${answer.text.slice(0, 200)}`);
  }

  const one = fresh();
  const query = `identifier=urn:s|${one.identifier[0].value}`;
  const condition = { 'if-none-exist': query };
  if (claims.conditionalCreate) {
    t.equal((await s.post(type, one, condition)).status, 201, 'conditional create: nothing there');
    t.equal((await s.post(type, one, condition)).status, 200, 'conditional create: there');
  }
  const updated = await s.put(`${type}?${query}`, { ...one, language: 'de' });
  t.equal(updated.status === 200, claims.conditionalUpdate, `conditional update: ${updated.status}`);
  if (claims.conditionalRead === 'full-support') {
    const { id, meta } = updated.json;
    const etag = `W/"${meta.versionId}"`;
    t.equal((await s.get(`${type}/${id}`, { 'if-none-match': etag })).status, 304);
    const since = new Date(Date.parse(meta.lastUpdated) + 1000).toUTCString();
    t.equal((await s.get(`${type}/${id}`, { 'if-modified-since': since })).status, 304);
  }
  if (claims.updateCreate) t.equal((await s.put(`${type}/given-${serial}`, fresh(`given-${serial}`))).status, 201);
  if (claims.versioning === 'versioned-update') {
    const id = await made();
    t.equal((await s.put(`${type}/${id}`, fresh(id), { 'if-match': 'W/"7"' })).status, 412);
  }
  const formats: readonly string[] = statement.patchFormat ?? [];
  for (const [format, patch] of [
    ['application/json-patch+json', jsonPatch],
    ['application/fhir+json', fhirPatch],
  ] as const) {
    const answer = await s.patch(`${type}/${await made()}`, patch, { 'content-type': format });
    t.equal(
      answer.status === 200,
      formats.includes(format),
      `${format}: ${answer.status} ${answer.text.slice(0, 200)}`,
    );
  }
  const removed = await s.delete(`${type}?${query}`);
  t.equal(removed.status < 300, claims.conditionalDelete !== 'not-supported', `conditional delete: ${removed.status}`);
  const two = [fresh(), fresh()].map((r) => ({ ...r, identifier: [{ system: 'urn:s', value: `${type}-twice` }] }));
  for (const r of two) await s.made(r);
  const several = await s.delete(`${type}?identifier=urn:s|${type}-twice`);
  t.equal(several.status, claims.conditionalDelete === 'multiple' ? 204 : 412, 'conditional delete of several');
}
