// /openapi.json and /docs: the document is valid OpenAPI 3.1, claims what is served and nothing else; the page loads nothing
// from elsewhere.
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import t from 'tap';
import { operations } from '../../src/operations/index.ts';
import { verbsAt } from '../../src/operations/operation.ts';
import { type Json, type Server, serve } from './server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const documentOf = async (s: Server, language = 'en') =>
  s.app.inject({ url: '/openapi.json', headers: { 'accept-language': language } });

/** Every `$ref` in the document. */
function refsIn(node: Json, found: string[] = []): string[] {
  for (const [key, value] of Object.entries(node ?? {})) {
    if (key === '$ref') found.push(value as string);
    else if (typeof value === 'object') refsIn(value, found);
  }
  return found;
}

const atRef = (document: Json, ref: string) =>
  ref
    .slice(2)
    .split('/')
    .reduce((node, part) => node?.[part], document);

t.test('/openapi.json', async (t) => {
  const s = await serve(t);
  await s.put('Patient/p', { resourceType: 'Patient', id: 'p' });
  const document: Json = JSON.parse((await documentOf(s)).body);
  const paths = Object.entries<Record<string, Json>>(document.paths);

  t.test('is valid by the published schema, in both languages', async (t) => {
    for (const language of ['en', 'fr']) {
      const answer = await documentOf(s, language);
      t.equal(answer.statusCode, 200);
      t.equal(answer.headers['content-language'], language);
      const result = await new Validator().validate(JSON.parse(answer.body));
      t.ok(result.valid, JSON.stringify(result.errors));
      t.ok(answer.body.length < 100_000, `${answer.body.length} characters`);
    }
    t.match((await documentOf(s, 'fr')).body, 'Ressources de tout type');
  });

  t.test('every reference leads somewhere, and every operation has its own name', async (t) => {
    for (const ref of new Set(refsIn(document))) t.ok(atRef(document, ref), ref);
    const ids = paths.flatMap(([, item]) => Object.values(item).map((o) => o.operationId));
    t.equal(new Set(ids).size, ids.length);
    for (const [path, item] of paths) {
      for (const operation of Object.values(item)) {
        const named = operation.parameters
          .map((p: Json) => (p.$ref === undefined ? p : atRef(document, p.$ref)))
          .filter((p: Json) => p.in === 'path')
          .map((p: Json) => `{${p.name}}`);
        t.same(named, path.match(/\{\w+\}/g) ?? [], `${operation.operationId} declares its path`);
        t.ok(operation.responses['200'] ?? operation.responses['204'] ?? operation.responses['201']);
      }
    }
  });

  t.test('stands on the address that the caller used', async (t) => {
    const answer = await s.app.inject({ url: '/openapi.json', headers: { host: 'fhir.example.org' } });
    t.same(JSON.parse(answer.body).servers, [{ url: 'http://fhir.example.org/fhir' }]);
  });

  t.test('names every operation of the list, and its parameters', async (t) => {
    for (const o of operations) {
      for (const level of o.levels) {
        for (const verb of verbsAt(o, level)) {
          const id = `${o.code}-${o.type === '*' ? 'any' : o.type}-${level}-${verb.toLowerCase()}`;
          const found = paths.flatMap(([, item]) => Object.values(item)).find((x) => x.operationId === id);
          t.ok(found, id);
          t.ok(found?.summary.length > 5 && !found.summary.startsWith('$'), `${id}: ${found?.summary}`);
        }
      }
    }
    const observance = document.paths['/ServiceRequest/{id}/$observance'].get.parameters;
    t.same(
      observance.filter((p: Json) => p.in === 'query').map((p: Json) => `${p.name} ${p.schema.type}`),
      ['start string', 'end string', 'asOf string', 'details boolean'],
    );
  });

  t.test('claims what is served and nothing else', async (t) => {
    const metadata = (await s.get('metadata')).json;
    t.same(
      document.components.schemas.ResourceType.enum,
      metadata.rest[0].resource.map((r: Json) => r.type),
    );
    const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
    for (const [path, item] of paths) {
      for (const method of methods) {
        const url = path
          .replace(/\{(type|compartment)\}/, 'Patient')
          .replace('{member}', 'Observation')
          .replace('{id}', 'p')
          .replace('{version}', '1')
          .slice(1);
        const answer = await s.send(method, url, method === 'GET' || method === 'DELETE' ? undefined : {});
        const code = answer.json.issue?.[0]?.details?.coding?.[0]?.code;
        const nothing = answer.status === 405 || code === 'address-unknown' || code === 'operation-unknown';
        t.equal(!nothing, method.toLowerCase() in item, `${method} ${path}: ${answer.status} ${code ?? ''}`);
        t.ok(answer.status < 500, `${method} ${path}: ${answer.status}`);
        await s.put('Patient/p', { resourceType: 'Patient', id: 'p' });
      }
    }
  });
});

t.test('/docs', async (t) => {
  const s = await serve(t);
  const page = await s.app.inject({ url: '/docs' });

  t.test('is a page that runs its own script only', async (t) => {
    t.equal(page.statusCode, 200);
    t.match(page.headers, {
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': /default-src 'none'; script-src 'self'.*frame-ancestors 'none'/,
    });
    t.notMatch(page.body, /https?:\/\//, 'nothing from elsewhere');
    t.notMatch(page.body, /<script(?![^>]*src=)|\son\w+=|style=/, 'nothing inline');
    const files = [...page.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
    t.ok(files.length >= 4);
    for (const url of files) t.equal((await s.app.inject({ url })).statusCode, 200, url);
    t.equal((await s.app.inject({ url: '/docs/../package.json' })).statusCode, 404);
  });

  t.test('sets what the server answers as text', async (t) => {
    const folder = new URL('../../src/http/docs/', import.meta.url);
    for (const file of ['docs.js', 'request.js']) {
      const source = readFileSync(new URL(file, folder), 'utf8');
      t.notMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/, file);
      const imports = [...source.matchAll(/from '([^']+)'/g)].map(([, path]) => path!);
      for (const path of imports) {
        t.equal((await s.app.inject({ url: `/docs/${path.slice(2)}` })).statusCode, 200, path);
      }
    }
  });
});

t.test('the page makes the request that its fields say', async (t) => {
  const source = '../../src/http/docs/request.js';
  const { requestOf, curlOf, indented, resolve } = await import(source);
  const operation = {
    base: 'http://h/fhir',
    path: '/{type}/{id}',
    method: 'PUT',
    parameters: [
      { name: 'type', in: 'path' },
      { name: 'id', in: 'path' },
      { name: 'If-Match', in: 'header' },
      { name: 'search', in: 'query', schema: { type: 'object' } },
      { name: '_pretty', in: 'query' },
    ],
  };
  const values = {
    type: 'Patient',
    id: 'a/b',
    'If-Match': 'W/"1"',
    search: 'code=a|b&name=x y&&flag',
    _pretty: 'true',
  };
  const request = requestOf(operation, values, { type: 'application/fhir+json', text: `{"a":"it's"}` });
  t.same(request, {
    url: 'http://h/fhir/Patient/a%2Fb?code=a%7Cb&name=x%20y&flag=&_pretty=true',
    method: 'PUT',
    headers: { 'If-Match': 'W/"1"', 'Content-Type': 'application/fhir+json', Accept: 'application/fhir+json' },
    body: `{"a":"it's"}`,
  });
  t.match(curlOf(request), `-d '{"a":"it'\\''s"}'`);
  const bare = requestOf(operation, { type: 'Patient', id: 'a' }, { type: 'x', text: '' });
  t.same(
    [bare.url, bare.body, bare.headers],
    ['http://h/fhir/Patient/a', undefined, { Accept: 'application/fhir+json' }],
  );
  const json = '{"a":[],"b":{},"c":[1.50,{"d":"x,{\\"}"}],"e":null}';
  t.equal(indented(json), JSON.stringify(JSON.parse(json), null, 2).replace('1.5,', '1.50,'));
  t.equal(resolve({ components: { x: { y: 1 } } }, { $ref: '#/components/x/y' }), 1);
});
